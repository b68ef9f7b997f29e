/// How far a file is with its cloud session, beside what the store keeps of it (`FileSummary.session`).
///
///     wanted ──written down──▶ lookFirst ──not listed──▶ absent ──POST /sessions──▶ mayBeThere ──token──▶ open
///                                  │                       ▲                           │
///                                  └──────listed───────────┼───────────────────────────┴──listed──▶ open
///                                                          └── refused, or not listed
struct SessionCourse: Sendable {
  /// What is known of a session that is on disk as asked for.
  enum Asked: Equatable, Sendable {
    /// `POST /sessions` was sent, or may have been before a restart: the cloud's list tells.
    case mayBeThere
    /// It was not sent since that was written down. A store that was lost may have had one: the list is read first.
    case lookFirst
    /// It is not there: `POST /sessions` is to be sent.
    case absent
  }

  /// Three refusals of the list or nine failures: passings do not wait longer for a list that the cloud cannot show.
  private static let mostListRefusals = 9
  /// How often in a row a 404 that does not say what is missing is taken for a proxy's word. The next one is believed: the
  /// worst that comes of it is an empty session.
  private static let mostBareAbsences = 2

  private(set) var asked = Asked.mayBeThere
  /// A session that is being kept on disk: nothing of it is used before it is.
  var keeping: CloudSession?
  /// Closed ones of its name that the store does not know.
  var former = FormerSessions()
  /// When a new session may be asked for after one was closed; nil for at once.
  var askNotBefore: MonotonicTime?
  var askBackoff = Backoff(first: .seconds(5), cap: .seconds(600))
  /// When its session is looked for or asked for again, after the cloud did not say.
  var notBefore: MonotonicTime?
  var backoff = Backoff(first: .seconds(1), cap: .seconds(60))
  /// How often in a row the cloud has refused what concerns its session alone, and since when.
  var refusals = 0
  var refusedAt: MonotonicTime?
  /// How often in a row the cloud has answered 404 to the list of sessions, and did not say what is missing.
  private var bareAbsences = 0
  /// How much the cloud has refused to list the device's sessions meanwhile.
  private var listRefusals = 0

  /// That one will be asked for is on disk.
  mutating func written(mayList: Bool) {
    asked = mayList ? .lookFirst : .absent
    listRefusals = 0
  }

  /// `POST /sessions` is sent: from here on it may exist.
  mutating func posted() { asked = .mayBeThere }

  /// The cloud has refused to create it, does not list it, or cannot be asked.
  mutating func isNotThere() { asked = .absent }

  /// It takes passings; what is asked for next is another one.
  mutating func opened() { asked = .mayBeThere }

  /// The cloud is another one.
  mutating func forget() {
    asked = .mayBeThere
    former = FormerSessions()
  }

  /// The cloud does not list the device's sessions.
  mutating func notListed(weight: Int) {
    guard asked == .lookFirst else { return }
    listRefusals += weight
    if listRefusals >= SessionCourse.mostListRefusals { asked = .absent }
  }

  /// The cloud does not show what a former session has.
  mutating func notShown(weight: Int) {
    listRefusals += weight
    guard listRefusals >= SessionCourse.mostListRefusals else { return }
    listRefusals = 0
    former.skip()
  }

  /// The cloud has answered 404 to the list of sessions.
  /// - Returns: whether that means that the device has none.
  mutating func isWithoutSessions(_ answer: CloudAnswer) -> Bool {
    switch CloudAbsence(answer, of: .sessions) {
    case .nothing: return true
    case .parent, nil: return false
    case .unsaid:
      bareAbsences += 1
      return bareAbsences > SessionCourse.mostBareAbsences
    }
  }

  /// The cloud has answered about it as it should.
  mutating func forgetRefusals() {
    refusals = 0
    refusedAt = nil
    bareAbsences = 0
    notBefore = nil
    backoff.reset()
  }
}
