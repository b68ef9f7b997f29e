import CLinux
import Glibc
import LinuxSystem

/// Where hosts reach the simulated reader: a pty behind a link, or a TCP port of loopback.
enum ReaderPort: Equatable {
  case pty(link: String)
  case tcp(port: UInt16)
}

/// A pty whose slave stands behind a symbolic link.
final class PtyEnd {
  let master: Descriptor
  private let link: String

  /// Makes a pty, raw and without echo, and the link; a link that is there is replaced, anything else is not.
  init(link: String) throws(SystemError) {
    if let status = try Files.status(link, followingLinks: false), status.kind != .link {
      throw SystemError("symlink", link, number: EEXIST)
    }
    var numbers: (master: Int32, slave: Int32) = (-1, -1)
    var name = [CChar](repeating: 0, count: 128)
    try system("openpty", link) { openpty(&numbers.master, &numbers.slave, &name, nil, nil) }
    master = Descriptor(owning: numbers.master)
    self.link = link
    // Closed again at once: a slave that has been open and is not says "nobody there" on the master.
    let slave = Descriptor(owning: numbers.slave)
    var terminal = termios()
    try system("tcgetattr", link) { tcgetattr(slave.number, &terminal) }
    cfmakeraw(&terminal)
    try system("tcsetattr", link) { tcsetattr(slave.number, TCSANOW, &terminal) }
    try system("fcntl", link) { fcntl(numbers.master, F_SETFD, FD_CLOEXEC) }
    try master.setNonBlocking()
    let path = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let temporary = "\(link).\(getpid())"
    unlink(temporary)
    try system("symlink", temporary) { symlink(path, temporary) }
    try system("rename", temporary) { rename(temporary, link) }
  }

  /// Whether a host has the pty open.
  var isOpen: Bool {
    let readiness = (try? Poll.wait(for: master.number, .read, milliseconds: 0)) ?? .failure
    return !readiness.contains(.hangUp)
  }

  deinit { unlink(link) }
}
