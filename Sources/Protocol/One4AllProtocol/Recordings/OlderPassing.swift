/// A detection as the vendor's older readers report it: in a live frame, or in a row of a backup file. It has no
/// running number. All of it is observed, not documented.
///
/// A test read may have neither time nor antenna: both are written as zeros,
/// `VOIDTAG;0000/00/00;00:00:00.000;00:00:00.000;0;000`. A chip always has both.
public struct OlderPassing: Hashable, Sendable, BitwiseCopyable {
  /// `.chip` or `.testRead`.
  public let chip: RecordedChip
  /// When the chip was first seen, by the reader's wall clock: milliseconds since 1970-01-01, the local date and time
  /// read as if it were UTC. Nil for a test read without a time.
  public let firstSeenMilliseconds: Int64?
  /// When it was read best, by the same clock. Nil for a test read without a time.
  ///
  /// There is one date for both times, and it is taken for that of the first: a best time that is more than twelve
  /// hours before the first belongs to the next day. This is inferred.
  public let localMilliseconds: Int64?
  /// 1 to 8; of a test read 0 as well, for none.
  public let antenna: UInt8
  /// How often the chip was read.
  public let reads: UInt32
  /// What a live frame has behind the reads. Its meaning is not known.
  public let flags: PackedText

  /// Nil when a value is out of its range: a chip that is named otherwise, an antenna not from 1 to 8, or 0 of a test
  /// read, a best time
  /// that is not from twelve hours before the first to less than twelve hours behind it, flags with a `|`.
  public init?(
    chip: RecordedChip, firstSeen: LocalDateTime, best: LocalDateTime, antenna: UInt8, reads: UInt32,
    flags: PackedText = .empty
  ) {
    switch chip {
    case .chip(_, 0...99_999), .testRead: break
    case .chip, .code, .other, .none: return nil
    }
    let day = Self.startOfDay(firstSeen.millisecondsSince1970)
    guard Self.isAntenna(antenna, of: chip), !flags.text.utf8.contains(Self.frameEnd),
      Self.best(
        of: Int(best.millisecondsSince1970 - Self.startOfDay(best.millisecondsSince1970)), on: day,
        firstSeen: firstSeen.millisecondsSince1970) == best.millisecondsSince1970
    else { return nil }
    self.chip = chip
    firstSeenMilliseconds = firstSeen.millisecondsSince1970
    localMilliseconds = best.millisecondsSince1970
    self.antenna = antenna
    self.reads = reads
    self.flags = flags
  }

  /// `MC00001D20150414T120755416T120758010A1R034`, and then the flags.
  static let frameWidth = 42
  /// What stands behind a live frame: `|`.
  static let frameEnd = UInt8(ascii: "|")
  /// `DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;`, and then the reads.
  static let rowWidth = 47

  /// What a test read without a time has behind its chip, up to the antenna: in a live frame, and in a row.
  private static let noTimeOfFrame = Array("D00000000T000000000T000000000A".utf8)
  private static let noTimeOfRow = Array(";0000/00/00;00:00:00.000;00:00:00.000;".utf8)

  /// Parses a live frame, without the `|` behind it. Nothing is allocated.
  public init(parsingFrame frame: borrowing Span<UInt8>) throws(RecordFault) {
    guard frame.count >= Self.frameWidth else { throw .truncated }
    guard let chip = RecordedChip(frame, at: 0), frame[7] == UInt8(ascii: "D") else { throw .chip }
    if chip == .testRead, FixedFields.stands(Self.noTimeOfFrame, in: frame, at: 7) {
      (firstSeenMilliseconds, localMilliseconds) = (nil, nil)
    } else {
      guard let day = FixedFields.day(in: frame, at: 8), frame[16] == UInt8(ascii: "T") else { throw .date }
      guard let first = FixedFields.compactTime(in: frame, at: 17), frame[26] == UInt8(ascii: "T") else {
        throw .firstSeen
      }
      guard let best = FixedFields.compactTime(in: frame, at: 27), frame[36] == UInt8(ascii: "A") else {
        throw .time
      }
      (firstSeenMilliseconds, localMilliseconds) = try Self.times(day, first, best)
    }
    antenna = frame[37].digitValue
    guard Self.isAntenna(antenna, of: chip), frame[38] == UInt8(ascii: "R") else { throw .antenna }
    guard let reads = FixedFields.number(3, in: frame, at: 39) else { throw .reads }
    for index in Self.frameWidth..<frame.count where frame[index] == Self.frameEnd { throw .flags }
    guard let flags = PackedText(frame, Self.frameWidth..<frame.count) else { throw .flags }
    self.chip = chip
    self.reads = UInt32(reads)
    self.flags = flags
  }

