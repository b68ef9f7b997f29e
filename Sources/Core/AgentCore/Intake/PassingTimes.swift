import One4AllProtocol

/// Turns the local times of one session file's passings into UTC, in whatever order they come: as they happen, or
/// fetched later to fill a gap.
///
/// Of the hour that happens twice when summer time ends, the arrival decides for what was heard as it happened by a host
/// whose clock is to be trusted. For the rest the numbers decide: none below one that is known to be of the first pass is
/// of the second, and none above one of the second is of the first. Between them it is of the pass of the nearer one of its
/// neighbours by number. Where no pass of any is known `LocalTimeResolver` goes by the order, as it does for recordings.
struct PassingTimes: Sendable {
  /// Antennas report late: a passing may be that much older than the one before it.
  static let tolerance = Duration.seconds(10)
  private static let disorder = Duration.milliseconds(LocalTimeResolver.disorder)
  private static let day = Duration.seconds(86_400)

  /// A passing whose moment is known.
  struct Known: Equatable, Sendable {
    let number: UInt32
    let utc: WallTime
  }

  /// The highest number that is known.
  private(set) var latest: Known?
  private var resolver = LocalTimeResolver()
  private var lastOfFirstPass: Known?
  private var firstOfSecondPass: Known?
  /// The highest number that is only guessed to be of the first pass. It was stamped then or later, so nothing behind it
  /// lies before it.
  private var lastAssumedFirst: Known?
  /// What was learned last without a guess.
  private var lastSure: Known?

  /// The moment of a passing; nil when there is no such zone.
  /// - Parameters:
  ///   - arrival: when it was heard, if that was as it happened, by a host whose clock is to be trusted.
  ///   - beginning: a moment by such a clock at which the reader did not have it yet; nil when there is none.
  ///   - likelyBeginning: the same where only one reception says so, for a guess.
  func moment(
    of passing: Passing, zone: String, arrival: WallTime?, after beginning: WallTime? = nil,
    perhapsAfter likelyBeginning: WallTime? = nil, zones: ZoneLookup
  ) -> ResolvedTime? {
    guard let reading = zones(passing.localMilliseconds, zone) else { return nil }
    switch reading {
    case .once(let utc): return ResolvedTime(utc: utc, certainty: .certain)
    case .never(let jump):
      let before = PassingTimes.byOffsetBefore(passing.localMilliseconds, zone, zones)
      return ResolvedTime(utc: before ?? jump, certainty: .skippedHour)
    case .twice(let earlier, let later):
      if let arrival, let utc = PassingTimes.nearest(to: arrival, earlier, later) {
        return ResolvedTime(utc: utc, certainty: .certain)
      }
      if let utc = byNumber(passing.number, earlier, later) {
        return ResolvedTime(utc: utc, certainty: .byOrder)
      }
      // As far off as the reader's clock may be for `nearest`.
      let latestOfFirst = earlier + .milliseconds((later - earlier).wholeMilliseconds / 4)
      if let beginning, latestOfFirst < beginning {
        return ResolvedTime(utc: later, certainty: .byOrder)
      }
      if let beside = beside(passing.number, earlier, later) { return beside }
      if let likelyBeginning, latestOfFirst < likelyBeginning {
        return ResolvedTime(utc: later, certainty: .assumedSecond)
      }
      var resolver = resolver
      return resolver.resolve(reading, number: passing.number)
    }
  }

  /// A passing's moment has been decided.
  mutating func learn(_ passing: Passing, _ time: ResolvedTime, zone: String, zones: ZoneLookup) {
    let known = Known(number: passing.number, utc: time.utc)
    if latest.map({ $0.number <= known.number }) ?? true { latest = known }
    resolver.follow(time, number: passing.number)
    if time.certainty == .assumedFirst, lastAssumedFirst.map({ $0.number < known.number }) ?? true {
      lastAssumedFirst = known
    }
    guard !time.certainty.isGuess else { return }
    lastSure = known
    guard case .twice(let earlier, let later) = zones(passing.localMilliseconds, zone)
    else { return }
    if let old = lastOfFirstPass ?? firstOfSecondPass, later - old.utc > PassingTimes.day {
      // Another year's end of summer time.
      lastOfFirstPass = nil
      firstOfSecondPass = nil
    }
    if time.utc == earlier, lastOfFirstPass.map({ $0.number < known.number }) ?? true {
      lastOfFirstPass = known
    } else if time.utc == later, firstOfSecondPass.map({ $0.number > known.number }) ?? true {
      firstOfSecondPass = known
    }
  }

  private func byNumber(_ number: UInt32, _ earlier: WallTime, _ later: WallTime) -> WallTime? {
    if let first = lastOfFirstPass, first.utc >= earlier - PassingTimes.day {
      if number <= first.number { return earlier }
      if earlier < first.utc - PassingTimes.disorder { return later }
    }
    if let second = firstOfSecondPass, second.utc <= later + PassingTimes.day {
      if number >= second.number { return later }
      if later - PassingTimes.disorder > second.utc { return earlier }
    }
    return nil
  }

  /// Of the pass of its neighbours by number, where those of one or both are known and the order allows either: the one
  /// that leaves the shorter pause. It is a guess, unless it is as short as a quarter of what comes twice.
  private func beside(_ number: UInt32, _ earlier: WallTime, _ later: WallTime) -> ResolvedTime? {
    let near = { (known: Known) in
      known.utc >= earlier - PassingTimes.day && known.utc <= later + PassingTimes.day
    }
    let below = [lastOfFirstPass, lastSure].compactMap { $0 }.filter { $0.number < number && near($0) }
      .max { $0.number < $1.number }
    let above = firstOfSecondPass.flatMap { $0.number > number && near($0) ? $0 : nil }
    guard above != nil || lastOfFirstPass.map(near) ?? false else { return nil }
    if let least = lastAssumedFirst, near(least), least.number < number,
      earlier < least.utc - PassingTimes.disorder
    {
      return ResolvedTime(utc: later, certainty: .byOrder)
    }
    let neighbours = [below, above].compactMap { $0?.utc }
    let pause = { (utc: WallTime) in neighbours.map { abs(utc - $0) }.min() ?? PassingTimes.day }
    let (early, late) = (pause(earlier), pause(later))
    let isEarly = early <= late
    guard min(early, late) * 4 > later - earlier || max(early, late) * 4 <= later - earlier else {
      return ResolvedTime(utc: isEarly ? earlier : later, certainty: .byOrder)
    }
    return ResolvedTime(utc: isEarly ? earlier : later, certainty: isEarly ? .assumedFirst : .assumedSecond)
  }

  /// Nil when the reader's clock is so far off that it says nothing.
  private static func nearest(to arrival: WallTime, _ earlier: WallTime, _ later: WallTime) -> WallTime? {
    let early = max(arrival - earlier, earlier - arrival)
    let late = max(arrival - later, later - arrival)
    guard min(early, late) * 4 < later - earlier else { return nil }
    return early <= late ? earlier : later
  }

  /// The moment that a clock shows which nobody has set forward.
  private static func byOffsetBefore(_ local: Int64, _ zone: String, _ zones: ZoneLookup) -> WallTime? {
    let span: Int64 = 4 * 3_600_000
    guard case .once(let before) = zones(local - span, zone) else { return nil }
    return before + .milliseconds(span)
  }
}
