import One4AllProtocol
import Testing

@Suite struct SilenceTests {
  private let status = RealLine.status

  @Test func aStatusWithoutItsLineEndIsTakenAfterSilence() {
    var framer = Framer()
    #expect(framer.frames(of: status).isEmpty)
    #expect(framer.pendingCount == status.utf8.count)
    let frames = framer.framesAfterSilence()
    #expect(frames == [Reply(line: status)].compactMap { $0 }.map(Frame.reply))
    #expect(framer.pendingCount == 0)
    #expect(framer.counters.reply == 1)
  }

  @Test func noiseBeforeItCostsOnlyItself() {
    var framer = Framer()
    _ = framer.frames(of: [0, 0] + Array(status.utf8))
    let frames = framer.framesAfterSilence()
    #expect(frames.map(\.isValid) == [false, true])
  }

  @Test(arguments: [
    "GETSTATUS;3;192.168", "1;MC;02976;2019", RealLine.passing, "PASSINGS;19", "HELLO", "\0\0",
  ])
  func whatIsNoWholeReplyStaysAndGoesOn(_ start: String) {
    var framer = Framer()
    #expect(framer.frames(of: start).isEmpty)
    #expect(framer.framesAfterSilence().isEmpty)
    #expect(framer.pendingCount == start.utf8.count)
    #expect(framer.frames(of: "\r\n").count == 1)
  }

  @Test func aStatusCutInAFieldLosesOnlyThatField() throws {
    let fields = status.split(separator: ";", omittingEmptySubsequences: false)
    let cut = fields[..<37].joined(separator: ";") + ";3"
    var framer = Framer()
    _ = framer.frames(of: cut)
    guard case .reply(let reply) = try #require(framer.framesAfterSilence().first) else {
      Issue.record("no reply")
      return
    }
    #expect(try ReaderStatus(reply: reply).protocolVersion == nil)
    #expect(reply.text == cut)
  }

  @Test func aStatusOfThirtyFieldsIsTakenToo() {
    let fields = status.split(separator: ";", omittingEmptySubsequences: false)
    var framer = Framer()
    _ = framer.frames(of: fields[..<30].joined(separator: ";"))
    #expect(framer.framesAfterSilence().count == 1)
    _ = framer.frames(of: fields[..<29].joined(separator: ";"))
    #expect(framer.framesAfterSilence().isEmpty)
  }

  @Test func aLateLineFeedIsNoEmptyLine() {
    var framer = Framer()
    _ = framer.frames(of: "PING;PONG\r")
    #expect(framer.framesAfterSilence().count == 1)
    #expect(framer.frames(of: "\n").isEmpty)
    #expect(framer.frames(of: "\r\n") == [.endOfList])
  }

  @Test func silenceWithNothingWaitingSaysNothing() {
    var framer = Framer()
    #expect(framer.framesAfterSilence().isEmpty)
    #expect(framer.framesAtEnd().isEmpty)
  }

  @Test func atTheEndWhatWaitsIsTruncated() {
    var framer = Framer()
    _ = framer.frames(of: "1;MC;029")
    #expect(
      framer.framesAtEnd() == [.malformed(MalformedFrame(reason: .truncated, raw: Array("1;MC;029".utf8)))])
    #expect(framer.frames(of: "PING;PONG\r\n").map(\.isValid) == [true])
  }

  @Test func atTheEndALoneCarriageReturnIsNothing() {
    var framer = Framer()
    _ = framer.frames(of: "PING;PONG\r\n\r")
    #expect(framer.framesAtEnd().isEmpty)
    #expect(framer.pendingCount == 0)
  }

  @Test func atTheEndAWholePassingIsNotLost() throws {
    var framer = Framer()
    _ = framer.frames(of: RealLine.passing)
    let passing = try Passing(parsing: Array(RealLine.passing.utf8))
    #expect(framer.framesAtEnd() == [.passing(passing)])
  }

  @Test(arguments: ["\0\0", "PING;PONG", RealLine.status])
  func atTheEndAWholePassingIsNotLostBehindOtherThings(_ front: String) throws {
    var framer = Framer()
    _ = framer.frames(of: front + RealLine.passing)
    let passing = try Passing(parsing: Array(RealLine.passing.utf8))
    let frames = framer.framesAtEnd()
    #expect(frames.count == 2)
    #expect(frames.last == .passing(passing))
  }

  @Test(arguments: [RealLine.passing, RealLine.passing + ";", "PASSINGS;1"])
  func atTheEndAPassingOfUncertainNumberIsNotBelieved(_ front: String) {
    var framer = Framer()
    _ = framer.frames(of: front + RealLine.passing)
    let frames = framer.framesAtEnd()
    let bytes = Array((front + RealLine.passing).utf8)
    #expect(frames == [.malformed(MalformedFrame(reason: .truncated, raw: bytes))])
  }
}
