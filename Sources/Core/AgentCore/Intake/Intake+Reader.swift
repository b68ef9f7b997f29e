import One4AllProtocol

// What the reader says: how it stands, and what it pushes.
extension Intake {
  /// Something came from the reader.
  public mutating func handle(_ news: ReaderNews, at now: Moment, _ out: inout IntakeOutput) {
    switch news {
    case .connected(let status): connected(status, at: now.monotonic, &out)
    case .status(let status): adopt(status, isConnect: false, at: now.monotonic, &out)
    case .disconnected:
      // Nobody is there any more to be asked.
      out.commands = []
      disconnected(at: now.monotonic)
    case .passing(let passing, let heardAt, let list): heard(passing, at: heardAt, list: list, now)
    case .damaged(let raw, let heardAt):
      // A record of the memory that cannot be read is no damage of the line.
      let isRecord = asking.slice.flatMap { book.files[$0.key]?.reading.isKnown(raw, in: $0) } ?? false
      asking.spoilSlice(by: raw)
      if !isRecord { damaged(at: heardAt, now.monotonic) }
    case .unknownForm(let raw, let heardAt): unknownForm(raw, at: heardAt, now, &out)
    case .answered(let question, let answer, let timing):
      timekeeping.heard(question.command, answer, timing, at: now)
      answered(question, answer, timing, at: now, &out)
    }
    proceed(at: now, &out)
  }

  private mutating func connected(
    _ status: ReaderStatus, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    dropUnverified()
    asking.restart(at: now)
    var connected = ConnectedReader(status, at: now)
    connected.wantsStart = settings.session == .start && status.startMode == false
    reader = connected
    timekeeping.clock.connected(status.serialNumber, at: now)
    for key in book.files.keys where key.serialNumber != status.serialNumber { forget(key, &out) }
    for key in book.files.keys { book.files[key]?.reading.reconnected() }
    adopt(status, isConnect: true, at: now, &out)
  }

  private mutating func disconnected(at now: MonotonicTime) {
    dropUnverified()
    asking.restart(at: now)
    reader = nil
    if let current { book.files[current]?.endPushing(at: now) }
    timekeeping.clock.disconnected()
    timekeeping.deferred = []
    keepHeard()
  }

  /// The reader says how it stands: its session file, and whether it reads.
  private mutating func adopt(
    _ status: ReaderStatus, isConnect: Bool, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    let wasReading = reader?.status.startMode
    reader?.status = status
    findZone(at: now, &out.log)
    let name = status.sessionFile
    let new = name.map { FileKey(serialNumber: status.serialNumber, file: $0.text) }
    if new != current {
      change(to: new, name: name, at: now, &out)
    } else if let new, let name {
      open(new, name: name, at: now)
    }
    if let new { meet(new, at: now) }
    if let new, let name, status.startMode == false, isConnect || wasReading != false,
      book.known[new].map({ !$0.isSettled }) ?? true
    {
      beginAudit(of: new, name: name, at: now)
    }
    if let new, let count = status.passingCount {
      if let count = UInt32(exactly: count) { book.files[new]?.counting.history.note(count, at: now) }
      // It counts passings that were not heard.
      let heard = heard.frames.last.map { Believing.after($0.passing.number) } ?? 1
      if reader?.hint != count, count >= Int(max(heard, book.files[new]?.believing.expected ?? 1)) {
        reader?.hint = count
        reader?.wantsCount = true
      }
    }
    let isUnknown = status.startMode == true && new == nil
    telling.session(isUnknownOf: isUnknown ? status : nil, fields(), at: now, &out.log)
  }

  /// The reader has gone on to another file.
  private mutating func change(
    to new: FileKey?, name: SessionFileName?, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    let old = current
    book.current = new
    dropUnverified()
    reader?.changed(hasFile: new != nil)
    let former = heard.split(expected: old.flatMap { book.files[$0]?.believing.expected })
    for frame in former { quarantine(frame, .file, of: old, at: now) }
    if let old {
      book.files[old]?.endPushing(at: now)
      if old.serialNumber == reader?.serialNumber, let oldName = SessionFileName(old.file) {
        beginAudit(of: old, name: oldName, at: now)
      }
    }
    guard let new, let name else { return }
    open(new, name: name, at: now)
    book.files[new]?.counting.needsInfo = false
    if book.known[new] == nil {
      book.known[new] = FileBook.Known(isSettled: false)
      out.log.append(LogEntry(.sessionStarted, "passings go to session file \(new.file)", new.fields))
    }
  }

  private mutating func open(_ key: FileKey, name: SessionFileName, at now: MonotonicTime) {
    if book.files[key] != nil { return }
    book.files[key] = OpenFile(key: key, name: name)
    queue.add(.openFile(key), at: now)
  }

