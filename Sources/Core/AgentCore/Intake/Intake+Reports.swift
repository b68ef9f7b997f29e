import One4AllProtocol

// What the store says, and what people are told.
extension Intake {
  /// The store has done something with passings, for whomever.
  public mutating func handle(_ report: PassingReport, at now: Moment, _ out: inout IntakeOutput) {
    switch report {
    case .captured(let result):
      note(result.summary)
      let rows = queue.rowsUnderWay
      done(at: now.monotonic, &out)
      let key = result.summary.key
      files[key]?.numbers.note(.doubted, result.contradicted)
      taken(rows, result, at: now.monotonic, &out)
      if files[key] == nil, result.summary.lost == 0 { tellNoneLost(key, at: now.monotonic, &out) }
      differ(result.differences.count, in: key)
      tell(result.differences, of: key, &out)
      // What was pushed and looked whole was not: that is damage, too.
      if key == current, !result.differences.isEmpty {
        spoilSlice()
        damaged(at: now.monotonic, now.monotonic)
      }
      finish(key, at: now.monotonic, &out)
    case .doubtfulKept, .doubtfulSettled, .readerNoted: done(at: now.monotonic, &out)
    case .fileOpened(let contents):
      // Of a file of which there is nothing, nothing is known.
      if contents.summary != FileSummary(key: contents.summary.key) { note(contents.summary) }
      done(at: now.monotonic, &out)
      if contents.summary.key == current {
        clock.recall(contents, zone: zone, zones, at: now, isTrusted: isHostTrusted)
      }
      zoneWatch.opened(contents)
      opened(contents, at: now.monotonic, &out)
    case .contradicted(let summary, let contradiction):
      note(summary)
      done(at: now.monotonic, &out)
      take(contradiction, of: summary.key, &out)
    case .updated(let summary, let request):
      // Others ask the store too.
      if queue.isUnderWay(request) {
        done(at: now.monotonic, &out)
        tellEnding(request, summary, &out)
      } else if case .release(let key, let numbers) = request {
        files[key]?.note(.released, numbers, at: now.monotonic)
      }
    case .zoneCorrected(let summary, let correction, let request):
      note(summary)
      if queue.isUnderWay(request) { done(at: now.monotonic, &out) }
      switch request {
      case .settleTimes(let key, _, _) where files[key] != nil:
        files[key]?.moments.settling = .done
        queue.add(.openFile(key), at: now.monotonic)
      // In the other zone it may be a doubled hour.
      case .correctZone(let key, _) where !correction.waiting.isEmpty: unvouched.insert(key)
      default: break
      }
      tell(correction, of: summary.key, &out.log)
    case .waiting, .acknowledged, .sent, .rewound: break
    case .failed(let request, let failure):
      guard queue.isUnderWay(request) else { break }
      queue.fail(at: now.monotonic)
      var log: [LogEntry] = []
      conditions.raise(
        .storeFailing, of: "passings", "passings cannot be written: \(failure.description)", fields(),
        at: now.monotonic, &log)
      out.log += log
    }
    proceed(at: now, &out)
  }

  private mutating func done(at now: MonotonicTime, _ out: inout IntakeOutput) {
    queue.finish()
    var log: [LogEntry] = []
    conditions.clear(
      .storeFailing, of: "passings",
      telling: LogEntry(.storeRecovered, "passings are written again", fields()),
      at: now, &log)
    out.log += log
  }

  private mutating func opened(_ contents: FileContents, at now: MonotonicTime, _ out: inout IntakeOutput) {
    let key = contents.summary.key
    guard files[key] != nil else { return }
    let isFirst = files[key]?.isOpened == false
    let waiting = queue.rows(of: key)
    if isFirst, let last = contents.last, last.certainty.isOfDoubledHour, !last.hostSynchronised {
      unvouched.insert(key)
    }
    files[key]?.take(contents, waiting: waiting, zones: zones, at: now)
    finish(key, at: now, &out)
  }

  private mutating func differ(_ count: Int, in key: FileKey) {
    files[key]?.comparison.differences += count
    endings[key]?.result.differences += count
  }

  /// The store has decided about passings that the reader's memory does not have.
  private mutating func take(
    _ contradiction: Contradiction, of key: FileKey, _ out: inout IntakeOutput
  ) {
    files[key]?.numbers.note(.removed, contradiction.removed)
    let lost = contradiction.lostByReader
    let unknown = contradiction.unknownToReader
    differ(contradiction.differences.count + unknown.count, in: key)
    endings[key]?.result.kept += lost.count + unknown.count
    tell(contradiction.differences, of: key, &out)
    if !unknown.isEmpty {
      out.log.append(
        LogEntry(
          .passingDiffers,
          "session file \(key.file): the reader's memory has no passings \(unknown.text(limit: 8)), which were heard: "
            + "they are kept and sent", priority: .alert, fields(key)))
    }
    if !lost.isEmpty {
      out.log.append(
        LogEntry(
          .passingDiffers,
          "session file \(key.file): the reader's memory has passings \(lost.text(limit: 8)) no more: "
            + "they are kept and sent", fields(key)))
    }
  }

  /// Everything that a comparison brought is on disk: a person is told what it found.
  private mutating func tellEnding(
    _ request: PassingRequest, _ summary: FileSummary, _ out: inout IntakeOutput
  ) {
    guard let ending = endings[summary.key], ending.request == request else { return }
    endings[summary.key] = nil
    var result = ending.result
    result.stored = summary.stored
    note(result)
    out.log.append(LogEntry(.auditDone, result.summary, fields(summary.key)))
  }

  private func tell(_ differences: [PassingDifference], of key: FileKey, _ out: inout IntakeOutput) {
    guard !differences.isEmpty else { return }
    let wrong = differences.filter(\.isWrongInCloud)
    for difference in (wrong + differences.filter { !$0.isWrongInCloud }).prefix(20) {
      let memory = difference.memory.map { "\"\($0.text)\"" } ?? "no such passing"
      let isSent =
        difference.isWrongInCloud
        ? "; it has been sent" : difference.wasSent ? "; the cloud has the same time and chip" : ""
      out.log.append(
        LogEntry(
          .passingDiffers,
          "session file \(key.file): \"\(difference.stored.text)\" was stored, the reader's memory has \(memory)\(isSent)",
          priority: difference.isWrongInCloud ? .alert : nil, fields(key)))
    }
    if differences.count > 20 {
      out.log.append(
        LogEntry(
          .passingDiffers,
          "session file \(key.file): \(differences.count) passings differ, \(wrong.count) of them are wrong in the cloud: "
            + NumberSet(differences.map(\.number)).text(limit: 40), fields(key)))
    }
  }
}
