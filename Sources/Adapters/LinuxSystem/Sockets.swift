import CLinux
import Glibc

/// Stream sockets on this machine: unix sockets and TCP on loopback.
public enum Sockets {
  /// Listens on a unix socket, not blocking. A socket that nobody serves any more is replaced.
  /// - Parameters:
  ///   - path: at most 107 bytes.
  ///   - mode: permission bits of the socket; at no moment has it more.
  public static func listen(unix path: String, mode: mode_t = 0o600) throws(SystemError) -> Descriptor {
    let address = try unixAddress(path)
    if try Files.status(path)?.kind == .socket {
      guard !isServed(path) else { throw SystemError("bind", path, number: EADDRINUSE) }
      unlink(path)
    }
    let listener = try socket(AF_UNIX)
    // The new file gets the permissions of the descriptor, less the umask; changing the umask itself would
    // strike the files that other threads create meanwhile.
    try system("fchmod", path) { fchmod(listener.number, mode) }
    try with(address, "bind", path) { bind(listener.number, $0, $1) }
    try system("chmod", path) { chmod(path, mode) }
    try system("listen", path) { Glibc.listen(listener.number, 128) }
    return listener
  }

  /// Connects to a unix socket; the descriptor blocks.
  /// - Parameter milliseconds: how long to wait at most while the server takes no connections (EAGAIN then); nil
  ///   for ever. Later writes have the same limit.
  public static func connect(unix path: String, milliseconds: Int? = nil) throws(SystemError) -> Descriptor {
    let address = try unixAddress(path)
    let client = Descriptor(
      owning: try system("socket") {
        Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      })
    if let milliseconds {
      // A limit of 0 would mean none.
      let limit = max(1, milliseconds)
      var time = timeval(tv_sec: limit / 1000, tv_usec: limit % 1000 * 1000)
      let size = socklen_t(MemoryLayout<timeval>.size)
      try system("setsockopt") { setsockopt(client.number, SOL_SOCKET, SO_SNDTIMEO, &time, size) }
    }
    try with(address, "connect", path) { Glibc.connect(client.number, $0, $1) }
    return client
  }

  /// Whether somebody serves that unix socket; a server too busy to answer counts.
  private static func isServed(_ path: String) -> Bool {
    do throws(SystemError) {
      _ = try connect(unix: path, milliseconds: 1000)
      return true
    } catch { return error.number != ECONNREFUSED && error.number != ENOENT }
  }

  /// Listens on a TCP port of 127.0.0.1, not blocking.
  /// - Parameter port: 0 takes a free one; `port(of:)` tells which.
  public static func listen(loopbackPort port: UInt16) throws(SystemError) -> Descriptor {
    let listener = try socket(AF_INET)
    var yes: Int32 = 1
    setsockopt(listener.number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    try with(address, "bind", "127.0.0.1:\(port)") { bind(listener.number, $0, $1) }
    try system("listen", "127.0.0.1:\(port)") { Glibc.listen(listener.number, 16) }
    return listener
  }

  /// The TCP port that a socket is bound to.
  public static func port(of socket: borrowing Descriptor) throws(SystemError) -> UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let number = socket.number
    try withUnsafeMutableBytes(of: &address) { buffer throws(SystemError) in
      let pointer = buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      try system("getsockname") { getsockname(number, pointer, &length) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Takes the next connection, not blocking; nil when none waits.
  public static func accept(_ listener: borrowing Descriptor) throws(SystemError) -> Descriptor? {
    let number = listener.number
    do {
      return Descriptor(
        owning: try system("accept") {
          accept4(number, nil, nil, Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue))
        })
    } catch {
      if error.number == EAGAIN || error.number == ECONNABORTED { return nil }
      throw error
    }
  }

  private static func socket(_ family: Int32) throws(SystemError) -> Descriptor {
    Descriptor(
      owning: try system("socket") {
        Glibc.socket(
          family,
          Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      })
  }

  private static func unixAddress(_ path: String) throws(SystemError) -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw SystemError("bind", path, number: ENAMETOOLONG)
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return address
  }

  private static func with<Address>(
    _ address: Address, _ operation: String, _ subject: String,
    _ call: (UnsafePointer<sockaddr>?, socklen_t) -> Int32
  ) throws(SystemError) {
    try withUnsafeBytes(of: address) { buffer throws(SystemError) in
      let pointer = buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      try system(operation, subject) { call(pointer, socklen_t(MemoryLayout<Address>.size)) }
    }
  }
}