  /// Compares the whole file, once the store has told what it holds.
  mutating func beginAudit(of key: FileKey, name: SessionFileName, at now: MonotonicTime) {
    open(key, name: name, at: now)
    recount(key)
    book.files[key]?.attempts.reset(.info)
    book.files[key]?.comparison.want()
    if book.files[key]?.isOpened == true { book.files[key]?.compare() }
  }

  /// The file's count is to be asked for: of the current one with PASSINGS, unless the reader does not answer that.
  mutating func recount(_ key: FileKey) {
    if key == current { reader?.wantsCount = true }
    if key != current || reader?.attempts.isOver(.count) == true {
      book.files[key]?.counting.needsInfo = true
    }
  }

  /// The reader is heard of, with its current file. Where the store has lost the first contact, files that are not
  /// settled tell how early it was at least.
  private mutating func meet(_ current: FileKey, at now: MonotonicTime) {
    let told = book.unsettled(of: current.serialNumber)
    meet(current.serialNumber, firstFile: told.min().map { min($0, current.file) } ?? current.file, at: now)
  }

  mutating func meet(_ serialNumber: String, firstFile: String, at now: MonotonicTime) {
    guard book.firstFiles[serialNumber] == nil else { return }
    book.firstFiles[serialNumber] = firstFile
    reader?.isNew = true
    queue.add(.noteReader(serialNumber: serialNumber, firstFile: firstFile), at: now)
  }

  /// Finds the zone of the reader's wall clock.
  mutating func findZone(at now: MonotonicTime, _ log: inout Telling) {
    let named = timekeeping.timeZone ?? reader?.status.timeZone
    // A reader that has gone takes its zone along only when another one comes.
    if named == nil, reader == nil { return }
    if let former = timekeeping.find(named), let zone = timekeeping.zone {
      if former.isEmpty {
        // What was kept raw meanwhile is fetched at once.
        reader?.wantsCount = true
      } else {
        rezone(from: former, to: zone, at: now)
      }
    }
    telling.zone(
      timekeeping.zone, named: named ?? reader?.status.text(ofStrange: .timeZone), fields(), at: now, &log)
  }

  /// The zone is another one: what is known of moments was by the former one. When a person has named it, the reader's wall
  /// clock goes on as it did; when the reader has, its clock has changed with it.
  private mutating func rezone(from former: String, to zone: String, at now: MonotonicTime) {
    if timekeeping.timeZone != nil {
      timekeeping.clock.rezoned(from: former, to: zone, at: now, timekeeping.zones)
    }
    for key in book.files.keys {
      book.files[key]?.moments.forget()
      book.files[key]?.believing.lastPushed = nil
    }
  }

  /// The line shows damage.
  mutating func damaged(at heardAt: MonotonicTime, _ now: MonotonicTime) {
    // What comes while a line is opened belongs to nobody.
    guard reader != nil else { return }
    let wasDamaged = isDamaged(at: now)
    damagedAt = heardAt
    reader?.agreed = 0
    // It may have been a passing.
    reader?.wantsCount = true
    guard !wasDamaged, settings.confirm == .auto, reader?.cannotConfirm == false, let current else { return }
    // What the store has told before, or is about to tell, is so no more.
    queue.add(.doubt(current), at: now)
    queue.add(.openFile(current), at: now)
  }

  // MARK: What it pushes

  private mutating func heard(
    _ passing: Passing, at heardAt: MonotonicTime, list: QuestionTicket?, _ now: Moment
  ) {
    let frame = HeardFrame(
      passing: passing, at: heardAt, wall: now.label(heardAt), isSynchronised: timekeeping.isHostTrusted)
    guard reader != nil else { return quarantine(frame, .file, of: nil, at: now.monotonic) }
    if let list, asking.question?.ticket == list {
      if takeListed(frame, at: now.monotonic) { return }
    } else if let lingering = asking.lingering, lingering.range.contains(passing.number),
      lingering.key != current || passing.number != book.files[lingering.key]?.believing.expected
    {
      return quarantine(frame, .jump, of: current, at: now.monotonic)
    }
    asking.pace.pushed(at: heardAt)
    reader?.heardAt = heardAt
    if queue.room(beside: heard.size) >= HeardFrames.frameBytes + passing.memory {
      heard.append(frame)
    } else {
      heard.dropped += 1
    }
  }

