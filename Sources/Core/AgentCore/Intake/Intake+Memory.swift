import One4AllProtocol

// What the reader's memory says, and what the store says of that.
extension Intake {
  /// A list has ended.
  mutating func ended(
    _ slice: Slice, _ answer: ReaderAnswer, _ timing: ReplyTiming, at now: Moment, _ out: inout IntakeOutput
  ) {
    var slice = slice
    slice.isEnded = answer == .endOfList
    asking.ended(slice, timing, at: now.monotonic)
    switch answer {
    case .endOfList: book.files[slice.key]?.reading.listed(slice.range)
    case .none, .unreadable:
      slice.isClean = false
      asking.lingering = (slice.key, slice.range)
      if slice.frames.isEmpty { return refuse(slice, at: now.monotonic, &out) }
    case .reply(let outcome):
      if case .refused(.fileNotFound) = outcome, slice.key != current {
        book.files[slice.key]?.counting.needsInfo = true
      }
      return refuse(slice, at: now.monotonic, &out)
    }
    if slice.isByName {
      accept(slice, at: now, &out)
    } else {
      book.files[slice.key]?.reading.unverified.insert(slice.range)
      asking.unverified.slices.append((slice, since: now.monotonic))
    }
  }

  /// The reader does not list these numbers, or none.
  private mutating func refuse(_ slice: Slice, at now: MonotonicTime, _ out: inout IntakeOutput) {
    asking.pause(Inquiry.list.limit.pause, at: now)
    let (key, isCurrent) = (slice.key, slice.key == current)
    if slice.isByName, isCurrent, reader?.namesCurrent == true {
      if book.files[key]?.reading.isRefusedByName() == true { reader?.namesCurrent = false }
      return
    }
    let isAll: Bool
    switch book.files[key]?.refuse(slice.range, at: now) {
    case nil, .again: return
    case .deferred: isAll = false
    case .everything: isAll = true
    case .givenUp(let number):
      if isCurrent { reader?.namesCurrent = true }
      return giveUp(number, of: key, at: now, &out)
    }
    guard let file = book.files[key] else { return }
    if isCurrent {
      // Another way may be open again next time.
      reader?.namesCurrent = true
      if isAll { reader?.cannotConfirm = true }
    }
    if isAll || file.nextSlice == nil {
      let name = isAll ? "its passings" : "passings \(file.reading.refused.text(limit: 8))"
      book.failAudit(of: key, "the reader does not list \(name); it is asked again in a minute", &out.log)
    }
    let isSent = isUnharmed(at: now)
    if isSent, isAll ? file.numbers.isAnyWaiting : file.isOnlyRefusedUnconfirmed { believe(key, at: now) }
    telling.refused(isAll ? nil : file.reading.refused, of: key, isSent: isSent, at: now, &out.log)
  }

  /// The reader refuses a number for good. What was heard of it stays and is sent, but for one that a damaged line gave;
  /// else it is lost.
  private mutating func giveUp(
    _ number: UInt32, of key: FileKey, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    guard var file = book.files[key] else { return }
    let numbers = NumberSet(number...number)
    file.reading.giveUp(number)
    let state = file.numbers[number]
    let isHeld = state.isWaiting && !isUnharmed(at: now)
    if !isHeld { file.note(.givenUp, numbers, at: now) }
    book.files[key] = file
    if !state.isStored { queue.add(.noteLost(key, numbers), at: now) }
    if state.isWaiting, !isHeld { queue.add(.believe(key, numbers), at: now) }
    if file.reading.refused.intersection(file.needed).isEmpty { telling.notRefused(key, at: now, &out.log) }
    if state.isStored, !isHeld {
      out.log.append(
        CaptureTelling.differs(key, "the reader refuses to list passing \(number): it stays as it was heard"))
    }
    finish(key, at: now, &out)
  }

  /// The reader cannot confirm: what waits for that is believed.
  mutating func believe(_ key: FileKey, at now: MonotonicTime) {
    let isComparing = book.files[key]?.comparison.isUnderWay ?? false
    book.files[key]?.noteAll(.freed(isComparing: isComparing), at: now)
    queue.add(.believe(key), at: now)
  }

