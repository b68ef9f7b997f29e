import One4AllProtocol
import ProtocolOracles
import Testing

/// Letters beyond ASCII, where replies may have them and where they are damage.
@Suite struct FreeTextTests {
  private func line(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }

  @Test(arguments: ["GETTIME;2017-12-2\u{b3};15:30:55", "PING;P\u{cf}NG", "STOP;O\u{cb}", "START;\u{b2}.csv"])
  func inOtherRepliesTheyAreDamage(_ text: String) {
    var framer = Framer()
    let frames = framer.frames(of: line(text) + [0x0D, 0x0A])
    #expect(frames.allSatisfy { !$0.isValid })
    guard case .malformed(let frame)? = frames.first else {
      Issue.record("\(frames)")
      return
    }
    let name = text.prefix { $0 != ";" }
    #expect(frame.holdsReply(to: CommandName(rawValue: String(name)) ?? .clearFiles))
    #expect(!frame.holdsReply(to: .clearFiles))
  }

  @Test func inAPassingTheyAreDamage() {
    var framer = Framer()
    let frames = framer.frames(of: line("1;MC;0\u{b2}976;2019-12-12;09:02:07.295;3;4;937f6") + [0x0A])
    #expect(frames.count == 1 && !frames[0].isValid)
  }

  @Test func aPassingThatRanIntoSuchAReplyIsFoundAsEver() throws {
    let status = line(RealLine.status.replacing("Macsha Mexico", with: "M\u{e9}xico"))
    var framer = Framer()
    let frames = framer.frames(of: status + Array(RealLine.passing.utf8) + [0x0A])
    guard case .reply(let reply)? = frames.first, case .passing(let passing)? = frames.last, frames.count == 2
    else {
      Issue.record("\(frames)")
      return
    }
    #expect(try ReaderStatus(reply: reply).owner == "M\u{e9}xico" && reply.raw == status)
    #expect(passing.text == RealLine.passing)
  }

  @Test func eachFieldHasItsOwnCharacterSet() throws {
    let bytes = line("LISTFILES;\u{e9}.csv;") + Array("\u{e9}.csv;".utf8) + line("\u{85}\u{9b}x;")
    let reply = try #require(Reply(line: bytes))
    #expect(reply.arguments == ["\u{e9}.csv", "\u{e9}.csv", "\u{fffd}\u{fffd}x"])
    #expect(reply.text == "LISTFILES;\u{e9}.csv;\u{e9}.csv;\u{fffd}\u{fffd}x;" && reply.raw == bytes)
  }

  @Test(arguments: [0x01, 0x07, 0x0B, 0x1B, 0x7F, 0xFF] as [UInt8])
  func oneOddByteHidesNoOtherField(_ byte: UInt8) throws {
    var framer = Framer()
    let odd = line("LISTFILES;a") + [byte] + line("b.csv;20191112-090155.csv;")
    let status = line(RealLine.status.replacing("Macsha Mexico", with: "M\u{1}xico")).map {
      $0 == 1 ? byte : $0
    }
    let frames = framer.frames(of: odd + [0x0D, 0x0A] + status + [0x0D, 0x0A])
    guard case .reply(let list)? = frames.first, case .reply(let reply)? = frames.last, frames.count == 2
    else {
      Issue.record("\(frames)")
      return
    }
    #expect(list.arguments.last == "20191112-090155.csv" && list.raw == odd)
    let owner = try ReaderStatus(reply: reply).owner
    #expect(owner?.count == 6 && owner?.hasSuffix("xico") == true)
    #expect(Reply(line: line("PASSINGS;1;") + [byte]) == nil)
  }

  @Test(arguments: ["LISTFILES;a", "GETSTATUS;3"])
  func nulIsNoise(_ text: String) { #expect(Reply(line: line(text) + [0]) == nil) }

  @Test func holdsWhatAllFramesHold() throws {
    for text in [
      "GETSTATUS;\u{e9}\u{e8};1\r\n", "GETSTATUS;\u{7};\u{ff}1" + RealLine.passing + "\r\n",
      "\u{b1}LISTFILES;\u{e9}.csv;\r\n" + RealLine.passing + "\r\n",
      "PASSINGS;1\u{b9}0;\u{e9}" + RealLine.passing + "\n", "LISTFILES;\u{e9}HELLO \u{e9}\n",
      RealLine.status.replacing("One4All 5", with: "One4All 5 \u{a9}") + "12" + RealLine.passing + "\r\n",
    ] {
      try Oracles.check(line(text))
    }
  }
}
