/// A passing of the usual shape, read off the front of bytes of which more may follow: it is checked up to
/// and with its line end, so that nobody has to look for that first.
///
///     27;MC;02620;2019-12-12;09:02:29.255;6;12;7611c␍␊
///       └─ from here on to the reads every field has its place
///
/// A passing of 13 fields has its EPC, four empty fields, and the check behind the reads.
///
/// Each word below holds eight characters. XOR with the shape that they should have makes digits their values
/// and separators 0; adding the room that each of them has then shows in the high bits what does not belong.
///
/// What is not of this shape may still be a passing (the chip of a FREE reader, say, or reads of many digits), or a wrong one:
/// `Passing.init(fieldByField:)` decides and gives the reason.
struct UsualPassing {
  /// So many bytes may be read, whatever they are: number 10, fixed fields 36, reads 7, check and line end 8.
  static let windowLength = 64
  /// No passing of this shape is longer: number 10, fixed fields 36, reads 7, EPC and separators 45, check and line end 8.
  static let longestLength = 106
  /// `1;MC;02976;2019-12-12;09:02:07.295;3;4;937f6␊`
  static let shortestLength = 45

  private let number: UInt32
  private let usualChip: UInt64
  private let localMilliseconds: Int64
  private let antenna: UInt8
  private let reads: UInt32
  private let check: CheckCode
  /// Where EPC and reserved fields stand in the bytes; their end is 0 in a passing of 8 fields.
  let fieldsStart: Int
  let fieldsEnd: Int
  /// Whether it has 13 fields.
  @inline(__always) var isLong: Bool { fieldsEnd > 0 }
  /// Its bytes, the line end included.
  let length: Int

  /// From the separator behind the number up to the reads.
  private static let fixedLength = 36

  /// Two letters.
  private static let lettersRoom: UInt64 = 0x6666
  /// `..;00000`: chip.
  private static let chipShape: UInt64 = 0x3030_3030_303B_0000
  private static let chipRoom: UInt64 = 0x7676_7676_767F_0000
  /// `00:00:00`
  private static let timeShape: UInt64 = 0x3030_3A30_303A_3030
  private static let timeRoom: UInt64 = 0x7676_7F76_767F_7676
  /// Hour below 24, minute and second below 60, as pairs of digits.
  private static let clockRoom: UInt64 = 0x0044_0000_4400_0068
  /// `.000;0;0`: milliseconds, antenna, first digit of the reads.
  private static let antennaShape: UInt64 = 0x303B_303B_3030_302E
  private static let antennaRoom: UInt64 = 0x767F_767F_7676_767F

