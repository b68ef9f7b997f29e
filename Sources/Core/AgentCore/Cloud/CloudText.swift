// Text that the cloud sends is shown, logged and stored: it is cut, and holds nothing that a terminal obeys.

extension String {
  /// Most bytes of a text of the cloud that is stored or logged.
  public static let cloudTextLimit = 2048

  /// The longest beginning of at most so many bytes that ends at the end of a character; three dots stand for the rest.
  public func cut(toBytes limit: Int = String.cloudTextLimit) -> String {
    guard utf8.count > limit else { return self }
    var kept = ""
    var size = 0
    for character in self {
      let more = character.utf8.count
      guard size + more + 3 <= limit else { break }
      kept.append(character)
      size += more
    }
    return kept + "..."
  }

  /// In one line that is safe to show: white space becomes a space, other control and format characters go.
  /// - Parameter limit: in bytes.
  public func inOneLine(limit: Int = String.cloudTextLimit) -> String {
    var text = String.UnicodeScalarView()
    var size = 0
    // What is cut anyway need not be looked at.
    for scalar in unicodeScalars {
      guard size <= limit else { break }
      if scalar.properties.isWhitespace {
        if let last = text.last, last != " " {
          text.append(" ")
          size += 1
        }
        continue
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned: break
      default:
        text.append(scalar)
        size += UTF8.width(scalar)
      }
    }
    if text.last == " " { text.removeLast() }
    return String(text).cut(toBytes: limit)
  }

  /// The value that stands behind a name in a text that should have been JSON, as the vendor's pages show their errors:
  /// `{ description: "Device not found", }`.
  /// - Returns: what stands between quotation marks, perhaps nothing, or up to a comma, brace or blank; nil when there
  ///   is none.
  func looseField(_ name: String) -> String? {
    let bytes = Array(utf8)
    let wanted = Array(name.utf8)
    var index = 0
    while index + wanted.count < bytes.count {
      defer { index += 1 }
      guard bytes[index...].starts(with: wanted), index == 0 || !bytes[index - 1].isPartOfName else {
        continue
      }
      var next = index + wanted.count
      func skip(_ condition: (UInt8) -> Bool) {
        while next < bytes.count, condition(bytes[next]) { next += 1 }
      }
      skip { $0.isQuote }
      skip { $0.isBlank }
      guard next < bytes.count, bytes[next] == UInt8(ascii: ":") else { continue }
      next += 1
      skip { $0.isBlank }
      guard next < bytes.count else { return nil }
      let isQuoted = bytes[next].isQuote
      let quote = bytes[next]
      if isQuoted { next += 1 }
      let value = bytes[next...].prefix { byte in
        isQuoted
          ? byte != quote
          : !byte.isBlank && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "}")
      }
      return value.isEmpty && !isQuoted ? nil : String(decoding: value, as: UTF8.self)
    }
    return nil
  }
}

extension UInt8 {
  fileprivate var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") }
  fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || (9...13).contains(self) }
  fileprivate var isPartOfName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
