import Glibc
public import LinuxSystem

/// The other end of a `ControlChannel`.
public enum ControlClient {
  /// Gives one command and waits for its answer.
  /// - Parameters:
  ///   - command: one line, without its end.
  ///   - path: of the unix socket.
  ///   - milliseconds: longest silence before it gives up (ETIMEDOUT).
  /// - Returns: the lines of the answer, without the empty one that ends it.
  public static func tell(
    _ command: String, at path: String, milliseconds: Int32 = 10_000
  ) throws(SystemError) -> String {
    let connection = try Sockets.connect(unix: path)
    try connection.writeAll(Array((command + "\n").utf8))
    var answer: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    defer { chunk.deallocate() }
    while !ends(answer) {
      guard try Poll.wait(for: connection.number, .read, milliseconds: milliseconds) != [] else {
        throw SystemError("read", path, number: ETIMEDOUT)
      }
      switch try connection.read(into: chunk) {
      case .bytes(let count): answer += chunk[..<count]
      case .wouldBlock: continue
      case .end: throw SystemError("read", path, number: ECONNRESET)
      }
    }
    return String(decoding: answer.dropLast(2), as: UTF8.self)
  }

  private static func ends(_ answer: [UInt8]) -> Bool {
    answer.suffix(2) == [UInt8(ascii: "\n"), UInt8(ascii: "\n")]
  }
}
