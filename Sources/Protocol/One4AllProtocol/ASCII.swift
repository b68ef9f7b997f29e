/// The bytes that the protocol is made of.
enum ASCII {
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let dash: UInt8 = 0x2D
  static let dot: UInt8 = 0x2E
  static let zero: UInt8 = 0x30
  static let colon: UInt8 = 0x3A
  static let semicolon: UInt8 = 0x3B
}

extension UInt8 {
  /// 0 to 9 for an ASCII digit, more than 9 for everything else.
  @inline(__always) var digitValue: UInt8 { self &- ASCII.zero }
  @inline(__always) var isDigit: Bool { digitValue < 10 }
  @inline(__always) var isUpperCaseLetter: Bool { self &- 0x41 < 26 }
  @inline(__always) var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
  @inline(__always) var isLetterOrDigit: Bool { isDigit || isLetter }
  @inline(__always) var isHexadecimal: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
  /// Space to tilde: what a frame may be made of.
  @inline(__always) var isPrintable: Bool { self &- 0x20 < 95 }
}

extension [UInt8] {
  /// Appends a number in decimal, zero-padded to `width`.
  mutating func append(decimal value: some FixedWidthInteger, width: Int = 1) {
    var digits = 1
    var rest = value / 10
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    for _ in 0..<Swift.max(digits, width) { append(ASCII.zero) }
    var index = count - 1
    rest = value
    while rest > 0 {
      self[index] = ASCII.zero + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      index -= 1
    }
  }
}

/// Text as numbers, without a locale: only what the protocol writes.
enum DecimalText {
  /// A number of ASCII digits only, without a sign.
  static func whole(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit) else { return nil }
    return Int(text)
  }

  /// A decimal number such as `46.2` or `-3`, with a comma in place of the dot too, and with one of those units behind it;
  /// no exponent, no infinity.
  static func measure(_ text: String, units: String...) -> Double? {
    var rest = text[...]
    if let unit = units.first(where: { rest.hasSuffix($0) }) { rest.removeLast(unit.count) }
    while rest.last == " " { rest.removeLast() }
    while rest.first == " " { rest.removeFirst() }
    return decimal(String(rest.map { $0 == "," ? "." : $0 }))
  }

  /// A decimal number such as `46.2` or `-3`; no exponent, and nothing so long that it would be infinite.
  static func decimal(_ text: String) -> Double? {
    guard let last = text.utf8.last, last.isDigit,
      text.utf8.allSatisfy({ $0.isDigit || $0 == ASCII.dot || $0 == ASCII.dash })
    else { return nil }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  /// A percentage from 0 to 100, as a whole number; a fraction is cut off.
  static func percent(_ text: String) -> Int? {
    guard let value = measure(text, units: "%"), 0...100 ~= value else { return nil }
    return Int(value)
  }

  /// `true` or `True`, `false` or `False`, in any case.
  static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true": true
    case "false": false
    default: nil
    }
  }
}