  /// Takes over what a slice gave.
  mutating func accept(_ slice: Slice, at now: Moment, _ out: inout IntakeOutput) {
    // What the reader's clock has done meanwhile must be known first, and which pass of a doubled hour the others are of.
    if timekeeping.clock.isWaiting || book.files[slice.key]?.moments.settling != nil {
      timekeeping.deferred.append(slice)
      return
    }
    guard let zone = timekeeping.zone, var file = book.files.removeValue(forKey: slice.key) else { return }
    let (needed, expected) = (file.needed, file.expected)
    var isProgress = slice.isClean
    for row in timekeeping.rows(slice, of: file, zone: zone, at: now) {
      guard queue.add(row, to: slice.key, at: now.monotonic) else { break }
      isProgress = true
      file.inquire(row.passing.number, at: now.monotonic)
      // A list of an earlier file may give it once more while the current one is being pushed.
      if slice.key != current { file.remember(row.passing) }
    }
    let given = NumberSet(slice.frames.map(\.number))
    let missing = given.missing(in: slice.range)
    let late = file.tooNew(missing.intersection(expected), at: now.monotonic)
    file.reading.took(slice, isProgress: isProgress)
    if slice.isClean {
      if let first = late.first { file.reading.awaitMemory(from: first, at: now.monotonic) }
      if slice.key == current { reader?.cannotConfirm = false }
      if file.reading.refused.isEmpty || file.reading.refused.intersection(file.needed).isEmpty {
        telling.notRefused(slice.key, at: now.monotonic, &out.log)
      }
      if slice.frames.isEmpty, slice.range.lowerBound > file.count ?? 0 { file.reading.isSeekingEnd = false }
      notGiven(missing.intersection(needed).subtracting(late), in: &file, at: now.monotonic, &out.log)
    } else {
      let found = file.reading.note(slice, given, needed.subtracting(late), count: file.count ?? 0)
      if let reached = found.reached { file.counting.reach(reached) }
      notGiven(found.unreadable, in: &file, at: now.monotonic, &out.log)
    }
    if let pause = file.reading.giveWay(after: slice, at: now.monotonic) {
      asking.pause(pause, at: now.monotonic)
    }
    book.files[slice.key] = file
    if file.isOnlyRefusedUnconfirmed, isUnharmed(at: now.monotonic) { believe(slice.key, at: now.monotonic) }
    finish(slice.key, at: now.monotonic, &out)
  }

  /// The store has what lists gave, and says whether it came before. `Intake.handle` has the rows that it has done.
  mutating func taken(
    _ rows: [KeptPassing], _ result: CaptureResult, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    let key = result.summary.key
    guard var file = book.files.removeValue(forKey: key) else { return }
    var isContradicted = false
    for row in rows where row.origin != .pushed {
      let passing = row.passing
      let number = passing.number
      file.reading.inquired.remove(number)
      if result.confirmed.contains(number) {
        let state = file.numbers[number]
        if state == .held || state == .sentAhead, row.origin == .fetched { reader?.agreed += 1 }
        let time = ResolvedTime(utc: row.utc, certainty: row.certainty)
        file.moments.times.learn(passing, time, zone: row.zone, zones: timekeeping.zones)
        if time.certainty.isGuess { file.moments.isGuessOpen = true }
        if row.stamp == .steady { file.moments.noteSteady(number, time) }
        file.moments.tellGuess(time, number, of: key, &out.log)
        file.confirm(passing, at: now)
      } else if row.origin == .fetched, result.contradicted.contains(number) {
        isContradicted = true
        if file.contradict(passing, at: now) {
          queue.add(.believe(key, NumberSet(number...number)), at: now)
          out.log.append(
            CaptureTelling.differs(
              key,
              "the reader's memory gives passing \(number) in another way each time: it stays as it was received first",
              .alert))
        }
      }
    }
    book.files[key] = file
    if isContradicted, key == current { damaged(at: now, now) }
  }

  /// The reader has told its time, or will not: lists that came meanwhile are taken.
  mutating func acceptDeferred(at now: Moment, _ out: inout IntakeOutput) {
    guard !timekeeping.clock.isWaiting, !timekeeping.deferred.isEmpty else { return }
    let slices = timekeeping.deferred
    timekeeping.deferred = []
    for slice in slices { accept(slice, at: now, &out) }
  }

