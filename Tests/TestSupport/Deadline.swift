import Glibc
import LinuxSystem

/// Waits for a condition with a deadline, for what can only be looked at from outside (another process).
/// - Parameters:
///   - seconds: how long at most.
///   - condition: looked at every 10 ms.
/// - Returns: whether it came true in time.
public func eventually(within seconds: Double = 10, _ condition: () -> Bool) -> Bool {
  let end = SystemClock.monotonicNanoseconds + Int64(seconds * 1e9)
  while true {
    if condition() { return true }
    if SystemClock.monotonicNanoseconds > end { return false }
    poll(nil, 0, 10)
  }
}
