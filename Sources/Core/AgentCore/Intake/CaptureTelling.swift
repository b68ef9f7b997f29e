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

  private var gaps: [FileKey: Gaps] = [:]
  /// The firmware of which a line with an unknown number of fields was told.
  private var toldUnknownForm: String?

  /// A file is not followed any more: nothing of it is being fetched, and nothing waits to be confirmed. What is lost of
  /// it stays told.
  mutating func forget(_ key: FileKey, _ log: inout Telling) {
    gaps[key] = nil
    for event in [EventName.gapFound, .memoryRefused, .passingsUnconfirmed] {
      log.drop(event, of: key.description)
    }
  }

  /// Whether passings wait for the reader's memory for too long, or none does any more.
  func confirming(of file: OpenFile, at now: MonotonicTime, _ log: inout Telling) {
    if let since = file.unconfirmedSince, now - since >= CaptureTelling.unconfirmedLimit {
      log.raise(
        .passingsUnconfirmed, of: file.key.description,
        "passings of \(file.key.file) wait for the reader's memory to confirm them and are not sent",
        file.key.fields, at: now)
    } else if file.unconfirmedSince == nil {
      confirmed(file.key, at: now, &log)
    }
  }

  /// No passing of a file waits any more to be confirmed.
  func confirmed(_ key: FileKey, at now: MonotonicTime, _ log: inout Telling) {
    guard log.isActive(.passingsUnconfirmed, of: key.description) else { return }
    log.clear(
      .passingsUnconfirmed, of: key.description,
      telling: LogEntry(
        .passingsUnconfirmed, "the passings of \(key.file) are confirmed", priority: .notice, key.fields),
      at: now)
  }

  /// Names the numbers that are missing, or tells that none are any more. The status follows each gap, the journal has one
  /// a minute of each file: on a line that loses passings they come and go several times a second.
  mutating func gaps(of file: OpenFile, at now: MonotonicTime, _ log: inout Telling) {
    let name = file.key.file
    let subject = file.key.description
    let missing = file.gaps
    var telling = gaps[file.key] ?? Gaps()
    if missing.isEmpty {
      let isOver = log.isActive(.gapFound, of: subject)
      let filled = LogEntry(.gapFilled, "no passing of \(name) is missing any more", file.key.fields)
      log.clear(.gapFound, of: subject, telling: telling.isTold ? filled : nil, at: now)
      if isOver, !telling.isTold { telling.untold += 1 }
      (telling.isTold, telling.wordedAt) = (false, nil)
    } else if telling.wordedAt.map({ now - $0 >= CaptureTelling.gapSpan }) ?? true {
      let count = missing.count
      var words =
        "\(count) \(count == 1 ? "passing" : "passings") of \(name) missing, being fetched: "
        + missing.text(limit: 8)
      if telling.untold > 0 { words += "; \(telling.untold) gaps before were filled and not told" }
      telling.wordedAt = now
      if telling.toldAt.map({ now - $0 >= Gaps.span }) ?? true {
        log.raise(.gapFound, of: subject, words, file.key.fields, at: now)
        telling = Gaps(toldAt: now, wordedAt: now, isTold: true)
      } else if log.isActive(.gapFound, of: subject) {
        log.reword(.gapFound, of: subject, words)
      } else {
        log.raise(.gapFound, of: subject, words, isTold: false, at: now)
      }
    }
    gaps[file.key] = telling
    lost(of: file, at: now, &log)
  }

  /// Names the numbers that are lost, for as long as there are any.
  func lost(of file: OpenFile, at now: MonotonicTime, _ log: inout Telling) {
    let count = file.numbers.lostCount
    guard count > 0 else { return noneLost(file.key, at: now, &log) }
    log.raise(
      .passingsLost, of: file.key.description,
      "\(count) \(count == 1 ? "passing" : "passings") of \(file.key.file) lost, the reader has them no more: "
        + file.numbers.lost.text(limit: 8), file.key.fields, at: now)
  }

  /// No passing of a file is lost any more.
  func noneLost(_ key: FileKey, at now: MonotonicTime, _ log: inout Telling) {
    log.clear(
      .passingsLost, of: key.description,
      telling: LogEntry(.gapFilled, "no passing of \(key.file) is lost any more", key.fields), at: now)
  }

  /// The store works, or fails.
  func store(
    _ failure: StoreFailure?, _ fields: [JournalField: String], at now: MonotonicTime, _ log: inout Telling
  ) {
    if let failure {
      log.raise(
        .storeFailing, of: "passings", "passings cannot be written: \(failure.description)", fields, at: now)
    } else {
      log.clear(
        .storeFailing, of: "passings",
        telling: LogEntry(.storeRecovered, "passings are written again", fields), at: now)
    }
  }

  /// Whether memory for waiting passings is full.
  func memory(
    _ queue: CaptureQueue, dropped: Int, _ fields: [JournalField: String], at now: MonotonicTime,
    _ log: inout Telling
  ) {
    if queue.isFull {
      log.raise(
        .captureOverflow,
        "the store takes nothing, and the \(CaptureQueue.limit >> 20) MiB of memory for waiting passings are full: more"
          + " find no room", fields, at: now)
    } else if log.isActive(.captureOverflow), queue.isRoomy {
      log.clear(
        .captureOverflow,
        telling: LogEntry(
          .storeRecovered,
          "the store has caught up; \(dropped) passings found no room and are fetched from the reader", fields
        ),
        at: now)
    }
  }

  /// The agent does not keep up with the line, or does again.
  func line(
    isHeld: Bool, _ fields: [JournalField: String], at now: MonotonicTime, _ log: inout Telling
  ) {
    if isHeld {
      log.raise(
        .captureOverflow, of: "line",
        "more comes from the line than the agent can take: it reads as fast as it can, and what a serial port cannot keep"
          + " meanwhile is fetched from the reader", fields, at: now)
    } else {
      log.clear(
        .captureOverflow, of: "line",
        telling: LogEntry(.storeRecovered, "the agent keeps up with the line again", fields), at: now)
    }
  }

  /// The zone of the reader's clock is known, or not.
  func zone(
    _ zone: String?, named: String?, _ fields: [JournalField: String], at now: MonotonicTime,
    _ log: inout Telling
  ) {
    guard zone == nil else {
      let known = LogEntry(.readerChanged, "the reader's time zone is known", fields)
      return log.clear(.timeZoneUnknown, telling: known, at: now)
    }
    log.raise(
      .timeZoneUnknown,
      "\(named.map { "there is no time zone '\($0)'" } ?? "the reader names no time zone"): passings are kept raw "
        + "and fetched once `time_zone` is set", fields, at: now)
  }

  /// How the reader's clock goes.
  /// - Parameter isRightAgain: it was known to have jumped, and goes as ever; else nothing is known of it.
  func clock(
    _ clock: inout ClockWatch, _ setting: PassingSettings.ClockJump, _ fields: [JournalField: String],
    at now: MonotonicTime, _ log: inout Telling
  ) {
    if let change = clock.change(at: now) {
      let what =
        switch setting {
        case .hold: "the passings that it stamps wait for a person and are not sent"
        case .send: "the passings that it stamps are sent as they are"
        }
      // To the second it varies from answer to answer: it is told once.
      guard clock.takeNewJump() || !log.isActive(.readerClockJumped) else { return }
      log.raise(
        .readerClockJumped, "the reader's clock has jumped \(ClockWatch.words(change)): \(what)", fields,
        at: now)
    } else if clock.takeRightAgain() {
      log.clear(
        .readerClockJumped,
        telling: LogEntry(
          .readerClockJumped, "the reader's clock is right again: what it stamps from now on is sent",
          priority: .notice, fields), at: now)
    } else {
      log.drop(.readerClockJumped)
    }
  }

  /// The reader refuses some lists, or all.
  /// - Parameters:
  ///   - refused: the numbers that it refuses; nil for all.
  ///   - isSent: whether what was heard goes without its memory.
  func refused(
    _ refused: NumberSet?, of key: FileKey, isSent: Bool, at now: MonotonicTime, _ log: inout Telling
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
    log.raise(.memoryRefused, of: key.description, words, key.fields, at: now)
  }

  /// The reader lists what it refused.
  func notRefused(_ key: FileKey, at now: MonotonicTime, _ log: inout Telling) {
    log.clear(.memoryRefused, of: key.description, at: now)
  }

  /// The reader reads, and does not say into which file; or does say.
  func session(
    isUnknownOf status: ReaderStatus?, _ fields: [JournalField: String], at now: MonotonicTime,
    _ log: inout Telling
  ) {
    guard let status else { return log.drop(.sessionUnknown) }
    let strange = status.text(ofStrange: .sessionFile).map { ": \"\($0)\" is no name of one" } ?? ""
    log.raise(
      .sessionUnknown, "the reader reads, but does not say into which session file\(strange)", fields,
      at: now)
  }

  /// The reader starts, or why it does not.
  func start(
    refusal: String?, _ recovery: LogEntry?, _ fields: [JournalField: String], at now: MonotonicTime,
    _ log: inout Telling
  ) {
    guard let refusal else {
      return log.clear(.readerRefused, of: Command.start.text, telling: recovery, at: now)
    }
    log.raise(
      .readerRefused, of: Command.start.text, "the reader does not start: \(refusal)", fields, at: now)
  }

  /// What the reader's list of files leaves out.
  func leftOut(
    _ files: LeftOutFiles, _ fields: [JournalField: String], at now: MonotonicTime, _ log: inout Telling
  ) {
    let subject = Command.listFiles.text
    if let words = files.oddNames {
      log.raise(.readerUnclear, of: subject, words, fields, at: now)
    } else {
      log.clear(
        .readerUnclear, of: subject,
        telling: LogEntry(.readerChanged, "the reader lists no odd files any more", fields), at: now)
    }
    unlisted(files.cut, fields, at: now, &log)
  }

  /// Why files are not listed; nil when they are.
  func unlisted(
    _ words: String?, _ fields: [JournalField: String], at now: MonotonicTime, _ log: inout Telling
  ) {
    let subject = Command.listFiles.text
    guard let words else {
      return log.clear(
        .filesUnlisted, of: subject,
        telling: LogEntry(.readerChanged, "the reader lists its session files again", fields), at: now)
    }
    log.raise(.filesUnlisted, of: subject, words, fields, at: now)
  }

  /// A line like a passing has an unknown number of fields: told once of each firmware, which may say more than this agent
  /// knows.
  mutating func unknownForm(
    _ line: String, of status: ReaderStatus, _ fields: [JournalField: String], _ log: inout Telling
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
  static func tell(_ differences: [PassingDifference], of key: FileKey, _ log: inout Telling) {
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
  static func tell(_ contradiction: Contradiction, of key: FileKey, _ log: inout Telling) {
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
  static func tellUnreadable(_ numbers: NumberSet, of file: OpenFile, _ log: inout Telling) {
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
