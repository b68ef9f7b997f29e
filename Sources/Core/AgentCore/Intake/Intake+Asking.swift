import One4AllProtocol

// What the reader is asked. One command of ours is under way at a time; between slices the line is left to what is pushed
// (`FetchPace`).
//
// The current file's count is asked with PASSINGS, and its passings with GETFILE, which names the file. A reader that
// refuses that for the current file is asked with GETPASSINGS. What PASSINGS and GETPASSINGS say is taken only when
// GETSTATUS still names the same file afterwards: NEWFILE may have come between. One GETSTATUS is enough for all that was
// said before it (`Unverified`), and for all frames that wait for their file; such questions are paced (`QuestionPace`).
extension Intake {
  mutating func askNext(at now: MonotonicTime, _ out: inout IntakeOutput) {
    guard let reader, asked == nil else { return }
    if unverified.count != nil {
      ask(.getStatus, .naming, at: now, &out)
    } else if let current, files[current]?.isOpened == true, wantsCount(of: current, reader, at: now),
      mayQuestion(from: now, at: now)
    {
      // The GETSTATUS that follows settles all other doubts as well.
      self.reader?.wantsCount = false
      ask(.passings, .counting, at: now, &out)
    } else if reader.wantsName, mayQuestion(from: now, at: now) {
      ask(.getStatus, .naming, at: now, &out)
    } else if let verifyFrom, mayQuestion(from: verifyFrom, at: now) {
      ask(.getStatus, .naming, at: now, &out)
    } else if reader.wantsStart, isDue(now) {
      if self.reader?.attempts.fail(.start) == true { self.reader?.wantsStart = false }
      ask(.start, .starting, at: now, &out)
    } else if reader.wantsList, isListDue(reader, at: now) {
      self.reader?.wantsList = false
      ask(.listFiles, .listing, at: now, &out)
    } else {
      askAboutFiles(of: reader, at: now, &out)
    }
  }

  /// Whether enough time has passed since something was asked in vain.
  private mutating func isDue(_ now: MonotonicTime) -> Bool {
    if now >= slicesFrom { return true }
    wake(at: slicesFrom)
    return false
  }

  private mutating func isListDue(_ reader: Connected, at now: MonotonicTime) -> Bool {
    if let from = reader.listFrom, now < from {
      wake(at: from)
      return false
    }
    return isDue(now)
  }

  /// Whether the reader may be asked for its count or its name now.
  /// - Parameter wanted: it is not wanted earlier.
  private mutating func mayQuestion(from wanted: MonotonicTime, at now: MonotonicTime) -> Bool {
    let from = max(wanted, questions.from ?? wanted)
    if now >= from { return true }
    wake(at: from)
    return false
  }

  mutating func wake(at time: MonotonicTime) { wakeAt = min(wakeAt ?? time, time) }

  /// When the reader is to name its file so that lists are taken; nil while none waits for that.
  private var verifyFrom: MonotonicTime? {
    guard let oldest = unverified.slices.first else { return nil }
    let isMoreToAsk = files[oldest.slice.key]?.nextSlice != nil
    let isRoom = unverified.slices.count < Unverified.mostSlices
    return isMoreToAsk && isRoom ? oldest.since + Unverified.longest : oldest.since
  }

  private mutating func wantsCount(of key: FileKey, _ reader: Connected, at now: MonotonicTime) -> Bool {
    if let notBefore = reader.countNotBefore, now < notBefore {
      if reader.wantsCount { wake(at: notBefore) }
      return false
    }
    guard let countedAt = files[key]?.counting.toldAt else { return reader.wantsCount }
    if reader.wantsCount { return true }
    // What the status says of reading is not sure enough to stop counting.
    let isReading = reader.status.startMode != false || reader.heardAt.map { $0 > countedAt } ?? false
    let dueAt = countedAt + (isReading ? Intake.countSpan : Intake.restingCountSpan)
    if now >= dueAt { return true }
    wake(at: dueAt)
    return false
  }

  /// The reader's files in the order in which they are asked about. Passings of the current one wait for those that are
  /// missing of the one before, because its cloud session is over when the next one begins: where both lack something
  /// they take turns.
  private func asking(of reader: Connected) -> [FileKey] {
    let others = files.keys.filter { $0 != current && $0.serialNumber == reader.serialNumber }
      .sorted { $0.file < $1.file }
    let urgent = others.filter { files[$0]?.isUrgent == true }
    let compared = others.filter { !urgent.contains($0) }
    let own = [current].compactMap { $0 }
    let isOwnFirst = urgent.isEmpty || !wasCurrentLast && own.contains { files[$0]?.isUrgent == true }
    return (isOwnFirst ? own + urgent : urgent + own) + compared
  }

