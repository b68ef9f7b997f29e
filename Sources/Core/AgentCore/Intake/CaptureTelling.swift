import One4AllProtocol

/// What people are told of capturing: what is wrong now, and the journal's lines.
struct CaptureTelling: Sendable {
  /// How often the numbers that are missing are told anew while they change.
  private static let gapSpan = Duration.seconds(10)
  /// Passings that nothing confirms for that long are an alarm.
  private static let unconfirmedLimit = Duration.seconds(120)

  /// When the gaps of a file were told.
  private struct Gaps: Sendable {
    /// The journal tells of a file so often at most.
    static let span = Duration.seconds(60)

    var toldAt: MonotonicTime?
    /// When the status was last told which numbers are missing.
    var wordedAt: MonotonicTime?
    /// Whether the journal was told of the gap that is there.
    var isTold = false
    /// Gaps that were filled since, and of which the journal was not told.
    var untold = 0
  }

  /// What is wrong with capturing.
  var conditions = Conditions()
  private var gaps: [FileKey: Gaps] = [:]
  /// The firmware of which a line with an unknown number of fields was told.
  private var toldUnknownForm: String?

  /// A file is not followed any more: nothing of it is being fetched, and nothing waits to be confirmed. What is lost of
  /// it stays told.
  mutating func forget(_ key: FileKey) {
    gaps[key] = nil
    for event in [EventName.gapFound, .memoryRefused, .passingsUnconfirmed] {
      conditions.drop(event, of: key.description)
    }
  }

  /// A condition whose message may change from time to time without being news.
  mutating func raiseMoving(
    _ event: EventName, of key: FileKey, _ words: String, at now: MonotonicTime, _ log: inout [LogEntry]
  ) {
    if conditions.isActive(event, of: key.description) {
      conditions.reword(event, of: key.description, words)
    } else {
      conditions.raise(event, of: key.description, words, key.fields, at: now, &log)
    }
  }

  /// Whether passings wait for the reader's memory for too long, or none does any more.
  mutating func confirming(of file: OpenFile, at now: MonotonicTime, _ log: inout [LogEntry]) {
    if let since = file.unconfirmedSince, now - since >= CaptureTelling.unconfirmedLimit {
      conditions.raise(
        .passingsUnconfirmed, of: file.key.description,
        "passings of \(file.key.file) wait for the reader's memory to confirm them and are not sent",
        file.key.fields, at: now, &log)
    } else if file.unconfirmedSince == nil {
      confirmed(file.key, at: now, &log)
    }
  }

  /// No passing of a file waits any more to be confirmed.
  mutating func confirmed(_ key: FileKey, at now: MonotonicTime, _ log: inout [LogEntry]) {
    guard conditions.isActive(.passingsUnconfirmed, of: key.description) else { return }
    conditions.clear(
      .passingsUnconfirmed, of: key.description,
      telling: LogEntry(
        .passingsUnconfirmed, "the passings of \(key.file) are confirmed", priority: .notice, key.fields),
      at: now, &log)
  }

  /// Names the numbers that are missing, or tells that none are any more. The status follows each gap, the journal has one
  /// a minute of each file: on a line that loses passings they come and go several times a second.
  mutating func gaps(of file: OpenFile, at now: MonotonicTime, _ log: inout [LogEntry]) {
    let name = file.key.file
    let subject = file.key.description
    let missing = file.gaps
    var telling = gaps[file.key] ?? Gaps()
    var untold: [LogEntry] = []
    if missing.isEmpty {
      let isOver = conditions.isActive(.gapFound, of: subject)
      let filled = LogEntry(.gapFilled, "no passing of \(name) is missing any more", file.key.fields)
      conditions.clear(.gapFound, of: subject, telling: filled, at: now, &untold)
      if telling.isTold { log += untold } else if isOver { telling.untold += 1 }
      (telling.isTold, telling.wordedAt) = (false, nil)
    } else if telling.wordedAt.map({ now - $0 >= CaptureTelling.gapSpan }) ?? true {
      let count = missing.count
      var words =
        "\(count) \(count == 1 ? "passing" : "passings") of \(name) missing, being fetched: "
        + missing.text(limit: 8)
      if telling.untold > 0 { words += "; \(telling.untold) gaps before were filled and not told" }
      telling.wordedAt = now
      if telling.toldAt.map({ now - $0 >= Gaps.span }) ?? true {
        conditions.raise(.gapFound, of: subject, words, file.key.fields, at: now, &log)
        telling = Gaps(toldAt: now, wordedAt: now, isTold: true)
      } else {
        raiseMoving(.gapFound, of: file.key, words, at: now, &untold)
      }
    }
    gaps[file.key] = telling
    lost(of: file, at: now, &log)
  }

