import One4AllProtocol

// The reader's memory: what is asked of it, what it answers, and what the store says of that.
//
// The current file's count is asked with PASSINGS, and its passings with GETFILE, which names the file. A reader that
// refuses that for the current file is asked with GETPASSINGS. What PASSINGS and GETPASSINGS say is taken only when
// GETSTATUS still names the same file afterwards: NEWFILE may have come between. One GETSTATUS is enough for all that was
// said before it (`Unverified`), and for all frames that wait for their file; such questions are paced (`QuestionPace`).
extension Intake {
  /// How long the second list of files waits behind the first one.
  private static let secondListPause = Duration.milliseconds(200)
  /// How often the reader is asked for its files while it lists what is left out.
  private static let leftOutSpan = Duration.seconds(300)

  mutating func askNext(at now: MonotonicTime, _ out: inout IntakeOutput) {
    guard let reader, asking.question == nil else { return }
    if asking.unverified.count != nil {
      ask(.getStatus, .naming, &out)
    } else if wantsCount(of: reader, at: now), asking.mayQuestion(from: now, at: now) {
      // The GETSTATUS that follows settles all other doubts as well.
      self.reader?.wantsCount = false
      ask(.passings, .counting, &out)
    } else if reader.wantsName, asking.mayQuestion(from: now, at: now) {
      ask(.getStatus, .naming, &out)
    } else if let verifyFrom, asking.mayQuestion(from: verifyFrom, at: now) {
      ask(.getStatus, .naming, &out)
    } else if reader.wantsStart, asking.isDue(now) {
      if self.reader?.attempts.fail(.start) == true { self.reader?.wantsStart = false }
      ask(.start, .starting, &out)
    } else if reader.listing.isWanted, asking.isDue(now, notBefore: reader.listing.from) {
      self.reader?.listing.isWanted = false
      ask(.listFiles, .listing, &out)
    } else {
      askAboutFiles(of: reader, at: now, &out)
    }
  }

  private mutating func ask(_ command: Command, _ purpose: Asking.Purpose, _ out: inout IntakeOutput) {
    out.commands.append(asking.begin(command, purpose))
  }

  private mutating func wantsCount(of reader: ConnectedReader, at now: MonotonicTime) -> Bool {
    guard let file = current.flatMap({ book.files[$0] }), file.isOpened else { return false }
    switch reader.wantsCount(countedAt: file.counting.toldAt, at: now) {
    case .now: return true
    case .later(let time):
      asking.wake(at: time)
      return false
    case .never: return false
    }
  }

  /// When the reader is to name its file so that lists are taken; nil while none waits for that.
  private var verifyFrom: MonotonicTime? {
    guard let oldest = asking.unverified.slices.first else { return nil }
    let isMoreToAsk = book.files[oldest.slice.key]?.nextSlice != nil
    return isMoreToAsk && asking.unverified.isRoom ? oldest.since + Unverified.longest : oldest.since
  }

  private mutating func askAboutFiles(
    of reader: ConnectedReader, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    for key in book.asking(of: reader.serialNumber, wasCurrentLast: asking.wasCurrentLast) {
      book.files[key]?.reading.endDeferring(at: now)
      guard let file = book.files[key], file.isOpened else { continue }
      if let blockedUntil = file.reading.blockedUntil, now < blockedUntil {
        asking.wake(at: blockedUntil)
        continue
      }
      if file.counting.needsInfo {
        guard asking.isDue(now) else { return }
        asking.wasCurrentLast = key == current
        return ask(.getFileInfo(file.name), .info(key), &out)
      }
      // Without a zone, or while the reader is to tell its time, what is fetched could not be kept. A store that is behind
      // catches up first.
      guard timekeeping.zone != nil, !timekeeping.clock.isWaiting, file.moments.settling == nil,
        queue.isRoomy,
        let numbers = file.nextSlice(atMost: asking.pace.largestSlice, at: now)
      else {
        if let until = file.reading.deferredUntil { asking.wake(at: until) }
        if let until = file.numbers.holding.dueAt, until > now { asking.wake(at: until) }
        continue
      }
      // What GETFILE did not give of a file that is still being written GETPASSINGS may.
      let isByName =
        key != current || reader.namesCurrent && !file.reading.missed.ranges.contains { $0.overlaps(numbers) }
      // A list that cannot be assigned would be in vain.
      if !isByName, reader.wantsName || !asking.unverified.isRoom { continue }
      guard asking.isDue(now), let range = PassingRange(first: numbers.lowerBound, last: numbers.upperBound)
      else { return }
      asking.wasCurrentLast = key == current
      let isHeldAsked = file.numbers[numbers.upperBound] == .held
      book.files[key]?.reading.wasHeldLast = isHeldAsked
      if isHeldAsked { book.files[key]?.numbers.askHeld(at: now) }
      return ask(
        isByName ? .getFile(file.name, range) : .getPassings(range),
        .slice(Slice(key: key, range: numbers, isByName: isByName)), &out)
    }
  }

