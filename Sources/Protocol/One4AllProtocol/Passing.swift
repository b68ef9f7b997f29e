/// One detection of a chip, as the reader reports it:
/// `<number>;<prefix>;<chip>;<date>;<time>;<antenna>;<reads>;<check>`.
public struct Passing: Hashable, Sendable, BitwiseCopyable {
  /// Running number in the reader's current session file, from 1. A gap means a lost frame.
  public let number: UInt32
  /// Owner code of the chip.
  public let prefix: ChipPrefix
  /// Chip number, 0 to 99999.
  public let chip: UInt32
  /// The reader's wall clock: milliseconds since 1970-01-01, the local date and time read as if it were UTC.
  public let localMilliseconds: Int64
  /// Antenna of the strongest read, 1 to 8.
  public let antenna: UInt8
  /// How often the chip was read in this passing. 0 is accepted as the reader's word.
  public let reads: UInt32
  /// Opaque.
  public let check: CheckCode

  init(
    uncheckedNumber number: UInt32, prefix: ChipPrefix, chip: UInt32, localMilliseconds: Int64,
    antenna: UInt8, reads: UInt32, check: CheckCode
  ) {
    self.number = number
    self.prefix = prefix
    self.chip = chip
    self.localMilliseconds = localMilliseconds
    self.antenna = antenna
    self.reads = reads
    self.check = check
  }

  /// Nil when a value is out of its range: number from 1, chip 0 to 99999, antenna 1 to 8.
  public init?(
    number: UInt32, prefix: ChipPrefix, chip: UInt32, at time: LocalDateTime, antenna: UInt8, reads: UInt32,
    check: CheckCode
  ) {
    guard number >= 1, chip <= 99_999, 1...8 ~= antenna else { return nil }
    self.init(
      uncheckedNumber: number, prefix: prefix, chip: chip, localMilliseconds: time.millisecondsSince1970,
      antenna: antenna, reads: reads, check: check)
  }

  /// The reader's wall clock, with its components.
  public var localDateTime: LocalDateTime { LocalDateTime(unchecked: localMilliseconds) }

  /// Prefix and chip number, e.g. `MC02976`.
  public var chipText: String {
    var bytes = [prefix.first, prefix.second]
    bytes.append(decimal: chip, width: 5)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The exact text of the frame, without its line end.
  public var text: String {
    var bytes: [UInt8] = []
    encode(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the exact text of the frame, without its line end.
  public func encode(into bytes: inout [UInt8]) {
    bytes.append(decimal: number)
    bytes.append(ASCII.semicolon)
    bytes.append(prefix.first)
    bytes.append(prefix.second)
    bytes.append(ASCII.semicolon)
    bytes.append(decimal: chip, width: 5)
    bytes.append(ASCII.semicolon)
    localDateTime.appendDate(to: &bytes)
    bytes.append(ASCII.semicolon)
    localDateTime.appendPreciseTime(to: &bytes)
    bytes.append(ASCII.semicolon)
    bytes.append(ASCII.zero + antenna)
    bytes.append(ASCII.semicolon)
    bytes.append(decimal: reads)
    bytes.append(ASCII.semicolon)
    check.append(to: &bytes)
  }
}
