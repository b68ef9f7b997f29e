import One4AllProtocol

// What the reader's memory says.
extension Intake {
  /// A list has ended.
  mutating func ended(
    _ slice: Slice, _ answer: ReaderAnswer, _ timing: ReplyTiming, at now: Moment, _ out: inout IntakeOutput
  ) {
    var slice = slice
    slicesFrom = now.monotonic + FetchPace.shortest
    switch answer {
    case .endOfList:
      slice.isEnded = true
      files[slice.key]?.reading.listed(slice.range)
      let span = timing.heard - timing.asked
      slicesFrom = now.monotonic + pace.pause(after: span, frames: slice.heard, at: now.monotonic)
    case .none, .unreadable:
      slice.isClean = false
      lingering = (slice.key, slice.range)
      if slice.frames.isEmpty {
        refuse(slice, at: now.monotonic, &out)
        return
      }
    case .reply(let outcome):
      if case .refused(.fileNotFound) = outcome, slice.key != current {
        files[slice.key]?.counting.needsInfo = true
      }
      refuse(slice, at: now.monotonic, &out)
      return
    }
    if slice.isByName {
      accept(slice, at: now, &out)
    } else {
      files[slice.key]?.reading.unverified.insert(slice.range)
      unverified.slices.append((slice, since: now.monotonic))
    }
  }

  /// The reader does not list these numbers, or none.
  private mutating func refuse(_ slice: Slice, at now: MonotonicTime, _ out: inout IntakeOutput) {
    slicesFrom = max(slicesFrom, now + Inquiry.list.limit.pause)
    let (key, isCurrent) = (slice.key, slice.key == current)
    guard var file = files[key] else { return }
    if slice.isByName, isCurrent, reader?.namesCurrent == true {
      if file.reading.isRefusedByName() { reader?.namesCurrent = false }
      files[key] = file
      return
    }
    let refusal = file.refuse(slice.range, at: now)
    files[key] = file
    let isAll: Bool
    switch refusal {
    case .again: return
    case .deferred, .givenUp: isAll = false
    case .everything: isAll = true
    }
    // Another way may be open again next time.
    if isCurrent { reader?.namesCurrent = true }
    if case .givenUp(let number) = refusal { return giveUp(number, of: key, at: now, &out) }
    if isCurrent, isAll { reader?.cannotConfirm = true }
    let name = isAll ? "its passings" : "passings \(file.reading.refused.text(limit: 8))"
    if isAll || file.nextSlice == nil {
      failAudit(of: key, "the reader does not list \(name); it is asked again in a minute", &out)
    }
    let isToBelieve = isUnharmed(at: now)
    if isToBelieve, isAll ? file.numbers.isAnyWaiting : file.isOnlyRefusedUnconfirmed {
      believe(key, at: now)
    }
    let those = isAll ? "those of \(key.file)" : "those that were heard"
    let what =
      isToBelieve
      ? "are sent as they were heard"
      : "are not sent, as the line has shown damage in the last ten minutes; `one4allctl release --reader` sends them as they "
        + "were heard"
    let words = "the reader does not list \(name)\(isAll ? "" : " of \(key.file)"): \(those) \(what)"
    var log: [LogEntry] = []
    conditions.raise(.memoryRefused, of: key.description, words, fields(key), at: now, &log)
    conditions.reword(.memoryRefused, of: key.description, words)
    out.log += log
  }

  /// The reader refuses a number for good. What was heard of it stays and is sent, but for one that a damaged line gave;
  /// else it is lost.
  private mutating func giveUp(
    _ number: UInt32, of key: FileKey, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    guard var file = files[key] else { return }
    let numbers = NumberSet(number...number)
    file.reading.giveUp(number)
    let state = file.numbers[number]
    if !state.isStored { queue.add(.noteLost(key, numbers), at: now) }
    if state.isWaiting, isUnharmed(at: now) { queue.add(.believe(key, numbers), at: now) }
    let isHeld = state.isWaiting && !isUnharmed(at: now)
    if !isHeld { file.note(.givenUp, numbers, at: now) }
    files[key] = file
    if file.reading.refused.intersection(file.needed).isEmpty {
      conditions.clear(.memoryRefused, of: key.description, at: now, &out.log)
    }
    if state.isStored, !isHeld {
      out.log.append(
        LogEntry(
          .passingDiffers,
          "session file \(key.file): the reader refuses to list passing \(number): it stays as it was heard",
          fields(key)))
    }
    finish(key, at: now, &out)
  }

