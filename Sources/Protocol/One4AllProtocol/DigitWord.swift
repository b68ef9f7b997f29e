/// Eight characters in one number, the first one lowest, worked on all at once.
enum DigitWord {
  /// `00000000`: XOR with it turns digits into their values, 0 to 9, and everything else into something
  /// larger.
  static let zeros: UInt64 = 0x3030_3030_3030_3030
  static let highBits: UInt64 = 0x8080_8080_8080_8080
  /// What may be added to a digit's value so that it stays below the high bit: 0x80 less 10.
  static let roomOfDigits: UInt64 = 0x7676_7676_7676_7676

  /// The high bits of the bytes that are more than `0x7F - room`. Only the lowest that is set is certain: a
  /// byte that is too large may carry into those behind it.
  @inline(__always)
  static func excess(_ values: UInt64, room: UInt64) -> UInt64 { ((values &+ room) | values) & highBits }

  /// How many digits stand at the begin, 0 to 8.
  @inline(__always)
  static func digitCount(_ values: UInt64) -> Int {
    excess(values, room: roomOfDigits).trailingZeroBitCount &>> 3
  }

  /// Each byte as the tens and the byte behind it as the ones of a number below 100; for values of digits.
  @inline(__always)
  static func pairs(_ values: UInt64) -> UInt64 { values &* 10 &+ values &>> 8 }

  /// Eight times the same byte.
  @inline(__always)
  static func every(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// A byte of a word.
  @inline(__always)
  static func byte(_ index: UInt64, of word: UInt64) -> UInt64 { (word &>> (index &* 8)) & 0xFF }

  /// The two numbers that four digits each make, the first one in the low half.
  @inline(__always)
  static func fours(_ values: UInt64) -> UInt64 {
    let twos = pairs(values) & 0x00FF_00FF_00FF_00FF
    return (twos &* 100 &+ twos &>> 16) & 0x0000_FFFF_0000_FFFF
  }

  /// The number that eight digits make: neighbours become numbers below 100, those below 10,000, those the
  /// whole.
  @inline(__always)
  static func number(_ values: UInt64) -> UInt64 {
    let fours = fours(values)
    return (fours &* 10_000 &+ fours &>> 32) & 0xFFFF_FFFF
  }

  /// The number that the first `count` digits make, 1 to 8: the others move out, and zeros come in before
  /// them.
  @inline(__always)
  static func number(_ values: UInt64, count: Int) -> UInt64 {
    number(values &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count))
  }
}
