import One4AllProtocol

/// The zone and the clocks that passings are stamped and labelled by, and what their moments are.
struct Timekeeping: Sendable {
  /// `time_zone`; nil takes the reader's own word.
  var timeZone: String?
  let zones: ZoneLookup
  /// The zone of the reader's wall clock; nil when none is named, or there is no such zone.
  private(set) var zone: String?
  /// What becomes of passings that a clock stamped which had jumped.
  var onClockJump: PassingSettings.ClockJump
  /// Whether kernel or cloud vouch for the host's clock.
  var isHostTrusted = false
  /// And whether the cloud is among them, or had time enough to contradict.
  var isHostSure = false
  /// Files with passings of a doubled hour that were heard while nobody vouched for it.
  var unvouched: Set<FileKey> = []
  /// Whether the reader's clock goes on as it went.
  var clock = ClockWatch()
  /// Lists that came while the reader was to tell its time.
  var deferred: [Slice] = []
  /// Whether stored passings have the zone that was corrected.
  var zoneWatch = ZoneWatch()
  /// What the passings imported last tell of the times of those that follow.
  private var importing: (key: FileKey, zone: String, times: PassingTimes, latest: WallTime?)?

  init(timeZone: String?, zones: @escaping ZoneLookup, onClockJump: PassingSettings.ClockJump) {
    self.timeZone = timeZone
    self.zones = zones
    self.onClockJump = onClockJump
  }

  /// Finds the zone of the reader's wall clock: the configured one, else that of its status.
  /// - Returns: the zone that it was before, when that was another one; empty text for none.
  mutating func find(_ named: String?) -> String? {
    guard named != zone || zone == nil else { return nil }
    let former = zone
    zone = named.flatMap { zones(0, $0) == nil ? nil : $0 }
    return former == zone ? nil : former ?? ""
  }

  /// Who named the zone of the reader's wall clock.
  var zoneSource: KeptPassing.ZoneSource { timeZone == nil ? .reader : .configured }

  /// How a passing is kept that the clock stamped.
  func stamp(isJumped: Bool) -> KeptPassing.Stamp {
    guard isJumped else { return .steady }
    return switch onClockJump {
    case .hold: .undecided
    case .send: .accepted
    }
  }

  /// Something was answered: the reader's time, or that it was set.
  mutating func heard(_ command: Command, _ answer: ReaderAnswer, _ timing: ReplyTiming, at now: Moment) {
    switch (command, answer) {
    case (.getTime, _): clock.heard(answer, timing, zone: zone, zones, at: now, isTrusted: isHostTrusted)
    case (.setTime, .reply(.timeSet)): clock.wasSet()
    case _: break
    }
  }

  // MARK: Which passings a clock stamped that had jumped

  /// Of passings that the reader's memory has.
  func jumped(_ passings: [Passing], of file: OpenFile, zone: String, at now: Moment) -> Set<UInt32> {
    // As they will be learned: of a doubled hour each tells of those behind it.
    var times = file.moments.times
    let found = jumped(
      passings, of: file.key, zone: zone, &times, at: now.monotonic,
      after: { counted(before: $0, of: file, at: now) }, isStray: file.moments.isStray)
    guard let first = found.rest.first, let last = found.rest.last else { return found.jumped }
    let steady = file.moments.steady
    return found.jumped(
      below: steady.flatMap { $0.number < first.number ? $0.utc : nil },
      above: steady.flatMap { $0.number > last.number ? $0.utc : nil })
  }

  /// Of passings that a person gives, as far as they and what is known of their reader tell.
  private func jumpedImports(
    _ passings: [Passing], of key: FileKey, zone: String, after latest: WallTime?, _ times: PassingTimes,
    at now: MonotonicTime
  ) -> Set<UInt32> {
    var times = times
    return jumped(
      passings, of: key, zone: zone, &times, at: now, after: { _ in nil }, isStray: { _ in false }
    )
    .jumped(below: latest, above: nil)
  }

  private struct Jumped {
    var jumped: Set<UInt32> = []
    /// Those of which only their order may tell.
    var rest: [(number: UInt32, utc: WallTime)] = []

