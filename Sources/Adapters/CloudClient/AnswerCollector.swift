import AgentCore
import LinuxSystem

/// Takes what libcurl receives: header lines and body bytes, within bounds.
final class AnswerCollector {
  /// Most bytes of a body: 4 MiB.
  static let limit = 4 << 20

  private(set) var head = AnswerHead()
  private(set) var body: [UInt8] = []
  private(set) var isTooLarge = false

  /// A header line with its line end.
  func takeHeader(_ line: UnsafeRawBufferPointer) {
    head.take(String(decoding: line, as: UTF8.self), at: WallTime(milliseconds: SystemClock.wallMilliseconds))
  }

  /// Bytes of the body.
  /// - Returns: whether they were taken; false ends the transfer.
  func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= AnswerCollector.limit else {
      isTooLarge = true
      body = []
      return false
    }
    body.append(contentsOf: bytes)
    return true
  }
}
