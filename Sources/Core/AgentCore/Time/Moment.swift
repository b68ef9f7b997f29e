/// Now, by both clocks, and whether the kernel vouches for the wall clock. Comes in with every event.
public struct Moment: Equatable, Sendable {
  /// To measure with.
  public let monotonic: MonotonicTime
  /// To label with.
  public let wall: WallTime
  /// Whether the kernel calls the wall clock synchronised.
  public let kernelSynchronised: Bool

  /// A moment.
  public init(monotonic: MonotonicTime, wall: WallTime, kernelSynchronised: Bool) {
    self.monotonic = monotonic
    self.wall = wall
    self.kernelSynchronised = kernelSynchronised
  }

  /// The wall clock's reading at an earlier moment, by the clock as it is set now.
  public func label(_ earlier: MonotonicTime) -> WallTime { wall - (monotonic - earlier) }
}
