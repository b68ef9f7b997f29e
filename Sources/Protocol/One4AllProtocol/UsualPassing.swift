/// A passing of the usual shape, read off the front of bytes of which more may follow: it is checked up to
/// and with its line end, so that nobody has to look for that first.
///
///     27;MC;02620;2019-12-12;09:02:29.255;6;12;7611c␍␊
///       └─ from here on to the reads every field has its place
///
/// A passing of 13 fields has its EPC, four empty fields, and the check behind the reads.
///
/// Sixteen characters at once are held against what may stand there (`FieldShape`). Each word below holds eight; XOR with
/// the shape that they have makes digits their values and separators 0.
///
/// What is not of this shape may still be a passing (the chip of a FREE reader, say, or reads of many digits), or a wrong one:
/// `Passing.init(fieldByField:)` decides and gives the reason.
struct UsualPassing {
  /// So many bytes may be read, whatever they are: number 10, fixed fields 36, reads 4, check and line end 8, and 6 more.
  static let windowLength = 64
  /// No passing of this shape is longer: number 10, fixed fields 36, reads 4, EPC and separators 45, check and line end 8.
  static let longestLength = 103
  /// `1;MC;02976;2019-12-12;09:02:07.295;3;4;937f6␊`
  static let shortestLength = 45

  // The words of a passing.
  private let counts: UInt64
  private let checkAndAntenna: UInt64
  private let usualChip: UInt64
  private let localMilliseconds: Int64
  /// Where EPC and reserved fields stand in the bytes; their end is 0 in a passing of 8 fields.
  let fieldsStart: Int
  let fieldsEnd: Int
  /// Whether it has 13 fields.
  @inline(__always) var isLong: Bool { fieldsEnd > 0 }
  /// Its bytes, the line end included.
  let length: Int

  /// From the separator behind the number up to the reads.
  private static let fixedLength = 36

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
    let wrong =
      FieldShape.front.wrong(bytes.vector(at: fixed)) | FieldShape.back.wrong(bytes.vector(at: fixed &+ 20))
    let clock = DigitWord.pairs(bytes.word(at: fixed &+ 21) ^ Self.timeShape)
    let hour = DigitWord.byte(0, of: clock)
    guard FieldShape.isNone(wrong), hour < 24,
      date.read(bytes.word(at: fixed &+ 9), bytes.word(at: fixed &+ 17))
    else { return nil }

    // The reads. How many digits they have is as good as random, and would be guessed wrong.
    let tail = fixed &+ Self.fixedLength
    let readsWord = bytes.word(at: tail) ^ DigitWord.zeros
    let readsDigits = DigitWord.digitCount(readsWord)
    guard 1...4 ~= readsDigits, readsWord & 0xFF != 0 || readsDigits == 1 else { return nil }

    // Check and line end.
    let tailEnd = tail &+ readsDigits
    let end = bytes.word(at: tailEnd)
    let packed: UInt64
    if FieldShape.isCheck(end), !CheckCode.mayBeAnotherFrame(end) {
      fieldsStart = 0
      fieldsEnd = 0
      packed = (end.byteSwapped &>> 16) & 0xFF_FFFF_FFFF
      length = tailEnd &+ 8 &- start
    } else {
      let tail = Self.otherTail(in: bytes, at: tailEnd)
      guard tail.end > 0 else { return nil }
      fieldsStart = tailEnd &+ 1
      fieldsEnd = tail.fieldsEnd
      packed = tail.check
      length = tail.end &- start
    }

