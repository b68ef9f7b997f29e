/// How long the cloud may make us wait. It is obeyed, but a proxy that asks for a year is not.
struct Patience: Equatable, Sendable {
  /// Waits as long as this are told with their end.
  static let told = Duration.seconds(10)

  /// `[cloud] retry_after_limit`.
  var limit: Duration

  /// The wait that a `Retry-After` comes to: never sooner, a little later, and never longer than the limit.
  func wait(asked: Duration, _ random: inout RandomSource) -> Duration {
    let least = min(max(asked, .zero), limit)
    return min(limit, least + random.spread(.milliseconds(500), by: 1))
  }

  /// What is told of a wait.
  func words(asked: Duration, wait: Duration, at now: Moment) -> String {
    let end = (now.wall + wait).iso8601
    guard asked > limit else { return "it asks to wait until \(end)" }
    return "it asks for a longer wait than retry_after_limit: tried again at \(end)"
  }
}
