/// A passing as the reader keeps it. Its number is its place in the session file.
public struct RecordedPassing: Equatable, Sendable {
  /// Code of the timer or event that owns the chip: two letters, or as FREE readers have it.
  public let prefix: String
  /// Chip number: five digits, or as FREE readers have it.
  public let chip: String
  /// The reader's wall clock, in milliseconds since 1970-01-01T00:00:00 as that clock counts.
  public let localMilliseconds: Int64
  /// Antenna of the strongest read, 1 to 8.
  public let antenna: Int
  /// How often the chip was read.
  public let reads: Int
  /// What stands between reads and check: EPC and four reserved fields of a passing of 13 fields, nothing of one of 8.
  public let more: [String]
  /// Five opaque characters.
  public let check: String

  /// A passing.
  public init(
    prefix: String, chip: String, localMilliseconds: Int64, antenna: Int, reads: Int,
    more: [String] = [],
    check: String
  ) {
    self.prefix = prefix
    self.chip = chip
    self.localMilliseconds = localMilliseconds
    self.antenna = antenna
    self.reads = reads
    self.more = more
    self.check = check
  }

  /// The passing frame without its line end, as the protocol reference has it.
  /// - Parameter number: its running number, from 1.
  public func frame(number: Int) -> String {
    let time = ReaderTime(localMilliseconds)
    let fields = ["\(number)", prefix, chip, time.date, time.preciseTime, "\(antenna)", "\(reads)"]
    return (fields + more + [check]).joined(separator: ";")
  }
}