  /// Takes over what a slice gave.
  mutating func accept(_ slice: Slice, at now: Moment, _ out: inout IntakeOutput) {
    // What the reader's clock has done meanwhile must be known first, and which pass of a doubled hour the others are of.
    if clock.isWaiting || files[slice.key]?.moments.settling != nil {
      deferred.append(slice)
      return
    }
    guard let zone, var file = files.removeValue(forKey: slice.key) else { return }
    let needed = file.needed
    let expected = file.expected
    let jumped = jumped(slice.frames, of: file, zone: zone, at: now)
    var given = NumberSet()
    var inquired = NumberSet()
    // What comes once tells of times within its list only.
    var times = file.moments.times
    for passing in slice.frames {
      let number = passing.number
      given.insert(number)
      if file.reading.inquired.contains(number) || file.numbers[number].isStored && !expected.contains(number)
      {
        continue
      }
      let beginning = counted(before: number, of: file, at: now)
      let likely = counted(before: number, of: file, isLikely: true, at: now)
      guard
        let time = times.moment(
          of: passing, zone: zone, arrival: nil, after: beginning, perhapsAfter: likely, zones: zones)
      else { break }
      let row = KeptPassing(
        passing: passing, zone: zone, utc: time.utc, arrivedAt: now.monotonic, arrivedWall: now.wall,
        hostSynchronised: isHostTrusted, origin: .fetched,
        trust: file.isProven(passing) ? .confirmed : .unconfirmed,
        stamp: stamp(isJumped: jumped.contains(number)), certainty: time.certainty, zoneSource: zoneSource)
      guard queue.add(row, to: slice.key, at: now.monotonic) else { break }
      times.learn(passing, time, zone: zone, zones: zones)
      file.inquire(number, at: now.monotonic)
      // A list of an earlier file may give it once more while the current one is being pushed.
      if slice.key != current { file.remember(passing) }
      inquired.insert(number)
    }
    let missing = given.missing(in: slice.range)
    let late = file.tooNew(missing.intersection(expected), at: now.monotonic)
    file.reading.took(slice, isProgress: !inquired.isEmpty || slice.isClean)
    if slice.isClean {
      if let first = late.first { file.reading.awaitMemory(from: first, at: now.monotonic) }
      if slice.key == current { reader?.cannotConfirm = false }
      if file.reading.refused.isEmpty || file.reading.refused.intersection(file.needed).isEmpty {
        conditions.clear(.memoryRefused, of: slice.key.description, at: now.monotonic, &out.log)
      }
      if slice.frames.isEmpty, slice.range.lowerBound > file.count ?? 0 { file.reading.isSeekingEnd = false }
      notGiven(missing.intersection(needed).subtracting(late), in: &file, at: now.monotonic, &out.log)
    } else {
      let found = file.reading.note(slice, given, needed.subtracting(late), count: file.count ?? 0)
      if let reached = found.reached { file.counting.reach(reached) }
      notGiven(found.unreadable, in: &file, at: now.monotonic, &out.log)
    }
    if let pause = file.reading.giveWay(after: slice, at: now.monotonic) {
      slicesFrom = max(slicesFrom, now.monotonic + pause)
    }
    files[slice.key] = file
    if file.isOnlyRefusedUnconfirmed, isUnharmed(at: now.monotonic) { believe(slice.key, at: now.monotonic) }
    finish(slice.key, at: now.monotonic, &out)
  }

  /// The store has what lists gave, and says whether it came before. `Intake.handle` has the rows that it has done.
  mutating func taken(
    _ rows: [KeptPassing], _ result: CaptureResult, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    let key = result.summary.key
    guard var file = files.removeValue(forKey: key) else { return }
    var isContradicted = false
    for row in rows where row.origin != .pushed {
      let passing = row.passing
      let number = passing.number
      file.reading.inquired.remove(number)
      if result.confirmed.contains(number) {
        let state = file.numbers[number]
        if state == .held || state == .sentAhead, row.origin == .fetched { reader?.agreed += 1 }
        let time = ResolvedTime(utc: row.utc, certainty: row.certainty)
        file.moments.times.learn(passing, time, zone: row.zone, zones: zones)
        if time.certainty.isGuess { file.moments.isGuessOpen = true }
        if row.stamp == .steady { file.moments.noteSteady(number, time) }
        file.moments.tellGuess(time, number, of: key, &out.log)
        file.confirm(passing, at: now)
      } else if row.origin == .fetched, result.contradicted.contains(number) {
        isContradicted = true
        if file.contradict(passing, at: now) {
          queue.add(.believe(key, NumberSet(number...number)), at: now)
          tellEverChanging(number, of: file, &out.log)
        }
      }
    }
    files[key] = file
    if isContradicted, key == current { damaged(at: now, now) }
  }

  private func tellEverChanging(_ number: UInt32, of file: OpenFile, _ log: inout [LogEntry]) {
    log.append(
      LogEntry(
        .passingDiffers,
        "session file \(file.key.file): the reader's memory gives passing \(number) in another way each time: it stays as "
          + "it was received first", priority: .alert, fields(file.key)))
  }

  /// The reader has told its time, or will not: lists that came meanwhile are taken.
  mutating func acceptDeferred(at now: Moment, _ out: inout IntakeOutput) {
    guard !clock.isWaiting, !deferred.isEmpty else { return }
    let slices = deferred
    deferred = []
    for slice in slices { accept(slice, at: now, &out) }
  }

