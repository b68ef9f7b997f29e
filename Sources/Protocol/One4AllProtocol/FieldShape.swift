/// Which character may stand where in sixteen bytes of a passing: all are checked at once.
struct FieldShape {
  /// Bits that make no difference: 0x20 where a letter may be of either case.
  private let ignored: SIMD16<UInt8>
  /// The least character of each place, with those bits set.
  private let least: SIMD16<UInt8>
  /// How much more it may be.
  private let room: SIMD16<UInt8>

  /// `;MC;02620;` and six bytes of any kind.
  @inline(__always)
  static var front: FieldShape {
    FieldShape(
      ignored: SIMD16(0, 0x20, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      least: SIMD16(0x3B, 0x61, 0x61, 0x3B, 0x30, 0x30, 0x30, 0x30, 0x30, 0x3B, 0, 0, 0, 0, 0, 0),
      room: SIMD16(0, 25, 25, 0, 9, 9, 9, 9, 9, 0, 255, 255, 255, 255, 255, 255))
  }

  /// `;09:02:29.255;6;`: minute and second below 60, the hour below 30, the antenna 1 to 8.
  @inline(__always)
  static var back: FieldShape {
    FieldShape(
      ignored: SIMD16(repeating: 0),
      least: SIMD16(
        0x3B, 0x30, 0x30, 0x3A, 0x30, 0x30, 0x3A, 0x30, 0x30, 0x2E, 0x30, 0x30, 0x30, 0x3B, 0x31, 0x3B),
      room: SIMD16(0, 2, 9, 0, 5, 9, 0, 5, 9, 0, 9, 9, 9, 0, 7, 0))
  }

  /// All ones in every byte that may not stand there.
  @inline(__always)
  func wrong(_ text: SIMD16<UInt8>) -> SIMD16<UInt8> {
    let wrong: SIMDMask<SIMD16<Int8>> = ((text | ignored) &- least) .> room
    return unsafeBitCast(wrong, to: SIMD16<UInt8>.self)
  }

  /// Whether no bit is set.
  @inline(__always)
  static func isNone(_ wrong: SIMD16<UInt8>) -> Bool {
    let halves = unsafeBitCast(wrong, to: SIMD2<UInt64>.self)
    return halves[0] | halves[1] == 0
  }

  /// Whether a word is `;937f6␍␊`: five visible characters other than `;` behind a separator.
  @inline(__always)
  static func isCheck(_ word: UInt64) -> Bool {
    let text = unsafeBitCast(word.littleEndian, to: SIMD8<UInt8>.self)
    let least = SIMD8<UInt8>(0x3B, 0x21, 0x21, 0x21, 0x21, 0x21, 0x0D, 0x0A)
    let room = SIMD8<UInt8>(0, 0x5D, 0x5D, 0x5D, 0x5D, 0x5D, 0, 0)
    let separators = SIMD8<UInt8>(0, 0x3B, 0x3B, 0x3B, 0x3B, 0x3B, 0, 0)
    let wrong: SIMDMask<SIMD8<Int8>> = ((text &- least) .> room) .| (text .== separators)
    return unsafeBitCast(wrong, to: UInt64.self) == 0
  }

  /// How many hexadecimal digits stand at the begin of a word, 0 to 8.
  @inline(__always)
  static func hexadecimalCount(_ word: UInt64) -> Int {
    let text = unsafeBitCast(word.littleEndian, to: SIMD8<UInt8>.self)
    let digits = text &- SIMD8<UInt8>(repeating: 0x30)
    let letters = (text | SIMD8<UInt8>(repeating: 0x20)) &- SIMD8<UInt8>(repeating: 0x61)
    let noDigit: SIMDMask<SIMD8<Int8>> = digits .> SIMD8<UInt8>(repeating: 9)
    let noLetter: SIMDMask<SIMD8<Int8>> = letters .> SIMD8<UInt8>(repeating: 5)
    let neither = unsafeBitCast(noDigit, to: UInt64.self) & unsafeBitCast(noLetter, to: UInt64.self)
    return neither.littleEndian.trailingZeroBitCount &>> 3
  }
}
