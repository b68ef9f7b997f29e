/// Growing waits between attempts: doubled each time, capped, each cut by up to a half at random, so that
/// fifty boxes that lost the network together do not come back together.
struct Backoff: Equatable, Sendable {
  let first: Duration
  let cap: Duration
  private(set) var failures = 0

  init(first: Duration, cap: Duration) {
    self.first = first
    self.cap = cap
  }

  mutating func reset() { failures = 0 }

  /// The wait before the next attempt.
  mutating func next(_ random: inout RandomSource) -> Duration {
    let doublings = min(failures, 20)
    failures += 1
    let full = min(first * (1 << doublings), cap)
    return full.scaled(by: Double.random(in: 0.5...1, using: &random))
  }
}
