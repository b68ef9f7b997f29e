/// One detection of a chip, as the reader reports it. Some readers send 8 fields, others 13:
///
///     <number>;<timer code>;<chip>;<date>;<time>;<antenna>;<reads>;<check>
///     <number>;<timer code>;<chip>;<date>;<time>;<antenna>;<reads>;<EPC>;<free>;<free>;<free>;<free>;<check>
public struct Passing: Hashable, Sendable {
  /// Running number in the reader's current session file, from 1. A gap means a lost frame.
  public let number: UInt32
  /// How often the chip was read in this passing. 0 is accepted as the reader's word.
  public let reads: UInt32
  /// The reader's wall clock: milliseconds since 1970-01-01, the local date and time read as if it were UTC.
  public let localMilliseconds: Int64
  /// Opaque.
  public let check: CheckCode
  /// Whose chip it is.
  public let timerCode: TimerCode
  /// The chip's number.
  public let chip: ChipCode
  private let fields: EPCFields
  /// Antenna of the strongest read, 1 to 8.
  public let antenna: UInt8

  @inline(__always)
  init(
    uncheckedNumber number: UInt32, timerCode: TimerCode, chip: ChipCode, localMilliseconds: Int64,
    antenna: UInt8, reads: UInt32, epcFields: EPCFields, check: CheckCode
  ) {
    self.number = number
    self.timerCode = timerCode
    self.chip = chip
    self.localMilliseconds = localMilliseconds
    self.antenna = antenna
    self.reads = reads
    fields = epcFields
    self.check = check
  }

  /// A passing of 13 fields, or of 8 without `epcFields`. Nil when a value is out of its range: number from 1, antenna
  /// 1 to 8, a check that is none, more than a frame has room for.
  public init?(
    number: UInt32, timerCode: TimerCode, chip: ChipCode, at time: LocalDateTime, antenna: UInt8,
    reads: UInt32,
    epcFields: EPCFields? = nil, check: CheckCode
  ) {
    guard number >= 1, 1...8 ~= antenna, !CheckCode.isAnotherFrame(check.packed) else { return nil }
    self.init(
      uncheckedNumber: number, timerCode: timerCode, chip: chip,
      localMilliseconds: time.millisecondsSince1970,
      antenna: antenna, reads: reads, epcFields: epcFields ?? .none, check: check)
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

  /// EPC and reserved fields of a passing of 13 fields; nil of one of 8.
  public var epcFields: EPCFields? { fields.isPresent ? fields : nil }

  /// Bytes of memory that it holds beside its own value, about: none, but for long fields beside the EPC.
  public var memory: Int { fields.memory }

  /// How many fields it has: 8 or 13.
  public var fieldCount: Int { fields.isPresent ? 13 : 8 }

  /// The reader's wall clock, with its components.
  public var localDateTime: LocalDateTime { LocalDateTime(unchecked: localMilliseconds) }

  /// Timer code and chip, e.g. `MC02976`.
  public var chipText: String {
    var bytes: [UInt8] = []
    timerCode.append(to: &bytes)
    chip.append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
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
    if fields.isPresent {
      fields.append(to: &bytes)
      bytes.append(ASCII.semicolon)
    }
    check.append(to: &bytes)
  }
}