  /// A frame heard while a list is under way: a part of it, pushed, or neither for certain.
  /// - Returns: whether it is dealt with; else it was pushed.
  private mutating func takeListed(_ frame: HeardFrame, at now: MonotonicTime) -> Bool {
    guard let slice = asking.slice else { return false }
    let passing = frame.passing
    let isInRange = slice.range.contains(passing.number)
    let mayBePushed = isInRange && mayBePushed(passing, during: slice)
    let isAscending = slice.frames.last.map { $0.number < passing.number } ?? true
    let isPart = isInRange && isAscending && !mayBePushed
    asking.changeSlice { slice in
      slice.heard += 1
      if isPart { slice.frames.append(passing) }
      if isInRange && !isPart { slice.spoil(by: Array(passing.text.utf8)) }
    }
    guard isInRange && !isPart else { return isPart }
    // Pushed or listed, nobody knows: it is kept raw, and the memory of both files is asked.
    if mayBePushed {
      book.files[slice.key]?.remember(passing)
      if let current { book.files[current]?.believing.candidate = passing.number }
    } else {
      reader?.wantsName = true
    }
    reader?.wantsCount = true
    quarantine(frame, .repeated, of: current, at: now)
    return true
  }

  /// Whether a frame with a number of the list may be one that was pushed: the list is of an earlier file, and the frame is
  /// of the time since the current file was opened. One that a former list gave as well is not.
  private func mayBePushed(_ passing: Passing, during slice: Slice) -> Bool {
    guard slice.key != current, let current, let file = book.files[current],
      passing.localMilliseconds >= file.name.openedAt.millisecondsSince1970
    else { return false }
    return book.files[slice.key]?.copies[passing.number] != passing
  }

  /// Kept raw, and told once of each firmware.
  private mutating func unknownForm(
    _ raw: [UInt8], at heardAt: MonotonicTime, _ now: Moment, _ out: inout IntakeOutput
  ) {
    let line = String(decoding: raw, as: UTF8.self)
    if let current { book.files[current]?.doubtedAt = now.monotonic }
    keepRaw(
      DoubtfulFrame(key: current, text: line, reason: .fields, arrivedWall: now.label(heardAt)),
      at: now.monotonic)
    if let reader { telling.unknownForm(line, of: reader.status, fields(current), &out.log) }
  }

  /// Keeps raw the frames that will not be judged any more.
  mutating func keepHeard() {
    for frame in heard.removeAll() { quarantine(frame, .file, of: current, at: frame.at) }
  }

  /// Keeps a frame raw.
  mutating func quarantine(
    _ frame: HeardFrame, _ reason: DoubtfulFrame.Reason, of key: FileKey?, at now: MonotonicTime
  ) {
    if let key { book.files[key]?.doubtedAt = now }
    keepRaw(frame.quarantined(reason, of: key), at: now)
  }

  private mutating func keepRaw(_ frame: DoubtfulFrame, at now: MonotonicTime) {
    if !queue.add(frame, at: now) { heard.dropped += 1 }
  }

  /// Judges the frames that wait, as far as it is known which file they belong to and what is stored of it.
  mutating func judgeHeard(at now: Moment, _ out: inout IntakeOutput) {
    guard let reader, let last = heard.frames.last else { return }
    guard let current else {
      // Passings that the reader puts into no file that it names.
      if !reader.wantsName, let statusAskedAt = reader.statusAskedAt, last.at <= statusAskedAt {
        keepHeard()
      } else {
        self.reader?.wantsName = true
      }
      return
    }
    guard book.files[current]?.isOpened == true else { return }
    var judged = 0
    while judged < heard.frames.count, judge(heard.frames[judged], of: current, at: now, &out) { judged += 1 }
    heard.removeFirst(judged)
  }

  /// - Returns: false when the reader has to name its file, or to tell its time, first.
  private mutating func judge(
    _ frame: HeardFrame, of key: FileKey, at now: Moment, _ out: inout IntakeOutput
  ) -> Bool {
    // Taken out while it changes: a copy would be made otherwise.
    guard let reader, var file = book.files.removeValue(forKey: key) else { return true }
    defer { book.files[key] = file }
    switch Judgement(frame, in: &file, of: reader, &timekeeping, at: now.monotonic) {
    case .needsTime: return false
    case .needsName:
      self.reader?.wantsName = true
      return false
    case .quarantined(let reason, let isDamage):
      if isDamage {
        asking.spoilSlice(by: Array(frame.passing.text.utf8))
        self.reader?.agreed = 0
      }
      if reason != .zone { self.reader?.wantsCount = true }
      keepRaw(frame.quarantined(reason, of: key), at: now.monotonic)
    case .plausible(let time, let zone, let isJumped):
      file.moments.tellGuess(time, frame.passing.number, of: key, &out.log)
      if time.certainty.isOfDoubledHour, !frame.isSynchronised { timekeeping.unvouched.insert(key) }
      if file.moments.isGuessOpen, !time.certainty.isGuess {
        // What is known of this one tells of those beside it.
        file.moments.isGuessOpen = false
        timekeeping.unvouched.insert(key)
      }
      if !isJumped { file.moments.noteSteady(frame.passing.number, time) }
      keep(frame, time, isJumped: isJumped, zone: zone, in: &file, reader, at: now.monotonic)
    }
    return true
  }

