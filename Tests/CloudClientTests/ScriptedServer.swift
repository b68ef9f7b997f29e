import Glibc
import LinuxSystem
import Synchronization

/// A server on loopback that answers each request with bytes written in the test, so that also wrong answers can
/// be given.
final class ScriptedServer: Sendable {
  struct Request: Sendable {
    /// Number of the connection it came on, from 0.
    let connection: Int
    let line: String
    /// Names in lower case.
    let headers: [String: String]
    let body: String
  }

  enum Reply: Sendable {
    /// Those bytes; the connection stays.
    case text(String)
    /// Those bytes; the connection ends.
    case lastText(String)
    /// The connection is reset.
    case reset
    /// Nothing.
    case silence
  }

  private final class Connection {
    let number: Int
    let descriptor: Descriptor
    var received: [UInt8] = []
    var isOver = false

    init(_ number: Int, _ descriptor: consuming Descriptor) {
      self.number = number
      self.descriptor = descriptor
    }
  }

  private final class Shared: Sendable {
    let requests = Mutex<[Request]>([])
    let connections = Mutex(0)
    let isOver = Atomic(false)
    let wakeUp: WakeUp
    let listener: Descriptor
    let script: @Sendable (Request, Int) -> Reply

    init(script: @escaping @Sendable (Request, Int) -> Reply) throws {
      wakeUp = try WakeUp()
      listener = try Sockets.listen(loopbackPort: 0)
      self.script = script
    }
  }

  private let shared: Shared
  private let thread: WorkerThread
  let port: UInt16

  /// - Parameter script: gets each request and how many came before it.
  init(_ script: @escaping @Sendable (Request, Int) -> Reply) throws {
    let shared = try Shared(script: script)
    self.shared = shared
    port = try Sockets.port(of: shared.listener)
    thread = try WorkerThread(name: "scripted") { ScriptedServer.serve(shared) }
  }

  deinit {
    shared.isOver.store(true, ordering: .releasing)
    shared.wakeUp.call()
    thread.join()
  }

  var url: String { "http://127.0.0.1:\(port)/v0" }
  var requests: [Request] { shared.requests.withLock { $0 } }
  var connectionCount: Int { shared.connections.withLock { $0 } }

  /// An answer with a body and its length.
  static func answer(_ status: String, _ headers: [String] = [], body: String = "") -> Reply {
    .text(
      (["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.utf8.count)", "", body])
        .joined(separator: "\r\n"))
  }

  private static func serve(_ shared: Shared) {
    var connections: [Connection] = []
    while !shared.isOver.load(ordering: .acquiring) {
      var poll = Poll()
      poll.add(shared.wakeUp.descriptor, .read)
      poll.add(shared.listener.number, .read)
      for connection in connections { poll.add(connection.descriptor.number, .read) }
      guard (try? poll.wait(milliseconds: -1)) != nil else { return }
      for (index, connection) in connections.enumerated() where !poll.readiness(at: index + 2).isEmpty {
        receive(connection, shared)
      }
      connections.removeAll { $0.isOver }
      if !poll.readiness(at: 1).isEmpty, let descriptor = try? Sockets.accept(shared.listener) {
        let number = shared.connections.withLock { count in
          count += 1
          return count - 1
        }
        connections.append(Connection(number, descriptor))
      }
    }
  }

  private static func receive(_ connection: Connection, _ shared: Shared) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let transfer = buffer.withUnsafeMutableBytes { try? connection.descriptor.read(into: $0) }
    switch transfer {
    case .bytes(let count): connection.received += buffer[..<count]
    case .wouldBlock: return
    case .end, nil:
      connection.isOver = true
      return
    }
    while !connection.isOver, let request = takeRequest(connection) {
      let index = shared.requests.withLock { requests in
        requests.append(request)
        return requests.count - 1
      }
      switch shared.script(request, index) {
      case .text(let text): try? connection.descriptor.writeAll(Array(text.utf8))
      case .lastText(let text):
        try? connection.descriptor.writeAll(Array(text.utf8))
        connection.isOver = true
      case .reset:
        var hard = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        setsockopt(connection.descriptor.number, SOL_SOCKET, SO_LINGER, &hard, size)
        connection.isOver = true
      case .silence: break
      }
    }
  }

  private static func takeRequest(_ connection: Connection) -> Request? {
    let end = Array("\r\n\r\n".utf8)
    guard let head = connection.received.firstRange(of: end) else { return nil }
    let text = String(decoding: connection.received[..<head.lowerBound], as: UTF8.self)
    let lines = text.split(separator: "\r\n").map(String.init)
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    guard connection.received.count >= head.upperBound + length else { return nil }
    let body = connection.received[head.upperBound..<(head.upperBound + length)]
    connection.received.removeFirst(head.upperBound + length)
    return Request(
      connection: connection.number, line: lines[0], headers: headers,
      body: String(decoding: body, as: UTF8.self))
  }
}
