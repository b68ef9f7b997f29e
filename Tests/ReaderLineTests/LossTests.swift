import AgentCore
import Glibc
import LinuxSystem
import One4AllProtocol
import ReaderLine
import Testing

@Suite struct LossTests {
  private let closed = LineReport.failed(opening: 1, .lost(reason: "the other end of the pty was closed"))

  @Test func `what the reader said last is reported before the loss`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    try pty.say(passing(1))
    #expect(try line.hears().frames.isEmpty)
    pty.close()
    #expect(try line.frames(1) == [frame(1)])
    #expect(try line.next() == closed)
  }

  @Test func `a frame that the loss has cut is reported as such`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    try pty.say("1;MC;02976;2019-12")
    #expect(try line.hears().frames.isEmpty)
    pty.close()
    let cut = MalformedFrame(reason: .truncated, raw: Array("1;MC;02976;2019-12".utf8))
    #expect(try line.frames(1) == [.malformed(cut)])
    #expect(try line.next() == closed)
  }

  @Test func `a loss is said once, and writing after it says nothing`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    pty.close()
    #expect(try line.next() == closed)
    line.worker.request(.write(opening: 1, Array("PING\r\n".utf8)))
    line.worker.request(.close(opening: 1))
    line.worker.stop()
    #expect(line.rest() == [])
  }

  @Test func `closing is not answered`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    line.worker.request(.close(opening: 1))
    line.worker.stop()
    #expect(line.rest() == [])
  }
}
