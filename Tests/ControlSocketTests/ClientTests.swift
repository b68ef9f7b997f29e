import ControlSocket
import Glibc
import JSONDocument
import LinuxSystem
import Synchronization
import TestSupport
import Testing

/// Asks on another thread, since asking waits.
private final class Asking: Sendable {
  private let outcome = Mutex<Result<JSONValue, ControlError>?>(nil)

  func start(_ path: String, _ request: JSONValue, timeout: Duration) throws -> WorkerThread {
    try WorkerThread(name: "asking") { [self] in
      let result: Result<JSONValue, ControlError>
      do throws(ControlError) {
        result = .success(try ControlClient.ask(path: path, request, timeout: timeout))
      } catch { result = .failure(error) }
      outcome.withLock { $0 = result }
    }
  }

  var result: Result<JSONValue, ControlError>? { outcome.withLock { $0 } }
}

@Suite struct ClientTests {
  private func ask(_ daemon: Daemon, _ request: JSONValue) throws -> Result<JSONValue, ControlError>? {
    let asking = Asking()
    let thread = try asking.start(daemon.path, request, timeout: .seconds(10))
    defer { thread.join() }
    _ = try daemon.serve { asking.result != nil }
    return asking.result
  }

  @Test func aRequestIsAnswered() throws {
    #expect(try ask(Daemon(), ["command": "status"]) == .success(["echo": ["command": "status"]]))
  }

  @Test func aLargeReplyComesWhole() throws {
    let daemon = try Daemon()
    let large = String(repeating: "é", count: 500_000)
    daemon.answer = { _ in ["text": .string(large)] }
    #expect(try ask(daemon, 1) == .success(["text": .string(large)]))
  }

  @Test func anErrorInTheReplyIsThrown() throws {
    let daemon = try Daemon()
    daemon.answer = { _ in ["error": "no such command"] }
    #expect(try ask(daemon, 1) == .failure(.refused(reason: "no such command")))
  }

  @Test func aRequestThatIsTooLargeIsRefusedWithTheReason() throws {
    let request = JSONValue.string(String(repeating: "x", count: 4 * ControlLimits.request))
    #expect(
      try ask(Daemon(), request) == .failure(.refused(reason: "the request is longer than 65536 bytes")))
  }

  @Test func withoutSocketTheDaemonDoesNotRun() throws {
    let folder = TemporaryFolder()
    let path = folder.file("control.sock")
    #expect(throws: ControlError.notRunning(path: path)) { try ControlClient.ask(path: path, 1) }
    do { _ = try Sockets.listen(unix: path) }
    let error = #expect(throws: ControlError.notRunning(path: path)) {
      try ControlClient.ask(path: path, 1)
    }
    #expect(
      error?.description
        == "the daemon does not run: nobody serves \(path); see `systemctl status one4alld`")
  }

  @Test func aDaemonThatDoesNotAnswerIsWaitedForOnlySoLong() throws {
    let folder = TemporaryFolder()
    let path = folder.file("control.sock")
    let listener = try Sockets.listen(unix: path)
    let start = SystemClock.monotonicNanoseconds
    #expect(throws: ControlError.timedOut(path: path)) {
      try ControlClient.ask(path: path, 1, timeout: .milliseconds(100))
    }
    #expect(SystemClock.monotonicNanoseconds - start >= 100_000_000)
    _ = listener.number
  }

  @Test func aDaemonThatTakesNoConnectionsIsWaitedForOnlySoLong() throws {
    let folder = TemporaryFolder()
    let path = folder.file("control.sock")
    let listener = try Sockets.listen(unix: path)
    // The kernel lets 17 connections wait for a listener with room for 16.
    var clients: [Client] = []
    for _ in 0..<17 { clients.append(try Client(path)) }
    let asking = Asking()
    try asking.start(path, 1, timeout: .milliseconds(100)).join()
    #expect(asking.result == .failure(.timedOut(path: path)))
    _ = listener.number
  }

  @Test func aDaemonThatClosesIsTold() throws {
    let folder = TemporaryFolder()
    let path = folder.file("control.sock")
    let listener = try Sockets.listen(unix: path)
    let asking = Asking()
    let thread = try asking.start(path, 1, timeout: .seconds(10))
    #expect(try Poll.wait(for: listener.number, .read, milliseconds: 10_000) == .read)
    do { _ = try Sockets.accept(listener) }
    thread.join()
    #expect(asking.result == .failure(.closed(path: path)))
  }

  @Test func anAnswerThatIsNoJSONIsTold() throws {
    let folder = TemporaryFolder()
    let path = folder.file("control.sock")
    let listener = try Sockets.listen(unix: path)
    let asking = Asking()
    let thread = try asking.start(path, 1, timeout: .seconds(10))
    #expect(try Poll.wait(for: listener.number, .read, milliseconds: 10_000) == .read)
    do {
      guard let peer = try Sockets.accept(listener) else {
        Issue.record("nobody connected")
        return
      }
      try peer.writeAll(Array("hello\n".utf8))
    }
    thread.join()
    guard case .failure(.unreadable(path, let reason))? = asking.result else {
      Issue.record("\(String(describing: asking.result))")
      return
    }
    #expect(reason.hasPrefix("not JSON at line 1"))
  }
}
