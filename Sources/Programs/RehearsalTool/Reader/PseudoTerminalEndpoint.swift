import LinuxSystem
import Rehearsal

/// A reader on a serial line that is a pseudo-terminal. There is one connection; it exists while a host has the port
/// open. What is sent meanwhile nobody hears: a serial line does not queue.
final class PseudoTerminalEndpoint: ReaderEndpoint {
  /// The number of the one connection.
  static let line = 0
  /// How often a closed port is looked at: the kernel wakes nobody when it is opened.
  private static let lookEvery: Int64 = 10_000_000

  let address: String
  private(set) var overrun = 0
  private var terminal: PseudoTerminal?
  private var link: DeviceLink?
  private var isOpen = false
  private var queue: PacedQueue
  private var place: Int?

  /// - Parameters:
  ///   - link: where the symbolic link to the host's end stands.
  ///   - baud: bits a second; nil for no limit.
  init(link: String, baud: Int?) throws(SystemError) {
    address = link
    queue = PacedQueue(baud: baud)
    try plug()
  }

  func nextDeadline(at now: Int64) -> Int64? {
    guard terminal != nil else { return nil }
    guard isOpen else { return now + PseudoTerminalEndpoint.lookEvery }
    return queue.nextDeadline.flatMap { $0 > now ? $0 : nil }
  }

  func follow(isPlugged: Bool, isRunning: Bool) throws(SystemError) -> [Int] {
    if !isRunning { queue.clear() }
    guard isPlugged != (terminal != nil) else { return [] }
    if isPlugged {
      try plug()
      return []
    }
    link = nil
    terminal = nil
    queue.clear()
    defer { isOpen = false }
    return isOpen ? [PseudoTerminalEndpoint.line] : []
  }

  func register(in poll: inout Poll, at now: Int64) {
    place = nil
    guard let terminal, isOpen else { return }
    var wanted: Poll.Readiness = queue.count > PseudoTerminalEndpoint.mostWaiting ? [] : .read
    if (queue.nextDeadline ?? .max) <= now { wanted.insert(.write) }
    place = poll.add(terminal.master.number, wanted)
  }

  func serve(after poll: borrowing Poll) throws(SystemError) -> [EndpointEvent] {
    guard let terminal else { return [] }
    var events: [EndpointEvent] = []
    if !isOpen && terminal.isOpen {
      isOpen = true
      events.append(.connected(PseudoTerminalEndpoint.line))
    } else if !isOpen || !(place.map { poll.readiness(at: $0).wantsReading } ?? false) {
      return []
    }
    let inflow = Inflow(from: terminal.master)
    if !inflow.bytes.isEmpty { events.append(.received(PseudoTerminalEndpoint.line, inflow.bytes)) }
    if inflow.hasEnded {
      isOpen = false
      queue.clear()
      terminal.forget()
      events.append(.disconnected(PseudoTerminalEndpoint.line))
    }
    return events
  }

  func send(_ transmission: ReaderTransmission) {
    guard isOpen else { return }
    if transmission.isPush && queue.count > PseudoTerminalEndpoint.mostWaiting {
      overrun += 1
    } else {
      queue.append(transmission.bytes)
    }
  }

  func flush(at now: Int64) {
    guard let terminal, isOpen else { return }
    // A write fails when the host has just gone; the next look finds that out.
    do { try queue.flush(to: terminal.master, at: now) } catch { queue.clear() }
  }

  private func plug() throws(SystemError) {
    let terminal = try PseudoTerminal()
    link = try DeviceLink(path: address, target: terminal.hostPath)
    self.terminal = terminal
  }
}
