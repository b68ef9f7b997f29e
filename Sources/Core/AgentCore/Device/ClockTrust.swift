/// Whether the host's wall clock may label anything. Many boxes have no clock of their own and some no time server:
/// the clock is trusted when the kernel calls it synchronised, or when the cloud's `Date` agrees within 5 s.
public struct ClockTrust: Equatable, Sendable {
  /// The most that the host's clock and the cloud's may differ.
  public static let tolerance = Duration.seconds(5)
  /// The most that the wall clock may move against the monotonic one before a comparison is worth nothing.
  static let stepTolerance = Duration.seconds(2)

  private struct Sample: Equatable, Sendable {
    let offset: Duration
    /// Wall clock less monotonic clock when the sample was taken.
    let epoch: Int64
  }
  private var sample: Sample?
  private var askedEpoch: Int64?

  init() {}

  /// The host's clock less the cloud's, in whole seconds at best; nil before the cloud has answered.
  public var offset: Duration? { sample?.offset }

  /// A request goes out.
  mutating func ask(at now: Moment) { askedEpoch = ClockTrust.epoch(now) }

  /// An answer of the cloud has come. `Date` counts whole seconds, so half a second is its middle. A clock that
  /// stepped while the request was under way was compared with nothing.
  mutating func learn(from answer: CloudAnswer, at now: Moment) {
    guard let date = answer.date else { return }
    if let askedEpoch, abs(.milliseconds(ClockTrust.epoch(now) - askedEpoch)) > ClockTrust.stepTolerance {
      return
    }
    sample = Sample(offset: answer.hostTime - (date + .milliseconds(500)), epoch: ClockTrust.epoch(now))
  }

  /// Whether the clock is trusted now. A step since the last comparison takes the trust away.
  func isTrusted(at now: Moment) -> Bool {
    if now.kernelSynchronised { return true }
    guard let sample else { return false }
    let moved = Duration.milliseconds(ClockTrust.epoch(now) - sample.epoch)
    return abs(sample.offset) <= ClockTrust.tolerance && abs(moved) <= ClockTrust.stepTolerance
  }

  private static func epoch(_ now: Moment) -> Int64 {
    now.wall.milliseconds - now.monotonic.nanoseconds / 1_000_000
  }
}
