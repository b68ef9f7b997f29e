import AgentCore
import LinuxSystem
import One4AllProtocol
import ReaderLine
import Testing

@Suite struct ReadingTests {
  @Test func `a frame that comes in parts is one frame`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    let before = SystemClock.monotonicNanoseconds
    try pty.say("PING;PO")
    let first = try line.hears()
    #expect(first.frames.isEmpty)
    #expect(first.byteCount == 7)
    #expect(first.sample == Array("PING;PO".utf8))
    #expect(first.at.nanoseconds >= before)
    #expect(first.at.nanoseconds <= SystemClock.monotonicNanoseconds)
    try pty.say("NG\r\n")
    let second = try line.hears()
    #expect(second.frames == [pong])
    #expect(second.byteCount == 4)
    #expect(second.at > first.at)
  }

  @Test func `many passings come in order, none missing`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    try pty.say((1...2000).map { passing($0) + "\r\n" }.joined())
    #expect(try line.frames(2000) == (1...2000).map(frame))
  }

  @Test func `a reply without its line end counts after silence`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    try pty.say("PING;PONG")
    let bytes = try line.hears()
    #expect(bytes.frames.isEmpty)
    let silence = try line.hears()
    #expect(silence.frames == [pong])
    #expect(silence.byteCount == 0)
    #expect(silence.sample.isEmpty)
    #expect(silence.at == bytes.at)
  }

  @Test func `a passing without its line end waits for it`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    try pty.say(passing(1))
    #expect(try line.hears().frames.isEmpty)
    // The silence after the passing has been seen once that after the reply has.
    try pty.say("\r\nPING;PONG")
    #expect(try line.frames(2) == [frame(1), pong])
  }

  @Test func `the sample of what came is the first 32 bytes`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    try pty.say(String(repeating: "AT+OK ", count: 20))
    let reception = try line.hears()
    #expect(reception.byteCount == 120)
    #expect(String(decoding: reception.sample, as: UTF8.self) == "AT+OK AT+OK AT+OK AT+OK AT+OK AT")
  }

  @Test func `a new opening begins with a new frame`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    try pty.say("1;MC;0297")
    #expect(try line.hears().frames.isEmpty)
    line.worker.request(.open(opening: 2, options(.device(path: pty.path))))
    #expect(try line.next() == .opened(opening: 2, device: pty.path))
    try pty.say("PING;PONG\r\n")
    #expect(try line.frames(1) == [pong])
  }
}