  /// Numbers that a clean slice did not give, or whose record cannot be read. Those of which that is so a second time are
  /// not there.
  private mutating func notGiven(
    _ absent: NumberSet, in file: inout OpenFile, at now: MonotonicTime, _ log: inout Telling
  ) {
    guard !absent.isEmpty else { return }
    guard
      let gone = file.reading.miss(absent, countedAt: file.counting.toldAt, isEmpty: file.count == 0, at: now)
    else {
      if file.key == current { reader?.wantsCount = true } else { file.counting.needsInfo = true }
      return
    }
    guard !gone.isEmpty else { return }
    CaptureTelling.tellUnreadable(gone, of: file, &log)
    // Of those that are stored the store decides.
    let lost = file.settle(gone, at: now)
    if !lost.isEmpty { queue.add(.noteLost(file.key, lost), at: now) }
  }

  /// Has the store decide about passings that their file's memory does not have. They may have been taken for the tail
  /// of a file that had ended: first the other files are to have what they count under those numbers.
  mutating func decideAbsent(at now: MonotonicTime, _ out: inout IntakeOutput) {
    guard reader?.listing.isSearching == false else { return }
    for file in book.files.values where file.numbers.count(.absent) > 0 && book.isElsewhereKnown(file) {
      let key = file.key
      // What is counted no more was counted once, and therefore stays.
      let highest = file.counting.highest
      if highest > file.counting.noted ?? 0 {
        let isSettled = book.known[key]?.isSettled ?? false
        book.files[key]?.counting.noted = highest
        queue.add(.noteFile(key, readerCount: highest, isSettled: isSettled), at: now)
      }
      queue.add(
        .contradict(key, file.numbers.numbers(.absent), keepingPushed: isUnharmed(at: now)), at: now)
      book.files[key]?.numbers.noteAll(.decided)
      finish(key, at: now, &out)
    }
  }

  /// The reader has removed a whole file, or never had it. What is stored of it stays; frames about which its memory has
  /// not decided stay raw.
  mutating func gone(_ key: FileKey, at now: MonotonicTime, _ out: inout IntakeOutput) {
    guard var file = book.files[key] else { return }
    book.failAudit(
      of: key, "the reader has no such file; `one4allctl ledger` names those that it had", &out.log)
    defer { forget(key, &out) }
    if file.isOnlyNamed {
      book.known[key] = nil
      return
    }
    file.counting.settle()
    let lost = file.gaps
    if !lost.isEmpty {
      file.numbers.note(.notThere(isCounted: true), lost)
      queue.add(.noteLost(key, lost), at: now)
    }
    if file.numbers.isAnyWaiting || file.numbers.count(.absent) > 0 { queue.add(.believe(key), at: now) }
    telling.lost(of: file, at: now, &out.log)
    queue.add(.noteGone(key), at: now)
    book.known[key]?.isSettled = true
    book.known[key]?.isGone = true
  }

  /// A file is not followed any more.
  mutating func forget(_ key: FileKey, _ out: inout IntakeOutput) {
    book.files[key] = nil
    telling.forget(key, &out.log)
  }

  /// When nothing of a file is left to be fetched or compared, that is kept.
  mutating func finish(_ key: FileKey, at now: MonotonicTime, _ out: inout IntakeOutput) {
    guard let file = book.files[key] else { return }
    telling.gaps(of: file, at: now, &out.log)
    guard let reader, reader.serialNumber == key.serialNumber, !file.isOpen,
      let count = file.count
    else { return }
    let isCurrent = key == current
    if isCurrent && (reader.wantsCount || asking.isCounting) { return }
    let isComparing = file.comparison.isUnderWay
    if let doubtedAt = file.doubtedAt, isComparing || file.counting.toldAt.map({ $0 > doubtedAt }) ?? false {
      book.files[key]?.doubtedAt = nil
      queue.add(.settleDoubtful(key), at: now)
    } else if isComparing && !isCurrent {
      queue.add(.settleDoubtful(key), at: now)
    }
    let isOver = isComparing && (!isCurrent || reader.status.startMode == false)
    let wasSettled = book.known[key]?.isSettled
    let isSettled = isOver || (wasSettled ?? false)
    if isComparing || file.counting.noted != count || isSettled != wasSettled {
      let request = noteCount(count, of: key, isSettled: isSettled, at: now)
      if file.comparison.isAsked || isOver {
        book.endings[key] = FileBook.Ending(request: request, result: AuditResult(file))
      }
    }
    book.files[key]?.comparison.end()
    if !isCurrent {
      telling.confirmed(key, at: now, &out.log)
      forget(key, &out)
    }
  }

