import Glibc
public import LinuxSystem

/// A unix socket over which a rehearsal part takes commands: one line of text a command; the answer is one
/// or more lines, ended by an empty one. An answer that begins with `error: ` says that nothing was done.
///
/// It has no thread of its own. A poll loop calls `register(in:)` before each wait and `serve(after:_:)`
/// after it.
public final class ControlChannel {
  /// Longest command in bytes; whoever sends a longer one is hung up on.
  public static let longestCommand = 65_536
  /// Most connections at a time; more wait in the kernel's queue.
  public static let mostClients = 16

  private final class Client {
    let connection: Descriptor
    var received: [UInt8] = []
    var outgoing: [UInt8] = []
    var sent = 0
    var hasEnded = false
    var place: Int?

    var hasUnsent: Bool { sent < outgoing.count }

    init(_ connection: consuming Descriptor) { self.connection = connection }
  }

  private let path: String
  private let listener: Descriptor
  private var listenerPlace: Int?
  private var clients: [Client] = []

  /// Listens at that path, at most 107 bytes; only the user who runs this may connect.
  public init(path: String) throws(SystemError) {
    self.path = path
    listener = try Sockets.listen(unix: path)
  }

  deinit { unlink(path) }

  /// Adds all its descriptors to a wait.
  public func register(in poll: inout Poll) {
    listenerPlace = clients.count < ControlChannel.mostClients ? poll.add(listener.number, .read) : nil
    for client in clients {
      var wanted: Poll.Readiness = client.hasEnded ? [] : .read
      if client.hasUnsent { wanted.insert(.write) }
      client.place = poll.add(client.connection.number, wanted)
    }
  }

  /// Answers what has come in, without ever waiting.
  /// - Parameters:
  ///   - poll: the wait that `register(in:)` added to.
  ///   - handler: turns a command, without its line end, into its answer. Empty lines of the answer are left
  ///     out: an empty line is its end.
  public func serve(after poll: borrowing Poll, _ handler: (String) -> String) {
    for client in clients {
      guard let place = client.place else { continue }
      let readiness = poll.readiness(at: place)
      if readiness.isEmpty { continue }
      if readiness.contains(.read) || readiness.contains(.hangUp) { receive(from: client, handler) }
      send(to: client)
    }
    clients.removeAll { $0.hasEnded && !$0.hasUnsent }
    if let place = listenerPlace, poll.readiness(at: place).contains(.read) { acceptAll() }
  }

  /// An answer that says why nothing was done.
  public static func refusal(_ reason: String) -> String { "error: \(reason)" }

  private func acceptAll() {
    while clients.count < ControlChannel.mostClients {
      guard let connection = try? Sockets.accept(listener) else { return }
      clients.append(Client(connection))
    }
  }

  private func receive(from client: Client, _ handler: (String) -> String) {
    var chunk = [UInt8](repeating: 0, count: 4_096)
    loop: while !client.hasEnded {
      let transfer = chunk.withUnsafeMutableBytes { buffer in
        try? client.connection.read(into: buffer)
      }
      switch transfer {
      case .bytes(let count): client.received += chunk[..<count]
      case .wouldBlock: break loop
      case .end, nil: client.hasEnded = true
      }
      answerLines(of: client, handler)
      if client.received.count > ControlChannel.longestCommand { drop(client) }
    }
  }

  private func answerLines(of client: Client, _ handler: (String) -> String) {
    while let end = client.received.firstIndex(of: UInt8(ascii: "\n")) {
      var line = client.received[..<end]
      if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
      let command = String(decoding: line, as: UTF8.self)
      client.received.removeSubrange(...end)
      let lines = handler(command).split(separator: "\n")
      client.outgoing += Array((lines.joined(separator: "\n") + "\n\n").utf8)
    }
  }

  private func send(to client: Client) {
    while client.hasUnsent {
      let transfer = client.outgoing[client.sent...].withUnsafeBytes { try? client.connection.write($0) }
      switch transfer {
      case .bytes(let count): client.sent += count
      case .wouldBlock: return
      case .end, nil: drop(client)
      }
    }
    client.outgoing = []
    client.sent = 0
  }

  /// Gives a client up, with all that it was still to get.
  private func drop(_ client: Client) {
    client.hasEnded = true
    client.received = []
    client.outgoing = []
    client.sent = 0
  }
}
