import One4AllProtocol

// Pushed frames: judged, kept, or kept as doubtful.
extension Intake {
  /// Judges the frames that wait, as far as it is known which file they belong to and what is stored of it.
  mutating func judgePending(at now: Moment, _ out: inout IntakeOutput) {
    guard reader != nil, !pending.isEmpty else { return }
    guard let current else {
      // Passings that the reader puts into no file that it names.
      if reader?.wantsName == false, let statusAskedAt = reader?.statusAskedAt, let last = pending.last,
        last.at <= statusAskedAt
      {
        let rest = pending
        pending = []
        for frame in rest { keepDoubtful(frame, .file, of: nil, at: now.monotonic) }
      } else {
        reader?.wantsName = true
      }
      return
    }
    guard files[current]?.isOpened == true else { return }
    var judged = 0
    while judged < pending.count, judge(pending[judged], of: current, at: now, &out) { judged += 1 }
    removePending(judged)
  }

  /// - Returns: false when the reader has to name its file, or to tell its time, first.
  private mutating func judge(
    _ frame: Heard, of key: FileKey, at now: Moment, _ out: inout IntakeOutput
  ) -> Bool {
    // Taken out while it changes: a copy of its sets would be made otherwise.
    guard let reader, var file = files.removeValue(forKey: key) else { return true }
    defer { files[key] = file }
    let passing = frame.passing
    let arrival = frame.isSynchronised ? frame.wall : nil
    var stand = ClockWatch.Verdict.steady
    if let zone {
      stand = clock.judge(
        passing.localMilliseconds, number: passing.number, of: key, heardAt: frame.at, arrival: arrival,
        zone: zone, zones)
      if stand == .wait { return false }
    }
    guard let zone,
      let time = file.moments.times.moment(of: passing, zone: zone, arrival: arrival, zones: zones)
    else {
      file.believing.doubt(passing)
      file.doubtedAt = now.monotonic
      queueDoubtful(frame, .zone, of: key, at: now.monotonic)
      return true
    }
    let verdict = file.believing.judge(
      passing, utc: time.utc, heardAt: frame.at, latest: file.moments.times.latest,
      isEarly: file.moments.isBeforeOpening(passing, of: file.name),
      isStored: file.numbers[passing.number].isStored,
      isNamed: reader.statusAskedAt.map { $0 >= frame.at } ?? false,
      ownCode: TimerCode(reader.status.chipPrefix ?? ""), isUnconfirmable: reader.cannotConfirm)
    switch verdict {
    case .needsName:
      self.reader?.wantsName = true
      return false
    case .doubtful(let reason):
      let expected = file.believing.expected
      let isFar = passing.number > expected && passing.number - expected > 100
      if reason == .jump, passing.number > expected { file.compareInFront(of: expected) }
      file.believing.doubt(passing)
      if case .stray(let off) = stand, abs(off) > ClockWatch.far { file.moments.noteStray(passing) }
      if file.numbers[passing.number].isStored {
        file.numbers.note(.doubted, passing.number)
      } else {
        file.remember(passing)
      }
      // What only jumps over lost passings is no damage.
      if reason != .jump || isFar {
        spoilSlice(by: Array(passing.text.utf8))
        self.reader?.agreed = 0
      }
      self.reader?.wantsCount = true
      file.doubtedAt = now.monotonic
      queueDoubtful(frame, reason, of: key, at: now.monotonic)
    case .inOrder:
      let isToConfirm = isHeld(in: file, reader, at: now.monotonic)
      let trust: KeptPassing.Trust = isToConfirm ? .unconfirmed : .believed
      file.moments.tellGuess(time, passing.number, of: key, &out.log)
      if time.certainty.isOfDoubledHour, !frame.isSynchronised { unvouched.insert(key) }
      if file.moments.isGuessOpen, !time.certainty.isGuess {
        // What is known of this one tells of those beside it.
        file.moments.isGuessOpen = false
        unvouched.insert(key)
      }
      var isJumped = stand == .jumped
      if case .stray(let off) = stand, abs(off) > ClockWatch.far { isJumped = true }
      if !isJumped { file.moments.noteSteady(passing.number, time) }
      keep(frame, trust, time, isJumped: isJumped, zone: zone, in: &file, at: now.monotonic)
    }
    return true
  }

