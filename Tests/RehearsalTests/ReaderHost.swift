import Glibc
import LinuxSystem

/// A host's end of the line to a reader that runs as a program.
final class ReaderHost {
  private let line: Descriptor
  private var received: [UInt8] = []

  /// Opens a serial port.
  init(port path: String) throws(SystemError) {
    line = Descriptor(
      owning: try system("open", path) { open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) })
  }

  /// Connects to a TCP port of this machine.
  init(tcp port: UInt16) throws(SystemError) {
    let socket = Descriptor(
      owning: try system("socket") { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) })
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let number = socket.number
    try withUnsafeBytes(of: address) { buffer throws(SystemError) in
      let pointer = buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self)
      try system("connect") { connect(number, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    try socket.setNonBlocking()
    line = socket
  }

  /// Sends a command.
  func say(_ command: String) throws(SystemError) { try line.writeAll(Array("\(command)\r\n".utf8)) }

  /// Sends bytes as far as the line takes them, without waiting.
  /// - Returns: how many went.
  func pour(_ bytes: [UInt8]) -> Int {
    guard case .bytes(let count)? = bytes.withUnsafeBytes({ try? line.write($0) }) else { return 0 }
    return count
  }

  /// The next line without its CR LF.
  /// - Throws: ETIMEDOUT after 10 s, ECONNRESET when the reader is gone.
  func hear() throws(SystemError) -> String {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        let text = String(decoding: received[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        received.removeSubrange(...end)
        return text
      }
      guard try !hasEnded(within: 10_000) else { throw SystemError("read", number: ECONNRESET) }
    }
  }

  /// Sends a command and gives the next line.
  func ask(_ command: String) throws(SystemError) -> String {
    try say(command)
    return try hear()
  }

  /// Waits for bytes or the end.
  /// - Returns: whether the reader is gone.
  func hasEnded(within milliseconds: Int32) throws(SystemError) -> Bool {
    guard try Poll.wait(for: line.number, .read, milliseconds: milliseconds) != [] else {
      throw SystemError("read", number: ETIMEDOUT)
    }
    var chunk = [UInt8](repeating: 0, count: 4096)
    let transfer = chunk.withUnsafeMutableBytes { buffer in try? line.read(into: buffer) }
    switch transfer {
    case .bytes(let count):
      received += chunk[..<count]
      return false
    case .wouldBlock: return false
    case .end, nil: return true
    }
  }
}
