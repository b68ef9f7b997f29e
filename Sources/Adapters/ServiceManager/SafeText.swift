/// Text from outside, made fit for a log: one line, nothing that a terminal would act on, bounded.
enum SafeText {
  /// Longer texts end in `…`.
  static let longest = 2000

  /// Control and format characters and line separators are written out: `\n`, `\r`, `\t`, `\x1b`, `\u{202e}`.
  static func line(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      count += 1
      guard count <= longest else {
        result.append("…")
        break
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        result.append(contentsOf: escape(scalar).unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      let digits = String(scalar.value, radix: 16)
      guard scalar.value < 0x100 else { return "\\u{\(digits)}" }
      return "\\x" + (digits.utf8.count == 1 ? "0" + digits : digits)
    }
  }
}
