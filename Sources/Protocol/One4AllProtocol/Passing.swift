/// One detection of a chip, as the reader reports it. Some readers send 8 fields, others 13:
///
///     <number>;<timer code>;<chip>;<date>;<time>;<antenna>;<reads>;<check>
///     <number>;<timer code>;<chip>;<date>;<time>;<antenna>;<reads>;<EPC>;<free>;<free>;<free>;<free>;<check>
///
/// The usual one, of 8 fields with two letters and five digits, is one small value: most passings are such, and hundreds
/// of thousands may wait. What another one has more stands in memory of its own.
public struct Passing: Hashable, Sendable {
  /// Running number in the reader's current session file, from 1. A gap means a lost frame.
  public let number: UInt32
  /// How often the chip was read in this passing. 0 is accepted as the reader's word.
  public let reads: UInt32
  /// The reader's wall clock: milliseconds since 1970-01-01, the local date and time read as if it were UTC.
  public let localMilliseconds: Int64
  /// The check in the low 40 bits, the antenna above it, and above that whether it has 13 fields.
  private let packed: UInt64
  /// `MC02976`, the first character lowest; 0 where timer code or chip are not of that form.
  private let usualChip: UInt64
  /// Timer code and chip, where they are not the usual ones, then the fields behind the reads, where there are more than
  /// the check; `;` between all of them. Nil of a usual passing.
  private let more: [UInt8]?

  private static let antennaShift: UInt64 = 40
  private static let isLongBit: UInt64 = 1 << 48

  @inline(__always)
  init(
    uncheckedNumber number: UInt32, usualChip: UInt64, more: [UInt8]?, isLong: Bool, localMilliseconds: Int64,
    antenna: UInt8, reads: UInt32, check: CheckCode
  ) {
    self.number = number
    self.usualChip = usualChip
    self.more = more
    self.localMilliseconds = localMilliseconds
    self.reads = reads
    packed = check.packed | UInt64(antenna) &<< Self.antennaShift | (isLong ? Self.isLongBit : 0)
  }

  /// A passing of 13 fields, or of 8 without `epcFields`. Nil when a value is out of its range: number from 1, antenna
  /// 1 to 8, a check that is none, more than a frame has room for.
  public init?(
    number: UInt32, timerCode: TimerCode, chip: ChipCode, at time: LocalDateTime, antenna: UInt8,
    reads: UInt32,
    epcFields: EPCFields? = nil, check: CheckCode
  ) {
    guard number >= 1, 1...8 ~= antenna, !CheckCode.isAnotherFrame(check.packed) else { return nil }
    let usualChip = timerCode.isUsual && chip.isUsual ? timerCode.low | chip.words[0] << 16 : 0
    var more: [UInt8] = []
    if usualChip == 0 {
      timerCode.append(to: &more)
      more.append(ASCII.semicolon)
      chip.append(to: &more)
      if epcFields != nil { more.append(ASCII.semicolon) }
    }
    if let epcFields { more += epcFields.bytes }
    self.init(
      uncheckedNumber: number, usualChip: usualChip, more: more.isEmpty ? nil : more,
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

  /// Opaque.
  public var check: CheckCode { CheckCode(unchecked: packed & (1 &<< Self.antennaShift &- 1)) }

  /// Antenna of the strongest read, 1 to 8.
  public var antenna: UInt8 { UInt8(truncatingIfNeeded: packed &>> Self.antennaShift) }

  private var isLong: Bool { packed & Self.isLongBit != 0 }

  /// Whose chip it is.
  public var timerCode: TimerCode {
    guard usualChip == 0, let more else { return TimerCode(low: usualChip & 0xFFFF, high: 0) }
    return TimerCode(unchecked: more.span, 0..<Self.endOfField(more, from: 0))
  }

  /// The chip's number.
  public var chip: ChipCode {
    guard usualChip == 0, let more else { return ChipCode(words: SIMD4(usualChip &>> 16, 0, 0, 0)) }
    let start = Self.endOfField(more, from: 0) + 1
    return ChipCode(unchecked: more.span, start..<Self.endOfField(more, from: start))
  }

  /// The number of an ordinary chip, 0 to 99999, of a timer with two letters; nil of any other.
  @inline(__always)
  public var usualChipNumber: UInt32? {
    usualChip == 0 ? nil : ChipCode(words: SIMD4(usualChip &>> 16, 0, 0, 0)).number
  }

  /// EPC and reserved fields of a passing of 13 fields; nil of one of 8.
  public var epcFields: EPCFields? {
    guard isLong, let more else { return nil }
    return EPCFields(unchecked: usualChip == 0 ? Array(more[Self.endOfChip(more)...].dropFirst()) : more)
  }

  /// The first 40 bytes of EPC and reserved fields as words of eight, the first byte lowest, XORed; 0 of a passing of 8
  /// fields. What measurements compare.
  @inline(__always)
  public var foldedFields: UInt64 { isLong ? foldedMore : 0 }

  private var foldedMore: UInt64 {
    guard let more else { return 0 }
    let range = (usualChip == 0 ? Self.endOfChip(more) + 1 : 0)..<more.count
    return (0..<5).reduce(0) { $0 ^ more.span.text(range, part: $1) }
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
    bytes[start...].firstIndex(of: ASCII.semicolon) ?? bytes.count
  }

  private static func endOfChip(_ bytes: [UInt8]) -> Int {
    endOfField(bytes, from: endOfField(bytes, from: 0) + 1)
  }
}
