import AgentCore
import JSONText

/// What the bytes of an answer are.
enum AnswerBody {
  /// JSON with or without a byte order mark, or text for a person.
  static func read(_ bytes: [UInt8]) -> CloudAnswer.Body {
    if bytes.isEmpty { return .empty }
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
    do { return .json(try JSONText.parse(text)) } catch {
      return .other(excerpt(bytes, limit: String.cloudTextLimit))
    }
  }

  /// The first bytes in one line that is safe to show.
  static func excerpt(_ bytes: [UInt8], limit: Int = 200) -> String {
    var text = String(decoding: bytes.prefix(limit), as: UTF8.self)
    // A character that was cut at the end decodes to the replacement character.
    if bytes.count > limit, text.unicodeScalars.last == "\u{FFFD}" { text.unicodeScalars.removeLast() }
    return text.inOneLine(limit: limit)
  }
}
