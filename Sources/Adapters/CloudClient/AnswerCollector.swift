import AgentCore
import LinuxSystem

/// Takes what libcurl receives: header lines and body bytes, within bounds.
final class AnswerCollector {
  /// Most bytes of a body: 4 MiB.
  static let limit = 4 << 20
  /// Bytes that are kept of one that is larger.
  static let kept = 64 << 10

  private(set) var head = AnswerHead()
  private(set) var body: [UInt8] = []
  private(set) var isTooLarge = false

  /// A header line with its line end.
  func takeHeader(_ line: UnsafeRawBufferPointer) {
    head.take(String(decoding: line, as: UTF8.self), at: WallTime(milliseconds: SystemClock.wallMilliseconds))
  }

  /// Bytes of the body. Of one that is too large the beginning is kept: it may be the words of an error.
  /// - Returns: whether they were taken; false ends the transfer.
  func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    body.append(contentsOf: bytes.prefix(AnswerCollector.limit - body.count + 1))
    guard body.count > AnswerCollector.limit else { return true }
    isTooLarge = true
    body = Array(body.prefix(AnswerCollector.kept))
    return false
  }
}
