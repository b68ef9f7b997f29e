/// A row of the cloud's export:
/// `3;02;2020-03-11 12:25:01.649;16.7578038;-93.116542;Sent;;;GMT-06:00`. The form is observed, not documented.
///
/// What is text is given as its place in the line, so that nothing is copied and the original stays what it was.
public struct ExportedPassing: Hashable, Sendable {
  /// The running number.
  public let number: UInt32
  /// Where the bib stands; may be empty.
  public let bib: Range<Int>
  /// The date and time as they are written: milliseconds since 1970-01-01, read as if it were UTC. They are taken for
  /// local time in the row's zone: this is assumed, not known.
  public let localMilliseconds: Int64
  /// Where degrees of latitude stand; may be empty. Opaque.
  public let latitude: Range<Int>
  /// Where degrees of longitude stand; may be empty. Opaque.
  public let longitude: Range<Int>
  /// Where the status stands, e.g. `Sent`. Opaque.
  public let status: Range<Int>
  /// Often none.
  public let chip: RecordedChip
  /// Where the participant stands; may be empty. Opaque.
  public let participant: Range<Int>
  /// The zone of date and time.
  public let zone: RecordedZone

  /// The first line of an export.
  public static let header =
    "passing;bib;date_time;latitude;longitude;status;chip;participant_id;timezone"
  private static let headerBytes = Array(header.utf8)

  /// Parses a row, without its line end. Nothing is allocated.
  public init(parsing row: borrowing Span<UInt8>) throws(RecordFault) {
    var end = -1
    guard let numberField = Self.field(behind: &end, in: row), let bib = Self.field(behind: &end, in: row),
      let moment = Self.field(behind: &end, in: row), let latitude = Self.field(behind: &end, in: row),
      let longitude = Self.field(behind: &end, in: row), let status = Self.field(behind: &end, in: row),
      let chipField = Self.field(behind: &end, in: row), let participant = Self.field(behind: &end, in: row),
      let zoneField = Self.field(behind: &end, in: row)
    else { throw .truncated }
    guard end == row.count else { throw .fieldCount }
    for index in 0..<row.count where row[index] < 0x20 || row[index] == 0x7F { throw .text }
    guard let number = FixedFields.wholeNumber(in: row, numberField) else { throw .number }
    localMilliseconds = try Self.moment(row, moment)
    guard let chip = Self.chip(row, chipField) else { throw .chip }
    guard let zone = RecordedZone(row, zoneField) else { throw .zone }
    self.number = number
    self.bib = bib
    self.latitude = latitude
    self.longitude = longitude
    self.status = status
    self.chip = chip
    self.participant = participant
    self.zone = zone
  }

  static func isHeader(_ line: borrowing Span<UInt8>) -> Bool {
    guard line.count == headerBytes.count else { return false }
    for index in 0..<line.count where line[index] != headerBytes[index] { return false }
    return true
  }

  /// The field behind the separator at `end`, which moves to the one behind the field or to the end of the row.
  @inline(__always)
  private static func field(behind end: inout Int, in row: borrowing Span<UInt8>) -> Range<Int>? {
    guard end < row.count else { return nil }
    let start = end + 1
    end = start
    while end < row.count, row[end] != ASCII.semicolon { end += 1 }
    return start..<end
  }

  /// `yyyy-MM-dd HH:mm:ss.SSS`, the milliseconds may be missing.
  private static func moment(
    _ row: borrowing Span<UInt8>, _ range: Range<Int>
  ) throws(RecordFault) -> Int64 {
    let start = range.lowerBound
    guard range.count >= 10, let day = FixedFields.day(in: row, at: start, separator: ASCII.dash) else {
      throw .date
    }
    guard range.count == 19 || range.count == 23, row[start + 10] == 0x20,
      let time = range.count == 23
        ? FixedFields.preciseTime(in: row, at: start + 11) : FixedFields.time(in: row, at: start + 11)
    else { throw .time }
    return Int64(day) * 86_400_000 + Int64(time)
  }

  private static func chip(_ row: borrowing Span<UInt8>, _ range: Range<Int>) -> RecordedChip? {
    if range.isEmpty { return RecordedChip.none }
    if range.count == RecordedChip.width, let chip = RecordedChip(row, at: range.lowerBound) { return chip }
    return PackedText(row, range).map { .other($0) }
  }
}
