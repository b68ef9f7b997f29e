import One4AllProtocol
import TestSupport
import Testing

/// Passings have two forms and chips any length: what two frames may have become that the line cut is not believed.
@Suite struct FormJoinTests {
  private static let short = [
    "1;MC;02976;2019-12-12;09:02:07.295;3;4;937f6", "2;MC;02977;2019-12-12;09:02:08.029;1;6;a5e07",
  ]
  private static let long = short.map { frame in
    String(frame.dropLast(5)) + "30303030304D433030393738;;;;;" + frame.suffix(5)
  }

  private static func fields(_ text: String) -> [String] {
    text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
  }

  /// What is left of two frames when any bytes between their ends are lost is no passing, or one whose fields are those of
  /// the two at their own places, but for the one in which they meet.
  @Test func whatIsLostBetweenTwoFramesMovesNoField() {
    let replies = [
      "PUSHTAGS;false", "SETBUZZER;False",
      "GETFILEINFO;2019-12-12;09:02:07.295;2019-12-12;09:02:08.029;2",
      "GETSTATUS;3;3.0;15336649CD289D56E1B2;False;;0;False",
    ]
    for first in Self.short + Self.long {
      for second in Self.short + Self.long + replies {
        let (front, back) = (Array(first.utf8), Array(second.utf8))
        for end in 1..<front.count {
          for start in 0..<back.count - 1 {
            guard let passing = try? Passing(parsing: Array(front[..<end]) + Array(back[start...]))
            else { continue }
            let (one, other, made) = (
              Self.fields(first), Self.fields(second), Self.fields(passing.text)
            )
            let moved = (0..<7).count { index in
              made[index] != one[index] && !(index < other.count && made[index] == other[index])
            }
            if moved > 1 || passing.epcFields?.hasReserved == true {
              Issue.record("\(first.prefix(end)) and \(second.suffix(back.count - start))")
            }
          }
        }
      }
    }
  }

  @Test(arguments: [
    "1;MC;02976;2019-12-12;09:02:07.295;3;4;93976;2019-12-12;09:02:08.029;1;6;a5e07",
    "1;MC;02976;2019-12-12;09:02:07.295;3;4;3030PASSINGS;190;12345;12346;12347;12348",
    "1;MC;02976;2019-12-12;09:02:07.295;3;4;3030;;;;PUSHTAGS;abcde",
    "1;MC;02976;2019-12-12;09:02:07.295;3;4;HELLO;;;;;937f6",
  ])
  func partsOfOtherFramesAreNoFields(_ text: String) {
    #expect(throws: MalformedReason.ambiguousJoin) { try Passing(parsing: Array(text.utf8)) }
    var framer = Framer()
    #expect(
      !framer.frames(of: Array((text + "\r\n").utf8)).contains {
        if case .passing = $0 { true } else { false }
      })
  }

  @Test func theEndOfAReplyIsNoCheck() {
    for tail in ["false", "False", ";;;;;false", "30;;;;;False"] {
      let text = "1;MC;02976;2019-12-12;09:02:07.295;3;4;\(tail)"
      #expect(throws: MalformedReason.check) { try Passing(parsing: Array(text.utf8)) }
    }
  }

  @Test func twoFramesWithoutALineEndBetweenThemAreAmbiguous() {
    for first in Self.short + Self.long {
      for second in Self.short + Self.long {
        var framer = Framer()
        let line = Array((first + second).utf8)
        #expect(
          framer.frames(of: line + [0x0D, 0x0A])
            == [.malformed(MalformedFrame(reason: .ambiguousJoin, raw: line))])
      }
    }
  }

  @Test func aReplyBehindACutPassingOfThirteenFieldsIsFound() {
    for frame in Self.long {
      for cut in 8..<frame.utf8.count {
        var framer = Framer()
        let frames = framer.frames(of: Array(frame.utf8.prefix(cut)) + Array("PING;PONG\r\n".utf8))
        #expect(frames.last?.isValid == true, "\(frame.prefix(cut))")
      }
    }
  }
}
