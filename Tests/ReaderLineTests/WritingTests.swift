import AgentCore
import LinuxSystem
import ReaderLine
import Testing

@Suite struct WritingTests {
  @Test func `a command goes out as it is`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    line.worker.request(.write(opening: 1, Array("GETSTATUS\r\n".utf8)))
    line.worker.request(.write(opening: 1, Array("PING\r\n".utf8)))
    #expect(try pty.heard(17) == "GETSTATUS\r\nPING\r\n")
  }

  @Test func `what belongs to an older opening is not written`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    line.worker.request(.open(opening: 2, options(.device(path: pty.path))))
    line.worker.request(.write(opening: 1, Array("OLD\r\n".utf8)))
    line.worker.request(.write(opening: 2, Array("NEW\r\n".utf8)))
    #expect(try line.next() == .opened(opening: 2, device: pty.path))
    #expect(try pty.heard(5) == "NEW\r\n")
  }

  @Test func `a line that takes no bytes for 5 s is lost`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    let begin = SystemClock.monotonicNanoseconds
    // More than the kernel keeps for a pty, less than may wait.
    line.worker.request(.write(opening: 1, [UInt8](repeating: 0x41, count: 60_000)))
    #expect(try line.next() == .failed(opening: 1, .lost(reason: "nothing can be written to the line")))
    #expect(SystemClock.monotonicNanoseconds - begin >= 5_000_000_000)
  }

  @Test func `a line that takes no bytes is read all the same`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    line.worker.request(.write(opening: 1, [UInt8](repeating: 0x41, count: 60_000)))
    try pty.say("\(passing(1))\r\n")
    #expect(try line.frames(1) == [frame(1)])
  }

  @Test func `more than can wait to be written loses the line at once`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    for _ in 0..<3 { line.worker.request(.write(opening: 1, [UInt8](repeating: 0x41, count: 60_000))) }
    #expect(try line.next() == .failed(opening: 1, .lost(reason: "nothing can be written to the line")))
  }
}