  /// Names the numbers that are lost, for as long as there are any.
  mutating func lost(of file: OpenFile, at now: MonotonicTime, _ log: inout [LogEntry]) {
    let count = file.numbers.lostCount
    guard count > 0 else { return noneLost(file.key, at: now, &log) }
    conditions.raise(
      .passingsLost, of: file.key.description,
      "\(count) \(count == 1 ? "passing" : "passings") of \(file.key.file) lost, the reader has them no more: "
        + file.numbers.lost.text(limit: 8), file.key.fields, at: now, &log)
  }

  /// No passing of a file is lost any more.
  mutating func noneLost(_ key: FileKey, at now: MonotonicTime, _ log: inout [LogEntry]) {
    conditions.clear(
      .passingsLost, of: key.description,
      telling: LogEntry(.gapFilled, "no passing of \(key.file) is lost any more", key.fields), at: now, &log)
  }

  /// The store works, or fails.
  mutating func store(
    _ failure: StoreFailure?, _ fields: [JournalField: String], at now: MonotonicTime, _ log: inout [LogEntry]
  ) {
    if let failure {
      conditions.raise(
        .storeFailing, of: "passings", "passings cannot be written: \(failure.description)", fields, at: now,
        &log)
    } else {
      conditions.clear(
        .storeFailing, of: "passings",
        telling: LogEntry(.storeRecovered, "passings are written again", fields), at: now, &log)
    }
  }

  /// Whether memory for waiting passings is full.
  mutating func memory(
    _ queue: CaptureQueue, dropped: Int, _ fields: [JournalField: String], at now: MonotonicTime,
    _ log: inout [LogEntry]
  ) {
    if queue.isFull {
      conditions.raise(
        .captureOverflow,
        "the store takes nothing, and the \(CaptureQueue.limit >> 20) MiB of memory for waiting passings are full: more"
          + " find no room", fields, at: now, &log)
    } else if conditions.isActive(.captureOverflow), queue.isRoomy {
      conditions.clear(
        .captureOverflow,
        telling: LogEntry(
          .storeRecovered,
          "the store has caught up; \(dropped) passings found no room and are fetched from the reader", fields
        ),
        at: now, &log)
    }
  }

  /// The agent does not keep up with the line, or does again.
  mutating func line(
    isHeld: Bool, _ fields: [JournalField: String], at now: MonotonicTime, _ log: inout [LogEntry]
  ) {
    if isHeld {
      conditions.raise(
        .captureOverflow, of: "line",
        "more comes from the line than the agent can take: it reads as fast as it can, and what a serial port cannot keep"
          + " meanwhile is fetched from the reader", fields, at: now, &log)
    } else {
      conditions.clear(
        .captureOverflow, of: "line",
        telling: LogEntry(.storeRecovered, "the agent keeps up with the line again", fields), at: now, &log)
    }
  }

  /// The zone of the reader's clock is known, or not.
  mutating func zone(
    _ zone: String?, named: String?, _ fields: [JournalField: String], at now: MonotonicTime,
    _ log: inout [LogEntry]
  ) {
    guard zone == nil else {
      let known = LogEntry(.readerChanged, "the reader's time zone is known", fields)
      return conditions.clear(.timeZoneUnknown, telling: known, at: now, &log)
    }
    conditions.raise(
      .timeZoneUnknown,
      "\(named.map { "there is no time zone '\($0)'" } ?? "the reader names no time zone"): passings are kept raw "
        + "and fetched once `time_zone` is set", fields, at: now, &log)
  }

