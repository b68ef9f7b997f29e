import Glibc
import LinuxSystem
import Synchronization

/// Stands on the TCP line between reader and daemon, hands on every byte, and notes when it handed on each passing. It
/// serves one daemon's connection after the other.
final class LineRelay: Sendable {
  /// When passing number `index + 1` was handed to the daemon's socket, in monotonic nanoseconds; 0: not yet.
  private final class Times: Sendable {
    let values = Mutex<[Int64]>([])

    func note(_ number: Int, at time: Int64) {
      guard (1...10_000_000).contains(number) else { return }
      values.withLock { values in
        while values.count < number { values.append(0) }
        if values[number - 1] == 0 { values[number - 1] = time }
      }
    }
  }

  /// The port that the daemon connects to.
  let port: UInt16
  private let times = Times()
  private let wakeUp: WakeUp
  private let thread: WorkerThread

  /// - Parameter readerPort: TCP port of 127.0.0.1 that the reader listens on.
  init(readerPort: UInt16) throws(SystemError) {
    let listener = try Sockets.listen(loopbackPort: 0)
    port = try Sockets.port(of: listener)
    let wakeUp = try WakeUp()
    self.wakeUp = wakeUp
    let number = listener.release()
    let times = times
    thread = try WorkerThread(name: "relay") {
      let listener = Descriptor(owning: number)
      // Whatever ends a connection, the daemon makes a new one.
      while (try? LineRelay.serve(listener, readerPort, wakeUp.descriptor, times)) ?? true {}
    }
  }

  /// When each passing was handed to the daemon, by number from 1 on.
  var handedOn: [Int64] { times.values.withLock { $0 } }

  deinit { stop() }

  func stop() {
    wakeUp.call()
    thread.join()
  }

  /// Serves one connection.
  /// - Returns: whether there may be another.
  private static func serve(
    _ listener: borrowing Descriptor, _ readerPort: UInt16, _ stop: Int32, _ times: Times
  ) throws(SystemError) -> Bool {
    var poll = Poll()
    poll.add(stop, .read)
    poll.add(listener.number, .read)
    try poll.wait(milliseconds: -1)
    guard poll.readiness(at: 0).isEmpty else { return false }
    guard let daemon = try Sockets.accept(listener) else { return true }
    let reader = try connect(to: readerPort)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    defer { buffer.deallocate() }
    var line = NumberOfLine()
    while true {
      poll.removeAll()
      poll.add(stop, .read)
      poll.add(daemon.number, .read)
      poll.add(reader.number, .read)
      try poll.wait(milliseconds: -1)
      guard poll.readiness(at: 0).isEmpty else { return false }
      if !poll.readiness(at: 1).isEmpty {
        guard case .bytes(let count) = try daemon.read(into: buffer) else { return true }
        try reader.writeAll(Array(buffer[..<count]))
      }
      if !poll.readiness(at: 2).isEmpty {
        guard case .bytes(let count) = try reader.read(into: buffer) else { return true }
        // Before it is written: whatever the daemon takes from then on counts.
        let now = SystemClock.monotonicNanoseconds
        for byte in buffer[..<count] {
          if let number = line.take(byte) { times.note(number, at: now) }
        }
        try daemon.writeAll(Array(buffer[..<count]))
      }
    }
  }

  private static func connect(to port: UInt16) throws(SystemError) -> Descriptor {
    let socket = Descriptor(
      owning: try system("socket") {
        Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      })
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let number = socket.number
    try withUnsafeBytes(of: address) { buffer throws(SystemError) in
      let pointer = buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      try system("connect", "127.0.0.1:\(port)") {
        Glibc.connect(number, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return socket
  }
}

/// Finds the running numbers in what a reader sends: a passing is a line that begins with digits and a semicolon.
private struct NumberOfLine {
  private var number: Int? = 0
  private var digits = 0

  /// Takes the next byte.
  /// - Returns: the number of a passing whose line ends with it.
  mutating func take(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x0A:
      defer { self = NumberOfLine() }
      return isPassing ? number : nil
    case 0x30...0x39 where !isPassing:
      guard digits < 9, let so = number else {
        number = nil
        return nil
      }
      number = so * 10 + Int(byte - 0x30)
      digits += 1
    case 0x3B where !isPassing && digits > 0: isPassing = number != nil
    case _: if !isPassing { number = nil }
    }
    return nil
  }

  private var isPassing = false
}