    let prefixAndChip = bytes.word(at: fixed &+ 1)
    usualChip =
      DigitWord.number((prefixAndChip ^ DigitWord.zeros) & ~0xFF_FFFF) | (prefixAndChip & 0xFFFF) &<< 32
    // Milliseconds in the low half, reads in the high one.
    let antenna = bytes.word(at: fixed &+ 29)
    let fours = DigitWord.fours(
      (antenna ^ Self.millisecondShape) & 0xFFFF_FFFF
        | readsWord &<< UInt64(truncatingIfNeeded: 64 &- 8 &* readsDigits))
    let minute = hour &* 60 &+ DigitWord.byte(3, of: clock)
    let second = minute &* 60 &+ DigitWord.byte(6, of: clock)
    localMilliseconds =
      date.milliseconds &+ Int64(truncatingIfNeeded: second &* 1000 &+ fours & 0xFFFF_FFFF)
    counts = number | fours & ~0xFFFF_FFFF
    checkAndAntenna = packed | (antenna & 0x0F00_0000_0000)
  }

  /// The passing, of 8 fields.
  @inline(__always)
  var shortPassing: Passing { passing(more: nil, form: 0) }

  /// The passing, of 13 fields.
  /// - Parameter more: EPC and reserved fields.
  @inline(__always)
  func longPassing(_ more: consuming [UInt8]) -> Passing { passing(more: more, form: Passing.longForm) }

  @inline(__always)
  private func passing(more: consuming [UInt8]?, form: UInt64) -> Passing {
    Passing(
      counts: counts, checkAndAntenna: checkAndAntenna | form, usualChip: usualChip,
      localMilliseconds: localMilliseconds, more: more)
  }

  /// `00:00:00`
  private static let timeShape: UInt64 = 0x3030_3A30_303A_3030
  /// `.000`
  private static let millisecondShape: UInt64 = 0x3030_302E

  // MARK: `;937f6␊`

  /// Five visible characters behind a separator, and a line end.
  @inline(__always)
  private static func shortTail(_ end: UInt64) -> (check: UInt64, lineEnd: Int)? {
    var lineEnd = 2
    var usual = end
    if (end &>> 48) & 0xFF == UInt64(ASCII.lineFeed) {
      lineEnd = 1
      usual = end & 0xFFFF_FFFF_FFFF | 0x0A0D &<< 48
    }
    let packed = (end.byteSwapped &>> 16) & 0xFF_FFFF_FFFF
    return FieldShape.isCheck(usual) && !CheckCode.isAnotherFrame(packed) ? (packed, lineEnd) : nil
  }

  // MARK: `;30303030304D433030393738;;;;;937f6␍␊`

  /// Most digits of an EPC that is read here, and the bytes that are looked at then.
  private static let longestEPC = 40
  private static let epcWindow = longestEPC + 16
  private static let fiveSeparators: UInt64 = 0x3B_3B3B_3B3B

  /// What stands behind the reads where it is not a check with CR LF: one with LF, or that of a passing of 13 fields with
  /// a hexadecimal EPC and empty reserved fields. Gives where the fields before the check end, 0 without; the check; and
  /// where the next line begins, 0 where there is something else.
  /// Kept out of the way of passings of 8 fields.
  /// - Parameter start: where the separator behind the reads stands.
  @inline(never)
  private static func otherTail(
    in bytes: borrowing Span<UInt8>, at start: Int
  ) -> (fieldsEnd: Int, check: UInt64, end: Int) {
    let word = bytes.word(at: start)
    if isLineEnd((word &>> 48) & 0xFF) {
      guard let tail = shortTail(word) else { return (0, 0, 0) }
      return (0, tail.check, start &+ 6 &+ tail.lineEnd)
    }
    var end = start &+ 1
    guard end &+ epcWindow <= bytes.count, bytes[start] == ASCII.semicolon else { return (0, 0, 0) }
    let last = end &+ longestEPC
    // Where the EPC ends at the end of a word, as it usually does, nobody waits for the count of its digits.
    while bytes.word(at: end) & 0xFF_FFFF_FFFF != fiveSeparators {
      guard end < last else { return (0, 0, 0) }
      let digits = FieldShape.hexadecimalCount(bytes.word(at: end))
      if digits < 8 {
        end &+= digits
        guard bytes.word(at: end) & 0xFF_FFFF_FFFF == fiveSeparators else { return (0, 0, 0) }
        break
      }
      end &+= 8
    }
    end &+= EPCFields.separatorCount
    guard let tail = shortTail(bytes.word(at: end)) else { return (0, 0, 0) }
    return (end, tail.check, end &+ 6 &+ tail.lineEnd)
  }

  @inline(__always)
  private static func isLineEnd(_ byte: UInt64) -> Bool {
    byte == UInt64(ASCII.lineFeed) || byte == UInt64(ASCII.carriageReturn)
  }
}