  private mutating func keep(
    _ frame: HeardFrame, _ time: ResolvedTime, isJumped: Bool, zone: String, in file: inout OpenFile,
    _ reader: ConnectedReader, at now: MonotonicTime
  ) {
    let number = frame.passing.number
    let isHeld = isHeld(in: file, reader, at: now)
    let row = KeptPassing(
      passing: frame.passing, zone: zone, utc: time.utc, arrivedAt: frame.at, arrivedWall: frame.wall,
      hostSynchronised: frame.isSynchronised, origin: .pushed, trust: isHeld ? .unconfirmed : .believed,
      stamp: timekeeping.stamp(isJumped: isJumped), certainty: time.certainty,
      zoneSource: timekeeping.zoneSource)
    file.believing.follow(frame.passing, utc: time.utc, at: frame.at)
    guard queue.add(row, to: file.key, at: now) else {
      heard.dropped += 1
      return
    }
    if number > Believing.after(file.numbers.lastStored ?? 0) { self.reader?.wantsCount = true }
    file.numbers.notePushed(number, at: now)
    if isHeld {
      file.numbers.hold(number, at: now)
    } else {
      let isCompared = settings.confirm == .auto && !reader.cannotConfirm
      file.numbers.note(isCompared ? .heardAhead : .heardAndSent, number)
    }
    file.moments.times.learn(frame.passing, time, zone: zone, zones: timekeeping.zones)
    if book.known[file.key]?.isSettled == true {
      book.known[file.key]?.isSettled = false
      queue.add(.noteFile(file.key, readerCount: nil, isSettled: false), at: now)
    }
  }

  /// Whether a passing that is pushed now waits for the memory. It does not where that cannot confirm; nor, on a proven line,
  /// while it is behind: then it is compared later. After damage it does, whatever else.
  private func isHeld(in file: OpenFile, _ reader: ConnectedReader, at now: MonotonicTime) -> Bool {
    if reader.cannotConfirm, isUnharmed(at: now) { return false }
    return switch settings.confirm {
    case .auto: file.numbers.count(.sentAhead) == 0 || !isProven(at: now)
    case .always: true
    case .never: false
    }
  }

  /// The memory has not given passings for too long. On a proven line they go as they were heard, and are compared when
  /// there is room for it; on another they wait on.
  mutating func endHolding(at now: MonotonicTime) {
    guard let current, let since = book.files[current]?.numbers.holding.since, let reader else { return }
    let end = since + settings.confirmWithin
    guard end <= now else { return asking.wake(at: end) }
    guard let late = book.files[current]?.numbers.late(heldFor: settings.confirmWithin, at: now) else {
      return
    }
    let isSent = reader.cannotConfirm && isUnharmed(at: now)
    let isAhead = settings.confirm == .auto && isProven(at: now)
    book.files[current]?.note(isSent ? .lateSent : isAhead ? .lateAhead : .lateWaiting, late, at: now)
    if isSent || isAhead { queue.add(.believe(current, late), at: now) }
  }

  /// Asks for the reader's time when that is due, and tells how its clock goes.
  mutating func watchClock(at now: MonotonicTime, _ out: inout IntakeOutput) {
    guard reader != nil else { return }
    if timekeeping.zone != nil, timekeeping.clock.advance(to: now) {
      out.commands.append(ReaderQuestion(.getTime, QuestionTicket(.clockWatch)))
    }
    telling.clock(&timekeeping.clock, settings.onClockJump, fields(current), at: now, &out.log)
  }

  /// The host's clock is to be trusted now: which pass of a doubled hour those are of that were heard before it was, and
  /// those fetched beside them, it says afterwards.
  mutating func settleTimes(at now: Moment) {
    guard let zone = timekeeping.zone else { return }
    let ahead = now.wall.milliseconds.subtractingReportingOverflow(now.monotonic.milliseconds).partialValue
    for key in timekeeping.unvouched.sorted(by: { $0.description < $1.description }) {
      queue.add(.settleTimes(key, zone: zone, ahead: ahead), at: now.monotonic)
      book.files[key]?.moments.forget()
      book.files[key]?.moments.settling = .asked
    }
    timekeeping.unvouched = []
  }

  /// Looks whether anything is wrong that only time shows.
  mutating func watch(at now: MonotonicTime, _ out: inout IntakeOutput) {
    telling.memory(queue, dropped: heard.dropped, fields(), at: now, &out.log)
    if let lineHeldAt {
      let end = lineHeldAt + Intake.heldSpan
      if now < end {
        asking.wake(at: end)
      } else {
        self.lineHeldAt = nil
        telling.line(isHeld: false, fields(), at: now, &out.log)
      }
    }
    for file in book.files.values { telling.confirming(of: file, at: now, &out.log) }
  }
}
