import One4AllProtocol

// Setting the reader's clock, where a person wants that.
extension ReaderClock {
  /// A reader that is reading is never set; when it starts between the question and SETTIME, it refuses by itself.
  func isToBeSet(_ session: ReaderSession, at now: Moment) -> Bool {
    guard settings.setReaderClock == .whenStopped, session.status?.startMode == false,
      now.kernelSynchronised, isHostCertain, let measurement, measurement.isByKernel,
      ReaderClock.isOff(measurement, by: settings.clockWarning)
    else { return false }
    return triedToSetAt.map { now.monotonic - $0 >= ReaderClock.interval } ?? true
  }

  /// The reader has said again whether it is stopped.
  mutating func checked(_ answer: ReaderAnswer, at now: Moment) {
    step = .idle
    if case .reply(.status(let status)) = answer, status.startMode == false { aim(at: now) }
  }

  /// Chooses the full second at which SETTIME shall arrive. In the doubled hour no local time would say which of both
  /// is meant: it is left for later.
  private mutating func aim(at now: Moment) {
    step = .idle
    aims += 1
    guard aims <= 10, let zone, let measurement else { return }
    let lead = measurement.roundTrip / 2
    let second = WallTime(milliseconds: ((now.wall.milliseconds + lead + 50) / 1000 + 1) * 1000)
    guard let local = ZoneSearch.local(at: second, zone: zone, zones),
      let time = LocalDateTime(millisecondsSince1970: local)
    else { return }
    let wait: Duration = second - now.wall
    step = .aiming(
      time, sendAt: now.monotonic + (wait - .milliseconds(lead)), epoch: ReaderClock.epoch(now))
  }

  /// The second has come; when something has come in between, another one is aimed at.
  mutating func set(
    _ time: LocalDateTime, _ sendAt: MonotonicTime, _ epoch: Int64, at now: Moment,
    _ session: inout ReaderSession, _ actions: inout [AgentAction]
  ) {
    guard settings.setReaderClock == .whenStopped, session.status?.startMode == false,
      now.kernelSynchronised, isHostCertain
    else {
      step = .idle
      return
    }
    let hasStepped = abs(ReaderClock.epoch(now) - epoch) > ReaderClock.slewTolerance
    guard now.monotonic - sendAt <= .milliseconds(20), !hasStepped, session.queue.isIdle else {
      return aim(at: now)
    }
    step = .setting
    put(.setTime(time), at: now, &session, &actions)
  }

  mutating func wasSet(_ answer: ReaderAnswer, at now: Moment, _ log: inout Telling) {
    step = .idle
    let fields: [JournalField: String] = [
      .serialNumber: serialNumber ?? "", .clockOffset: ReaderClock.seconds(measurement?.offset ?? .zero),
    ]
    let entry: LogEntry
    switch answer {
    case .reply(.timeSet(let time)):
      let before = measurement.map { "; it was \(ReaderClock.words($0))" } ?? ""
      entry = LogEntry(
        .readerClockSet, "the reader's clock was set to \(time.dateText) \(time.timeText)\(before)", fields)
      dueAt = now.monotonic
    case .reply(.refused(let refusal)):
      entry = LogEntry(
        .readerClockSet, "the reader's clock was not set: the reader refused it (\(refusal.rawValue))",
        priority: .info, fields)
    case .reply, .endOfList, .none, .unreadable:
      entry = LogEntry(
        .readerClockSet, "the reader's clock was perhaps not set: no usable reply to SETTIME", fields)
      dueAt = now.monotonic
    }
    log.append(entry)
  }
}
