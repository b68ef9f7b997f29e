import One4AllProtocol

/// Turns the local times of one session file's passings into UTC. The order of the numbers, and for what is heard as
/// it happens the host's clock, decide about the hour that happens twice when summer time ends.
///
/// What is known: the highest number that is certain to be of the first pass, the lowest one of the second pass, and
/// the highest number of all, each with its time. A number below the first is of the first pass, one above the second
/// of the second; between them a passing is never before a lower number nor behind a higher one by more than
/// `tolerance`. What is left open after that is taken for the first pass.
struct PassingTimes: Sendable {
  /// Antennas report late: a passing may be that much older than the one before it.
  static let tolerance = Duration.seconds(10)

  /// A passing whose moment is known.
  struct Known: Equatable, Sendable {
    let number: UInt32
    let utc: WallTime
  }

  private(set) var latest: Known?
  private var lastOfFirstPass: Known?
  private var firstOfSecondPass: Known?

  /// The moment of a passing; nil when there is no such zone.
  /// - Parameter arrival: when it was heard by a synchronised host, if that was as it happened.
  func moment(
    of passing: Passing, zone: String, arrival: WallTime?, zones: ZoneLookup
  ) -> WallTime? {
    switch zones(passing.localMilliseconds, zone) {
    case .none: nil
    case .once(let utc): utc
    // Nobody has set the clock forward: it shows what the offset before the jump makes of it.
    case .never(let jump): byOffsetBefore(passing.localMilliseconds, zone, zones) ?? jump
    case .twice(let earlier, let later): choose(earlier, later, passing.number, arrival)
    }
  }

  /// A passing's moment has been decided.
  /// - Parameter isCertain: by the host's clock or by the order, and not only for want of anything better.
  mutating func learn(_ passing: Passing, utc: WallTime, zone: String, zones: ZoneLookup) {
    let known = Known(number: passing.number, utc: utc)
    if latest.map({ $0.number <= known.number }) ?? true { latest = known }
    guard case .twice(let earlier, let later) = zones(passing.localMilliseconds, zone) else { return }
    if let old = lastOfFirstPass ?? firstOfSecondPass, later - old.utc > .seconds(86_400) {
      // Another year's end of summer time.
      lastOfFirstPass = nil
      firstOfSecondPass = nil
    }
    if utc == earlier, lastOfFirstPass.map({ $0.number < known.number }) ?? true {
      lastOfFirstPass = known
    } else if utc == later, firstOfSecondPass.map({ $0.number > known.number }) ?? true {
      firstOfSecondPass = known
    }
  }

  private func byOffsetBefore(_ local: Int64, _ zone: String, _ zones: ZoneLookup) -> WallTime? {
    let span: Int64 = 4 * 3_600_000
    guard case .once(let before) = zones(local - span, zone) else { return nil }
    return before + .milliseconds(span)
  }

  private func choose(
    _ earlier: WallTime, _ later: WallTime, _ number: UInt32, _ arrival: WallTime?
  ) -> WallTime {
    if let arrival {
      let early = PassingTimes.distance(arrival, earlier)
      let late = PassingTimes.distance(arrival, later)
      // A reader's clock that is off by more says nothing.
      if min(early, late) * 4 < later - earlier { return early <= late ? earlier : later }
    }
    if let first = lastOfFirstPass, first.utc >= earlier - .seconds(86_400) {
      if number <= first.number { return earlier }
      if earlier < first.utc - PassingTimes.tolerance { return later }
    }
    if let second = firstOfSecondPass, second.utc <= later + .seconds(86_400) {
      if number >= second.number { return later }
      if later - PassingTimes.tolerance > second.utc { return earlier }
    }
    if let latest {
      if number > latest.number, earlier < latest.utc - PassingTimes.tolerance { return later }
      if number < latest.number, later - PassingTimes.tolerance > latest.utc { return earlier }
    }
    return earlier
  }

  private static func distance(_ left: WallTime, _ right: WallTime) -> Duration {
    left > right ? left - right : right - left
  }
}
