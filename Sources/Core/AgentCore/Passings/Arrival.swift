/// When a passing was heard, to tell its age. A step of the host's wall clock changes no age.
public struct Arrival: Equatable, Sendable {
  /// By the clock that never steps; nil when the machine was started again since.
  public var monotonic: MonotonicTime?
  /// By the host's wall clock.
  public var wall: WallTime
  /// Whether that was synchronised.
  public var isSynchronised: Bool

  /// An arrival.
  public init(monotonic: MonotonicTime?, wall: WallTime, isSynchronised: Bool) {
    self.monotonic = monotonic
    self.wall = wall
    self.isSynchronised = isSynchronised
  }

  /// The moment by the clock of this run of the machine; before its start where it is older, and never after now.
  ///
  /// What was heard in an earlier run is at least as old as this run is. How much older only the wall clock can tell, and
  /// it is asked only when it was synchronised then and is now.
  public func placed(at now: Moment) -> MonotonicTime {
    if let monotonic { return min(monotonic, now.monotonic) }
    let start = MonotonicTime(nanoseconds: 0)
    guard isSynchronised, now.kernelSynchronised else { return min(start, now.monotonic) }
    return min(start, now.monotonic + (wall - now.wall))
  }
}
