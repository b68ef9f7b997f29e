import One4AllProtocol

// What people are told.
extension Intake {
  /// How often the numbers that are missing are told anew while they change.
  private static let gapSpan = Duration.seconds(10)
  /// Passings that nothing confirms for that long are an alarm.
  static let unconfirmedLimit = Duration.seconds(120)

  /// A line that has not been held back for so long is read as fast as it speaks.
  private static let heldSpan = Duration.seconds(10)

  /// Looks whether anything is wrong that only time shows.
  mutating func watch(at now: MonotonicTime, _ out: inout IntakeOutput) {
    watchMemory(at: now, &out.log)
    watchLine(at: now, &out.log)
    for file in files.values { watchConfirming(of: file, at: now, &out.log) }
  }

  /// Finds the zone of the reader's wall clock: the configured one, else that of its status.
  mutating func findZone(at now: MonotonicTime, _ log: inout [LogEntry]) {
    let named = timeZone ?? reader?.status.timeZone
    let strange = reader?.status.text(ofStrange: .timeZone)
    // A reader that has gone takes its zone along only when another one comes.
    if named == nil, reader == nil { return }
    if named != zone || zone == nil {
      let former = zone
      zone = named.flatMap { zones(0, $0) == nil ? nil : $0 }
      // What was kept raw meanwhile is fetched at once.
      if former == nil, zone != nil { reader?.wantsCount = true }
      if let former, let zone, former != zone { rezone(from: former, to: zone, at: now) }
    }
    if zone == nil {
      conditions.raise(
        .timeZoneUnknown,
        "\((named ?? strange).map { "there is no time zone '\($0)'" } ?? "the reader names no time zone"): passings are kept raw "
          + "and fetched once `time_zone` is set", fields(), at: now, &log)
    } else {
      let known = LogEntry(.readerChanged, "the reader's time zone is known", fields())
      conditions.clear(.timeZoneUnknown, telling: known, at: now, &log)
    }
  }

  private mutating func watchMemory(at now: MonotonicTime, _ log: inout [LogEntry]) {
    if queue.isFull {
      conditions.raise(
        .captureOverflow,
        "the store takes nothing, and the \(CaptureQueue.limit >> 20) MiB of memory for waiting passings are full: more"
          + " find no room", fields(), at: now, &log)
    } else if conditions.isActive(.captureOverflow), queue.isRoomy {
      conditions.clear(
        .captureOverflow,
        telling: LogEntry(
          .storeRecovered,
          "the store has caught up; \(droppedRows) passings found no room and are fetched from the reader",
          fields()),
        at: now, &log)
    }
  }

  private mutating func watchLine(at now: MonotonicTime, _ log: inout [LogEntry]) {
    guard let lineHeldAt else { return }
    guard now - lineHeldAt >= Intake.heldSpan else { return wake(at: lineHeldAt + Intake.heldSpan) }
    self.lineHeldAt = nil
    conditions.clear(
      .captureOverflow, of: Intake.line,
      telling: LogEntry(.storeRecovered, "the agent keeps up with the line again", fields()), at: now, &log)
  }

  private mutating func watchConfirming(of file: OpenFile, at now: MonotonicTime, _ log: inout [LogEntry]) {
    let name = file.key.file
    if let since = file.unconfirmedSince, now - since >= Intake.unconfirmedLimit {
      conditions.raise(
        .passingsUnconfirmed, of: file.key.description,
        "passings of \(name) wait for the reader's memory to confirm them and are not sent", fields(file.key),
        at: now, &log)
    } else if file.unconfirmedSince == nil {
      tellConfirmed(file.key, at: now, &log)
    }
  }

  /// No passing of a file waits any more to be confirmed.
  mutating func tellConfirmed(_ key: FileKey, at now: MonotonicTime, _ log: inout [LogEntry]) {
    guard conditions.isActive(.passingsUnconfirmed, of: key.description) else { return }
    conditions.clear(
      .passingsUnconfirmed, of: key.description,
      telling: LogEntry(
        .passingsUnconfirmed, "the passings of \(key.file) are confirmed", priority: .notice, fields(key)),
      at: now, &log)
  }

