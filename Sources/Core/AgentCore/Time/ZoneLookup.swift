/// Which moments a local wall clock's reading stands for.
public enum LocalReading: Equatable, Sendable {
  /// One moment.
  case once(WallTime)
  /// Clocks were set back: it was read twice.
  case twice(earlier: WallTime, later: WallTime)
  /// Clocks were set forward over it: it was never read. The moment of the jump.
  case never(jump: WallTime)
}

/// Finds the moments of a local reading (milliseconds since 1970-01-01T00:00:00 read as if it were UTC) in a named
/// zone; nil when there is no such zone. The same question always has the same answer.
public typealias ZoneLookup = @Sendable (_ localMilliseconds: Int64, _ zone: String) -> LocalReading?

/// Knows UTC and nothing else; for those who have no zone database at hand.
public let onlyUTC: ZoneLookup = { localMilliseconds, zone in
  zone == "UTC" ? .once(WallTime(milliseconds: localMilliseconds)) : nil
}
