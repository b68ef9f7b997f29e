import AgentCore
import One4AllProtocol

/// Columns as values of the store. What cannot have been written so is nil.
extension StoredRecord {
  /// A name: printable, and not without end.
  func name(_ column: Int) -> String? {
    guard let bytes = bytes(column), 1...1024 ~= bytes.count, bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
    else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// A time of which calendars can be made.
  func time(_ column: Int) -> WallTime? {
    integer(column).flatMap { WallTime.calendar ~= $0 ? WallTime(milliseconds: $0) : nil }
  }

  /// A count, at least 0.
  func count(_ column: Int) -> Int { Int(min(max(integer(column) ?? 0, 0), Int64(UInt32.max))) }

  func fileKey(_ serialNumber: Int, _ name: Int) -> FileKey? {
    guard let serialNumber = self.name(serialNumber), let name = self.name(name) else { return nil }
    return FileKey(serialNumber: serialNumber, file: name)
  }

  /// The frame that a column holds.
  func passing(_ column: Int) -> Passing? {
    bytes(column).flatMap { try? Passing(parsing: $0.span) }
  }

  /// A row of the table of session files.
  var file: StoredFile? {
    guard let key = fileKey(1, 2), let firstContact = time(3) else { return nil }
    return StoredFile(
      id: rowid, key: key, firstContact: firstContact, stored: count(4), acknowledged: count(5),
      rejected: count(6), unconfirmed: count(7), lost: count(8), removed: count(9), differences: count(10),
      jumped: count(15), undecided: count(16), retimed: count(17), mistimed: count(18),
      readerCount: integer(11).flatMap(UInt32.init(exactly:)), isSettled: integer(12) ?? 0 != 0,
      isGone: integer(12) == 2, earliest: time(13), latest: time(14), zone: name(19))
  }

  /// A row of the table of passings: its frame has the number of its key, and its UTC lies where clocks on earth do.
  var passingRow: PassingRow? {
    guard PassingTable.isFile(rowid >> 32), let passing = passing(9),
      Int64(passing.number) == rowid & 0xFFFF_FFFF, let utc = time(1),
      abs(utc.milliseconds - passing.localMilliseconds) <= StoredRecord.widestOffset,
      let arrivedWall = time(2), let arrivedAt = integer(3), let zone = integer(4), let boot = integer(5),
      let synchronised = integer(6), 0...1 ~= synchronised,
      let origin = integer(7).flatMap({ KeptPassing.Origin(rawValue: Int($0)) }),
      let trust = integer(8).flatMap({ KeptPassing.Trust(rawValue: Int($0)) }),
      let certainty = TimeCertainty(code: integer(10) ?? 0),
      let zoneSource = KeptPassing.ZoneSource(rawValue: Int(integer(11) ?? 0))
    else { return nil }
    return PassingRow(
      passing: passing, utc: utc, arrivedWall: arrivedWall,
      arrivedAt: MonotonicTime(nanoseconds: min(max(arrivedAt, 0), .max / 2)), zone: zone, boot: boot,
      hostSynchronised: synchronised == 1, origin: origin, trust: trust,
      certainty: certainty, zoneSource: zoneSource)
  }

  /// No zone is further from UTC, in milliseconds.
  private static let widestOffset: Int64 = 26 * 3_600_000
}

extension WallTime {
  /// The milliseconds of the years 1 to 9999.
  static let calendar: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
}

extension PassingTable {
  /// Whether it can be the number of a session file: as many as fit into the upper half of a key.
  static func isFile(_ number: Int64) -> Bool { 1...Int64(Int32.max) ~= number }
}