  /// Parses a row of a backup file, without its line end. Nothing is allocated.
  public init(parsingRow row: borrowing Span<UInt8>) throws(RecordFault) {
    guard row.count >= Self.rowWidth + 3 else { throw .truncated }
    guard let chip = RecordedChip(row, at: 0), row[7] == ASCII.semicolon else { throw .chip }
    if chip == .testRead, FixedFields.stands(Self.noTimeOfRow, in: row, at: 7) {
      (firstSeenMilliseconds, localMilliseconds) = (nil, nil)
    } else {
      guard let day = FixedFields.day(in: row, at: 8, separator: UInt8(ascii: "/")),
        row[18] == ASCII.semicolon
      else { throw .date }
      guard let first = FixedFields.preciseTime(in: row, at: 19), row[31] == ASCII.semicolon else {
        throw .firstSeen
      }
      guard let best = FixedFields.preciseTime(in: row, at: 32), row[44] == ASCII.semicolon else {
        throw .time
      }
      (firstSeenMilliseconds, localMilliseconds) = try Self.times(day, first, best)
    }
    antenna = row[45].digitValue
    guard Self.isAntenna(antenna, of: chip), row[46] == ASCII.semicolon else { throw .antenna }
    // Three digits, and more only where three are not enough.
    guard let reads = FixedFields.wholeNumber(in: row, Self.rowWidth..<row.count),
      row.count == Self.rowWidth + 3 || row[Self.rowWidth] != ASCII.zero
    else { throw Self.hasMoreFields(row) ? .fieldCount : .reads }
    self.chip = chip
    self.reads = reads
    flags = .empty
  }

  private static func hasMoreFields(_ row: borrowing Span<UInt8>) -> Bool {
    let end = Passing.endOfDigits(in: row, from: rowWidth)
    return end < row.count && row[end] == ASCII.semicolon
  }

  /// A test read is told with or without the antenna.
  private static func isAntenna(_ antenna: UInt8, of chip: RecordedChip) -> Bool {
    antenna == 0 ? chip == .testRead : antenna <= 8
  }

  /// Both times of a day, in days since 1970, from milliseconds since midnight.
  private static func times(_ day: Int, _ first: Int, _ best: Int) throws(RecordFault) -> (Int64, Int64) {
    let start = Int64(day) * 86_400_000
    let firstSeen = start + Int64(first)
    let local = Self.best(of: best, on: start, firstSeen: firstSeen)
    // After the last day there is none.
    guard local <= LocalDateTime.latest else { throw .time }
    return (firstSeen, local)
  }

  /// The best time, whose date is not told.
  private static func best(of millisecondOfDay: Int, on day: Int64, firstSeen: Int64) -> Int64 {
    let sameDay = day + Int64(millisecondOfDay)
    return sameDay < firstSeen - 43_200_000 ? sameDay + 86_400_000 : sameDay
  }

  private static func startOfDay(_ milliseconds: Int64) -> Int64 {
    let sinceEarliest = milliseconds - LocalDateTime.earliest
    return milliseconds - sinceEarliest % 86_400_000
  }
}

extension OlderPassing {
  /// When the chip was first seen, with its components. Nil for a test read without a time.
  public var firstSeen: LocalDateTime? { firstSeenMilliseconds.map(LocalDateTime.init(unchecked:)) }
  private var best: LocalDateTime? { localMilliseconds.map(LocalDateTime.init(unchecked:)) }

  /// Appends the live frame, without the `|` behind it. Reads beyond 999 do not fit and stand as 999.
  public func encodeFrame(into bytes: inout [UInt8]) {
    chip.append(to: &bytes)
    if let firstSeen, let best {
      bytes.append(UInt8(ascii: "D"))
      firstSeen.appendCompactDate(to: &bytes)
      bytes.append(UInt8(ascii: "T"))
      firstSeen.appendCompactTime(to: &bytes)
      bytes.append(UInt8(ascii: "T"))
      best.appendCompactTime(to: &bytes)
      bytes.append(UInt8(ascii: "A"))
    } else {
      bytes += Self.noTimeOfFrame
    }
    bytes.append(ASCII.zero + antenna)
    bytes.append(UInt8(ascii: "R"))
    bytes.append(decimal: min(reads, 999), width: 3)
    flags.append(to: &bytes)
  }

  /// Appends the row of a backup file, without its line end. It has no flags.
  public func encodeRow(into bytes: inout [UInt8]) {
    chip.append(to: &bytes)
    if let firstSeen, let best {
      bytes.append(ASCII.semicolon)
      firstSeen.appendDate(to: &bytes, separator: UInt8(ascii: "/"))
      bytes.append(ASCII.semicolon)
      firstSeen.appendPreciseTime(to: &bytes)
      bytes.append(ASCII.semicolon)
      best.appendPreciseTime(to: &bytes)
      bytes.append(ASCII.semicolon)
    } else {
      bytes += Self.noTimeOfRow
    }
    bytes.append(ASCII.zero + antenna)
    bytes.append(ASCII.semicolon)
    bytes.append(decimal: reads, width: 3)
  }
}
