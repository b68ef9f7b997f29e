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

  var summary: FileSummary
  /// What of it is read, to be sent.
  var scan: FileScan
  /// How far it is with its cloud session.
  var course = SessionCourse()
  /// When the cloud's count of its session is asked for.
  var counting = CloudCounting()
  /// What the cloud refuses of it.
  var refusals = RefusalWatch()
  /// Why nothing of it is sent.
  var hold: Hold?
  /// Why its session is not asked for yet.
  var blocked: String?
  /// Sent, and perhaps taken by the cloud though it did not say so.
  var shown = NumberSet()
  /// The cloud may have them as they were before the reader's memory corrected them.
  var mayBeOld = NumberSet()
  /// When something of it last changed, but for what the cloud takes.
  var progressAt: MonotonicTime
  var meter = RateMeter()

  init(_ summary: FileSummary, at now: MonotonicTime) {
    self.summary = summary
    scan = FileScan(at: now)
    progressAt = now
  }

  /// Waiting, and neither for the reader's memory nor for a person's decision.
  var sendable: Int { max(0, summary.waiting - summary.unconfirmed - summary.undecided) }
  /// Sendable and not read yet.
  var unread: Int { max(0, sendable - scan.busy.count) }
  /// Whether the reader may have more of it.
  var isUnfinished: Bool { !summary.isSettled || summary.unconfirmed > 0 }
  /// Whether it is not known what became of the request for its session: others wait until that is found out.
  var mayHaveSession: Bool { summary.session?.standing == .asked && course.asked == .mayBeThere }
  /// Whether there is anything to do for it.
  var isActive: Bool {
    summary.waiting > 0 || !scan.busy.isEmpty || course.keeping != nil || counting.dueAt != nil || hold != nil
      || mayHaveSession
  }
}

/// What of a file's waiting passings is read from the store.
struct FileScan: Sendable {
  /// Newly captured passings of the reader's current file, read before what waits from earlier.
  struct Live: Equatable, Sendable {
    /// Those up to this number are read.
    var cursor: UInt32
    /// Those that are not read yet.
    var fresh = NumberSet()
    /// Since when there are some; nil when there are none.
    var since: MonotonicTime?
  }

  /// Waiting passings up to this number are read.
  var cursor: UInt32 = 0
  /// The highest number that was seen captured.
  var highest: UInt32 = 0
  var live: Live?
  /// Read and not yet acknowledged on disk.
  var busy = NumberSet()
  /// Reading began at the lowest number, and whether anything was found since.
  var isFullScan = false
  var hasFound = false
  /// Nothing was found that is not read, though the summary counts more; until the summary changes.
  var isExhausted = false
  /// Since when passings are there that are not read.
  var unreadSince: MonotonicTime?
  /// When the oldest that is not read was heard, or the last that was read.
  var oldestUnread: MonotonicTime?
  /// When a person, or a comparison, last let some wait again: they have not waited since they were heard.
  var sentAgainAt: MonotonicTime?
  /// When the age of the oldest is looked up again.
  var peekAt: MonotonicTime

  init(at now: MonotonicTime) { peekAt = now }

  /// Everything that is read is put back: it waits in the store.
  mutating func forgetReading() {
    busy = NumberSet()
    cursor = 0
    live = nil
    isExhausted = false
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

/// When the cloud's count of a file's session is asked for.
struct CloudCounting: Sendable {
  /// Then; nil while it is not wanted.
  var dueAt: MonotonicTime?
  /// When it was asked for last.
  var askedAt: MonotonicTime?
  /// How often in a row the cloud has said that there is no such session.
  var refusals = 0
  /// That the cloud has more than was sent has been told.
  var isSurplusTold = false
}

/// What the cloud refuses of a file's passings.
struct RefusalWatch: Sendable {
  /// After too many refusals one passing by itself shows whether it is the passings or the file.
  enum Probe: Equatable, Sendable {
    /// To be sent when the file is tried again; how often that was in vain.
    case wanted(Int)
    case sent(Int)
  }

  /// How many the cloud has refused without taking one between them.
  var inRow = NumberSet()
  var probe: Probe?
  /// So many more may be refused: a probe has shown that it is the passings.
  var allowed = 0

  /// They say nothing any more of what the cloud will do.
  mutating func forget() { self = RefusalWatch() }
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
