/// A line for a terminal: pieces of text, some of them coloured.
struct TerminalLine {
  /// ANSI colours by their meaning.
  enum Colour: String {
    case good = "32"
    case bad = "31"
    case doubtful = "33"
    case faint = "2"
  }

  private var pieces: [(text: String, colour: Colour?)] = []

  init(_ text: String = "", _ colour: Colour? = nil) { add(text, colour) }

  mutating func add(_ text: String, _ colour: Colour? = nil) {
    guard !text.isEmpty else { return }
    if let last = pieces.last, last.colour == colour {
      pieces[pieces.count - 1].text += TerminalText.safe(text)
    } else {
      pieces.append((TerminalText.safe(text), colour))
    }
  }

  /// The line in as many lines as it takes, broken at spaces and in words that are longer than a line; those behind
  /// the first begin with so many spaces, fewer than `width`.
  func wrapped(width: Int, indent: Int) -> [TerminalLine] {
    var lines = [TerminalLine()]
    var used = 0
    func begin() {
      lines.append(TerminalLine(String(repeating: " ", count: indent)))
      used = indent
    }
    func put(_ text: String, _ colour: Colour?) {
      lines[lines.count - 1].add(text, colour)
      used += TerminalText.columns(text)
    }
    for piece in pieces {
      for (index, part) in piece.text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
        // A piece goes on where the one before it ended.
        let isFirst = index == 0
        if used + TerminalText.columns(String(part)) + (isFirst ? 0 : 1) <= width || part.isEmpty {
          put(isFirst ? String(part) : " \(part)", piece.colour)
          continue
        }
        if used > indent { begin() } else if !isFirst { put(" ", piece.colour) }
        for character in part {
          if used + TerminalText.columns(String(character)) > width { begin() }
          put(String(character), piece.colour)
        }
      }
    }
    return lines
  }

  /// The line, cut to that many columns.
  func rendered(width: Int, isColoured: Bool) -> String {
    var left = width
    var line = ""
    let isTooLong = pieces.reduce(0) { $0 + TerminalText.columns($1.text) } > width
    for piece in pieces where left > 0 {
      let columns = TerminalText.columns(piece.text)
      let text =
        isTooLong && columns >= left ? TerminalText.cut(piece.text + "…", to: left) : piece.text
      left -= columns
      if isColoured, let colour = piece.colour {
        line += "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
      } else {
        line += text
      }
    }
    return line
  }
}

/// Text as a terminal shows it.
enum TerminalText {
  /// No page is made for fewer columns.
  static let narrowest = 20

  /// Without what could move the cursor or turn the writing round: names come from readers and from the cloud.
  static func safe(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        scalars.append("\u{FFFD}")
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  /// How many columns it takes; wide characters take two.
  static func columns(_ text: String) -> Int { text.reduce(0) { $0 + columns($1) } }

  /// The text, or its beginning and `…` when it takes more columns.
  static func cut(_ text: String, to width: Int) -> String {
    guard columns(text) > width else { return text }
    var taken = ""
    var left = width - 1
    for character in text {
      left -= columns(character)
      if left < 0 { break }
      taken.append(character)
    }
    return taken + "…"
  }

  /// Filled up with spaces to that many columns, or cut to one less.
  static func cell(_ text: String, _ width: Int) -> String {
    let text = cut(safe(text), to: width - 1)
    return text + String(repeating: " ", count: width - columns(text))
  }

  /// In lines of at most that many columns, broken at spaces where there are any.
  static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if line.isEmpty {
        line = String(word)
      } else if columns(line) + 1 + columns(String(word)) <= width {
        line += " \(word)"
      } else {
        lines.append(line)
        line = String(word)
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  private static func columns(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    return switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      2
    default: 1
    }
  }
}
