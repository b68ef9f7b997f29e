import AgentCore
import LinuxSystem

/// How much is read in which time: what speaks on the line may say as much as it likes, but not take the machine.
///
/// 2.5 MB/s are 60,000 passings a second: more than the store takes, a hundred readers at their best, and 220 serial
/// lines. A peer on the network that says more waits in its own `send`.
struct ReadPace {
  /// Most bytes in one span, but for the last read.
  static let most = 256 << 10
  static let span = Duration.milliseconds(100)
  /// What follows the last read sooner than that waits for what comes behind it: a list leaves frame by frame, and each read
  /// wakes two threads. What comes behind a pause is read at once.
  static let gathering = Duration.milliseconds(8)

  private var began: Int64 = 0
  private var count = 0
  private var readAt: Int64?

  /// Nanoseconds until something may be read; 0 when it may be now.
  mutating func wait(at now: Int64) -> Int64 {
    let end = began + ReadPace.span.wholeNanoseconds
    if now >= end {
      began = now
      count = 0
    }
    let gathered = readAt.map { $0 + ReadPace.gathering.wholeNanoseconds } ?? now
    return max(0, gathered - now, count < ReadPace.most ? 0 : end - now)
  }

  /// So much was read.
  mutating func note(_ bytes: Int, at now: Int64) {
    count += bytes
    readAt = now
  }
}
