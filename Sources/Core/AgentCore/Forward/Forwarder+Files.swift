// What the store says of the files.
extension Forwarder {
  /// The place of a file; a new one is put behind the others.
  func place(of key: FileKey) -> Int? { places[key] }

  /// Takes over what is said of a file.
  /// - Returns: its place.
  @discardableResult
  mutating func note(_ told: FileSummary, at now: MonotonicTime) -> Int {
    let summary = told.shown(in: cloud, after: places[told.key].map { files[$0].summary })
    guard let place = places[summary.key] else {
      files.append(ForwardFile(summary, at: now))
      places[summary.key] = files.count - 1
      noteUnread(of: files.count - 1, at: now)
      return files.count - 1
    }
    let former = files[place].summary
    guard former != summary else { return place }
    files[place].summary = summary
    files[place].scan.isExhausted = false
    if former.stored != summary.stored || former.unconfirmed != summary.unconfirmed
      || former.readerCount != summary.readerCount || former.isSettled != summary.isSettled
      || former.lost != summary.lost
    {
      files[place].progressAt = now
    }
    if summary.waiting == 0, summary.isSettled { files[place].course.former = FormerSessions() }
    if summary.waiting == 0, former.waiting > 0 { countWhenDrained(place, at: now) }
    if summary.isSettled, !former.isSettled, summary.session != nil {
      count(place, at: now + .seconds(2))
      auditLater(place, at: now)
    }
    noteUnread(of: place, at: now)
    return place
  }

  /// Puts the file among the active ones when it is one, and notes since when something of it is to be read.
  mutating func noteUnread(of place: Int, at now: MonotonicTime) {
    if files[place].unread == 0 {
      files[place].scan.unreadSince = nil
      files[place].scan.oldestUnread = nil
    } else if files[place].scan.unreadSince == nil {
      files[place].scan.unreadSince = now
    }
    if files[place].isActive { activate(place) }
  }

  /// Puts the file among those of which something is to be done.
  mutating func activate(_ place: Int) {
    let position = active.firstIndex { $0 >= place } ?? active.count
    if position == active.count || active[position] != place { active.insert(place, at: position) }
  }

  /// Passings are on disk: those of the reader's current file are live.
  mutating func captured(_ result: CaptureResult, at now: MonotonicTime, _ log: inout Telling) {
    let place = note(result.summary, at: now)
    let key = result.summary.key
    if let last = result.added.last, let first = result.added.first {
      let former = files[place].scan.highest
      var fresh = result.added
      if former > 0 { fresh.remove(0...former) }
      files[place].scan.highest = max(former, last)
      if first <= files[place].scan.cursor { files[place].scan.readAgain(from: first) }
      if key == view.current, let firstFresh = fresh.first {
        noteFresh(fresh, behind: firstFresh - min(firstFresh, 1), of: place, at: now)
      }
    }
    changed(result.differences, of: key, &log)
  }

  /// Where passings wait from earlier, new ones go in front of them. When the new ones become a backlog themselves,
  /// they join it, and those that come then are the new ones.
  private mutating func noteFresh(
    _ fresh: NumberSet, behind number: UInt32, of place: Int, at now: MonotonicTime
  ) {
    let file = files[place]
    var live: FileScan.Live
    if let known = file.scan.live {
      live = known
      if live.fresh.count > 4 * batchSize.count { live = FileScan.Live(cursor: max(number, known.cursor)) }
    } else if file.unread - fresh.count > 2 * batchSize.count {
      live = FileScan.Live(cursor: number)
    } else {
      return
    }
    if live.since == nil { live.since = now }
    live.fresh.formUnion(fresh)
    files[place].scan.live = live
  }

  /// Something was written, or noted.
  mutating func updated(
    _ summary: FileSummary, _ request: PassingRequest, at now: MonotonicTime, _ log: inout Telling
  ) {
    let isOwn = isWriting && writes.first == request
    if isOwn {
      writes.removeFirst()
      isWriting = false
      storeBackoff.reset()
      storeNotBefore = now
      let recovered = LogEntry(.storeRecovered, "what the cloud has taken is written down again")
      log.clear(.storeFailing, of: "passings", telling: recovered, at: now)
    }
    let former = places[summary.key].map { files[$0].summary.acknowledged } ?? 0
    let place = note(summary, at: now)
    switch request {
    case .acknowledge(_, let numbers, _):
      if isOwn { files[place].scan.busy.subtract(numbers) }
      files[place].meter.add(max(0, summary.acknowledged - former), at: now)
    case .reject(_, let number, _): if isOwn { files[place].scan.busy.remove(number) }
    case .sendAgain(_, let numbers):
      if let first = numbers.first { files[place].scan.readAgain(from: first) }
      files[place].scan.sentAgainAt = now
    case .doubt: dropUnsent(of: summary.key)
    case .believe, .release, .accept: files[place].scan.readAgain(from: 0)
    case .undoRewind: rewindUndone(place, summary.acknowledged - former, &log)
    case .keepSession(_, let session): sessionKept(place, session, at: now, &log)
    case .capture, .keepDoubtful, .settleDoubtful, .openFile, .correctZone, .settleTimes, .contradict,
      .noteFile, .noteGone,
      .noteReader, .noteLost, .noteSent, .readWaiting, .readAcknowledged, .readSent, .rewind:
      break
    }
    noteUnread(of: place, at: now)
    if summary.waiting == 0 {
      log.clear(.cloudSessionClosed, of: summary.key.description, at: now)
      log.clear(.forwardHeld, of: summary.key.description, at: now)
    }
  }

  /// The store has failed: what was asked is asked again.
  mutating func storeFailed(
    _ request: PassingRequest, _ failure: StoreFailure, at now: MonotonicTime, _ log: inout Telling
  ) {
    if isWriting, writes.first == request {
      isWriting = false
      log.raise(
        .storeFailing, of: "passings",
        "what the cloud has taken cannot be written down: \(failure.description)", at: now)
    } else if let reading, request == .readWaiting(reading.key, after: reading.after, limit: reading.limit) {
      self.reading = nil
    } else if walk?.isAnswer(to: request) == true {
      walk?.isReading = false
    } else if let audit = audits.current, audit.isReading, request == audit.question {
      audits.current?.isReading = false
    } else {
      return
    }
    storeNotBefore = now + storeBackoff.next(&talk.random)
  }

  /// Batches that the cloud has not been shown are put back: what they were made of has changed.
  mutating func dropUnsent(of key: FileKey) {
    for batch in queue where batch.key == key && batch.attempts == 0 { putBack(batch) }
    queue.removeAll { $0.key == key && $0.attempts == 0 }
  }

  /// A batch's passings will be read again; it must still be taken out of the queue.
  mutating func putBack(_ batch: PassingBatch) {
    guard let place = places[batch.key] else { return }
    files[place].scan.putBack(batch.numbers)
    if batch.isProbe, case .sent(let attempts) = files[place].refusals.probe {
      files[place].refusals.probe = .wanted(attempts)
    }
  }
}
