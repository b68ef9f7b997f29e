import Glibc
import LinuxSystem

/// What a service manager listens on: a program says `READY=1` there once it works.
final class NotifySocket {
  let path: String
  private let socket: Descriptor

  init(path: String) throws(SystemError) {
    self.path = path
    socket = Descriptor(
      owning: try system("socket") {
        Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      })
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw SystemError("bind", path, number: ENAMETOOLONG)
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let number = socket.number
    try withUnsafeBytes(of: address) { buffer throws(SystemError) in
      let pointer = buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      try system("bind", path) { bind(number, pointer, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }

  deinit { unlink(path) }

  /// Waits until a program says that it is ready.
  /// - Returns: when that was heard, in monotonic nanoseconds; nil when the time is over.
  func waitForReady(milliseconds: Int64) throws(SystemError) -> Int64? {
    let end = SystemClock.monotonicNanoseconds + milliseconds * 1_000_000
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let left = (end - SystemClock.monotonicNanoseconds) / 1_000_000
      guard left > 0 else { return nil }
      guard try !Poll.wait(for: socket.number, .read, milliseconds: Int32(clamping: left)).isEmpty else {
        continue
      }
      guard case .bytes(let count) = try socket.read(into: buffer) else { continue }
      let heard = SystemClock.monotonicNanoseconds
      let words = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
      if words.contains("READY=1") { return heard }
    }
  }
}
