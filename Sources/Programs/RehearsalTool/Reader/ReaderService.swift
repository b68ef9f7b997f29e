import Glibc
import JSONText
import LinuxSystem
import Rehearsal
import ZoneDatabase

/// Serves a simulated reader to hosts, in one poll loop.
final class ReaderService {
  /// Where hosts connect.
  private final class ListenerBox {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }

  /// One host.
  private final class HostBox {
    /// nil on the pty, whose descriptor is the pty's.
    let socket: Descriptor?
    let number: Int32?
    var outgoing: [UInt8] = []
    init(_ socket: consuming Descriptor) {
      number = socket.number
      self.socket = consume socket
    }
    /// The host on the pty.
    init() {
      number = nil
      socket = nil
    }
  }

  /// What a host does not take any more is dropped, as on a wire.
  private static let outgoingLimit = 1 << 20
  /// How often a pty is looked at while nobody has it open.
  private static let look: Int64 = 20

  private var reader: SimulatedReader
  private let port: ReaderPort
  private let zone: String
  /// Bytes a second; nil for as fast as it goes.
  private let pace: Double?
  private let note: ((String) -> Void)?

  private var pty: PtyEnd?
  private var listener: ListenerBox?
  private(set) var tcpPort: UInt16?
  private var hosts: [Int: HostBox] = [:]
  private var nextHost = 1
  private var lastPacedAt: Int64
  private var credit = 0.0

  init(
    _ settings: SimulatedReader.Settings, port: ReaderPort, baud: Int?, note: ((String) -> Void)?
  ) throws(SystemError) {
    self.port = port
    self.note = note
    zone = settings.timeZone
    pace = baud.map { Double($0) / 10 }
    lastPacedAt = SystemClock.monotonicNanoseconds / 1_000_000
    reader = SimulatedReader(settings, at: ReaderService.now(zone))
    try plug()
  }

  /// Where hosts find it.
  var address: String {
    switch port {
    case .pty(let link): link
    case .tcp: "tcp://127.0.0.1:\(tcpPort ?? 0)"
    }
  }

  private static func now(_ zone: String) -> SimulatedReader.Moment {
    let wall = SystemClock.wallMilliseconds
    return SimulatedReader.Moment(
      elapsed: SystemClock.monotonicNanoseconds / 1_000_000,
      local: ZoneDatabase.local(utc: wall, zone: zone) ?? wall)
  }

  private var now: SimulatedReader.Moment { ReaderService.now(zone) }

  // MARK: The cable

  private func plug() throws(SystemError) {
    switch port {
    case .pty(let link): if pty == nil { pty = try PtyEnd(link: link) }
    case .tcp(let wanted):
      guard listener == nil else { return }
      let open = try Sockets.listen(loopbackPort: tcpPort ?? wanted)
      tcpPort = try Sockets.port(of: open)
      listener = ListenerBox(open)
    }
  }

  private func unplug() {
    for host in hosts.keys { drop(host) }
    pty = nil
    listener = nil
  }

  private func drop(_ host: Int) {
    hosts[host] = nil
    reader.disconnected(host)
    note?("host \(host) is gone")
  }

  private func add(_ box: HostBox) {
    let host = nextHost
    nextHost += 1
    hosts[host] = box
    note?("host \(host) has connected")
    send(reader.connected(host, at: now))
  }

  // MARK: Orders

  /// Does what a command says; the answer.
  func tell(_ text: String) -> String {
    if text.trimmedWord == "help" {
      return ReaderOrder.commands.map { "\($0.syntax): \($0.meaning)" }.joined(separator: "\n")
    }
    let order: ReaderOrder
    do throws(ReaderOrderError) { order = try ReaderOrder(text) } catch {
      return ControlChannel.refusal("\(error)")
    }
    switch order {
    case .identity: return JSONText.write(reader.identity)
    case .plugged(true):
      do throws(SystemError) { try plug() } catch { return ControlChannel.refusal("\(error)") }
      return "ok"
    case .plugged(false):
      unplug()
      return "ok"
    default:
      let (output, answer) = reader.carryOut(order, at: now)
      send(output)
      return answer
    }
  }

  // MARK: The loop

