import CLinux
import Glibc
import LinuxSystem

/// The reader's end of a pseudo-terminal; the host opens the other end as a serial port.
final class PseudoTerminal {
  /// Our end; not blocking.
  let master: Descriptor
  /// Path of the host's end.
  let hostPath: String

  /// A new pair, raw and without echo, which nobody has open.
  init() throws(SystemError) {
    var settings = termios()
    cfmakeraw(&settings)
    settings.c_cflag |= tcflag_t(CREAD | CLOCAL)
    cfsetspeed(&settings, speed_t(B115200))
    var numbers: (master: Int32, host: Int32) = (-1, -1)
    var name = [CChar](repeating: 0, count: 128)
    try system("openpty") { openpty(&numbers.master, &numbers.host, &name, &settings, nil) }
    master = Descriptor(owning: numbers.master)
    hostPath = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    // The kernel says "hung up" only after the host's end was open once; this close makes it say so from now on.
    close(numbers.host)
    try system("fcntl") { fcntl(numbers.master, F_SETFD, FD_CLOEXEC) }
    try master.setNonBlocking()
  }

  /// Whether a host has its end open.
  var isOpen: Bool {
    guard let readiness = try? Poll.wait(for: master.number, [], milliseconds: 0) else { return false }
    return !readiness.contains(.hangUp)
  }

  /// Throws away what the host has not read: a serial line keeps nothing for the next one who opens it. Only the
  /// host's end can be told to forget what has arrived there.
  func forget() {
    let host = open(hostPath, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard host >= 0 else { return }
    tcflush(host, TCIFLUSH)
    close(host)
  }
}