  private mutating func askAboutFiles(of reader: Connected, at now: MonotonicTime, _ out: inout IntakeOutput)
  {
    for key in asking(of: reader) {
      files[key]?.reading.endDeferring(at: now)
      guard let file = files[key], file.isOpened else { continue }
      if let blockedUntil = file.reading.blockedUntil, now < blockedUntil {
        wake(at: blockedUntil)
        continue
      }
      if file.counting.needsInfo {
        guard isDue(now) else { return }
        wasCurrentLast = key == current
        ask(.getFileInfo(file.name), .info(key), at: now, &out)
        return
      }
      // Without a zone, or while the reader is to tell its time, what is fetched could not be kept. A store that is behind
      // catches up first.
      guard zone != nil, !clock.isWaiting, file.moments.settling == nil, queue.isRoomy,
        let range = file.nextSlice(atMost: pace.largestSlice, at: now)
      else {
        if let until = file.reading.deferredUntil { wake(at: until) }
        if let heldUntil = file.numbers.holding.dueAt, heldUntil > now { wake(at: heldUntil) }
        continue
      }
      let isByName = isByName(range, of: file, reader)
      // A list that cannot be assigned would be in vain.
      if !isByName, reader.wantsName || unverified.slices.count >= Unverified.mostSlices { continue }
      guard isDue(now) else { return }
      wasCurrentLast = key == current
      let isHeldAsked = file.numbers[range.upperBound] == .held
      files[key]?.reading.wasHeldLast = isHeldAsked
      if isHeldAsked { files[key]?.numbers.askHeld(at: now) }
      askSlice(range, of: file, isByName: isByName, at: now, &out)
      return
    }
  }

  /// Whether those numbers are asked with GETFILE. What that did not give of a file that is still being written
  /// GETPASSINGS may.
  private func isByName(_ numbers: ClosedRange<UInt32>, of file: OpenFile, _ reader: Connected) -> Bool {
    guard file.key == current else { return true }
    return reader.namesCurrent && !file.reading.missed.ranges.contains { $0.overlaps(numbers) }
  }

  private mutating func askSlice(
    _ numbers: ClosedRange<UInt32>, of file: OpenFile, isByName: Bool, at now: MonotonicTime,
    _ out: inout IntakeOutput
  ) {
    guard let range = PassingRange(first: numbers.lowerBound, last: numbers.upperBound) else { return }
    ask(
      isByName ? .getFile(file.name, range) : .getPassings(range),
      .slice(Slice(key: file.key, range: numbers, isByName: isByName)), at: now, &out)
  }

  private mutating func ask(
    _ command: Command, _ purpose: Asked.Purpose, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    asked = Asked(command: command, purpose: purpose, at: now)
    out.commands.append(command)
  }
}

// What the reader answers.
extension Intake {
  mutating func answered(
    _ command: Command, _ answer: ReaderAnswer, _ timing: ReplyTiming, at now: Moment,
    _ out: inout IntakeOutput
  ) {
    guard reader != nil else { return }
    if case .reply = answer { lingering = nil }
    if command == .getStatus, case .reply(.status) = answer {
      let before = reader?.statusAskedAt ?? timing.asked
      reader?.statusAskedAt = max(timing.asked, before)
      // They wait in the order in which they were heard.
      reader?.wantsName = pending.last.map { $0.at > timing.asked } ?? false
      reader?.attempts.reset(.name)
    }
    let mine = asked.flatMap { $0.command == command && timing.asked >= $0.at ? $0 : nil }
    if mine != nil { asked = nil }
    if command == .getStatus, isStatus(answer) { takeVerified(askedAt: timing.asked, at: now, &out) }
    guard let mine else { return }
    switch mine.purpose {
    case .naming:
      pace(answer, timing, at: now.monotonic)
      named(answer, at: now.monotonic)
    case .counting:
      pace(answer, timing, at: now.monotonic)
      counted(answer, at: now.monotonic)
    case .listing: listed(answer, at: now, &out)
    case .info(let key): informed(answer, of: key, at: now.monotonic, &out)
    case .starting: started(answer, at: now.monotonic, &out)
    case .slice(let slice): ended(slice, answer, timing, at: now, &out)
    }
  }

  private func isStatus(_ answer: ReaderAnswer) -> Bool {
    if case .reply(.status) = answer { true } else { false }
  }

  private mutating func pace(_ answer: ReaderAnswer, _ timing: ReplyTiming, at now: MonotonicTime) {
    let span: Duration? = if case .reply = answer { timing.heard - timing.asked } else { nil }
    questions.answered(after: span, at: now)
  }

  private mutating func named(_ answer: ReaderAnswer, at now: MonotonicTime) {
    if isStatus(answer) { return }
    dropUnverified()
    guard reader?.attempts.fail(.name) == true else { return }
    // It does not say. The frames are kept raw, and what they are is fetched.
    reader?.attempts.reset(.name)
    reader?.wantsName = false
    reader?.wantsCount = true
    let rest = pending
    pending = []
    for frame in rest { keepDoubtful(frame, .file, of: current, at: now) }
  }

