import One4AllProtocol

// Asking, and what to say of the answers.
extension ReaderClock {
  mutating func startMeasuring(at now: Moment) {
    bracket = nil
    agreeing = 0
    questions = 0
    failures = 0
    isByKernel = now.kernelSynchronised
    epoch = ReaderClock.epoch(now)
  }

  mutating func ask(at now: Moment, _ session: inout ReaderSession, _ actions: inout [AgentAction]) {
    step = .asked
    questions += 1
    put(.getTime, at: now, &session, &actions)
  }

  mutating func heard(
    _ answer: ReaderAnswer, _ timing: ReplyTiming, at now: Moment,
    _ log: inout Telling
  ) {
    guard case .reply(let outcome) = answer else { return failed(at: now, &log) }
    switch outcome {
    case .time(let local): learned(local, timing, at: now, &log)
    case .refused: finish(at: now, &log)
    case .pong, .protocolVersions, .protocolSet, .status, .battery, .timeSet, .sessionFile, .done, .pushTags,
      .passings, .files, .fileInfo, .bounce, .buzzer, .unexpected:
      failed(at: now, &log)
    }
  }

  /// A question or its answer was damaged on the line.
  private mutating func failed(at now: Moment, _ log: inout Telling) {
    failures += 1
    if failures >= 3 || questions >= ReaderClock.mostQuestions { return finish(at: now, &log) }
    step = .waiting(until: now.monotonic + .seconds(1))
  }

  private mutating func learned(
    _ local: LocalDateTime, _ timing: ReplyTiming, at now: Moment,
    _ log: inout Telling
  ) {
    let heard = now.label(timing.heard)
    guard let zone,
      let reading = ZoneSearch.moment(
        local: local.millisecondsSince1970, zone: zone, nearest: heard, zones)
    else { return finish(at: now, &log) }
    let said = ClockBracket(reading: reading, asked: now.label(timing.asked), heard: heard)
    let hasStepped = abs(ReaderClock.epoch(now) - epoch) > ReaderClock.slewTolerance
    isByKernel = isByKernel && now.kernelSynchronised
    if hasStepped {
      // What was learned before was learned by another clock.
      isByKernel = now.kernelSynchronised
      epoch = ReaderClock.epoch(now)
    }
    // Answers that contradict each other: a clock was set in between, or one was damaged on the line. The later one
    // is gone on with, until another one agrees.
    let narrowed = hasStepped ? nil : bracket?.narrowed(by: said)
    agreeing = narrowed == nil ? 1 : agreeing + 1
    let bracket = narrowed ?? said
    self.bracket = bracket
    if (bracket.isSharp && agreeing > 1) || questions >= ReaderClock.mostQuestions {
      return finish(at: now, &log)
    }
    step = .waiting(until: now.monotonic + bracket.wait(from: now.wall))
  }

  private mutating func finish(at now: Moment, _ log: inout Telling) {
    step = .idle
    dueAt = now.monotonic + ReaderClock.interval
    guard let bracket, agreeing > 1 else { return }
    self.bracket = nil
    // Half a second: the cloud's `Date` counts whole seconds.
    let hostUncertainty = isByKernel ? Duration.zero : ClockTrust.tolerance + .milliseconds(500)
    let measured = Measurement(
      offset: bracket.middle, uncertainty: bracket.uncertainty + hostUncertainty, at: now.monotonic,
      isByKernel: isByKernel, epoch: epoch, roundTrip: bracket.roundTrip)
    measurement = measured
    judge(measured, at: now.monotonic, &log)
  }

  /// Whether the clock is off for certain, by more than that.
  static func isOff(_ measured: Measurement, by limit: Duration) -> Bool {
    abs(measured.offset) - measured.uncertainty > limit
  }

  private mutating func judge(
    _ measured: Measurement, at now: MonotonicTime, _ log: inout Telling
  ) {
    let isActive = log.isActive(.readerClock)
    // A clock at the very limit is not told off and on again all day.
    let limit = isActive ? settings.clockWarning * 9 / 10 : settings.clockWarning
    let fields: [JournalField: String] = [
      .serialNumber: serialNumber ?? "", .clockOffset: ReaderClock.seconds(measured.offset),
    ]
    if ReaderClock.isOff(measured, by: limit) {
      // It drifts: only what a person would call another offset is told again.
      let isKnown = toldOffset.map { abs($0 - measured.offset) < max(.milliseconds(500), abs($0) / 10) }
      if isActive, isKnown == true,
        let shown = log.first(.readerClock)
      {
        log.raise(.readerClock, shown.message, fields, at: now)
      } else {
        toldOffset = measured.offset
        log.raise(.readerClock, message(of: measured), fields, at: now)
      }
    } else {
      toldOffset = nil
      let recovery = LogEntry(
        .readerClock, "the reader's clock is right: \(ReaderClock.words(measured))", priority: .notice, fields
      )
      log.clear(.readerClock, telling: recovery, at: now)
    }
  }

  private func message(of measured: Measurement) -> String {
    let size = abs(measured.offset)
    let halfHours = (size.wholeMilliseconds + 900_000) / 1_800_000
    let isByZone =
      halfHours > 0 && abs(size - .seconds(halfHours * 1800)) < .seconds(60) + measured.uncertainty
    let remedy =
      switch (isByZone, settings.setReaderClock) {
      case (true, _): "is its time zone right?"
      case (false, .never): "set it, or let set_reader_clock = when-stopped do so"
      case (false, .whenStopped): "it is set as soon as the reader is stopped"
      }
    return "the reader's clock is wrong: \(ReaderClock.words(measured)); \(remedy)"
  }

  /// `3.2 s ahead of the host's, give or take 0.03 s`.
  static func words(_ measured: Measurement) -> String {
    let size = abs(measured.offset)
    let span = size < .seconds(60) ? "\(seconds(size)) s" : humanSpan(size)
    let direction = measured.offset < .zero ? "behind" : "ahead of"
    return "\(span) \(direction) the host's, give or take \(seconds(measured.uncertainty)) s"
  }

  /// In hundredths of a second, rounded: `-3.21`.
  static func seconds(_ span: Duration) -> String {
    let hundredths = (abs(span).wholeMilliseconds + 5) / 10
    let rest = hundredths % 100
    return "\(span < .zero && hundredths > 0 ? "-" : "")\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
