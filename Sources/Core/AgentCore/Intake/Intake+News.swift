import One4AllProtocol

// What the reader says.
extension Intake {
  /// Something came from the reader.
  public mutating func handle(_ news: ReaderNews, at now: Moment, _ out: inout IntakeOutput) {
    switch news {
    case .connected(let status):
      connected(status, at: now.monotonic, &out)
    case .status(let status):
      adopt(status, isConnect: false, at: now.monotonic, &out)
    case .disconnected:
      // Nobody is there any more to be asked.
      out.commands = []
      disconnected(at: now.monotonic)
    case .passing(let passing, let heardAt, let list):
      heard(passing, at: heardAt, list: list, now)
    case .damaged(let raw, let heardAt):
      let isRecord = isKnownRecord(raw)
      spoilSlice(by: raw)
      if !isRecord { damaged(at: heardAt, now.monotonic) }
    case .unknownForm(let raw, let heardAt):
      unknownForm(raw, at: heardAt, now, &out)
    case .answered(let command, let answer, let timing):
      watchClock(command, answer, timing, at: now)
      answered(command, answer, timing, at: now, &out)
    }
    proceed(at: now, &out)
  }

  private mutating func connected(
    _ status: ReaderStatus, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    asked = nil
    dropUnverified()
    lingering = nil
    questions = QuestionPace()
    var connected = Connected(status: status, connectedAt: now)
    if settings.session == .start, status.startMode == false { connected.wantsStart = true }
    reader = connected
    clock.connected(status.serialNumber, at: now)
    slicesFrom = now
    for key in files.keys where key.serialNumber != status.serialNumber { forget(key) }
    for key in files.keys {
      files[key]?.reading.reconnected()
    }
    adopt(status, isConnect: true, at: now, &out)
  }

  /// Kept raw, and told once of each firmware: it may say more than this agent knows.
  private mutating func unknownForm(
    _ raw: [UInt8], at heardAt: MonotonicTime, _ now: Moment, _ out: inout IntakeOutput
  ) {
    let line = String(decoding: raw, as: UTF8.self)
    let doubtful = DoubtfulFrame(
      key: current, text: line, reason: .fields, arrivedWall: now.label(heardAt))
    if let current { files[current]?.doubtedAt = now.monotonic }
    if !queue.add(doubtful, at: now.monotonic) { drop() }
    guard let reader else { return }
    let who = "\(reader.status.serialNumber) \(reader.status.firmware)"
    guard toldUnknownForm != who else { return }
    toldUnknownForm = who
    var fields = fields(current)
    fields[.firmware] = reader.status.firmware
    out.log.append(
      LogEntry(
        .passingUnknownForm,
        "a line like a passing has neither 8 fields nor 13; firmware that we do not know? \(line)",
        fields))
  }

  /// The file is not the current one any more, or the reader has gone: what is held waits on, however long that takes.
  private mutating func holdOn(_ key: FileKey, at now: MonotonicTime) {
    files[key]?.endPushing(at: now)
  }

  private mutating func disconnected(at now: MonotonicTime) {
    reader = nil
    if let current { holdOn(current, at: now) }
    clock.disconnected()
    deferred = []
    asked = nil
    dropUnverified()
    lingering = nil
    keepPending()
  }

  /// The reader says how it stands: its session file, and whether it reads.
  private mutating func adopt(
    _ status: ReaderStatus, isConnect: Bool, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    let wasReading = reader?.status.startMode
    reader?.status = status
    findZone(at: now, &out.log)
    let new = status.sessionFile.map { FileKey(serialNumber: status.serialNumber, file: $0.text) }
    if new != current {
      change(to: new, name: status.sessionFile, at: now, &out)
    } else if let new, let name = status.sessionFile, files[new] == nil {
      open(new, name: name, at: now)
    }
    if let new { meet(new, at: now) }
    if let new, let name = status.sessionFile, status.startMode == false, isConnect || wasReading != false,
      known[new].map({ !$0.isSettled }) ?? true
    {
      beginAudit(of: new, name: name, at: now)
    }
    if let new, let count = status.passingCount.flatMap(UInt32.init(exactly:)) {
      files[new]?.counting.history.note(count, at: now)
    }
    // It counts passings that were not heard.
    let heard = pending.last.map { Believing.after($0.passing.number) } ?? 1
    if let new, let hint = status.passingCount, reader?.hint != hint,
      hint >= Int(max(heard, files[new]?.believing.expected ?? 1))
    {
      reader?.hint = hint
      reader?.wantsCount = true
    }
    if status.startMode == true, new == nil {
      var log: [LogEntry] = []
      let strange = status.text(ofStrange: .sessionFile).map { ": \"\($0)\" is no name of one" } ?? ""
      conditions.raise(
        .sessionUnknown, "the reader reads, but does not say into which session file\(strange)", fields(),
        at: now, &log)
      out.log += log
    } else {
      conditions.drop(.sessionUnknown)
    }
  }

  /// The reader has gone on to another file.
  private mutating func change(
    to new: FileKey?, name: SessionFileName?, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    let old = current
    current = new
    dropUnverified()
    reader?.wantsList = true
    reader?.isSearching = true
    reader?.attempts.reset(.files)
    reader?.listings = FileListings()
    reader?.listFrom = nil
    reader?.wantsCount = new != nil
    reader?.attempts.reset(.count)
    split(leaving: old, at: now)
    if let old { holdOn(old, at: now) }
    if let old, old.serialNumber == reader?.serialNumber, let oldName = SessionFileName(old.file) {
      beginAudit(of: old, name: oldName, at: now)
    }
    guard let new, let name else { return }
    open(new, name: name, at: now)
    files[new]?.counting.needsInfo = false
    if known[new] == nil {
      known[new] = Known(isSettled: false, readerCount: nil)
      out.log.append(
        LogEntry(
          .sessionStarted, "passings go to session file \(new.file)", fields(new)))
    }
  }