  /// How long the loop may wait, milliseconds; -1 for ever.
  var waitMilliseconds: Int32 {
    let elapsed = SystemClock.monotonicNanoseconds / 1_000_000
    var waits = [reader.nextDeadline.map { max(0, $0 - elapsed) }]
    if pty != nil && hosts.isEmpty { waits.append(ReaderService.look) }
    if pace != nil && hosts.values.contains(where: { !$0.outgoing.isEmpty }) { waits.append(5) }
    return waits.compactMap { $0 }.min().map { Int32(clamping: $0) } ?? -1
  }

  /// Adds what it waits for.
  func register(in poll: inout Poll) {
    if let listener { poll.add(listener.descriptor.number, .read) }
    for host in hosts.values {
      guard let number = host.number ?? pty?.master.number else { continue }
      poll.add(number, pace == nil && !host.outgoing.isEmpty ? [.read, .write] : .read)
    }
  }

  /// Does what there is to do, without waiting.
  func turn() {
    acceptHosts()
    for host in hosts.keys.sorted() { readAll(from: host) }
    send(reader.advance(to: now))
    writeAll()
  }

  private func acceptHosts() {
    if let pty, hosts.isEmpty, pty.isOpen { add(HostBox()) }
    while let listener {
      do throws(SystemError) {
        guard let socket = try Sockets.accept(listener.descriptor) else { return }
        add(HostBox(socket))
      } catch { return }
    }
  }

  private func readAll(from host: Int) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    defer { buffer.deallocate() }
    while let box = hosts[host] {
      let transfer: Descriptor.Transfer
      do throws(SystemError) {
        if box.socket != nil {
          transfer = try box.socket?.read(into: buffer) ?? .end
        } else if let pty {
          transfer = try pty.master.read(into: buffer)
        } else {
          transfer = .end
        }
      } catch {
        // EIO on a master: nobody has the slave open.
        drop(host)
        return
      }
      switch transfer {
      case .bytes(let count):
        let bytes = Array(buffer[..<count])
        note?("> " + String(decoding: bytes.filter { $0 >= 32 }, as: UTF8.self))
        send(reader.received(bytes, on: host, at: now))
      case .wouldBlock: return
      case .end:
        drop(host)
        return
      }
    }
  }

  private func send(_ outputs: [SimulatedReader.Output]) {
    for output in outputs {
      guard let box = hosts[output.connection], box.outgoing.count < ReaderService.outgoingLimit else {
        continue
      }
      box.outgoing += output.bytes
    }
    if !outputs.isEmpty { writeAll() }
  }

  private func writeAll() {
    var allowance = Int.max
    if let pace {
      let elapsed = SystemClock.monotonicNanoseconds / 1_000_000
      credit = min(pace / 20, credit + Double(elapsed - lastPacedAt) * pace / 1000)
      lastPacedAt = elapsed
      allowance = Int(credit)
    }
    for host in hosts.keys.sorted() {
      guard let box = hosts[host], !box.outgoing.isEmpty, allowance > 0 else { continue }
      let count = min(allowance, box.outgoing.count)
      guard let written = write(Array(box.outgoing[..<count]), to: box) else {
        drop(host)
        continue
      }
      box.outgoing.removeFirst(written)
      if pace != nil {
        credit -= Double(written)
        allowance -= written
      }
    }
  }

  /// - Returns: how many bytes went; nil when the host is gone.
  private func write(_ bytes: [UInt8], to box: HostBox) -> Int? {
    do throws(SystemError) {
      let transfer = try bytes.span.bytes.withUnsafeBytes {
        buffer throws(SystemError) -> Descriptor.Transfer in
        if box.socket != nil { return try box.socket?.write(buffer) ?? .wouldBlock }
        guard let pty else { return .wouldBlock }
        // What is written to a pty that nobody has open would wait there for the next one who opens it.
        guard pty.isOpen else { throw SystemError("write", number: EIO) }
        return try pty.master.write(buffer)
      }
      if case .bytes(let count) = transfer { return count }
      return 0
    } catch { return nil }
  }
}

extension String {
  fileprivate var trimmedWord: String { String(split(separator: " ").first ?? "") }
}