    func jumped(below: WallTime?, above: WallTime?) -> Set<UInt32> {
      let strays = TimeOrder.strays(
        rest.map(\.utc.milliseconds), below: below?.milliseconds, above: above?.milliseconds)
      return jumped.union(strays.lazy.map { rest[$0].number })
    }
  }

  private func jumped(
    _ passings: [Passing], of key: FileKey, zone: String, _ times: inout PassingTimes, at now: MonotonicTime,
    after beginning: (UInt32) -> WallTime?, isStray: (Passing) -> Bool
  ) -> Jumped {
    let begun = SessionFileName(key.file).flatMap { self.beginning(of: $0, zone: zone) }
    var found = Jumped()
    for passing in passings {
      let number = passing.number
      guard
        let time = times.moment(of: passing, zone: zone, arrival: nil, after: beginning(number), zones: zones)
      else { continue }
      times.learn(passing, time, zone: zone, zones: zones)
      if isStray(passing) || isEarly(time, begun) || clock.isJumped(number, of: key, utc: time.utc, at: now) {
        found.jumped.insert(number)
      } else if !time.certainty.isGuess {
        found.rest.append((number, time.utc))
      }
    }
    return found
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

  /// When those passings that a list has given came, and how they are kept, in order; those behind one that no zone tells
  /// are left out.
  func rows(_ slice: Slice, of file: OpenFile, zone: String, at now: Moment) -> [KeptPassing] {
    let jumped = jumped(slice.frames, of: file, zone: zone, at: now)
    let expected = file.expected
    // What comes once tells of times within its list only.
    var times = file.moments.times
    var rows: [KeptPassing] = []
    for passing in slice.frames {
      let number = passing.number
      if file.reading.inquired.contains(number) || file.numbers[number].isStored && !expected.contains(number)
      {
        continue
      }
      guard
        let time = times.moment(
          of: passing, zone: zone, arrival: nil, after: counted(before: number, of: file, at: now),
          perhapsAfter: counted(before: number, of: file, isLikely: true, at: now), zones: zones)
      else { break }
      times.learn(passing, time, zone: zone, zones: zones)
      rows.append(
        row(
          passing, time, zone: zone, .fetched, file.isProven(passing) ? .confirmed : .unconfirmed,
          isJumped: jumped.contains(number), at: now))
    }
    return rows
  }

  /// The same of passings that a person gives, ascending.
  /// - Parameters:
  ///   - known: what is known of the moments of their file.
  ///   - trust: how much a passing of that number is believed.
  mutating func imported(
    _ passings: ArraySlice<Passing>, of key: FileKey, zone: String, zoneSource: KeptPassing.ZoneSource,
    _ known: PassingTimes?, at now: Moment, trust: (UInt32) -> KeptPassing.Trust
  ) -> [KeptPassing] {
    // What they tell of times is kept apart: a person may have given another reader's file.
    var (times, latest) = (known ?? PassingTimes(), WallTime?.none)
    if let importing, importing.key == key, importing.zone == zone {
      (times, latest) = (importing.times, importing.latest)
    }
    let jumped = jumpedImports(Array(passings), of: key, zone: zone, after: latest, times, at: now.monotonic)
    var rows: [KeptPassing] = []
    for passing in passings {
      guard let time = times.moment(of: passing, zone: zone, arrival: nil, zones: zones) else { break }
      times.learn(passing, time, zone: zone, zones: zones)
      let isJumped = jumped.contains(passing.number)
      if !isJumped { latest = max(latest ?? time.utc, time.utc) }
      var row = row(passing, time, zone: zone, .imported, trust(passing.number), isJumped: isJumped, at: now)
      row.zoneSource = zoneSource
      rows.append(row)
    }
    importing = (key, zone, times, latest)
    return rows
  }

  private func row(
    _ passing: Passing, _ time: ResolvedTime, zone: String, _ origin: KeptPassing.Origin,
    _ trust: KeptPassing.Trust, isJumped: Bool, at now: Moment
  ) -> KeptPassing {
    KeptPassing(
      passing: passing, zone: zone, utc: time.utc, arrivedAt: now.monotonic, arrivedWall: now.wall,
      hostSynchronised: isHostTrusted, origin: origin, trust: trust, stamp: stamp(isJumped: isJumped),
      certainty: time.certainty, zoneSource: zoneSource)
  }
}
