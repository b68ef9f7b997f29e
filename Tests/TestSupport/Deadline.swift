import Glibc
import LinuxSystem

/// How many times longer a test waits before it gives up: from the environment's ONE4ALL_TEST_PATIENCE, for builds that
/// are slow by their nature (scripts/sanitize).
private let patience: Double = getenv("ONE4ALL_TEST_PATIENCE").flatMap { Double(String(cString: $0)) } ?? 1

/// Waits for a condition with a deadline, for what can only be looked at from outside (another process).
/// - Parameters:
///   - seconds: how long at most, in an ordinary build.
///   - condition: looked at every 10 ms.
/// - Returns: whether it came true in time.
public func eventually(within seconds: Double = 10, _ condition: () -> Bool) -> Bool {
  let end = SystemClock.monotonicNanoseconds + Int64(seconds * max(1, patience) * 1e9)
  while true {
    if condition() { return true }
    if SystemClock.monotonicNanoseconds > end { return false }
    poll(nil, 0, 10)
  }
}