  private mutating func keep(
    _ frame: Heard, _ trust: KeptPassing.Trust, _ time: ResolvedTime, isJumped: Bool, zone: String,
    in file: inout OpenFile, at now: MonotonicTime
  ) {
    let number = frame.passing.number
    let row = KeptPassing(
      passing: frame.passing, zone: zone, utc: time.utc, arrivedAt: frame.at, arrivedWall: frame.wall,
      hostSynchronised: frame.isSynchronised, origin: .pushed, trust: trust, stamp: stamp(isJumped: isJumped),
      certainty: time.certainty, zoneSource: zoneSource)
    file.believing.follow(frame.passing, utc: time.utc, at: frame.at)
    guard queue.add(row, to: file.key, at: now) else {
      drop()
      return
    }
    if number > Believing.after(file.numbers.lastStored ?? 0) { reader?.wantsCount = true }
    file.numbers.notePushed(number, at: now)
    if trust == .unconfirmed {
      file.numbers.hold(number, at: now)
    } else {
      let isCompared = settings.confirm == .auto && reader?.cannotConfirm == false
      file.numbers.note(isCompared ? .heardAhead : .heardAndSent, number)
    }
    file.moments.times.learn(frame.passing, time, zone: zone, zones: zones)
    if known[file.key]?.isSettled == true {
      known[file.key]?.isSettled = false
      queue.add(.noteFile(file.key, readerCount: nil, isSettled: false), at: now)
    }
  }

  /// Keeps raw the frames that will not be judged any more.
  mutating func keepPending() {
    let rest = pending
    pending = []
    for frame in rest { keepDoubtful(frame, .file, of: current, at: frame.at) }
  }

  /// Keeps a frame whose file is not being judged.
  mutating func keepDoubtful(
    _ frame: Heard, _ reason: DoubtfulFrame.Reason, of key: FileKey?, at now: MonotonicTime
  ) {
    if let key { files[key]?.doubtedAt = now }
    queueDoubtful(frame, reason, of: key, at: now)
  }

  private mutating func queueDoubtful(
    _ frame: Heard, _ reason: DoubtfulFrame.Reason, of key: FileKey?, at now: MonotonicTime
  ) {
    let doubtful = DoubtfulFrame(key: key, passing: frame.passing, reason: reason, arrivedWall: frame.wall)
    if !queue.add(doubtful, at: now) { drop() }
  }

  /// There was no room for a passing. The reader's memory still has it, and its number is missing.
  mutating func drop() { droppedRows += 1 }

  /// The reader cannot confirm: what waits for that is believed.
  mutating func believe(_ key: FileKey, at now: MonotonicTime) {
    let isComparing = files[key]?.comparison.isUnderWay ?? false
    files[key]?.noteAll(.freed(isComparing: isComparing), at: now)
    queue.add(.believe(key), at: now)
  }
}

// How long they are held for the reader's memory.
extension Intake {
  /// Whether a passing that is pushed now waits for the memory. It does not where that cannot confirm; nor, on a proven line,
  /// while it is behind: then it is compared later. After damage it does, whatever else.
  private func isHeld(in file: OpenFile, _ reader: Connected, at now: MonotonicTime) -> Bool {
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
    guard let current, let since = files[current]?.numbers.holding.since, let reader else { return }
    let end = since + settings.confirmWithin
    guard end <= now else { return wake(at: end) }
    guard let late = files[current]?.numbers.late(heldFor: settings.confirmWithin, at: now) else { return }
    let event: NumberEvent
    if reader.cannotConfirm, isUnharmed(at: now) {
      event = .lateSent
    } else if settings.confirm == .auto, isProven(at: now) {
      event = .lateAhead
    } else {
      event = .lateWaiting
    }
    files[current]?.note(event, late, at: now)
    switch event {
    case .lateWaiting: break
    case _: queue.add(.believe(current, late), at: now)
    }
  }
}
