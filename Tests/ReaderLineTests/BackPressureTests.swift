import AgentCore
import Glibc
import LinuxSystem
import One4AllProtocol
import Synchronization
import TestSupport
import Testing

@testable import ReaderLine

/// A worker whose reports find room only when a test says so.
private final class HeldLine: Sendable {
  let worker: LineWorker
  private let reports: Mailbox<LineReport>
  private let isRoom: Shared

  private final class Shared: Sendable {
    let value = Atomic(true)
  }

  init(resolve: @escaping HostLookup.Resolver = HostLookup.system) throws {
    let reports = try Mailbox<LineReport>(limit: 1 << 26, weight: \.memory)
    let isRoom = Shared()
    self.reports = reports
    self.isRoom = isRoom
    worker = try LineWorker(resolve: resolve) { report in
      // Looked at first: once the report is delivered, the test may go on and say that there is no more room.
      let hasRoom = isRoom.value.load(ordering: .acquiring)
      reports.deliver(report)
      return hasRoom
    }
  }

  /// From the next report on there is none.
  func hold() { isRoom.value.store(false, ordering: .releasing) }

  func resume() {
    isRoom.value.store(true, ordering: .releasing)
    worker.resume()
  }

  /// What has been reported since the last time, once there is something.
  func next() throws -> [LineReport] {
    let deadline = Deadline()
    while true {
      let all = reports.takeAll()
      if !all.isEmpty { return all }
      try #require(!deadline.isOver, "no report came")
      _ = try Poll.wait(for: reports.descriptor, .read, milliseconds: deadline.milliseconds)
    }
  }

  func rest() -> [LineReport] { reports.takeAll() }
}

private func frames(_ reports: [LineReport]) -> [Frame] {
  reports.flatMap { report -> [Frame] in
    if case .heard(_, let reception) = report { reception.frames } else { [] }
  }
}

private func byteCount(_ reports: [LineReport]) -> Int {
  reports.reduce(0) { sum, report in
    if case .heard(_, let reception) = report { sum + reception.byteCount } else { sum }
  }
}

@Suite struct BackPressureTests {
  private let listener: Owner

  private final class Owner: Sendable {
    let socket: Descriptor
    init() throws { socket = try Sockets.listen(loopbackPort: 0) }
  }

  init() throws { listener = try Owner() }

  private func connected(_ line: HeldLine) throws -> Descriptor {
    let port = try Sockets.port(of: listener.socket)
    line.worker.request(.open(opening: 1, options(.tcp(host: "127.0.0.1", port: port))))
    #expect(try line.next() == [.opened(opening: 1, device: "tcp://127.0.0.1:\(port)")])
    #expect(try Poll.wait(for: listener.socket.number, .read, milliseconds: 10_000).contains(.read))
    guard let peer = try Sockets.accept(listener.socket) else { throw SystemError("accept", number: EAGAIN) }
    return peer
  }

  /// Writes until the other end takes no more for a while.
  private func fill(_ peer: borrowing Descriptor, _ bytes: [UInt8]) throws -> Int {
    var count = 0
    while try Poll.wait(for: peer.number, .write, milliseconds: 300).contains(.write) {
      let transfer = try bytes.span.bytes.withUnsafeBytes { buffer throws(SystemError) in
        try peer.write(buffer)
      }
      guard case .bytes(let written) = transfer else { continue }
      count += written
      try #require(count < 1 << 28, "somebody reads on")
    }
    return count
  }

  @Test func `what finds no room is not read, the peer waits, and nothing of it is lost`() throws {
    let held = try HeldLine()
    let peer = try connected(held)
    held.hold()
    let lines = Array(String(repeating: String(repeating: "x", count: 999) + "\n", count: 60).utf8)
    let sent = try fill(peer, lines)
    var heard = byteCount(held.rest())
    // One read, however much came.
    #expect(heard > 0 && heard <= 16_384)
    held.resume()
    while heard < sent { heard += byteCount(try held.next()) }
    #expect(heard == sent)
  }