  // MARK: Answers

  mutating func answered(
    _ question: ReaderQuestion, _ answer: ReaderAnswer, _ timing: ReplyTiming, at now: Moment,
    _ out: inout IntakeOutput
  ) {
    guard reader != nil else { return }
    if case .reply = answer { asking.lingering = nil }
    let isStatus = if case .reply(.status) = answer { true } else { false }
    if isStatus {
      let before = reader?.statusAskedAt ?? timing.asked
      reader?.statusAskedAt = max(timing.asked, before)
      // They wait in the order in which they were heard.
      reader?.wantsName = heard.frames.last.map { $0.at > timing.asked } ?? false
      reader?.attempts.reset(.name)
    }
    let purpose = asking.take(question.ticket)
    if isStatus { takeVerified(askedAt: timing.asked, at: now, &out) }
    switch purpose {
    case nil: break
    case .naming:
      asking.paced(answer, timing, at: now.monotonic)
      if !isStatus { notNamed() }
    case .counting:
      asking.paced(answer, timing, at: now.monotonic)
      counted(answer, at: now.monotonic)
    case .listing: listed(answer, at: now, &out)
    case .info(let key): informed(answer, of: key, at: now.monotonic, &out)
    case .starting: started(answer, at: now.monotonic, &out)
    case .slice(let slice): ended(slice, answer, timing, at: now, &out)
    }
  }

  private mutating func notNamed() {
    dropUnverified()
    guard reader?.attempts.fail(.name) == true else { return }
    // It does not say. The frames are kept raw, and what they are is fetched.
    reader?.attempts.reset(.name)
    reader?.wantsName = false
    reader?.wantsCount = true
    keepHeard()
  }

  private mutating func counted(_ answer: ReaderAnswer, at now: MonotonicTime) {
    guard let current else { return }
    if case .reply(.passings(let summary)) = answer, let count = UInt32(exactly: summary.count) {
      reader?.attempts.reset(.count)
      reader?.countNotBefore = nil
      asking.unverified.count = .init(
        count, storedUpTo: book.files[current]?.numbers.lastStored ?? 0, of: current, since: now)
      return
    }
    let limit = Inquiry.count.limit
    _ = reader?.attempts.fail(.count)
    let isEnough = reader.map { $0.attempts[.count] % limit.attempts == 0 } ?? false
    // GETFILEINFO may know better.
    if isEnough { book.files[current]?.counting.needsInfo = true }
    reader?.countNotBefore = now + (isEnough ? limit.rest : limit.pause)
    reader?.wantsCount = true
  }

  private mutating func accept(
    _ told: UInt32, storedUpTo: UInt32, of key: FileKey, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    // The last ones that it counts were not heard.
    if storedUpTo < told { book.files[key]?.compareInFront(of: Believing.after(storedUpTo)) }
    book.files[key]?.counted(told, at: now)
    // Passings that were believed and that the reader does not count.
    if storedUpTo > told { book.files[key]?.numbers.note(.notCounted, told + 1...storedUpTo) }
    if book.files[key]?.counting.isOpen == true { recount(key) }
    guard let file = book.files[key], let count = file.count else { return }
    if file.counting.noted == nil
      || (file.counting.noted != count && file.counting.notedAt.map { now - $0 >= Intake.countSpan } ?? true)
    {
      book.files[key]?.counting.notedAt = now
      noteCount(count, of: key, isSettled: book.known[key]?.isSettled ?? false, at: now)
    }
    finish(key, at: now, &out)
  }

  /// Lets the store keep what the reader says of a file.
  @discardableResult
  mutating func noteCount(_ count: UInt32, of key: FileKey, isSettled: Bool, at now: MonotonicTime)
    -> PassingRequest
  {
    let request = PassingRequest.noteFile(key, readerCount: count, isSettled: isSettled)
    book.files[key]?.counting.noted = count
    book.known[key] = FileBook.Known(isSettled: isSettled, readerCount: count)
    queue.add(request, at: now)
    return request
  }