  /// Nil when it is not of this shape. `windowLength` bytes must lie in the span from `start` on; when fewer
  /// of them are meant, `length` says whether it reached beyond those.
  @inline(__always)
  init?(at start: Int, in bytes: borrowing Span<UInt8>, date: inout KnownDate) {
    // The number.
    let front = bytes.word(at: start) ^ DigitWord.zeros
    var digits = DigitWord.digitCount(front)
    guard digits > 0, front & 0xFF != 0 else { return nil }
    var number = DigitWord.number(front, count: digits)
    if digits == 8 {
      let more = bytes.word(at: start &+ 8) ^ DigitWord.zeros
      switch DigitWord.digitCount(more) {
      case 0: break
      case 1: number = number &* 10 &+ DigitWord.number(more, count: 1)
      case 2: number = number &* 100 &+ DigitWord.number(more, count: 2)
      case _: return nil
      }
      digits &+= DigitWord.digitCount(more)
      guard number <= UInt64(UInt32.max) else { return nil }
    }

    // The fixed fields.
    let fixed = start &+ digits
    let prefixAndChip = bytes.word(at: fixed &+ 1)
    // In lower case `a` is 0 and `z` 25; a smaller byte borrows from the next, and is too large itself then.
    let letters = (prefixAndChip & 0xFFFF | 0x2020) &- 0x6161
    let chip = (prefixAndChip ^ Self.chipShape) & ~0xFFFF
    let time = bytes.word(at: fixed &+ 21) ^ Self.timeShape
    let antenna = bytes.word(at: fixed &+ 29) ^ Self.antennaShape
    let wrong =
      DigitWord.excess(letters, room: Self.lettersRoom) & 0x8080 | DigitWord.excess(chip, room: Self.chipRoom)
      | DigitWord.excess(time, room: Self.timeRoom) | DigitWord.excess(antenna, room: Self.antennaRoom)
    let antennaNumber = DigitWord.byte(5, of: antenna)
    guard wrong == 0, bytes.word(at: fixed) & 0xFF == UInt64(ASCII.semicolon), antennaNumber &- 1 < 8,
      date.read(bytes.word(at: fixed &+ 9), bytes.word(at: fixed &+ 17)),
      let millisecond = Self.millisecond(time: DigitWord.pairs(time), fraction: antenna)
    else { return nil }

    // Reads, check, line end.
    let tail = fixed &+ Self.fixedLength
    let readsWord = bytes.word(at: tail) ^ DigitWord.zeros
    let readsDigits = DigitWord.digitCount(readsWord)
    // The rare case is asked first: how many digits there are is as good as random, and would be guessed
    // wrong.
    guard readsDigits < 8, readsWord & 0xFF != 0 || readsDigits == 1 else { return nil }
    let tailEnd = tail &+ readsDigits
    let end = bytes.word(at: tailEnd)
    if let short = Self.check(end), let lineEnd = Self.lineEndLength(end) {
      fieldsEnd = 0
      check = short
      length = tailEnd &+ 6 &+ lineEnd &- start
    } else {
      let tail = Self.longTail(in: bytes, at: tailEnd)
      guard tail.end > 0 else { return nil }
      fieldsEnd = tail.fieldsEnd
      check = CheckCode(unchecked: tail.check)
      length = tail.end &- start
    }
    fieldsStart = tailEnd &+ 1
    self.number = UInt32(truncatingIfNeeded: number)
    usualChip = DigitWord.number(chip) | (prefixAndChip & 0xFFFF) &<< 32
    localMilliseconds = date.milliseconds &+ millisecond
    self.antenna = UInt8(truncatingIfNeeded: antennaNumber)
    reads = UInt32(truncatingIfNeeded: DigitWord.number(readsWord, count: readsDigits))
  }

  /// The passing, of 8 fields.
  @inline(__always)
  var shortPassing: Passing { passing(more: nil, isLong: false) }

  /// The passing, of 13 fields.
  /// - Parameter more: EPC and reserved fields.
  @inline(__always)
  func longPassing(_ more: [UInt8]) -> Passing { passing(more: more, isLong: true) }

  @inline(__always)
  private func passing(more: [UInt8]?, isLong: Bool) -> Passing {
    Passing(
      uncheckedNumber: number, usualChip: usualChip, more: more, isLong: isLong,
      localMilliseconds: localMilliseconds, antenna: antenna, reads: reads, check: check)
  }

  /// Milliseconds of the day; nil when there is no such time. Pairs of `HH:mm:ss`, digits of `.SSS`.
  @inline(__always)
  private static func millisecond(time: UInt64, fraction: UInt64) -> Int64? {
    let clock = time & 0x00FF_0000_FF00_00FF
    guard DigitWord.excess(clock, room: clockRoom) == 0 else { return nil }
    let hour = DigitWord.byte(0, of: clock)
    let minute = DigitWord.byte(3, of: clock)
    let second = clock &>> 48
    let millisecond =
      DigitWord.byte(1, of: fraction) &* 100 &+ DigitWord.byte(2, of: fraction) &* 10
      &+ DigitWord.byte(3, of: fraction)
    return Int64(truncatingIfNeeded: ((hour &* 60 &+ minute) &* 60 &+ second) &* 1000 &+ millisecond)
  }

