/// The two ways through a `ZoneLookup` that the reader's clock needs.
enum ZoneSearch {
  private static let day: Int64 = 86_400_000

  /// The moment nearest to `host` at which the zone's wall clock shows a reading. A reading that never was is taken by
  /// the offset before or behind the jump: a clock that was not set forward in time, or too early.
  /// - Parameter local: milliseconds since 1970-01-01T00:00:00 read as if it were UTC.
  /// - Returns: nil when there is no such zone.
  static func moment(local: Int64, zone: String, nearest host: WallTime, _ zones: ZoneLookup) -> WallTime? {
    let candidates: [WallTime]
    switch zones(local, zone) {
    case nil: return nil
    case .once(let moment)?: candidates = [moment]
    case .twice(let earlier, let later)?: candidates = [earlier, later]
    case .never?:
      candidates = offsets(around: local, zone, zones).map { WallTime(milliseconds: local - $0) }
    }
    return candidates.min { abs($0 - host) < abs($1 - host) }
  }

  /// How many milliseconds from a moment the other one lies at which the zone's wall clock shows that reading; nil when it
  /// comes once.
  static func other(than moment: WallTime, local: Int64, zone: String, _ zones: ZoneLookup) -> Int64? {
    guard case .twice(let earlier, let later)? = zones(local, zone) else { return nil }
    return ((moment == earlier ? later : earlier) - moment).wholeMilliseconds
  }

  /// What the zone's wall clock shows at a moment, as milliseconds since 1970-01-01T00:00:00 read as if it were UTC;
  /// nil when there is no such zone, and in the doubled hour, whose readings could mean two moments.
  static func local(at moment: WallTime, zone: String, _ zones: ZoneLookup) -> Int64? {
    offsets(around: moment.milliseconds, zone, zones).map { moment.milliseconds + $0 }
      .first { zones($0, zone) == .once(moment) }
  }

  /// The offsets in force a day before and a day after; clocks change less often. East of UTC is positive.
  private static func offsets(around milliseconds: Int64, _ zone: String, _ zones: ZoneLookup) -> [Int64] {
    [milliseconds - day, milliseconds + day].compactMap { local in
      switch zones(local, zone) {
      case .once(let moment)?: local - moment.milliseconds
      case .twice(let earlier, _)?: local - earlier.milliseconds
      case .never?, nil: nil
      }
    }
  }
}