  /// Frames that waited when the file changed: those up to where the numbers start again are of the old one.
  private mutating func split(leaving old: FileKey?, at now: MonotonicTime) {
    guard !pending.isEmpty else { return }
    var start = pending.count
    for index in pending.indices.reversed() {
      let isFirst = index == 0 ? pending[0].passing.number == 1 : false
      let isRestart = index > 0 && pending[index].passing.number < pending[index - 1].passing.number
      if isFirst || isRestart {
        start = index
        break
      }
    }
    // Nothing starts again among them: what goes on where the old file was is its tail, lower numbers are the new one's.
    if start == pending.count {
      let expected = old.flatMap { files[$0]?.believing.expected } ?? .max
      if pending[0].passing.number < expected { start = 0 }
    }
    let former = pending[..<start]
    removePending(start)
    for frame in former { keepDoubtful(frame, .file, of: old, at: now) }
  }

  mutating func open(_ key: FileKey, name: SessionFileName, at now: MonotonicTime) {
    if files[key] != nil { return }
    files[key] = OpenFile(key: key, name: name)
    queue.add(.openFile(key), at: now)
  }

  /// Compares the whole file, once the store has told what it holds.
  mutating func beginAudit(of key: FileKey, name: SessionFileName, at now: MonotonicTime) {
    open(key, name: name, at: now)
    recount(key)
    files[key]?.attempts.reset(.info)
    files[key]?.comparison.want()
    if files[key]?.isOpened == true { files[key]?.compare() }
  }

  /// The file's count is to be asked for: of the current one with PASSINGS, unless the reader does not answer that.
  mutating func recount(_ key: FileKey) {
    if key == current { reader?.wantsCount = true }
    if key != current || reader?.attempts.isOver(.count) == true { files[key]?.counting.needsInfo = true }
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

  /// What has come of the slice under way is not to be taken as it is, for that came meanwhile.
  mutating func spoilSlice(by bytes: [UInt8]? = nil) {
    guard var now = asked, case .slice(var slice) = now.purpose else { return }
    asked = nil
    slice.spoil(by: bytes)
    now.purpose = .slice(slice)
    asked = now
  }

  /// Whether those bytes are a record of the reader's memory that cannot be read, and no damage of the line.
  private func isKnownRecord(_ bytes: [UInt8]) -> Bool {
    guard case .slice(let slice) = asked?.purpose else { return false }
    return files[slice.key]?.reading.isKnown(bytes, in: slice) ?? false
  }

  private mutating func heard(_ passing: Passing, at heardAt: MonotonicTime, list: Command?, _ now: Moment) {
    let frame = Heard(
      passing: passing, at: heardAt, wall: now.label(heardAt), isSynchronised: isHostTrusted)
    guard reader != nil else {
      keepDoubtful(frame, .file, of: nil, at: now.monotonic)
      return
    }
    if let list, asked?.command == list {
      if takeListed(frame, at: now.monotonic) { return }
    } else if let lingering, lingering.range.contains(passing.number),
      lingering.key != current || passing.number != files[lingering.key]?.believing.expected
    {
      keepDoubtful(frame, .jump, of: current, at: now.monotonic)
      return
    }
    pace.pushed(at: heardAt)
    reader?.heardAt = heardAt
    guard queue.room(beside: pendingSize) >= Intake.pendingBytes + passing.memory else {
      drop()
      return
    }
    pending.append(frame)
    pendingMemory += passing.memory
  }

  /// A frame heard while a list is under way: a part of it, pushed, or neither for certain.
  /// - Returns: whether it is dealt with; else it was pushed.
  private mutating func takeListed(_ frame: Heard, at now: MonotonicTime) -> Bool {
    guard var under = asked, case .slice(var slice) = under.purpose else { return false }
    asked = nil
    slice.heard += 1
    let passing = frame.passing
    let isAscending = slice.frames.last.map { $0.number < passing.number } ?? true
    let isInRange = slice.range.contains(passing.number)
    let mayBePushed = isInRange && mayBePushed(passing, during: slice)
    let isPart = isInRange && isAscending && !mayBePushed
    if isPart { slice.frames.append(passing) }
    if isInRange && !isPart { slice.spoil(by: Array(passing.text.utf8)) }
    under.purpose = .slice(slice)
    asked = under
    guard isInRange && !isPart else { return isPart }
    // Pushed or listed, nobody knows: it is kept raw, and the memory of both files is asked.
    if mayBePushed {
      files[slice.key]?.remember(passing)
      if let current { files[current]?.believing.candidate = passing.number }
    } else {
      reader?.wantsName = true
    }
    reader?.wantsCount = true
    keepDoubtful(frame, .repeated, of: current, at: now)
    return true
  }

  /// Whether a frame with a number of the list may be one that was pushed: the list is of an earlier file, and the frame is
  /// of the time since the current file was opened. One that a former list gave as well is not.
  private func mayBePushed(_ passing: Passing, during slice: Slice) -> Bool {
    guard slice.key != current, let current, let file = files[current],
      passing.localMilliseconds >= file.name.openedAt.millisecondsSince1970,
      files[slice.key]?.copies[passing.number] != passing
    else { return false }
    return true
  }

  /// What journal entries about the reader carry.
  func fields() -> [JournalField: String] {
    var fields: [JournalField: String] = [:]
    fields[.serialNumber] = reader?.serialNumber
    return fields
  }

  /// The same where they are about a file, if there is one.
  func fields(_ key: FileKey?) -> [JournalField: String] { key?.fields ?? fields() }
}
