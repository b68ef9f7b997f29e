/// A moment of a clock that never steps (CLOCK_BOOTTIME). To measure with, never to show.
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
    .nanoseconds(left.nanoseconds - right.nanoseconds)
  }
  /// The moment that much later.
  public static func + (left: MonotonicTime, right: Duration) -> MonotonicTime {
    MonotonicTime(nanoseconds: left.nanoseconds + right.wholeNanoseconds)
  }
}

extension Duration {
  /// In nanoseconds, for spans up to 292 years.
  public var wholeNanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
  /// In milliseconds, rounded down.
  public var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
  /// In seconds.
  public var inSeconds: Double { Double(wholeNanoseconds) / 1e9 }
}
