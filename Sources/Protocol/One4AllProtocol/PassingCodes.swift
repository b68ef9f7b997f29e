/// The code of a timer or of an event, which owns the chip: up to 16 ASCII letters and digits, two letters on ordinary
/// readers (`MC`), none on others.
public struct TimerCode: Hashable, Sendable, BitwiseCopyable {
  /// Most characters.
  public static let longest = 16
  /// No character.
  public static let empty = TimerCode(low: 0, high: 0)

  /// The characters, the first one lowest; 0 where there is none.
  let low: UInt64
  let high: UInt64

  init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// Nil unless it is at most 16 ASCII letters and digits.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Self.longest, bytes.allSatisfy(\.isLetterOrDigit) else { return nil }
    self.init(unchecked: bytes.span, 0..<bytes.count)
  }

  init(unchecked bytes: borrowing Span<UInt8>, _ range: Range<Int>) {
    low = bytes.text(range, part: 0)
    high = bytes.text(range, part: 1)
  }

  /// The code of a chip of an older recording.
  init(_ prefix: ChipPrefix) {
    self.init(low: UInt64(prefix.first) | UInt64(prefix.second) << 8, high: 0)
  }

  /// Whether it is two letters, as on ordinary readers.
  public var isUsual: Bool {
    let first = UInt8(truncatingIfNeeded: low)
    let second = UInt8(truncatingIfNeeded: low >> 8)
    return high == 0 && low >> 16 == 0 && first.isLetter && second.isLetter
  }

  /// The characters.
  public var text: String { String(decoding: [UInt8](appending: append), as: UTF8.self) }

  func append(to bytes: inout [UInt8]) {
    bytes.append(text: low)
    bytes.append(text: high)
  }
}

/// The chip's number: five digits on ordinary readers; on FREE readers, which read foreign chips too, 1 to 32 ASCII
/// letters and digits.
public struct ChipCode: Hashable, Sendable, BitwiseCopyable {
  /// Most characters.
  public static let longest = 32

  /// The characters, the first one lowest; 0 where there is none.
  let words: SIMD4<UInt64>

  init(words: SIMD4<UInt64>) { self.words = words }

  /// Nil unless it is 1 to 32 ASCII letters and digits.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard 1...Self.longest ~= bytes.count, bytes.allSatisfy(\.isLetterOrDigit) else { return nil }
    self.init(unchecked: bytes.span, 0..<bytes.count)
  }

  /// The number of an ordinary chip; nil unless it is 0 to 99999.
  public init?(number: UInt32) {
    guard number <= 99_999 else { return nil }
    self.init(uncheckedNumber: number)
  }

  /// The five digits of a number up to 99999.
  init(uncheckedNumber number: UInt32) {
    var rest = UInt64(number)
    var word: UInt64 = 0
    for _ in 0..<5 {
      word = word << 8 | (rest % 10 + UInt64(ASCII.zero))
      rest /= 10
    }
    self.init(words: SIMD4(word, 0, 0, 0))
  }

  init(unchecked bytes: borrowing Span<UInt8>, _ range: Range<Int>) {
    words = SIMD4(
      bytes.text(range, part: 0), bytes.text(range, part: 1), bytes.text(range, part: 2),
      bytes.text(range, part: 3))
  }

  /// The number of an ordinary chip, 0 to 99999; nil where the chip is not five digits.
  @inline(__always)
  public var number: UInt32? {
    let word = words[0]
    // Five digits, moved up so that zeros come in before them.
    let digits = (word &<< 24) ^ 0x3030_3030_3000_0000
    guard word &>> 40 == 0, DigitWord.excess(digits, room: DigitWord.roomOfDigits) == 0,
      words[1] == 0
    else { return nil }
    return UInt32(truncatingIfNeeded: DigitWord.number(digits))
  }

  /// Whether it is five digits, as on ordinary readers.
  public var isUsual: Bool { number != nil }

  /// The digits without leading zeros where all characters are digits, e.g. `2976`; else the chip as it is.
  public var bib: String {
    let text = text
    guard text.utf8.allSatisfy(\.isDigit) else { return text }
    let significant = text.drop { $0 == "0" }
    return significant.isEmpty ? "0" : String(significant)
  }

  /// The characters.
  public var text: String { String(decoding: [UInt8](appending: append), as: UTF8.self) }

  func append(to bytes: inout [UInt8]) { for index in 0..<4 { bytes.append(text: words[index]) } }
}

/// The owner code of a chip in older recordings: two ASCII letters, e.g. `MC`.
public struct ChipPrefix: Hashable, Sendable, BitwiseCopyable {
  let first: UInt8
  let second: UInt8

  init(uncheckedFirst first: UInt8, second: UInt8) {
    self.first = first
    self.second = second
  }

  /// Nil unless it is two ASCII letters.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 2, bytes.allSatisfy(\.isLetter) else { return nil }
    self.init(uncheckedFirst: bytes[0], second: bytes[1])
  }

  /// Nil unless the code is two letters.
  init?(_ code: TimerCode) {
    guard code.isUsual else { return nil }
    self.init(
      uncheckedFirst: UInt8(truncatingIfNeeded: code.low), second: UInt8(truncatingIfNeeded: code.low >> 8))
  }

  /// The two letters.
  public var text: String { String(decoding: [first, second], as: UTF8.self) }
}

/// The five characters at the end of a passing: opaque, usually hex, kept as they came.
public struct CheckCode: Hashable, Sendable, BitwiseCopyable {
  /// The characters in the low 40 bits, the first one highest.
  public let packed: UInt64

  @usableFromInline @inline(__always)
  init(unchecked packed: UInt64) { self.packed = packed }

  /// Nil unless it is five visible ASCII characters without `;`.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes.allSatisfy(Self.isAllowed) else { return nil }
    packed = bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  @inline(__always) static func isAllowed(_ byte: UInt8) -> Bool {
    byte.isPrintable && byte != 0x20 && byte != ASCII.semicolon
  }

  /// `HELLO`
  private static let greeting: UInt64 = 0x48_454C_4C4F
  /// `false`
  private static let untruth: UInt64 = 0x66_616C_7365
  private static let lowerCase: UInt64 = 0x20_2020_2020

  /// Whether it is no check: a passing was cut in front of its own, and the bare greeting of a reader that restarts
  /// followed, or the end of a reply (`False`).
  @inline(__always) static func isAnotherFrame(_ packed: UInt64) -> Bool {
    packed == greeting || packed | lowerCase == untruth
  }

  /// Whether it may be one of them, asked of a word of which the first byte, the lowest, stands in front of it: both have
  /// an `l` as their third character.
  @inline(__always) static func mayBeAnotherFrame(_ word: UInt64) -> Bool {
    (word &>> 24) & 0xDF == 0x4C
  }

  /// The five characters.
  public var text: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  func append(to bytes: inout [UInt8]) {
    for shift in stride(from: 32, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: packed >> UInt64(shift)))
    }
  }
}

extension [UInt8] {
  /// What a function appends.
  init(appending append: (inout [UInt8]) -> Void) {
    self = []
    append(&self)
  }

  /// Appends up to eight characters, the first one lowest, up to the first 0.
  mutating func append(text word: UInt64) {
    var rest = word
    while rest != 0 {
      append(UInt8(truncatingIfNeeded: rest))
      rest &>>= 8
    }
  }
}
