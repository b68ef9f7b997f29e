/// How long the reader is not asked for its count or its session file after it was.
///
/// While the line is bad there is always something in doubt, and a status is 350 bytes: 30 ms at 115200 baud. So the
/// questions wait for each other, and one answer settles all doubts that came before it was asked. How long an answer
/// took, from the command to its end, is at least what it kept the line busy; nine times that is left to others.
struct QuestionPace: Sendable {
  /// The least wait behind an answer: how often a fast line is asked.
  static let shortest = Duration.milliseconds(250)
  /// The longest, however long the answer took.
  static let longest = Duration.seconds(2)
  /// What is left to others for each part that an answer takes.
  private static let parts: Int64 = 9

  /// The next question may be asked then; nil when none was asked yet.
  private(set) var from: MonotonicTime?

  /// A question was answered.
  /// - Parameter span: how long that took; nil when the answer never came.
  mutating func answered(after span: Duration?, at now: MonotonicTime) {
    let wait = (span ?? .zero) * QuestionPace.parts
    let isFollowing = from.map { $0 > now } ?? false
    let start = isFollowing ? from ?? now : now
    from = min(max(start + wait, now + QuestionPace.shortest), now + QuestionPace.longest)
  }
}