  private mutating func counted(_ answer: ReaderAnswer, at now: MonotonicTime) {
    guard let current else { return }
    if case .reply(.passings(let summary)) = answer, let count = UInt32(exactly: summary.count) {
      reader?.attempts.reset(.count)
      reader?.countNotBefore = nil
      unverified.count = .init(
        count, storedUpTo: files[current]?.numbers.lastStored ?? 0, of: current, since: now)
      return
    }
    let limit = Inquiry.count.limit
    reader?.countNotBefore = now + limit.pause
    _ = reader?.attempts.fail(.count)
    // GETFILEINFO may know better.
    if let failures = reader?.attempts[.count], failures % limit.attempts == 0 {
      files[current]?.counting.needsInfo = true
      reader?.countNotBefore = now + limit.rest
    }
    reader?.wantsCount = true
  }

  mutating func accept(
    _ told: UInt32, storedUpTo: UInt32, of key: FileKey, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    // The last ones that it counts were not heard.
    if storedUpTo < told { files[key]?.compareInFront(of: Believing.after(storedUpTo)) }
    files[key]?.counted(told, at: now)
    // Passings that were believed and that the reader does not count.
    if storedUpTo > told { files[key]?.numbers.note(.notCounted, told + 1...storedUpTo) }
    if files[key]?.counting.isOpen == true { recount(key) }
    guard let file = files[key], let count = file.count else { return }
    if file.counting.noted == nil
      || (file.counting.noted != count && file.counting.notedAt.map { now - $0 >= Intake.countSpan } ?? true)
    {
      files[key]?.counting.notedAt = now
      let isSettled = known[key]?.isSettled ?? false
      files[key]?.counting.noted = count
      known[key] = Known(isSettled: isSettled, readerCount: count)
      queue.add(.noteFile(key, readerCount: count, isSettled: isSettled), at: now)
    }
    finish(key, at: now, &out)
  }

  private mutating func informed(
    _ answer: ReaderAnswer, of key: FileKey, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    if case .reply(.fileInfo(let info)) = answer, let count = UInt32(exactly: info.count) {
      files[key]?.attempts.reset(.info)
      files[key]?.missingSince = nil
      if key == current {
        // PASSINGS is not wanted any more. A file that is being written may lag behind what was pushed: nothing is doubted
        // for that.
        reader?.wantsCount = false
        files[key]?.counting.needsInfo = false
        accept(count, storedUpTo: 0, of: key, at: now, &out)
        return
      }
      files[key]?.counted(count, at: now)
      let isOpen = files[key]?.counting.isOpen ?? false
      files[key]?.counting.needsInfo = isOpen
      finish(key, at: now, &out)
      return
    }
    slicesFrom = max(slicesFrom, now + Inquiry.info.limit.pause)
    guard files[key]?.attempts.fail(.info) == true else { return }
    files[key]?.attempts.reset(.info)
    if case .reply(.refused(.fileNotFound)) = answer, key != current {
      if isMissingLong(key, at: now) {
        files[key]?.counting.needsInfo = false
        gone(key, at: now, &out)
      }
    } else {
      files[key]?.counting.needsInfo = false
      if key == current { reader?.wantsCount = false }
      // An empty file has no times to tell; another may not tell them for whatever reason. Slices find the end.
      files[key]?.seekEnd(at: now)
    }
  }

  /// Whether a file that the reader denies is gone. It is asked for again for a while, as a memory that is not ready yet
  /// denies it as well; but for one that only a person has ever named.
  private mutating func isMissingLong(_ key: FileKey, at now: MonotonicTime) -> Bool {
    guard let file = files[key] else { return false }
    if file.isOnlyNamed { return true }
    let since = file.missingSince ?? now
    if now - since >= Intake.missingSpan { return true }
    files[key]?.missingSince = since
    files[key]?.reading.blockedUntil = now + Intake.missingPause
    // From now on one refusal a time is enough.
    files[key]?.attempts[.info] = Inquiry.info.limit.attempts - 1
    return false
  }

  private mutating func started(_ answer: ReaderAnswer, at now: MonotonicTime, _ out: inout IntakeOutput) {
    reader?.wantsName = true
    var log: [LogEntry] = []
    if case .reply(.sessionFile) = answer {
      reader?.wantsStart = false
      conditions.clear(
        .readerRefused, of: "START", telling: LogEntry(.readerChanged, "the reader has started", fields()),
        at: now, &log)
    } else if case .reply(.refused(.startMode)) = answer {
      reader?.wantsStart = false
      conditions.clear(.readerRefused, of: "START", at: now, &log)
    } else {
      slicesFrom = max(slicesFrom, now + Inquiry.start.limit.pause)
      let reason = if case .reply(.refused(let refusal)) = answer { refusal.rawValue } else { "no answer" }
      conditions.raise(
        .readerRefused, of: "START", "the reader does not start: \(reason)", fields(), at: now, &log)
    }
    out.log += log
  }
}
