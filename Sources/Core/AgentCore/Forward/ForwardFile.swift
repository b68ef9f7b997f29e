/// How a session file stands with the forwarder.
struct ForwardFile: Sendable {
  /// Why nothing of it is sent though the cloud would be asked.
  enum Hold: Equatable, Sendable {
    /// The cloud refuses one passing after the other.
    case refusing(until: MonotonicTime)
    /// The cloud takes fewer than it is sent, and what it has cannot be read.
    case uncounted(until: MonotonicTime)

    /// When it is tried again.
    var end: MonotonicTime {
      switch self {
      case .refusing(let end), .uncounted(let end): end
      }
    }
  }

  /// After too many refusals one passing by itself shows whether it is the passings or the file.
  enum Probe: Equatable, Sendable {
    /// To be sent when the file is tried again; how often that was in vain.
    case wanted(Int)
    case sent(Int)
  }

  /// Newly captured passings of the reader's current file, read before what waits from earlier.
  struct Live: Equatable, Sendable {
    /// Those up to this number are read.
    var cursor: UInt32
    /// Those that are not read yet.
    var fresh = NumberSet()
    /// Since when there are some; nil when there are none.
    var since: MonotonicTime?
  }

  var summary: FileSummary
  /// Waiting passings up to this number are read.
  var cursor: UInt32 = 0
  /// The highest number that was seen captured.
  var highest: UInt32 = 0
  var live: Live?
  /// Read and not yet acknowledged on disk.
  var busy = NumberSet()
  /// Sent, and perhaps taken by the cloud though it did not say so.
  var shown = NumberSet()
  /// The cloud may have them as they were before the reader's memory corrected them.
  var mayBeOld = NumberSet()
  /// Reading began at the lowest number, and whether anything was found since.
  var isFullScan = false
  var hasFound = false
  /// Nothing was found that is not read, though the summary counts more; until the summary changes.
  var isExhausted = false
  /// Since when passings are there that are not read.
  var unreadSince: MonotonicTime?
  /// When something of it last changed, but for what the cloud takes.
  var progressAt: MonotonicTime
  /// When the oldest that is not read was heard, or the last that was read.
  var oldestUnread: MonotonicTime?
  /// When a person, or a comparison, last let some wait again: they have not waited since they were heard.
  var sentAgainAt: MonotonicTime?
  var peekAt: MonotonicTime

  // The cloud session.
  var hold: Hold?
  /// A session that is being kept on disk.
  var keeping: CloudSession?
  /// `asked` is on disk, and `POST /sessions` was not sent since, or was refused: no session can have come of it.
  var isUnposted = false
  /// Before it is asked for, it is looked for in the cloud's list.
  var isSought = false
  /// Closed ones of its name that the store does not know.
  var former = FormerSessions()
  /// How often in a row the cloud has answered 404 to the list of sessions, and did not say what is missing.
  var bareAbsences = 0
  /// How much the cloud has refused to list the device's sessions meanwhile.
  var listRefusals = 0
  /// When a new session may be asked for; nil for at once.
  var askNotBefore: MonotonicTime?
  var askBackoff = Backoff(first: .seconds(5), cap: .seconds(600))
  /// When its session is looked for or asked for again, after the cloud did not say.
  var sessionNotBefore: MonotonicTime?
  var sessionBackoff = Backoff(first: .seconds(1), cap: .seconds(60))
  /// How often in a row the cloud has refused what concerns its session alone, and since when.
  var sessionRefusals = 0
  var sessionRefusedAt: MonotonicTime?
  /// Why its session is not asked for yet.
  var blocked: String?
  /// How many of its passings the cloud has refused without taking one between them.
  var refusedInRow = NumberSet()
  var probe: Probe?
  /// So many more may be refused: a probe has shown that it is the passings.
  var mayRefuse = 0

  // The cloud's count.
  var countAt: MonotonicTime?
  var countedAt: MonotonicTime?
  /// How often in a row the cloud has said that there is no such session.
  var countRefusals = 0
  var isSurplusTold = false
  var meter = RateMeter()

  init(_ summary: FileSummary, at now: MonotonicTime) {
    self.summary = summary
    progressAt = now
    peekAt = now
  }

  /// Waiting, and neither for the reader's memory nor for a person's decision.
  var sendable: Int { max(0, summary.waiting - summary.unconfirmed - summary.undecided) }
  /// Sendable and not read yet.
  var unread: Int { max(0, sendable - busy.count) }
  /// Whether the reader may have more of it.
  var isUnfinished: Bool { !summary.isSettled || summary.unconfirmed > 0 }
  /// Whether it is not known what became of the request for its session: others wait until that is found out.
  var mayHaveSession: Bool { summary.session?.standing == .asked && !isUnposted }
  /// Whether there is anything to do for it.
  var isActive: Bool {
    summary.waiting > 0 || !busy.isEmpty || keeping != nil || countAt != nil || hold != nil || mayHaveSession
  }

  /// Everything that is read is put back: it waits in the store.
  mutating func forgetReading() {
    busy = NumberSet()
    cursor = 0
    live = nil
    isExhausted = false
  }

  /// The cloud has answered about its session as it should.
  mutating func forgetSessionRefusals() {
    sessionRefusals = 0
    sessionRefusedAt = nil
    bareAbsences = 0
    sessionNotBefore = nil
    sessionBackoff.reset()
  }

  /// The cloud's refusals say nothing any more of what it will do.
  mutating func forgetRefusals() {
    refusedInRow = NumberSet()
    probe = nil
    mayRefuse = 0
  }

  /// Numbers that will be sent another time.
  mutating func putBack(_ numbers: NumberSet) {
    busy.subtract(numbers)
    isExhausted = false
    if let first = numbers.first { readAgain(from: first) }
  }

  /// What waits from that number on is read again.
  mutating func readAgain(from number: UInt32) {
    cursor = min(cursor, number - min(number, 1))
    isExhausted = false
    isFullScan = false
  }
}

/// How fast something goes, over the last seconds.
struct RateMeter: Equatable, Sendable {
  private static let window = Duration.seconds(5)
  private var since: MonotonicTime?
  private var count = 0
  private var last: Double?

  init() {}

  mutating func add(_ more: Int, at now: MonotonicTime) {
    guard let since, now - since < RateMeter.window * 4 else {
      self.since = now
      count = more
      last = nil
      return
    }
    count += more
    guard now - since >= RateMeter.window else { return }
    last = Double(count) / (now - since).inSeconds
    self.since = now
    count = 0
  }

  /// Per second; nil when nothing has happened lately.
  func perSecond(at now: MonotonicTime) -> Double? {
    guard let since, now - since < RateMeter.window * 4 else { return nil }
    if let last { return last }
    let span = (now - since).inSeconds
    return span >= 1 ? Double(count) / span : nil
  }
}
