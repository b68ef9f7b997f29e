/// One detection of a chip, as the reader reports it. Some readers send 8 fields, others 13:
///
///     <number>;<timer code>;<chip>;<date>;<time>;<antenna>;<reads>;<check>
///     <number>;<timer code>;<chip>;<date>;<time>;<antenna>;<reads>;<EPC>;<free>;<free>;<free>;<free>;<check>
///
/// The usual one, of 8 fields with two letters and five digits, is one small value: most passings are such, and hundreds
/// of thousands may wait. What another one has more stands in memory of its own.
public struct Passing: Hashable, Sendable {
  /// Timer code and chip, where they are not the usual ones, then the fields behind the reads, where there are more than
  /// the check; `;` between all of them. Nil of a usual passing. It stands first, where no other case of `Frame` has bits
  /// to spare either.
  @usableFromInline let more: [UInt8]?
  /// The reader's wall clock: milliseconds since 1970-01-01, the local date and time read as if it were UTC.
  public let localMilliseconds: Int64
  // Whole words, because what was written as several small values and is then read as one word is waited for.
  /// The number in the low 32 bits, the reads above it.
  @usableFromInline let counts: UInt64
  /// The check in the low 40 bits, the antenna above it, and above that whether it has 13 fields.
  @usableFromInline let checkAndAntenna: UInt64
  /// Of a usual passing the chip's number in the low 32 bits, and above it the two letters, the first one lowest; 0 where
  /// timer code or chip are not of that form.
  @usableFromInline let usualChip: UInt64

  /// In `checkAndAntenna`, of 13 fields.
  static let longForm: UInt64 = 1 << 48

  @inline(__always)
  init(counts: UInt64, checkAndAntenna: UInt64, usualChip: UInt64, localMilliseconds: Int64, more: [UInt8]?) {
    self.counts = counts
    self.checkAndAntenna = checkAndAntenna
    self.usualChip = usualChip
    self.localMilliseconds = localMilliseconds
    self.more = more
  }

  init(
    uncheckedNumber number: UInt32, usualChip: UInt64, more: [UInt8]?, isLong: Bool, localMilliseconds: Int64,
    antenna: UInt8, reads: UInt32, check: CheckCode
  ) {
    self.init(
      counts: UInt64(number) | UInt64(reads) << 32,
      checkAndAntenna: check.packed | UInt64(antenna) << 40 | (isLong ? Self.longForm : 0),
      usualChip: usualChip, localMilliseconds: localMilliseconds, more: more)
  }

  /// A passing of 13 fields, or of 8 without `epcFields`. Nil when a value is out of its range: number from 1, antenna
  /// 1 to 8, a check that is none, more than a frame has room for.
  public init?(
    number: UInt32, timerCode: TimerCode, chip: ChipCode, at time: LocalDateTime, antenna: UInt8,
    reads: UInt32,
    epcFields: EPCFields? = nil, check: CheckCode
  ) {
    guard number >= 1, 1...8 ~= antenna, !CheckCode.isAnotherFrame(check.packed) else { return nil }
    let chipNumber = timerCode.isUsual ? chip.number : nil
    var more: [UInt8] = []
    if chipNumber == nil {
      timerCode.append(to: &more)
      more.append(ASCII.semicolon)
      chip.append(to: &more)
      if epcFields != nil { more.append(ASCII.semicolon) }
    }
    if let epcFields { more += epcFields.bytes }
    self.init(
      uncheckedNumber: number,
      usualChip: chipNumber.map { UInt64($0) | timerCode.low << 32 } ?? 0, more: more.isEmpty ? nil : more,
      isLong: epcFields != nil,
      localMilliseconds: time.millisecondsSince1970, antenna: antenna, reads: reads, check: check)
    guard epcFields == nil || text.utf8.count <= Framer.maximumFrameLength else { return nil }
  }

  /// A passing of 8 fields with an ordinary chip. Nil when a value is out of its range: number from 1, chip 0 to 99999,
  /// antenna 1 to 8, a check that is none.
  public init?(
    number: UInt32, prefix: ChipPrefix, chip: UInt32, at time: LocalDateTime, antenna: UInt8, reads: UInt32,
    check: CheckCode
  ) {
    guard let chip = ChipCode(number: chip) else { return nil }
    self.init(
      number: number, timerCode: TimerCode(prefix), chip: chip, at: time, antenna: antenna, reads: reads,
      check: check)
  }

  /// Running number in the reader's current session file, from 1. A gap means a lost frame.
  @inlinable @inline(__always)
  public var number: UInt32 { UInt32(truncatingIfNeeded: counts) }

  /// How often the chip was read in this passing. 0 is accepted as the reader's word.
  @inlinable @inline(__always)
  public var reads: UInt32 { UInt32(truncatingIfNeeded: counts &>> 32) }

