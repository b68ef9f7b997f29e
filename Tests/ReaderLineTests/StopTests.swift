import AgentCore
import LinuxSystem
import ReaderLine
import TestSupport
import Testing

@Suite struct StopTests {
  @Test func `letting go of a worker ends its thread`() throws {
    #expect(
      try Held.isLetGo { held in
        try LineWorker { _ in
          _ = held
          return true
        }
      })
  }

  @Test func `a worker without a line stops`() throws {
    let line = try TestedLine()
    line.worker.stop()
    line.worker.stop()
  }

  @Test func `a worker that takes no more requests stops all the same`() throws {
    let (isBusy, never) = (try WakeUp(), try WakeUp())
    let worker = try LineWorker { _ in
      isBusy.call()
      _ = try? Poll.wait(for: never.descriptor, .read, milliseconds: 500)
      return true
    }
    worker.request(.open(opening: 1, options(.device(path: "/dev/null"))))
    #expect(try Poll.wait(for: isBusy.descriptor, .read, milliseconds: 10_000).contains(.read))
    let bytes = [UInt8](repeating: 0x41, count: 10_000)
    var taken = 0
    while worker.request(.write(opening: 0, bytes)) {
      taken += 1
      try #require(taken < 1000)
    }
    #expect(taken > 20)
    worker.stop()
  }

  @Test func `a worker with an open line stops and lets go of the port`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    line.worker.stop()
    #expect(try ReaderDialogue(options(.device(path: pty.path))).device == pty.path)
  }

  @Test func `a command that was handed over before the stop goes out`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    line.worker.request(.write(opening: 1, Array("PUSHTAGS;false\r\n".utf8)))
    line.worker.stop()
    #expect(try pty.heard(16) == "PUSHTAGS;false\r\n")
  }

  @Test func `a worker with a line that takes no bytes stops`() throws {
    let pty = try TestedPty()
    let line = try TestedLine(on: pty)
    line.worker.request(.write(opening: 1, [UInt8](repeating: 0x41, count: 60_000)))
    let deadline = Deadline(seconds: 4)
    line.worker.stop()
    #expect(!deadline.isOver)
  }
}
