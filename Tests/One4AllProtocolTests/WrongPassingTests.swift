import TestSupport
import Testing

@testable import One4AllProtocol

/// A wrong passing gets its reason without the search for other frames in its line, when there can be none.
@Suite struct WrongPassingTests {
  @Test(arguments: [
    ("1;M-;02976;2019-12-12;09:02:07.295;3;4;937f6", MalformedReason.prefix),
    ("1;MC;0297.;2019-12-12;09:02:07.295;3;4;937f6", .chip),
    ("1;MC;02976;2019-13-12;09:02:07.295;3;4;937f6", .date),
    ("1;MC;02976;2019-02-29;09:02:07.295;3;4;937f6", .date),
    ("1;MC;02976;2019-12-12;24:02:07.295;3;4;937f6", .time),
    ("1;MC;02976;2019-12-12;09:02:07.295;9;4;937f6", .antenna),
    ("1;MC;02976;2019-12-12;09:02:07.295;3;04;937f6", .reads),
    ("1;MC;02976;2019-12-12;09:02:07.295;3;4;937f 6", .check), ("1;MC;02976;2019-12", .truncated),
    ("1;M", .truncated),
    ("1;MC;02976;2019-12-12;09:02:07.295;3;4;937f6;", .truncated),
    ("1;MC;02976;2019-12-12;09:02:07.295;3;4;;937f6", .fieldCount),
    ("01;MC;02976;2019-12-12;09:02:07.295;3;4;937f6", .number),
  ])
  func everyReasonIsGivenWithTheBytes(_ text: String, _ reason: MalformedReason) {
    let line = Array(text.utf8)
    for lineEnd in [[0x0A], [0x0D, 0x0A]] as [[UInt8]] {
      var framer = Framer()
      #expect(framer.frames(of: line + lineEnd) == [.malformed(MalformedFrame(reason: reason, raw: line))])
      #expect(line.flatMap { framer.frames(of: [$0]) }.isEmpty)
      #expect(framer.frames(of: lineEnd) == [.malformed(MalformedFrame(reason: reason, raw: line))])
    }
  }

  @Test(
    arguments: [
      ("0;MC;02976;2019-12-12;09:02:07.295;3;4;937f6", MalformedReason.number),
      ("4294967296;MC;02976;2019-12-12;09:02:07.295;3;4;937f6", .number),
      (";MC;02976;2019-12-12;09:02:07.295;3;4;937f6", .unrecognised),
      ("12x;MC;02976;2019-12-12;09:02:07.295;3;4;937f6", .ambiguousJoin),
      ("x2;MC;02976;2019-12-12;09:02:07.295;3;4;937f6", .ambiguousJoin),
      ("!;MC;02976;2019-12-12;09:02:07.295;3;4;937f6", .ambiguousJoin),
      ("1x2;MC;02976;2019-12-12;09:02:07.295;3;4;937f6", .ambiguousJoin),
      ("12x;MC;02976;2019-12-12;09:02:07.295;9;4;937f6", .number),
      ("1;MC;02976;2019-12-12;09:02:07.295;3;4;;937f6", .fieldCount),
      ("1;MC;02976;2019-12-12;09:02:07.295;3;4;937f6;ninth", .fieldCount),
      ("1;MC;02976;2019-12-\u{11}2;09:02:07.295;3;4;937f6", .date),
      ("1;MC;0\u{1}976;2019-12-12;09:02:07.295;3;4;937f6", .chip),
      ("1;MC;02976;2019-12-12;09:02:07.295;3;4;93\u{7F}f6", .check),
      ("1;MC;02976;2019-12-12;09:02:07.295;3;4;ABCDEF", .truncated),
      ("1;MC;02976;2019-12-12;09:02:07.295;9;4;ABCDE", .antenna),
    ])
  func theReasonIsGivenWithoutASearch(_ text: String, _ reason: MalformedReason) {
    let line = Array(text.utf8)
    do throws(MalformedReason) {
      _ = try Passing(parsing: line)
      Issue.record("\(text) is a passing")
    } catch {
      #expect(WrongPassing.reason(line.span, error) == reason)
    }
    var framer = Framer()
    let frames = framer.frames(of: line + [0x0A])
    #expect(frames == [.malformed(MalformedFrame(reason: reason, raw: line))])
  }

  @Test func aGreetingInPlaceOfTheCheckIsFound() {
    for tail in ["HELLO", "HELLO One4All"] {
      var framer = Framer()
      let frames = framer.frames(of: Array("1;MC;02976;2019-12-12;09:02:07.295;3;4;\(tail)\n".utf8))
      #expect(frames.last == .hello(Hello(text: tail)))
    }
  }

  @Test func whatIsFoundBehindAWrongPassingIsStillFound() throws {
    // A wrong passing, then a frame whose line end before it was lost.
    let passing = Array(RealLine.passing.utf8)
    for tail in ["PING;PONG", "HELLO One4All", "STOP;OK", "SETTIME;2017-12-23;15:30:55", RealLine.status] {
      for cut in 8..<passing.count {
        let line = Array(passing[..<cut]) + Array(tail.utf8)
        var framer = Framer()
        let frames = framer.frames(of: line + [0x0D, 0x0A])
        #expect(frames.last?.isValid == true, "\(String(decoding: line, as: UTF8.self))")
      }
    }
  }

  @Test func whatIsCertainlyWrongIsNothingElseToTheSearch() throws {
    var random = SeededGenerator(seed: 31)
    let parts = [
      RealLine.passing, "PING;PONG", "27;MC;02620;2019-12-12;09:02:29.255;6;12;7611c", "HELLO", "STOP;", ";;",
      "12",
    ].map { Array($0.utf8) }
    var certain = 0
    for _ in 0..<30_000 {
      var line: [UInt8] = []
      try #require(PassingTests.passing(using: &random)).encode(into: &line)
      line.removeLast(Int.random(in: 0..<30, using: &random))
      if Bool.random(using: &random) {
        let part = parts[Int.random(in: 0..<parts.count, using: &random)]
        line.insert(
          contentsOf: part.suffix(Int.random(in: 0...part.count, using: &random)),
          at: Int.random(in: 0...line.count, using: &random))
      }
      for _ in 0...Int.random(in: 0...2, using: &random) {
        line[Int.random(in: 0..<line.count, using: &random)] = UInt8.random(in: 0x18...0xFF, using: &random)
      }
      do throws(MalformedReason) {
        _ = try Passing(parsing: line)
      } catch {
        guard let reason = WrongPassing.reason(line.span, error) else { continue }
        certain += 1
        var resolver = LineResolver(line)
        let text = String(decoding: line, as: UTF8.self)
        let pieces = resolver.pieces(ending: .certain)
        if reason == .ambiguousJoin {
          let whole = Frame.malformed(MalformedFrame(reason: .ambiguousJoin, raw: line))
          if pieces.map(\.frame) != [whole] { Issue.record("\(text) is no join") }
        } else if !pieces.isEmpty || LineResolver.reason(for: line) != reason {
          Issue.record("\(text) holds a frame, or has another reason than \(reason)")
        }
      }
    }
    #expect(certain > 6000)
  }
}
