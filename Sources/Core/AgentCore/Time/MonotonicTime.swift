/// A moment of a clock that never steps (CLOCK_BOOTTIME). To measure with, never to show.
///
/// Sums and differences saturate: a moment or a span from outside, however absurd, is at worst as far away as can be.
public struct MonotonicTime: Comparable, Hashable, Sendable {
  /// Nanoseconds since the machine started.
  public let nanoseconds: Int64

  /// The moment so many nanoseconds after the machine's start.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Earlier is less.
  public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
  /// The time between two moments.
  public static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
    .nanoseconds(left.nanoseconds.saturatingSubtract(right.nanoseconds))
  }
  /// The moment that much later.
  public static func + (left: MonotonicTime, right: Duration) -> MonotonicTime {
    MonotonicTime(nanoseconds: left.nanoseconds.saturatingAdd(right.wholeNanoseconds))
  }
}
