import AgentCore
import LinuxSystem
import ReaderLine
import Testing

@Suite struct StopTests {
  @Test func `a worker without a line stops`() throws {
    let line = try TestedLine()
    line.worker.stop()
    line.worker.stop()
  }

  @Test func `a worker with an open line stops and lets go of the port`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    line.worker.stop()
    #expect(try ReaderDialogue(options(.device(path: pty.path))).device == pty.path)
  }

  @Test func `a worker with a line that takes no bytes stops`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    line.worker.request(.write(opening: 1, [UInt8](repeating: 0x41, count: 60_000)))
    let begin = SystemClock.monotonicNanoseconds
    line.worker.stop()
    #expect(SystemClock.monotonicNanoseconds - begin < 2_000_000_000)
  }
}
