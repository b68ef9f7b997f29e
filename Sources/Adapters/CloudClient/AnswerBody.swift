import AgentCore
import JSONText

/// What the bytes of an answer are.
enum AnswerBody {
  /// JSON with or without a byte order mark, or text for a person.
  static func read(_ bytes: [UInt8]) -> CloudAnswer.Body {
    if bytes.isEmpty { return .empty }
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
    do { return .json(try JSONText.parse(text)) } catch { return .other(excerpt(bytes)) }
  }

  /// The first 200 bytes in one line that is safe to show: white space becomes a space, other control and format
  /// characters go.
  static func excerpt(_ bytes: [UInt8]) -> String {
    var text = String.UnicodeScalarView()
    for scalar in String(decoding: bytes.prefix(200), as: UTF8.self).unicodeScalars {
      if scalar.properties.isWhitespace {
        if let last = text.last, last != " " { text.append(" ") }
        continue
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned: break
      default: text.append(scalar)
      }
    }
    if text.last == " " { text.removeLast() }
    // A character that was cut at the end decodes to the replacement character.
    if bytes.count > 200, text.last == "\u{FFFD}" { text.removeLast() }
    return String(text)
  }
}
