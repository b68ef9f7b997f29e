import Glibc
import LinuxSystem

/// How long a test waits before it gives up on another thread or process. Longer by the factor in the environment's
/// ONE4ALL_TEST_PATIENCE, for builds that are slow by their nature (scripts/sanitize).
public struct Deadline: Sendable {
  /// How many times longer things may take; 1 in an ordinary build.
  public static let patience: Double = max(
    1, getenv("ONE4ALL_TEST_PATIENCE").flatMap { Double(String(cString: $0)) } ?? 1)
  private let end: Int64

  /// - Parameter seconds: from now, in an ordinary build.
  public init(seconds: Double = 30) {
    end = SystemClock.monotonicNanoseconds + Int64(seconds * Deadline.patience * 1e9)
  }

  /// Whether that time is over.
  public var isOver: Bool { SystemClock.monotonicNanoseconds > end }

  /// What is left of it, for `poll`; 0 when it is over.
  public var milliseconds: Int32 {
    Int32(clamping: max(0, (end - SystemClock.monotonicNanoseconds + 999_999) / 1_000_000))
  }
}

/// Waits for a condition with a deadline, for what can only be looked at from outside (another process).
/// - Parameters:
///   - seconds: how long at most, in an ordinary build.
///   - condition: looked at every 10 ms.
/// - Returns: whether it came true in time.
public func eventually(within seconds: Double = 10, _ condition: () -> Bool) -> Bool {
  let deadline = Deadline(seconds: seconds)
  while true {
    if condition() { return true }
    if deadline.isOver { return false }
    poll(nil, 0, 10)
  }
}
