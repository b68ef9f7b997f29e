import AgentCore
import CSerialPort
import Glibc
import LinuxSystem

/// An open line: a descriptor that never blocks, and what is behind it.
struct OpenedLine: ~Copyable {
  /// What is behind a line.
  enum Kind: Sendable {
    /// A serial port.
    case serial
    /// A pty.
    case pty
    /// A TCP connection.
    case tcp
  }

  let descriptor: Descriptor
  let kind: Kind
  /// What the address resolved to.
  let device: String

  /// Throws away what has come so far.
  func flushInput() {
    if kind != .tcp { tcflush(descriptor.number, TCIFLUSH) }
  }

  /// Writes once, as much as goes; a closed connection is an error (EPIPE), never a signal.
  func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Descriptor.Transfer {
    guard kind == .tcp else { return try descriptor.write(bytes) }
    do throws(SystemError) {
      let number = descriptor.number
      return .bytes(
        try system("send") { send(number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) })
    } catch {
      if error.number == EAGAIN { return .wouldBlock }
      throw error
    }
  }

  /// Lets go of the port, so that it can be opened again at once. Bytes that an adapter does not take are thrown
  /// away: closing would wait for them, up to 30 s.
  deinit {
    guard kind != .tcp else { return }
    descriptor.unlock()
    guard kind == .serial else { return }
    tcflush(descriptor.number, TCOFLUSH)
    _ = one4all_tty_shared(descriptor.number)
  }

  /// In words, why nothing can be read any more.
  func lossReason(_ error: SystemError?) -> String {
    switch kind {
    case .serial:
      guard let error, ![EIO, ENXIO, ENODEV, EBADF].contains(error.number) else { return "unplugged" }
      return "\(error)"
    case .pty:
      guard let error, error.number != EIO else { return "the other end of the pty was closed" }
      return "\(error)"
    case .tcp: return error.map { "\($0)" } ?? "closed by the other end"
    }
  }
}

extension OpenedLine {
  /// The first major device number of pty slaves, and the last.
  private static let ptyMajors: ClosedRange<UInt32> = 136...143

  /// Opens a device node: a serial port through libserialport, a pty through termios.
  static func open(device path: String, _ options: LineOptions) throws(LineFailure) -> OpenedLine {
    let resolved: String
    do throws(SystemError) { resolved = try Files.resolve(path) } catch {
      switch error.number {
      case ENOENT, ENOTDIR, ENXIO, ENODEV: throw .absent(path: path, present: SerialPorts.names())
      case EACCES: throw .notPermitted(path: path)
      default: throw failure(error, path)
      }
    }
    guard let status = try? Files.status(resolved) else {
      throw .absent(path: path, present: SerialPorts.names())
    }
    guard status.kind == .characterDevice else { throw .notATerminal(path: path) }
    // Major number as in makedev(3) of Linux: bits 8 to 19.
    let major = UInt32(truncatingIfNeeded: status.device >> 8) & 0xFFF
    return ptyMajors.contains(major)
      ? try openPty(path, resolved) : try openSerial(path, resolved, options)
  }

  /// What a failed call on a port means.
  static func failure(_ error: SystemError, _ path: String) -> LineFailure {
    switch error.number {
    case ENOENT, ENXIO, ENODEV: .absent(path: path, present: SerialPorts.names())
    case EBUSY, EWOULDBLOCK:
      .busy(path: path, holder: PortHolders.locking(path) ?? PortHolders.of(path).first)
    case EACCES, EPERM: .notPermitted(path: path)
    case ENOTTY: .notATerminal(path: path)
    default:
      .failed(operation: error.operation, path: path, number: error.number, reason: error.reason)
    }
  }

  /// Raw bytes, whatever was set before: no echo, no translation, one stop bit, no flow control, no modem lines, no
  /// hang-up when closed, and a read that says "nothing yet" and "gone" apart.
  static func makeRaw(_ descriptor: borrowing Descriptor, _ path: String) throws(SystemError) {
    let number = descriptor.number
    var terminal = termios()
    try system("tcgetattr", path) { tcgetattr(number, &terminal) }
    cfmakeraw(&terminal)
    terminal.c_cflag |= tcflag_t(CLOCAL | CREAD)
    // cfmakeraw leaves all of these as they were, and some versions of libserialport leave CRTSCTS as well.
    terminal.c_iflag &= ~tcflag_t(IXOFF | IXANY)
    terminal.c_cflag &= ~(tcflag_t(CSTOPB | HUPCL) | tcflag_t(CRTSCTS))
    withUnsafeMutableBytes(of: &terminal.c_cc) { bytes in
      bytes[Int(VMIN)] = 1
      bytes[Int(VTIME)] = 0
    }
    try system("tcsetattr", path) { tcsetattr(number, TCSANOW, &terminal) }
  }

  private static func openPty(_ path: String, _ resolved: String) throws(LineFailure) -> OpenedLine {
    do throws(SystemError) {
      let descriptor = Descriptor(
        owning: try system("open", path) {
          Glibc.open(resolved, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        })
      // No TIOCEXCL: a pty keeps it after the last close, until its other end goes as well, and would then keep
      // out every later opening that is not root's, ours included.
      try descriptor.lock(path)
      try makeRaw(descriptor, path)
      return OpenedLine(descriptor: descriptor, kind: .pty, device: resolved)
    } catch {
      // A pty whose other end is gone answers EIO.
      if error.number == EIO { throw .absent(path: path, present: SerialPorts.names()) }
      throw failure(error, path)
    }
  }
}
