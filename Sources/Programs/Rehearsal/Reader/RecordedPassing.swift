/// A passing as the reader has recorded it.
public struct RecordedPassing: Equatable, Sendable {
  /// Running number in its session file, from 1.
  public let number: Int
  /// Two letters.
  public let prefix: String
  /// Five digits.
  public let chip: String
  /// The reader's wall clock, milliseconds since 1970-01-01T00:00:00 read as if it were UTC.
  public let local: Int64
  /// 1 to 8.
  public let antenna: Int
  /// How often the chip was read.
  public let reads: Int
  /// Five characters.
  public let check: String

  /// The frame without its line end.
  public var line: String {
    "\(number);\(prefix);\(chip);\(ReaderCalendar.date(local));\(ReaderCalendar.preciseTime(local));\(antenna);\(reads);\(check)"
  }
}

/// What the next passing will be: from a backup file, or made up.
public struct ReplayedPassing: Equatable, Sendable {
  /// Two letters.
  public let prefix: String
  /// Five digits.
  public let chip: String
  /// Milliseconds after the file's first passing.
  public let offset: Int64
  /// 1 to 8.
  public let antenna: Int
  /// How often the chip was read.
  public let reads: Int
  /// Five characters.
  public let check: String

  /// The passings of a One4All 5 backup file: frames as on the line, LF or CR LF.
  /// - Throws: the number of the first line that is none.
  public static func read(_ text: String) throws(ReplayError) -> [ReplayedPassing] {
    var passings: [ReplayedPassing] = []
    var first: Int64?
    for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      let fields = line.split(separator: ";", omittingEmptySubsequences: false)
      guard fields.count == 8, Int(fields[0]) != nil, fields[1].count == 2, fields[2].count == 5,
        let local = ReaderCalendar.read(date: fields[3], time: fields[4]), let antenna = Int(fields[5]),
        (1...8).contains(antenna), let reads = Int(fields[6]), fields[7].count == 5
      else { throw ReplayError(line: index + 1) }
      passings.append(
        ReplayedPassing(
          prefix: String(fields[1]), chip: String(fields[2]), offset: max(0, local - (first ?? local)),
          antenna: antenna, reads: reads, check: String(fields[7])))
      first = first ?? local
    }
    return passings
  }
}

/// A backup file that cannot be replayed.
public struct ReplayError: Error, Equatable, CustomStringConvertible {
  /// The line that is no passing, from 1.
  public let line: Int
  /// One line for a person.
  public var description: String { "line \(line) is no passing of a One4All 5 backup file" }
}