  // MARK: What the store says

  /// The store has done something with passings, for whomever.
  public mutating func handle(_ report: PassingReport, at now: Moment, _ out: inout IntakeOutput) {
    switch report {
    case .captured(let result):
      book.note(result.summary)
      let rows = queue.rowsUnderWay
      done(at: now.monotonic, &out)
      let key = result.summary.key
      book.files[key]?.numbers.note(.doubted, result.contradicted)
      taken(rows, result, at: now.monotonic, &out)
      if book.files[key] == nil, result.summary.lost == 0 {
        telling.noneLost(key, at: now.monotonic, &out.log)
      }
      book.differ(result.differences.count, in: key)
      CaptureTelling.tell(result.differences, of: key, &out.log)
      // What was pushed and looked whole was not: that is damage, too.
      if key == current, !result.differences.isEmpty {
        asking.spoilSlice()
        damaged(at: now.monotonic, now.monotonic)
      }
      finish(key, at: now.monotonic, &out)
    case .doubtfulKept, .doubtfulSettled, .readerNoted: done(at: now.monotonic, &out)
    case .fileOpened(let contents):
      // Of a file of which there is nothing, nothing is known.
      if contents.summary != FileSummary(key: contents.summary.key) { book.note(contents.summary) }
      done(at: now.monotonic, &out)
      opened(contents, at: now, &out)
    case .contradicted(let summary, let contradiction):
      book.note(summary)
      done(at: now.monotonic, &out)
      take(contradiction, of: summary.key, &out)
    case .updated(let summary, let request):
      // Others ask the store too.
      if queue.isUnderWay(request) {
        done(at: now.monotonic, &out)
        book.tellEnding(request, summary, &out.log)
      } else if case .release(let key, let numbers) = request {
        book.files[key]?.note(.released, numbers, at: now.monotonic)
      }
    case .zoneCorrected(let summary, let correction, let request):
      book.note(summary)
      if queue.isUnderWay(request) { done(at: now.monotonic, &out) }
      switch request {
      case .settleTimes(let key, _, _) where book.files[key] != nil:
        book.files[key]?.moments.settling = .done
        queue.add(.openFile(key), at: now.monotonic)
      // In the other zone it may be a doubled hour.
      case .correctZone(let key, _) where !correction.waiting.isEmpty: timekeeping.unvouched.insert(key)
      default: break
      }
      CaptureTelling.tell(correction, of: summary.key, &out.log)
    case .waiting, .acknowledged, .sent, .rewound: break
    case .failed(let request, let failure):
      guard queue.isUnderWay(request) else { break }
      queue.fail(at: now.monotonic)
      telling.store(failure, fields(), at: now.monotonic, &out.log)
    }
    proceed(at: now, &out)
  }

  private mutating func done(at now: MonotonicTime, _ out: inout IntakeOutput) {
    queue.finish()
    telling.store(nil, fields(), at: now, &out.log)
  }

  private mutating func opened(_ contents: FileContents, at now: Moment, _ out: inout IntakeOutput) {
    let key = contents.summary.key
    if key == current {
      timekeeping.clock.recall(
        contents, zone: timekeeping.zone, timekeeping.zones, at: now, isTrusted: timekeeping.isHostTrusted)
    }
    timekeeping.zoneWatch.opened(contents)
    guard let file = book.files[key] else { return }
    if !file.isOpened, let last = contents.last, last.certainty.isOfDoubledHour, !last.hostSynchronised {
      timekeeping.unvouched.insert(key)
    }
    let waiting = queue.rows(of: key)
    book.files[key]?.take(contents, waiting: waiting, zones: timekeeping.zones, at: now.monotonic)
    finish(key, at: now.monotonic, &out)
  }

  /// The store has decided about passings that the reader's memory does not have.
  private mutating func take(_ contradiction: Contradiction, of key: FileKey, _ out: inout IntakeOutput) {
    book.files[key]?.numbers.note(.removed, contradiction.removed)
    let unknown = contradiction.unknownToReader.count
    book.differ(contradiction.differences.count + unknown, in: key)
    book.endings[key]?.result.kept += contradiction.lostByReader.count + unknown
    CaptureTelling.tell(contradiction, of: key, &out.log)
  }
}