  // MARK: `;937f6␍␊`

  /// The bytes of the check, and one of each.
  private static let checkBytes: UInt64 = 0x0000_FFFF_FFFF_FF00
  private static let checkOnes: UInt64 = 0x0000_0101_0101_0100

  /// Nil unless five visible characters stand behind a separator, none of them a separator.
  @inline(__always)
  private static func check(_ end: UInt64) -> CheckCode? {
    guard end & 0xFF == UInt64(ASCII.semicolon) else { return nil }
    let text = end & checkBytes
    let highBits = checkOnes &* 0x80
    // Per byte the high bit is set: by any byte above `!` less one, by 0x7F and above, by any but a
    // separator.
    let visible = text &+ checkOnes &* (0x80 &- 0x21)
    let beyond = (text &+ checkOnes) | text
    let other = (text ^ checkOnes &* UInt64(ASCII.semicolon)) &+ checkOnes &* 0x7F
    guard visible & ~beyond & other & highBits == highBits else { return nil }
    let packed = text.byteSwapped &>> 16
    return CheckCode.isAnotherFrame(packed) ? nil : CheckCode(unchecked: packed)
  }

  /// CR LF or LF behind the check.
  @inline(__always)
  private static func lineEndLength(_ end: UInt64) -> Int? {
    if end &>> 48 == 0x0A0D { return 2 }
    return (end &>> 48) & 0xFF == UInt64(ASCII.lineFeed) ? 1 : nil
  }

  // MARK: `;30303030304D433030393738;;;;;937f6␍␊`

  /// Most digits of an EPC that is read here, and the bytes that are looked at then.
  private static let longestEPC = 40
  private static let epcWindow = longestEPC + 16
  private static let fiveSeparators: UInt64 = 0x3B_3B3B_3B3B

  /// What stands behind the reads of a passing of 13 fields with a hexadecimal EPC and empty reserved fields: where the
  /// check's separator stands, the check, and where the next line begins; that is 0 where there is something else.
  /// Kept out of the way of passings of 8 fields.
  /// - Parameter start: where the separator in front of the EPC stands.
  @inline(never)
  private static func longTail(
    in bytes: borrowing Span<UInt8>, at start: Int
  ) -> (fieldsEnd: Int, check: UInt64, end: Int) {
    let first = start &+ 1
    guard first &+ epcWindow <= bytes.count, bytes[start] == ASCII.semicolon else { return (0, 0, 0) }
    var end = first
    while end &- first <= longestEPC &- 8 {
      let digits = hexadecimalCount(bytes.word(at: end))
      end &+= digits
      if digits < 8 { break }
    }
    guard bytes.word(at: end) & 0xFF_FFFF_FFFF == fiveSeparators else { return (0, 0, 0) }
    end &+= EPCFields.separatorCount
    let word = bytes.word(at: end)
    guard let check = check(word), let lineEnd = lineEndLength(word) else { return (0, 0, 0) }
    return (end, check.packed, end &+ 6 &+ lineEnd)
  }

  /// How many hexadecimal digits stand at the begin, 0 to 8.
  @inline(__always)
  private static func hexadecimalCount(_ text: UInt64) -> Int {
    let ascii = text & ~DigitWord.highBits
    let lowerCase = ascii | DigitWord.every(0x20)
    let digits = isAtLeast(0x30, ascii) & ~isAtLeast(0x3A, ascii)
    let letters = isAtLeast(0x61, lowerCase) & ~isAtLeast(0x67, lowerCase)
    return (~((digits | letters) & ~text) & DigitWord.highBits).trailingZeroBitCount &>> 3
  }

  /// The high bit of every byte that is `least` or more, where all are ASCII.
  @inline(__always)
  private static func isAtLeast(_ least: UInt8, _ word: UInt64) -> UInt64 {
    word &+ DigitWord.every(0x80 &- least)
  }
}
