import LinuxSystem
import Rehearsal

/// A reader on a TCP port of this machine, with any number of hosts.
final class TCPEndpoint: ReaderEndpoint {
  private final class Client {
    let socket: Descriptor
    var queue: PacedQueue
    var place: Int?
    var hasEnded = false

    init(_ socket: consuming Descriptor, baud: Int?) {
      self.socket = socket
      queue = PacedQueue(baud: baud)
    }
  }

  let address: String
  private(set) var overrun = 0
  private let port: UInt16
  private let baud: Int?
  private var listener: Descriptor?
  private var listenerPlace: Int?
  private var clients: [Int: Client] = [:]
  private var lastNumber = 0

  /// - Parameters:
  ///   - port: 0 takes a free one.
  ///   - baud: bits a second to each host; nil for no limit.
  init(port: UInt16, baud: Int?) throws(SystemError) {
    let listener = try Sockets.listen(loopbackPort: port)
    self.port = try Sockets.port(of: listener)
    self.listener = consume listener
    self.baud = baud
    address = "tcp://127.0.0.1:\(self.port)"
  }

  func nextDeadline(at now: Int64) -> Int64? {
    clients.values.compactMap { $0.queue.nextDeadline.flatMap { $0 > now ? $0 : nil } }.min()
  }

  func follow(isPlugged: Bool, isRunning: Bool) throws(SystemError) -> [Int] {
    if isPlugged && isRunning {
      if listener == nil { listener = try Sockets.listen(loopbackPort: port) }
      return []
    }
    listener = nil
    defer { clients = [:] }
    return clients.filter { !$0.value.hasEnded }.keys.sorted()
  }

  func register(in poll: inout Poll, at now: Int64) {
    listenerPlace = nil
    switch listener {
    case .some(let listener): listenerPlace = poll.add(listener.number, .read)
    case .none: break
    }
    for client in clients.values {
      let isHeard = !client.hasEnded && client.queue.count <= TCPEndpoint.mostWaiting
      var wanted: Poll.Readiness = isHeard ? .read : []
      if (client.queue.nextDeadline ?? .max) <= now { wanted.insert(.write) }
      client.place = poll.add(client.socket.number, wanted)
    }
  }

  func serve(after poll: borrowing Poll) throws(SystemError) -> [EndpointEvent] {
    var events: [EndpointEvent] = []
    for (number, client) in clients.sorted(by: { $0.key < $1.key }) where !client.hasEnded {
      guard let place = client.place, poll.readiness(at: place).wantsReading else { continue }
      let inflow = Inflow(from: client.socket)
      if !inflow.bytes.isEmpty { events.append(.received(number, inflow.bytes)) }
      if inflow.hasEnded {
        client.hasEnded = true
        events.append(.disconnected(number))
      }
    }
    if let place = listenerPlace, poll.readiness(at: place).contains(.read) {
      while let socket = try accept() {
        lastNumber += 1
        clients[lastNumber] = Client(socket, baud: baud)
        events.append(.connected(lastNumber))
      }
    }
    return events
  }

  func send(_ transmission: ReaderTransmission) {
    guard let client = clients[transmission.connection] else { return }
    if transmission.isPush && client.queue.count > TCPEndpoint.mostWaiting {
      overrun += 1
    } else {
      client.queue.append(transmission.bytes)
    }
  }

  func flush(at now: Int64) {
    for (number, client) in clients {
      do {
        try client.queue.flush(to: client.socket, at: now)
      } catch {
        // The host is gone; reading finds that out and says so.
        client.queue.clear()
      }
      if client.hasEnded && client.queue.count == 0 { clients[number] = nil }
    }
  }

  private func accept() throws(SystemError) -> Descriptor? {
    switch listener {
    case .some(let listener): try Sockets.accept(listener)
    case .none: nil
    }
  }
}
