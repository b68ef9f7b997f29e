import One4AllProtocol

// What the reader's answers to GETTIME say of its clock.
extension ClockWatch {
  /// The reader has told its time, or did not.
  /// - Parameter isTrusted: whether the host's clock is to be trusted.
  mutating func heard(
    _ answer: ReaderAnswer, _ timing: ReplyTiming, zone: String?, _ zones: ZoneLookup, at now: Moment,
    isTrusted: Bool
  ) {
    question?.askedAt = now.monotonic
    guard case .reply(.time(let local)) = answer, let zone else { return }
    let near = course.map { WallTime(milliseconds: $0.moment(at: timing.heard).milliseconds + currentChange) }
    let host = now.label(timing.heard)
    let shown = local.millisecondsSince1970
    guard
      let reading = ZoneSearch.moment(
        local: shown, zone: zone,
        nearest: near ?? (isTrusted ? host : WallTime(milliseconds: shown)), zones)
    else { return }
    // It has whole seconds, and stands for some moment since it was asked.
    let open = (timing.heard - timing.asked) / 2 + .milliseconds(500)
    let middle = timing.asked.milliseconds + (timing.heard - timing.asked).wholeMilliseconds / 2
    let offset = reading.milliseconds + 500 - middle
    let isByHost = isTrusted && abs(reading - host) <= ClockTrust.tolerance + .milliseconds(500) + open
    take(
      offset, open: open, isByHost: isByHost,
      other: ZoneSearch.other(than: reading, local: shown, zone: zone, zones),
      askedAt: timing.asked, at: timing.heard)
  }

  private mutating func take(
    _ offset: Int64, open: Duration, isByHost: Bool, other: Int64?, askedAt: MonotonicTime,
    at heardAt: MonotonicTime
  ) {
    let new = Course(
      offset: offset, comparedAt: heardAt, seenAt: heardAt, receptions: 2, isRough: false)
    guard var course else {
      guard isRecalled else { return }
      var first = new
      first.receptions = 1
      first.alternative = isByHost ? nil : other
      state = .steady(first)
      return settle(askedAt, at: heardAt)
    }
    let drift = Duration.milliseconds(max(0, (heardAt - course.comparedAt).wholeMilliseconds / 1000))
    let limit = ClockWatch.tolerance + open + drift + (course.isRough ? ClockWatch.roughness : .zero)
    if case .steady = state, let alternative = course.alternative,
      abs(offset - course.offset - alternative) <= limit.wholeMilliseconds
    {
      course.turn()
      state = .steady(course)
    }
    let off = offset - course.offset
    let isSteady =
      course.sinceRestart.map { $0.isSteady(off, offset) } ?? (abs(off) <= limit.wholeMilliseconds)
    // What was heard before, and agrees with it.
    let isSeconded =
      witness.map { abs($0 - off) <= limit.wholeMilliseconds } ?? false
      || question?.change.map { ClockWatch.agrees($0, off, within: limit) } ?? false
    switch state {
    case .unknown: break
    case .steady(var course):
      if isSteady || isByHost || course.receptions < 2 {
        if isSteady, course.sinceRestart == nil {
          new.continuing(&course)
        } else {
          course = new
          if !isByHost, !isSteady { course.receptions = 1 }
        }
        state = .steady(course)
        return settle(askedAt, at: heardAt)
      }
    case .jumped(let former, let change):
      if !isSteady, ClockWatch.agrees(change, off, within: limit) {
        setChange(off)
        return settle(askedAt, at: heardAt)
      }
      if isSteady || isByHost {
        // One answer alone does not end it.
        guard isSeconded else { break }
        jumps[jumps.count - 1].until = heardAt
        var course = new
        course.receptions = max(2, former.receptions)
        state = .steady(course)
        isRightAgain = true
        isNews = true
        return settle(askedAt, at: heardAt)
      }
    }
    if !isSteady, !isByHost, isSeconded {
      begin(off, of: course, at: heardAt)
      return settle(askedAt, at: heardAt)
    }
    witness = off
    if question == nil { question = Question(since: heardAt, change: nil) }
    // It is asked again at once.
    question?.askedAt = nil
  }

