/// What GETTIME replies say about the reader's clock less the host's: the truth lies between two bounds.
///
/// A reply has whole seconds. Asked at host time a, heard at h, it says that the reader's clock showed something from R
/// up to R + 1 s at some moment between a and h: so the offset lies between R - h and R + 1 s - a. One reply leaves a
/// second and the round trip open. The next question is asked when a clock in the middle of what is open would turn
/// its second: whether it has turned halves what is open, until the round trip is left. (That the reader cuts its
/// seconds off and does not round them is inferred.)
struct ClockBracket: Equatable, Sendable {
  /// Milliseconds.
  private(set) var low: Int64
  private(set) var high: Int64
  /// The shortest time from question to answer, milliseconds.
  private(set) var roundTrip: Int64

  /// What one reply says.
  /// - Parameters:
  ///   - reading: what the reader's clock showed, whole seconds.
  ///   - asked: when it was asked, by the host's clock.
  ///   - heard: when it was heard.
  init(reading: WallTime, asked: WallTime, heard: WallTime) {
    // Host times are cut to milliseconds.
    low = reading.milliseconds - heard.milliseconds - 1
    high = reading.milliseconds + 1000 - asked.milliseconds + 1
    roundTrip = max(0, heard.milliseconds - asked.milliseconds)
  }

  /// What both say; nil when they contradict each other: a clock was set in between.
  func narrowed(by other: ClockBracket) -> ClockBracket? {
    var both = self
    both.low = max(low, other.low)
    both.high = min(high, other.high)
    both.roundTrip = min(roundTrip, other.roundTrip)
    return both.low <= both.high ? both : nil
  }

  /// The offset, as far as is known.
  var middle: Duration { .milliseconds((low + high) / 2) }
  /// How far the truth may be from `middle`.
  var uncertainty: Duration { .milliseconds((high - low + 1) / 2) }
  /// Whether another question would tell little more.
  var isSharp: Bool { high - low <= 50 + 2 * roundTrip }

  /// How long to wait until the question whose answer tells most.
  func wait(from host: WallTime) -> Duration {
    let least: Int64 = 50
    let turn = host.milliseconds + least + (low + high) / 2 + roundTrip / 2
    let beyond = (turn % 1000 + 1000) % 1000
    return .milliseconds(least + (beyond == 0 ? 0 : 1000 - beyond))
  }
}
