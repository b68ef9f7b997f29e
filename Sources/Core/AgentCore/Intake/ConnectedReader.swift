import One4AllProtocol

/// A reader that is there: what it has said of itself, and what it is still to be asked for.
struct ConnectedReader: Sendable {
  var status: ReaderStatus
  let connectedAt: MonotonicTime
  /// When a passing was last pushed.
  var heardAt: MonotonicTime?
  /// When the last GETSTATUS that was answered had been asked.
  var statusAskedAt: MonotonicTime?
  /// Passings one after another that its memory gave as they were pushed.
  var agreed = 0
  /// GETFILE gives the current file too.
  var namesCurrent = true
  /// It refuses to list: nothing can be confirmed.
  var cannotConfirm = false
  /// How often what was asked in vain.
  var attempts = Attempts()
  /// It is to tell its count, its current file, and to start.
  var wantsCount = true
  var wantsName = false
  var wantsStart = false
  /// Its list of files.
  var listing = FileListing()
  /// It was heard of for the first time since it is there.
  var isNew = false
  /// GETSTATUS field 11 when it last made us ask for the count.
  var hint: Int?
  /// Nothing that is asked on a whim is asked before then.
  var countNotBefore: MonotonicTime?

  init(_ status: ReaderStatus, at now: MonotonicTime) {
    self.status = status
    connectedAt = now
  }

  var serialNumber: String { status.serialNumber }

  /// It has gone on to another session file, or to none.
  mutating func changed(hasFile: Bool) {
    listing = FileListing()
    attempts.reset(.files)
    attempts.reset(.count)
    wantsCount = hasFile
  }

  /// When the count of the current file is wanted next.
  /// - Parameter countedAt: when it was told last; nil for never.
  func wantsCount(countedAt: MonotonicTime?, at now: MonotonicTime) -> When {
    if let countNotBefore, now < countNotBefore { return wantsCount ? .later(countNotBefore) : .never }
    if wantsCount { return .now }
    guard let countedAt else { return .never }
    // What the status says of reading is not sure enough to stop counting.
    let isReading = status.startMode != false || heardAt.map { $0 > countedAt } ?? false
    let dueAt = countedAt + (isReading ? Intake.countSpan : Intake.restingCountSpan)
    return now >= dueAt ? .now : .later(dueAt)
  }

  enum When {
    case now
    case later(MonotonicTime)
    case never
  }
}

/// What the reader's lists of files say, one after another, until two say the same: the line may damage a name, turn it into
/// that of another file, or hide it.
struct FileListing: Sendable {
  /// LISTFILES is to be asked.
  var isWanted = true
  /// It has not been answered yet since the reader has its session file.
  var isSearching = true
  /// It was in vain: it is not asked again before then.
  var from: MonotonicTime?
  /// How many lists came.
  private(set) var count = 0
  private var names: Set<SessionFileName> = []
  private(set) var leftOut = LeftOutFiles()
  /// Names of all lists, and those that more than one had.
  private var once: Set<SessionFileName> = []
  private var twice: Set<SessionFileName> = []

  /// A list has come.
  /// - Returns: the names that may be used: those that came twice. Where lists say something else each time, those that
  ///   came at least twice; nil when another list is needed first.
  mutating func add(_ list: SessionFileList) -> [SessionFileName]? {
    let new = Set(list.files)
    let leftOut = LeftOutFiles(list)
    let isSame = count > 0 && new == names && leftOut == self.leftOut
    count += 1
    twice.formUnion(once.intersection(new))
    once.formUnion(new)
    (names, self.leftOut) = (new, leftOut)
    guard isSame || count >= Inquiry.files.limit.attempts else {
      isWanted = true
      return nil
    }
    let sure = twice.sorted()
    (count, names, once, twice) = (0, [], [], [])
    return sure
  }
}