  /// Names the numbers that are missing, or tells that none are any more. The status follows each gap, the journal has one
  /// a minute of each file: on a line that loses passings they come and go several times a second.
  mutating func tellGaps(_ file: OpenFile, at now: MonotonicTime, _ out: inout IntakeOutput) {
    let name = file.key.file
    let subject = file.key.description
    let gaps = file.gaps
    var telling = gapTellings[file.key] ?? GapTelling()
    var log: [LogEntry] = []
    if gaps.isEmpty {
      let isOver = conditions.isActive(.gapFound, of: subject)
      let filled = LogEntry(.gapFilled, "no passing of \(name) is missing any more", fields(file.key))
      conditions.clear(.gapFound, of: subject, telling: filled, at: now, &log)
      if telling.isTold { out.log += log } else if isOver { telling.untold += 1 }
      (telling.isTold, telling.wordedAt) = (false, nil)
    } else if telling.wordedAt.map({ now - $0 >= Intake.gapSpan }) ?? true {
      let count = gaps.count
      var words =
        "\(count) \(count == 1 ? "passing" : "passings") of \(name) missing, being fetched: "
        + gaps.text(limit: 8)
      if telling.untold > 0 { words += "; \(telling.untold) gaps before were filled and not told" }
      telling.wordedAt = now
      if telling.toldAt.map({ now - $0 >= GapTelling.span }) ?? true {
        conditions.raise(.gapFound, of: subject, words, fields(file.key), at: now, &out.log)
        telling = GapTelling(toldAt: now, wordedAt: now, isTold: true)
      } else if conditions.isActive(.gapFound, of: subject) {
        conditions.reword(.gapFound, of: subject, words)
      } else {
        conditions.raise(.gapFound, of: subject, words, fields(file.key), at: now, &log)
      }
    }
    gapTellings[file.key] = telling
    tellLost(file, at: now, &out)
  }

  /// Names what the reader's memory has in place of passings: that is all that is left of them.
  func tellUnreadable(_ numbers: NumberSet, of file: OpenFile, _ log: inout [LogEntry]) {
    let records = file.reading.records.filter { numbers.contains($0.key) && $0.value.isUnreadable }
    for (number, record) in records.sorted(by: { $0.key < $1.key }).prefix(20) {
      let texts = record.damage.map { MalformedFrame(reason: .noise, raw: $0).printable() }.sorted()
      log.append(
        LogEntry(
          .passingDiffers,
          "session file \(file.key.file): the reader's memory has \"\(texts.joined(separator: "\", \""))\" for passing "
            + "\(number), which cannot be read", fields(file.key)))
    }
  }

  /// Names the numbers that are lost, for as long as there are any.
  mutating func tellLost(_ file: OpenFile, at now: MonotonicTime, _ out: inout IntakeOutput) {
    let name = file.key.file
    if file.numbers.lostCount == 0 {
      tellNoneLost(file.key, at: now, &out)
    } else {
      let count = file.numbers.lostCount
      conditions.raise(
        .passingsLost, of: file.key.description,
        "\(count) \(count == 1 ? "passing" : "passings") of \(name) lost, the reader has them no more: "
          + file.numbers.lost.text(limit: 8), fields(file.key), at: now, &out.log)
    }
  }

  /// No passing of a file is lost any more.
  mutating func tellNoneLost(_ key: FileKey, at now: MonotonicTime, _ out: inout IntakeOutput) {
    conditions.clear(
      .passingsLost, of: key.description,
      telling: LogEntry(.gapFilled, "no passing of \(key.file) is lost any more", fields(key)), at: now,
      &out.log)
  }
}

/// When the gaps of a file were told.
struct GapTelling: Sendable {
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