  /// Opaque.
  @inlinable @inline(__always)
  public var check: CheckCode { CheckCode(unchecked: checkAndAntenna & 0xFF_FFFF_FFFF) }

  /// Antenna of the strongest read, 1 to 8.
  @inlinable @inline(__always)
  public var antenna: UInt8 { UInt8(truncatingIfNeeded: checkAndAntenna &>> 40) }

  @usableFromInline @inline(__always)
  var isLong: Bool { checkAndAntenna &>> 48 != 0 }

  /// Whose chip it is.
  public var timerCode: TimerCode {
    guard usualChip == 0, let more else { return TimerCode(low: usualChip &>> 32, high: 0) }
    return TimerCode(unchecked: more.span, 0..<Self.endOfField(more, from: 0))
  }

  /// The chip's number.
  public var chip: ChipCode {
    guard usualChip == 0, let more else {
      return ChipCode(uncheckedNumber: UInt32(truncatingIfNeeded: usualChip))
    }
    let start = Self.endOfField(more, from: 0) + 1
    return ChipCode(unchecked: more.span, start..<Self.endOfField(more, from: start))
  }

  /// The number of an ordinary chip, 0 to 99999, of a timer with two letters; nil of any other.
  @inlinable @inline(__always)
  public var usualChipNumber: UInt32? { usualChip == 0 ? nil : UInt32(truncatingIfNeeded: usualChip) }

  /// EPC and reserved fields of a passing of 13 fields; nil of one of 8.
  public var epcFields: EPCFields? {
    guard isLong, let more else { return nil }
    return EPCFields(unchecked: usualChip == 0 ? Array(more[Self.endOfChip(more)...].dropFirst()) : more)
  }

  /// The first 40 bytes of EPC and reserved fields as words of eight, the first byte lowest, XORed; 0 of a passing of 8
  /// fields. What measurements compare.
  @inlinable @inline(__always)
  public var foldedFields: UInt64 {
    checkAndAntenna &>> 48 == 0 ? 0 : Self.folded(more, behindChip: usualChip == 0)
  }

  /// Is given just what it needs: for the whole value that would have to stand in memory.
  @usableFromInline @inline(never)
  static func folded(_ more: [UInt8]?, behindChip: Bool) -> UInt64 {
    guard let more else { return 0 }
    let bytes = more.span
    var start = behindChip ? endOfChip(more) + 1 : 0
    let end = min(bytes.count, start + 40)
    var sum: UInt64 = 0
    while end &- start >= 8 {
      sum ^= bytes.word(at: start)
      start &+= 8
    }
    return sum ^ bytes.text(start..<end, part: 0)
  }

  /// Bytes of memory that it holds beside its own value, about: none, but for what a usual passing has not.
  public var memory: Int { more.map { $0.capacity + 32 } ?? 0 }

  /// How many fields it has: 8 or 13.
  public var fieldCount: Int { isLong ? 13 : 8 }

  /// The reader's wall clock, with its components.
  public var localDateTime: LocalDateTime { LocalDateTime(unchecked: localMilliseconds) }

  /// Timer code and chip, e.g. `MC02976`.
  public var chipText: String {
    String(
      decoding: [UInt8](appending: {
        timerCode.append(to: &$0)
        chip.append(to: &$0)
      }), as: UTF8.self)
  }

  /// The exact text of the frame, without its line end.
  public var text: String { String(decoding: [UInt8](appending: encode), as: UTF8.self) }

  /// Appends the exact text of the frame, without its line end.
  public func encode(into bytes: inout [UInt8]) {
    bytes.append(decimal: number)
    bytes.append(ASCII.semicolon)
    timerCode.append(to: &bytes)
    bytes.append(ASCII.semicolon)
    chip.append(to: &bytes)
    bytes.append(ASCII.semicolon)
    localDateTime.appendDate(to: &bytes)
    bytes.append(ASCII.semicolon)
    localDateTime.appendPreciseTime(to: &bytes)
    bytes.append(ASCII.semicolon)
    bytes.append(ASCII.zero + antenna)
    bytes.append(ASCII.semicolon)
    bytes.append(decimal: reads)
    bytes.append(ASCII.semicolon)
    if isLong, let more {
      bytes += usualChip == 0 ? more[(Self.endOfChip(more) + 1)...] : more[...]
      bytes.append(ASCII.semicolon)
    }
    check.append(to: &bytes)
  }

  private static func endOfField(_ bytes: [UInt8], from start: Int) -> Int {
    var end = start
    while end < bytes.count, bytes[end] != ASCII.semicolon { end += 1 }
    return end
  }

  private static func endOfChip(_ bytes: [UInt8]) -> Int {
    endOfField(bytes, from: endOfField(bytes, from: 0) + 1)
  }
}