  /// How the reader's clock goes.
  /// - Parameter isRightAgain: it was known to have jumped, and goes as ever; else nothing is known of it.
  mutating func clock(
    _ clock: inout ClockWatch, _ setting: PassingSettings.ClockJump, _ fields: [JournalField: String],
    at now: MonotonicTime, _ log: inout [LogEntry]
  ) {
    if let change = clock.change(at: now) {
      let what =
        switch setting {
        case .hold: "the passings that it stamps wait for a person and are not sent"
        case .send: "the passings that it stamps are sent as they are"
        }
      // To the second it varies from answer to answer: it is told once.
      guard clock.takeNewJump() || !conditions.isActive(.readerClockJumped) else { return }
      conditions.raise(
        .readerClockJumped, "the reader's clock has jumped \(ClockWatch.words(change)): \(what)", fields,
        at: now, &log)
    } else if clock.takeRightAgain() {
      conditions.clear(
        .readerClockJumped,
        telling: LogEntry(
          .readerClockJumped, "the reader's clock is right again: what it stamps from now on is sent",
          priority: .notice, fields), at: now, &log)
    } else {
      conditions.drop(.readerClockJumped)
    }
  }

  /// The reader refuses some lists, or all.
  /// - Parameters:
  ///   - refused: the numbers that it refuses; nil for all.
  ///   - isSent: whether what was heard goes without its memory.
  mutating func refused(
    _ refused: NumberSet?, of key: FileKey, isSent: Bool, at now: MonotonicTime, _ log: inout [LogEntry]
  ) {
    let what =
      isSent
      ? "are sent as they were heard"
      : "are not sent, as the line has shown damage in the last ten minutes; `one4allctl release --reader` sends them as they "
        + "were heard"
    let words =
      if let refused {
        "the reader does not list passings \(refused.text(limit: 8)) of \(key.file): those that were heard \(what)"
      } else {
        "the reader does not list its passings: those of \(key.file) \(what)"
      }
    conditions.raise(.memoryRefused, of: key.description, words, key.fields, at: now, &log)
  }

  /// The reader lists what it refused.
  mutating func notRefused(_ key: FileKey, at now: MonotonicTime, _ log: inout [LogEntry]) {
    conditions.clear(.memoryRefused, of: key.description, at: now, &log)
  }

  /// The reader reads, and does not say into which file; or does say.
  mutating func session(
    isUnknownOf status: ReaderStatus?, _ fields: [JournalField: String], at now: MonotonicTime,
    _ log: inout [LogEntry]
  ) {
    guard let status else { return conditions.drop(.sessionUnknown) }
    let strange = status.text(ofStrange: .sessionFile).map { ": \"\($0)\" is no name of one" } ?? ""
    conditions.raise(
      .sessionUnknown, "the reader reads, but does not say into which session file\(strange)", fields,
      at: now, &log)
  }

  /// The reader starts, or why it does not.
  mutating func start(
    refusal: String?, _ recovery: LogEntry?, _ fields: [JournalField: String], at now: MonotonicTime,
    _ log: inout [LogEntry]
  ) {
    guard let refusal else {
      return conditions.clear(.readerRefused, of: Command.start.text, telling: recovery, at: now, &log)
    }
    conditions.raise(
      .readerRefused, of: Command.start.text, "the reader does not start: \(refusal)", fields, at: now, &log)
  }

  /// What the reader's list of files leaves out.
  mutating func leftOut(
    _ files: LeftOutFiles, _ fields: [JournalField: String], at now: MonotonicTime, _ log: inout [LogEntry]
  ) {
    let subject = Command.listFiles.text
    if let words = files.oddNames {
      conditions.raise(.readerUnclear, of: subject, words, fields, at: now, &log)
    } else {
      conditions.clear(
        .readerUnclear, of: subject,
        telling: LogEntry(.readerChanged, "the reader lists no odd files any more", fields), at: now, &log)
    }
    unlisted(files.cut, fields, at: now, &log)
  }

