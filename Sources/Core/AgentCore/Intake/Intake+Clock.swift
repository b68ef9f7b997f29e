import One4AllProtocol

// What the reader's clock does, and which passings it stamped while it had jumped.
extension Intake {
  /// Something was answered: the reader's time, or that it was set.
  mutating func watchClock(_ command: Command, _ answer: ReaderAnswer, _ timing: ReplyTiming, at now: Moment)
  {
    switch (command, answer) {
    case (.getTime, _):
      clock.heard(answer, timing, zone: zone, zones, at: now, isTrusted: isHostTrusted)
    case (.setTime, .reply(.timeSet)): clock.wasSet()
    case _: break
    }
  }

  /// Asks for the reader's time when that is due, and tells how its clock goes.
  mutating func watchClock(at now: MonotonicTime, _ out: inout IntakeOutput) {
    guard reader != nil else { return }
    if zone != nil, clock.advance(to: now) { out.commands.append(.getTime) }
    if let change = clock.change(at: now) {
      let what =
        switch settings.onClockJump {
        case .hold: "the passings that it stamps wait for a person and are not sent"
        case .send: "the passings that it stamps are sent as they are"
        }
      // To the second it varies from answer to answer: it is told once.
      guard clock.takeNewJump() || !conditions.isActive(.readerClockJumped) else { return }
      conditions.raise(
        .readerClockJumped, "the reader's clock has jumped \(ClockWatch.words(change)): \(what)",
        fields(current),
        at: now, &out.log)
    } else if clock.takeRightAgain() {
      conditions.clear(
        .readerClockJumped,
        telling: LogEntry(
          .readerClockJumped, "the reader's clock is right again: what it stamps from now on is sent",
          priority: .notice, fields(current)), at: now, &out.log)
    } else {
      conditions.drop(.readerClockJumped)
    }
  }

  /// How a passing is kept that the clock stamped.
  func stamp(isJumped: Bool) -> KeptPassing.Stamp {
    guard isJumped else { return .steady }
    return switch settings.onClockJump {
    case .hold: .undecided
    case .send: .accepted
    }
  }

  /// Who named the zone of the reader's wall clock.
  var zoneSource: KeptPassing.ZoneSource { timeZone == nil ? .reader : .configured }

  /// Of passings that the reader's memory has, those that a clock stamped which had jumped.
  func jumped(_ passings: [Passing], of file: OpenFile, zone: String, at now: Moment) -> Set<UInt32> {
    let beginning = self.beginning(of: file.name, zone: zone)
    // As they will be learned: of a doubled hour each tells of those behind it.
    var times = file.moments.times
    var jumped = Set<UInt32>()
    var rest: [(number: UInt32, utc: WallTime)] = []
    for passing in passings {
      let after = counted(before: passing.number, of: file, at: now)
      guard let time = times.moment(of: passing, zone: zone, arrival: nil, after: after, zones: zones)
      else { continue }
      times.learn(passing, time, zone: zone, zones: zones)
      let number = passing.number
      if file.moments.isStray(passing) || isEarly(time, beginning)
        || clock.isJumped(number, of: file.key, utc: time.utc, at: now.monotonic)
      {
        jumped.insert(number)
      } else if !time.certainty.isGuess {
        rest.append((number, time.utc))
      }
    }
    guard let first = rest.first, let last = rest.last else { return jumped }
    let steady = file.moments.steady
    let strays = TimeOrder.strays(
      rest.map(\.utc.milliseconds),
      below: steady.flatMap { $0.number < first.number ? $0.utc.milliseconds : nil },
      above: steady.flatMap { $0.number > last.number ? $0.utc.milliseconds : nil })
    for place in strays { jumped.insert(rest[place].number) }
    return jumped
  }

  /// Of imported passings, those that a clock stamped which had jumped, as far as they and what is known of their reader
  /// tell.
  func jumpedImports(
    _ passings: [Passing], of key: FileKey, zone: String, after latest: WallTime?, _ times: PassingTimes,
    at now: MonotonicTime
  ) -> Set<UInt32> {
    let beginning = SessionFileName(key.file).flatMap { self.beginning(of: $0, zone: zone) }
    var times = times
    var jumped = Set<UInt32>()
    var rest: [(number: UInt32, utc: WallTime)] = []
    for passing in passings {
      guard let time = times.moment(of: passing, zone: zone, arrival: nil, zones: zones) else { continue }
      times.learn(passing, time, zone: zone, zones: zones)
      if isEarly(time, beginning) || clock.isJumped(passing.number, of: key, utc: time.utc, at: now) {
        jumped.insert(passing.number)
      } else if !time.certainty.isGuess {
        rest.append((passing.number, time.utc))
      }
    }
    for place in TimeOrder.strays(rest.map(\.utc.milliseconds), below: latest?.milliseconds) {
      jumped.insert(rest[place].number)
    }
    return jumped
  }

  /// When a file was begun, by its name; where that came twice, the first time.
  private func beginning(of name: SessionFileName, zone: String) -> WallTime? {
    switch zones(name.openedAt.millisecondsSince1970, zone) {
    case .once(let utc), .twice(let utc, _), .never(let utc): utc
    case nil: nil
    }
  }

  /// Of two moments that a guess leaves open the other one may be late enough.
  private func isEarly(_ time: ResolvedTime, _ beginning: WallTime?) -> Bool {
    guard let beginning, !time.certainty.isGuess else { return false }
    return time.utc < beginning - .milliseconds(LocalTimeResolver.disorder)
  }

  /// A moment by a host's clock that is to be trusted at which the reader did not have a passing yet; nil when nothing
  /// tells.
  /// - Parameter isLikely: where only one reception says so.
  func counted(before number: UInt32, of file: OpenFile, isLikely: Bool = false, at now: Moment) -> WallTime?
  {
    isHostTrusted ? file.counting.history.beginning(of: number, isLikely: isLikely).map(now.label) : nil
  }

  /// The host's clock is to be trusted now: which pass of a doubled hour those are of that were heard before it was, and
  /// those fetched beside them, it says afterwards.
  mutating func settleTimes(at now: Moment) {
    guard let zone else { return }
    let ahead = now.wall.milliseconds.subtractingReportingOverflow(now.monotonic.milliseconds).partialValue
    for key in unvouched.sorted(by: { $0.description < $1.description }) {
      queue.add(.settleTimes(key, zone: zone, ahead: ahead), at: now.monotonic)
      guard files[key] != nil else { continue }
      files[key]?.moments.forget()
      files[key]?.moments.settling = .asked
    }
    unvouched = []
  }
}

extension ClockWatch {
  /// By how much the clock shows something else than it should; nil while it does not.
  func change(at now: MonotonicTime) -> Duration? {
    guard case .jumped(_, let change) = state else { return nil }
    return .milliseconds(change)
  }

  /// `9632 days back`, `1 h 0 min forward`.
  static func words(_ change: Duration) -> String {
    // To the second: an answer has no more.
    let seconds = (abs(change).wholeMilliseconds + 500) / 1000
    let days = seconds / 86_400
    let size = days >= 3 ? "\(days) days" : humanSpan(.seconds(seconds))
    return "\(size) \(change < .zero ? "back" : "forward")"
  }
}
