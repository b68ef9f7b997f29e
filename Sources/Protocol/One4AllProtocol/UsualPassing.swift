/// A passing of the usual shape, read off the front of bytes of which more may follow: it is checked up to
/// and with its line end, so that nobody has to look for that first.
///
///     27;MC;02620;2019-12-12;09:02:29.255;6;12;7611c␍␊
///       └─ from here on to the reads every field has its place
///
/// Each word below holds eight characters. XOR with the shape that they should have makes digits their values
/// and separators 0; adding the room that each of them has then shows in the high bits what does not belong.
///
/// What is not of this shape may still be a passing (numbers and reads of many digits, say), or a wrong one:
/// `Passing.init(fieldByField:)` decides and gives the reason.
struct UsualPassing {
  /// So many bytes may be read, whatever they are: number 10, fixed fields 36, reads 7, check and line end 8.
  static let windowLength = 64
  /// `1;MC;02976;2019-12-12;09:02:07.295;3;4;937f6␊`
  static let shortestLength = 45

  let passing: Passing
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
    let end = bytes.word(at: tail &+ readsDigits)
    guard let check = Self.check(end), let lineEnd = Self.lineEndLength(end) else { return nil }

    passing = Passing(
      uncheckedNumber: UInt32(truncatingIfNeeded: number),
      prefix: ChipPrefix(
        uncheckedFirst: UInt8(truncatingIfNeeded: prefixAndChip),
        second: UInt8(truncatingIfNeeded: prefixAndChip &>> 8)),
      chip: UInt32(truncatingIfNeeded: DigitWord.number(chip)),
      localMilliseconds: date.milliseconds &+ millisecond,
      antenna: UInt8(truncatingIfNeeded: antennaNumber),
      reads: UInt32(truncatingIfNeeded: DigitWord.number(readsWord, count: readsDigits)), check: check)
    length = tail &+ readsDigits &+ 6 &+ lineEnd &- start
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
    return packed == Passing.greeting ? nil : CheckCode(unchecked: packed)
  }

  /// CR LF or LF behind the check.
  @inline(__always)
  private static func lineEndLength(_ end: UInt64) -> Int? {
    if end &>> 48 == 0x0A0D { return 2 }
    return (end &>> 48) & 0xFF == UInt64(ASCII.lineFeed) ? 1 : nil
  }
}