  /// Why files are not listed; nil when they are.
  mutating func unlisted(
    _ words: String?, _ fields: [JournalField: String], at now: MonotonicTime, _ log: inout [LogEntry]
  ) {
    let subject = Command.listFiles.text
    guard let words else {
      return conditions.clear(
        .filesUnlisted, of: subject,
        telling: LogEntry(.readerChanged, "the reader lists its session files again", fields), at: now, &log)
    }
    conditions.raise(.filesUnlisted, of: subject, words, fields, at: now, &log)
  }

  /// A line like a passing has an unknown number of fields: told once of each firmware, which may say more than this agent
  /// knows.
  mutating func unknownForm(
    _ line: String, of status: ReaderStatus, _ fields: [JournalField: String], _ log: inout [LogEntry]
  ) {
    let who = "\(status.serialNumber) \(status.firmware)"
    guard toldUnknownForm != who else { return }
    toldUnknownForm = who
    var fields = fields
    fields[.firmware] = status.firmware
    log.append(
      LogEntry(
        .passingUnknownForm,
        "a line like a passing has neither 8 fields nor 13; firmware that we do not know? \(line)", fields))
  }
}

// Lines that end nothing.
extension CaptureTelling {
  /// What was stored, and what the reader's memory says instead.
  static func tell(_ differences: [PassingDifference], of key: FileKey, _ log: inout [LogEntry]) {
    guard !differences.isEmpty else { return }
    let wrong = differences.filter(\.isWrongInCloud)
    for difference in (wrong + differences.filter { !$0.isWrongInCloud }).prefix(20) {
      let memory = difference.memory.map { "\"\($0.text)\"" } ?? "no such passing"
      let isSent =
        difference.isWrongInCloud
        ? "; it has been sent" : difference.wasSent ? "; the cloud has the same time and chip" : ""
      log.append(
        differs(
          key, "\"\(difference.stored.text)\" was stored, the reader's memory has \(memory)\(isSent)",
          difference.isWrongInCloud ? .alert : nil))
    }
    guard differences.count > 20 else { return }
    log.append(
      differs(
        key,
        "\(differences.count) passings differ, \(wrong.count) of them are wrong in the cloud: "
          + NumberSet(differences.map(\.number)).text(limit: 40)))
  }

  /// What became of passings that the reader's memory does not have.
  static func tell(_ contradiction: Contradiction, of key: FileKey, _ log: inout [LogEntry]) {
    tell(contradiction.differences, of: key, &log)
    let (unknown, lost) = (contradiction.unknownToReader, contradiction.lostByReader)
    if !unknown.isEmpty {
      log.append(
        differs(
          key,
          "the reader's memory has no passings \(unknown.text(limit: 8)), which were heard: they are kept and sent",
          .alert))
    }
    if !lost.isEmpty {
      log.append(
        differs(
          key, "the reader's memory has passings \(lost.text(limit: 8)) no more: they are kept and sent"))
    }
  }

  /// Names what the reader's memory has in place of passings: that is all that is left of them.
  static func tellUnreadable(_ numbers: NumberSet, of file: OpenFile, _ log: inout [LogEntry]) {
    let records = file.reading.records.filter { numbers.contains($0.key) && $0.value.isUnreadable }
    for (number, record) in records.sorted(by: { $0.key < $1.key }).prefix(20) {
      let texts = record.damage.map { MalformedFrame(reason: .noise, raw: $0).printable() }.sorted()
      log.append(
        differs(
          file.key,
          "the reader's memory has \"\(texts.joined(separator: "\", \""))\" for passing \(number), which cannot be read"
        ))
    }
  }

  /// A passing that the reader's memory does not give as it should.
  static func differs(_ key: FileKey, _ words: String, _ priority: LogPriority? = nil) -> LogEntry {
    LogEntry(.passingDiffers, "session file \(key.file): \(words)", priority: priority, key.fields)
  }
}