  /// Numbers that a clean slice did not give, or whose record cannot be read. Those of which that is so a second time are
  /// not there.
  private mutating func notGiven(
    _ absent: NumberSet, in file: inout OpenFile, at now: MonotonicTime, _ log: inout [LogEntry]
  ) {
    guard !absent.isEmpty else { return }
    guard
      let gone = file.reading.miss(
        absent, countedAt: file.counting.toldAt, isEmpty: file.count == 0, at: now)
    else {
      if file.key == current { reader?.wantsCount = true } else { file.counting.needsInfo = true }
      return
    }
    guard !gone.isEmpty else { return }
    tellUnreadable(gone, of: file, &log)
    // Of those that are stored the store decides.
    let lost = file.settle(gone, at: now)
    if !lost.isEmpty { queue.add(.noteLost(file.key, lost), at: now) }
  }

  /// Whether the current file's count is being asked for, or is to be.
  private var isCounting: Bool {
    if reader?.wantsCount == true || unverified.count != nil { return true }
    return switch asked?.purpose {
    case .counting: true
    case .naming, .listing, .info, .slice, .starting, nil: false
    }
  }

  /// Has the store decide about passings that their file's memory does not have. They may have been taken for the tail
  /// of a file that had ended: first the other files are to have what they count under those numbers.
  mutating func decideDenied(at now: MonotonicTime, _ out: inout IntakeOutput) {
    guard reader?.isSearching == false else { return }
    for file in files.values where file.numbers.count(.absent) > 0 && isElsewhereKnown(file) {
      let key = file.key
      // What is counted no more was counted once, and therefore stays.
      let highest = file.counting.highest
      if highest > file.counting.noted ?? 0 {
        let isSettled = known[key]?.isSettled ?? false
        files[key]?.counting.noted = highest
        queue.add(.noteFile(key, readerCount: highest, isSettled: isSettled), at: now)
      }
      queue.add(.contradict(key, file.numbers.numbers(.absent), keepingPushed: isUnharmed(at: now)), at: now)
      files[key]?.numbers.noteAll(.decided)
      finish(key, at: now, &out)
    }
  }

  /// Whether the other files of the reader have all that they count under the numbers that a file's memory lacks.
  private func isElsewhereKnown(_ file: OpenFile) -> Bool {
    let absent = file.numbers.numbers(.absent)
    return files.values.allSatisfy { other in
      other.key == file.key || other.count != nil && other.needed.intersection(absent).isEmpty
    }
  }

  /// The reader has removed a whole file, or never had it. What is stored of it stays; frames about which its memory has
  /// not decided stay raw.
  mutating func gone(_ key: FileKey, at now: MonotonicTime, _ out: inout IntakeOutput) {
    guard var file = files[key] else { return }
    failAudit(of: key, "the reader has no such file; `one4allctl ledger` names those that it had", &out)
    defer { forget(key) }
    if file.isOnlyNamed {
      known[key] = nil
      return
    }
    file.counting.settle()
    let lost = file.gaps
    if !lost.isEmpty {
      file.numbers.note(.notThere(isCounted: true), lost)
      queue.add(.noteLost(key, lost), at: now)
    }
    if file.numbers.isAnyWaiting || file.numbers.count(.absent) > 0 { queue.add(.believe(key), at: now) }
    tellLost(file, at: now, &out)
    queue.add(.noteGone(key), at: now)
    known[key]?.isSettled = true
    known[key]?.isGone = true
  }

  /// When nothing of a file is left to be fetched or compared, that is kept.
  mutating func finish(_ key: FileKey, at now: MonotonicTime, _ out: inout IntakeOutput) {
    guard let file = files[key] else { return }
    tellGaps(file, at: now, &out)
    guard reader?.serialNumber == key.serialNumber else { return }
    guard file.isOpened, !file.counting.needsInfo, !file.reading.isSeekingEnd, let count = file.count,
      file.needed.isEmpty,
      file.numbers.count(.absent) == 0
    else { return }
    let isCurrent = key == current
    if isCurrent && isCounting { return }
    if let doubtedAt = file.doubtedAt,
      file.comparison.isUnderWay || file.counting.toldAt.map({ $0 > doubtedAt }) ?? false
    {
      files[key]?.doubtedAt = nil
      queue.add(.settleDoubtful(key), at: now)
    } else if file.comparison.isUnderWay && !isCurrent {
      queue.add(.settleDoubtful(key), at: now)
    }
    let isOver = file.comparison.isUnderWay && (!isCurrent || reader?.status.startMode == false)
    let isSettled = isOver || (known[key]?.isSettled ?? false)
    if file.comparison.isUnderWay || file.counting.noted != count || isSettled != known[key]?.isSettled {
      let request = PassingRequest.noteFile(key, readerCount: count, isSettled: isSettled)
      files[key]?.counting.noted = count
      known[key] = Known(isSettled: isSettled, readerCount: count)
      queue.add(request, at: now)
      if file.comparison.isAsked || isOver {
        endings[key] = Ending(request: request, result: AuditResult(file))
      }
    }
    files[key]?.comparison.end()
    if !isCurrent {
      tellConfirmed(key, at: now, &out.log)
      forget(key)
    }
  }
}