  private mutating func informed(
    _ answer: ReaderAnswer, of key: FileKey, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    if case .reply(.fileInfo(let info)) = answer, let count = UInt32(exactly: info.count) {
      book.files[key]?.attempts.reset(.info)
      book.files[key]?.missingSince = nil
      if key == current {
        // PASSINGS is not wanted any more. A file that is being written may lag behind what was pushed: nothing is doubted
        // for that.
        reader?.wantsCount = false
        book.files[key]?.counting.needsInfo = false
        return accept(count, storedUpTo: 0, of: key, at: now, &out)
      }
      book.files[key]?.counted(count, at: now)
      let isOpen = book.files[key]?.counting.isOpen ?? false
      book.files[key]?.counting.needsInfo = isOpen
      return finish(key, at: now, &out)
    }
    asking.pause(Inquiry.info.limit.pause, at: now)
    guard book.files[key]?.attempts.fail(.info) == true else { return }
    book.files[key]?.attempts.reset(.info)
    if case .reply(.refused(.fileNotFound)) = answer, key != current {
      if isMissingLong(key, at: now) {
        book.files[key]?.counting.needsInfo = false
        gone(key, at: now, &out)
      }
      return
    }
    book.files[key]?.counting.needsInfo = false
    if key == current { reader?.wantsCount = false }
    // An empty file has no times to tell; another may not tell them for whatever reason. Lists find the end.
    book.files[key]?.seekEnd(at: now)
  }

  /// Whether a file that the reader denies is gone. It is asked for again for a while, as a memory that is not ready yet
  /// denies it as well; but for one that only a person has ever named.
  private mutating func isMissingLong(_ key: FileKey, at now: MonotonicTime) -> Bool {
    guard let file = book.files[key] else { return false }
    if file.isOnlyNamed { return true }
    let since = file.missingSince ?? now
    if now - since >= Intake.missingSpan { return true }
    book.files[key]?.missingSince = since
    book.files[key]?.reading.blockedUntil = now + Intake.missingPause
    // From now on one refusal a time is enough.
    book.files[key]?.attempts[.info] = Inquiry.info.limit.attempts - 1
    return false
  }

  private mutating func started(_ answer: ReaderAnswer, at now: MonotonicTime, _ out: inout IntakeOutput) {
    reader?.wantsName = true
    var refusal: String?
    var recovery: LogEntry?
    switch answer {
    case .reply(.sessionFile): recovery = LogEntry(.readerChanged, "the reader has started", fields())
    // It has been started already.
    case .reply(.refused(.startMode)): break
    case .reply(.refused(let reason)): refusal = reason.rawValue
    case .reply, .endOfList, .none, .unreadable: refusal = "no answer"
    }
    if refusal == nil {
      reader?.wantsStart = false
    } else {
      asking.pause(Inquiry.start.limit.pause, at: now)
    }
    telling.start(refusal: refusal, recovery, fields(), at: now, &out.log)
  }

  /// The reader has named its file: what it had said of that file before it was asked is taken.
  private mutating func takeVerified(askedAt: MonotonicTime, at now: Moment, _ out: inout IntakeOutput) {
    let (slices, count) = asking.unverified.take(askedAt: askedAt)
    for slice in slices { book.files[slice.key]?.reading.unverified.subtract(NumberSet(slice.range)) }
    for slice in slices where slice.key == current { accept(slice, at: now, &out) }
    guard let count else { return }
    if count.key == current {
      accept(count.count, storedUpTo: count.storedUpTo, of: count.key, at: now.monotonic, &out)
    } else {
      reader?.wantsCount = true
    }
  }

  /// The reader did not name its file, or names another one: all of that is asked again.
  mutating func dropUnverified() {
    for (slice, _) in asking.unverified.slices { book.files[slice.key]?.reading.unverified = NumberSet() }
    if asking.unverified.count != nil { reader?.wantsCount = true }
    asking.unverified = Unverified()
  }

  // MARK: Its files

  private mutating func listed(_ answer: ReaderAnswer, at now: Moment, _ out: inout IntakeOutput) {
    switch answer {
    case .reply(.files(let list)):
      guard let names = reader?.listing.add(list) else {
        return asking.pause(Intake.secondListPause, at: now.monotonic)
      }
      takeFiles(names, leftOut: LeftOutFiles(list), at: now, &out.log)
    case .reply(.refused(.noFiles)): takeFiles([], leftOut: LeftOutFiles(), at: now, &out.log)
    case .reply(.refused(let refusal)): listedInVain(refusal.rawValue, at: now.monotonic, &out.log)
    case .reply: listedInVain("an answer that makes no sense", at: now.monotonic, &out.log)
    case .unreadable(let frame):
      listedInVain("its answer cannot be read: \(frame.printable(limit: 80))", at: now.monotonic, &out.log)
    case .none, .endOfList: listedInVain("no answer", at: now.monotonic, &out.log)
    }
  }

