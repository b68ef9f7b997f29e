import AgentCore
import CCurl

/// The header lines of an answer that the agent uses.
struct AnswerHead {
  /// When the status line came, by the host's wall clock.
  private(set) var receivedAt = WallTime(milliseconds: 0)
  /// The `Date` header.
  private(set) var date: WallTime?
  /// Whether the empty line has come that ends a head; a connection that breaks before is no answer.
  private(set) var isComplete = false
  private var retryAfterText: String?

  /// Takes one line. A status line begins a new answer: an interim one (1xx) may stand before the real one.
  mutating func take(_ line: String, at now: WallTime) {
    if line.hasPrefix("HTTP/") {
      self = AnswerHead()
      receivedAt = now
      return
    }
    // What comes behind the head are the trailers of a body.
    guard !isComplete else { return }
    if line == "\r\n" || line == "\n" {
      isComplete = true
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = line[line.index(after: colon)...].trimmed
    switch line[..<colon].lowercased() {
    case "date": date = AnswerHead.date(value)
    case "retry-after": retryAfterText = value
    default: break
    }
  }

  /// How long the server asks to wait (RFC 9110, 10.2.3): seconds, or a moment of the server's own clock. Without a
  /// `Date` header that moment is held against the host's clock.
  func retryAfter(hostTime: WallTime) -> Duration? {
    guard let text = retryAfterText else { return nil }
    if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
      // Longer than a year is as good as a year.
      return .seconds(min(Int64(text) ?? Int64.max, 31_536_000))
    }
    guard let moment = AnswerHead.date(text) else { return nil }
    return max(.zero, moment - (date ?? hostTime))
  }

  /// Reads an IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers may send. Anything else is no
  /// time: the host's clock is held against it, and libcurl's reader alone would make a time of nearly anything.
  static func date(_ text: String) -> WallTime? {
    guard text.utf8.count == 29, text.hasSuffix(" GMT") else { return nil }
    let seconds = curl_getdate(text, nil)
    return seconds < 0 ? nil : WallTime(milliseconds: Int64(seconds) * 1000)
  }
}

extension Substring {
  fileprivate var trimmed: String {
    var rest = self
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest.drop { $0.isWhitespace })
  }
}
