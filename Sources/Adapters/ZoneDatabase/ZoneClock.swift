/// The offsets of a zone over a stretch of local time with at most one change around it. From here on it is arithmetic.
struct LocalOffsets: Sendable {
  /// The readings of the wall clock that it is good for, milliseconds since 1970 read as if it were UTC.
  let locals: Range<Int64>
  /// East of UTC is positive, milliseconds.
  let before: Int64
  /// The moment from which another offset is in force, milliseconds since 1970-01-01T00:00:00Z, and that offset.
  let change: (moment: Int64, after: Int64)?

  /// What a reading within `locals` is in UTC.
  func utc(local: Int64) -> ZoneDatabase.UTC {
    guard let change else { return .once(local - before) }
    let early = local - before
    let late = local - change.after
    switch (early < change.moment, late >= change.moment) {
    case (true, true): return .twice(earlier: early, later: late)
    case (true, false): return .once(early)
    case (false, true): return .once(late)
    case (false, false): return .never(jump: change.moment, byOffsetBefore: early)
    }
  }
}

/// A zone's wall clock for whoever asks it often. Readings of the same day are answered by arithmetic; only the first
/// one asks the system.
public struct ZoneClock: Sendable {
  /// The zone's name.
  public let zone: String
  private var offsets: LocalOffsets

  /// Nil when the database has no such zone.
  public init?(zone: String) {
    guard let offsets = ZoneDatabase.offsets(around: 0, zone: zone) else { return nil }
    self.zone = zone
    self.offsets = offsets
  }

  /// The moments at which the wall clock showed that reading, as `ZoneDatabase.utc(local:zone:)` says.
  /// - Parameter milliseconds: since 1970-01-01T00:00:00, the local date and time read as if it were UTC.
  public mutating func utc(local milliseconds: Int64) -> ZoneDatabase.UTC {
    if !offsets.locals.contains(milliseconds),
      let around = ZoneDatabase.offsets(around: milliseconds, zone: zone)
    {
      offsets = around
    }
    return offsets.utc(local: milliseconds)
  }
}
