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

  /// The wall clock less the monotonic one, milliseconds: it changes when somebody sets the wall clock.
  var epoch: Int64 { wall.milliseconds - monotonic.nanoseconds / 1_000_000 }

  /// The same, without the kernel's word: something contradicts it.
  var unvouched: Moment { Moment(monotonic: monotonic, wall: wall, kernelSynchronised: false) }

  /// The wall clock's reading at an earlier moment, by the clock as it is set now.
  public func label(_ earlier: MonotonicTime) -> WallTime { wall - (monotonic - earlier) }
}