  /// Whether what a passing told agrees with what GETTIME told: a passing comes behind its time.
  private static func agrees(_ passing: Int64, _ answer: Int64, within limit: Duration) -> Bool {
    answer - passing <= (limit + behind).wholeMilliseconds
      && passing - answer <= (limit + ahead).wholeMilliseconds
  }

  private mutating func setChange(_ change: Int64) {
    guard case .jumped(let course, _) = state else { return }
    state = .jumped(course, change: change)
    jumps[jumps.count - 1].change = change
  }

  private mutating func begin(_ change: Int64, of course: Course, at now: MonotonicTime) {
    if let last = jumps.indices.last, jumps[last].until == nil { jumps[last].until = now }
    if jumps.count >= ClockWatch.mostJumps { jumps.removeFirst() }
    jumps.append(
      Jump(change: change, from: course.seenAt, key: latest?.key, after: latest?.number ?? 0))
    state = .jumped(course, change: change)
    isRightAgain = false
    isNews = true
    isNewJump = true
  }

  private mutating func settle(_ askedAt: MonotonicTime, at now: MonotonicTime) {
    answeredAt = max(answeredAt ?? askedAt, askedAt)
    question = nil
    witness = nil
    if case .jumped = state {
      dueAt = now + ClockWatch.closeInterval
    } else {
      dueAt = now + ClockWatch.interval
    }
  }

  /// Whether GETTIME is to be asked now.
  mutating func advance(to now: MonotonicTime) -> Bool {
    guard isConnected, course != nil else { return false }
    if question == nil, let due = dueAt, now >= due { question = Question(since: now, change: nil) }
    guard let question else { return false }
    if now - question.since >= ClockWatch.answerLimit {
      giveUp(at: now)
      return false
    }
    guard let askedAt = question.askedAt else {
      self.question?.askedAt = now
      return true
    }
    guard now - askedAt >= ClockWatch.retry else { return false }
    self.question?.askedAt = now
    return true
  }

  /// The reader does not tell its time. What does not fit is held by itself, and all else goes on.
  private mutating func giveUp(at now: MonotonicTime) {
    if let restart = course?.sinceRestart, restart.jumped == nil { state = .unknown }
    settle(now, at: now)
  }

  /// Whether it has begun to go otherwise since that was last asked: a jump, or its end.
  mutating func takeNews() -> Bool {
    defer { isNews = false }
    return isNews
  }

  /// Whether it has jumped since that was last asked.
  mutating func takeNewJump() -> Bool {
    defer { isNewJump = false }
    return isNewJump
  }

  /// Whether the reader has told that its clock is right again, since that was last asked.
  mutating func takeRightAgain() -> Bool {
    defer { isRightAgain = false }
    return isRightAgain
  }
}

extension ClockWatch.Restart {
  /// Whether a clock goes on from the passing that is known.
  /// - Parameters:
  ///   - off: how far ahead of that it is, milliseconds.
  ///   - offset: what it shows less the monotonic clock.
  fileprivate func isSteady(_ off: Int64, _ offset: Int64) -> Bool {
    let range = -LocalTimeResolver.disorder...ClockWatch.memory.wholeMilliseconds
    return range.contains(off) && !(jumped.map { range.contains(offset - $0) } ?? false)
  }
}

extension ClockWatch.Course {
  /// The same course, compared anew.
  fileprivate func continuing(_ course: inout ClockWatch.Course) {
    course.offset = offset
    course.comparedAt = comparedAt
    course.seenAt = max(course.seenAt, seenAt)
    course.receptions = min(course.receptions + 1, 100)
    course.isRough = false
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