  @Test func `a line that is held back still writes, and its loss is told once it is read again`() throws {
    let held = try HeldLine()
    let peer = try connected(held)
    held.hold()
    try peer.writeAll(Array((passing(1) + "\r\n").utf8))
    #expect(try frames(held.next()) == [frame(1)])
    held.worker.request(.write(opening: 1, Array("PING\r\n".utf8)))
    #expect(try Poll.wait(for: peer.number, .read, milliseconds: 10_000).contains(.read))
    try peer.writeAll(Array((passing(2) + "\r\n").utf8))
    shutdown(peer.number, Int32(SHUT_RDWR))
    held.resume()
    var reports: [LineReport] = []
    while reports.last.map({ if case .failed = $0 { false } else { true } }) ?? true {
      reports += try held.next()
    }
    #expect(try frames(reports) == [frame(2)])
  }

  @Test func `what had come before the stop is read and reported`() throws {
    let held = try HeldLine()
    let peer = try connected(held)
    held.hold()
    try peer.writeAll(Array((passing(1) + "\r\n").utf8))
    #expect(try frames(held.next()) == [frame(1)])
    // These wait in the kernel, as nothing is read.
    let rest = (2...2000).map { passing($0) + "\r\n" }.joined()
    try peer.writeAll(Array(rest.utf8))
    held.resume()
    held.worker.stop()
    #expect(held.worker.hasStopped)
    #expect(try frames(held.rest()) == (2...2000).map { try frame($0) })
  }

  @Test func `a stop that nobody makes room for comes to its end and says what was left`() throws {
    let held = try HeldLine()
    let peer = try connected(held)
    held.hold()
    try peer.writeAll(Array((passing(1) + "\r\n").utf8))
    #expect(try frames(held.next()) == [frame(1)])
    try peer.writeAll([UInt8](repeating: 0x0A, count: 5000))
    let deadline = Deadline(seconds: 10)
    held.worker.stop()
    #expect(!deadline.isOver)
    guard case .failed(1, .lost(let reason))? = held.rest().last else {
      Issue.record("nothing was told")
      return
    }
    #expect(
      reason.hasPrefix("the agent ends, and ")
        && reason.hasSuffix(" bytes of what the reader said were not read"))
  }
}

@Suite struct HostLookupTests {
  /// Resolvers that never answer, until the test is over.
  private final class Gate: Sendable {
    private let isOpen = Atomic(false)
    let asked = Atomic(0)
    func open() { isOpen.store(true, ordering: .releasing) }
    func hang() {
      asked.add(1, ordering: .relaxed)
      while !isOpen.load(ordering: .acquiring) { usleep(1000) }
    }
  }

  @Test func `a resolver that never answers holds up neither another opening nor the stop`() throws {
    let gate = Gate()
    defer { gate.open() }
    let held = try HeldLine(resolve: { _, _ in
      gate.hang()
      return .success([])
    })
    held.worker.request(.open(opening: 1, options(.tcp(host: "reader.invalid", port: 10_002))))
    #expect(eventually { gate.asked.load(ordering: .relaxed) == 1 })
    held.worker.request(.close(opening: 1))
    // The same name is not asked a second time while the first question hangs.
    held.worker.request(.open(opening: 2, options(.tcp(host: "reader.invalid", port: 10_002))))
    let pty = try TestedPty()
    held.worker.request(.open(opening: 3, options(.device(path: pty.path))))
    #expect(try held.next() == [.opened(opening: 3, device: pty.path)])
    #expect(gate.asked.load(ordering: .relaxed) == 1)
    held.worker.request(.open(opening: 4, options(.tcp(host: "reader.invalid", port: 10_002))))
    let deadline = Deadline(seconds: 5)
    held.worker.stop()
    #expect(!deadline.isOver)
  }

  @Test func `a name without an address is told in the resolver's words`() throws {
    let held = try HeldLine(resolve: { _, _ in .failure(HostLookup.Unresolved(reason: "no such name")) })
    held.worker.request(.open(opening: 1, options(.tcp(host: "reader.invalid", port: 10_002))))
    #expect(
      try held.next() == [
        .failed(opening: 1, .unreachable(address: "tcp://reader.invalid:10002", reason: "no such name"))
      ])
  }
}