  private mutating func takeFiles(
    _ names: [SessionFileName], leftOut: LeftOutFiles, at now: Moment, _ log: inout Telling
  ) {
    guard let reader else { return }
    if !leftOut.isEmpty {
      // Whether it is still there is asked now and then.
      self.reader?.listing.isWanted = true
      self.reader?.listing.from = now.monotonic + Intake.leftOutSpan
    }
    telling.leftOut(leftOut, fields(), at: now.monotonic, &log)
    self.reader?.attempts.reset(.files)
    meet(reader.serialNumber, having: names, at: now)
    tellEarlier(names, &log)
    search(names.filter { book.isOurs($0, of: reader.serialNumber) }, of: reader, at: now.monotonic)
    book.list(names, of: reader.serialNumber)
  }

  private mutating func listedInVain(_ reason: String, at now: MonotonicTime, _ log: inout Telling) {
    guard let reader else { return }
    self.reader?.listing.isWanted = true
    let limit = Inquiry.files.limit
    guard self.reader?.attempts.fail(.files) == true else { return asking.pause(limit.pause, at: now) }
    self.reader?.listing.from = now + limit.rest
    telling.unlisted(
      "the reader does not list its session files (\(reason)): those that it began unheard are not fetched",
      fields(),
      at: now, &log)
    search([], of: reader, at: now)
  }

  /// A reader without a session file is heard of: what it has is not ours, whatever comes behind it is. A name from the
  /// future, which a clock that was wrong once has left, would hide what comes.
  private mutating func meet(_ serialNumber: String, having files: [SessionFileName], at now: Moment) {
    let tomorrow = now.kernelSynchronised ? (now.wall + .seconds(86_400)).milliseconds : .max
    let last = files.filter { $0.openedAt.millisecondsSince1970 <= tomorrow }.max()
    let next = last.flatMap { LocalDateTime(millisecondsSince1970: $0.openedAt.millisecondsSince1970 + 1000) }
    meet(serialNumber, firstFile: next.map { SessionFileName(openedAt: $0).text } ?? "", at: now.monotonic)
  }

  /// Of a reader that was heard of just now: what it began shortly before is left alone, and may be what a former box has
  /// not sent.
  private mutating func tellEarlier(_ names: [SessionFileName], _ log: inout Telling) {
    guard let reader, reader.isNew, current?.serialNumber == reader.serialNumber else { return }
    self.reader?.isNew = false
    let earlier = book.earlier(names, of: reader.serialNumber)
    guard let last = earlier.last else { return }
    let shown = (earlier.count > 3 ? "…, " : "") + earlier.suffix(3).map(\.text).joined(separator: ", ")
    var fields = fields()
    fields[.count] = String(earlier.count)
    log.append(
      LogEntry(
        .filesEarlier,
        "the reader began \(earlier.count) session files in the 12 h before it was heard of for the first time, "
          + "and they are not fetched: \(shown); `one4allctl audit --session \(last.text)` fetches one",
        fields))
  }

  /// Compares as a whole what is not settled: of the files that the reader lists those that are ours, and those that it
  /// has told of before. Of one that it does not list any more GETFILEINFO says whether it is gone.
  private mutating func search(_ listed: [SessionFileName], of reader: ConnectedReader, at now: MonotonicTime)
  {
    self.reader?.listing.isSearching = false
    for name in listed { unsettle(FileKey(serialNumber: reader.serialNumber, file: name.text), at: now) }
    let told = book.unsettled(of: reader.serialNumber).compactMap(SessionFileName.init)
    for name in Set(listed + told).sorted() {
      let key = FileKey(serialNumber: reader.serialNumber, file: name.text)
      guard key != current, book.known[key]?.isSettled != true, book.files[key]?.comparison.isUnderWay != true
      else {
        continue
      }
      beginAudit(of: key, name: name, at: now)
    }
  }

  /// A file that the reader had denied and lists again is there to be compared.
  private mutating func unsettle(_ key: FileKey, at now: MonotonicTime) {
    if book.files[key]?.missingSince != nil {
      book.files[key]?.missingSince = nil
      book.files[key]?.reading.blockedUntil = nil
    }
    guard book.known[key]?.isGone == true else { return }
    book.known[key]?.isSettled = false
    queue.add(.noteFile(key, readerCount: nil, isSettled: false), at: now)
  }
}
