import AgentCore
import One4AllProtocol

/// What the store knows of the times of passings.
extension ModelStore {
  /// The newest pushed passing of a reader that a steady clock stamped.
  func steady(of serialNumber: String) -> SteadyPassing? {
    for key in order.reversed() where key.serialNumber == serialNumber {
      let rows = files[key]?.rows.values.map(\.kept).filter { $0.origin == .pushed && $0.stamp == .steady }
      if let last = rows?.max(by: { $0.passing.number < $1.passing.number }) {
        return SteadyPassing(last, isOfThisBoot: isOfThisBoot)
      }
    }
    return nil
  }

  mutating func correctZone(_ key: FileKey, _ zone: String, _ request: PassingRequest)
    -> PassingReport
  {
    var correcting = ZoneCorrecting(to: zone, zones: zones)
    let numbers = self.numbers(of: key) { $0.kept.zoneSource != .person }
    for number in numbers.ranges.joined() {
      if let kept = files[key]?.rows[number]?.kept { correcting.learn(kept) }
    }
    if correcting.isFormerRight {
      return .zoneCorrected(summary(of: key), ZoneCorrection(zone: zone, isLeft: true), request)
    }
    var correction = ZoneCorrection(zone: zone)
    for number in numbers.ranges.joined() {
      guard var row = files[key]?.rows[number], row.kept.zone != zone,
        let time = correcting.time(of: row.kept)
      else { continue }
      if !correction.former.contains(row.kept.zone) { correction.former.append(row.kept.zone) }
      row.kept.zone = zone
      retime(row, number, time, of: key, &correction)
    }
    return note(correction, of: key, request)
  }

  mutating func settleTimes(_ key: FileKey, _ zone: String, _ ahead: Int64, _ request: PassingRequest)
    -> PassingReport
  {
    var settling = ZoneCorrecting(to: zone, zones: zones)
    let vouched = { [isOfThisBoot] (kept: KeptPassing) in isOfThisBoot ? kept.vouched(ahead: ahead) : kept }
    let numbers = self.numbers(of: key) { $0.kept.zone == zone }
    for number in numbers.ranges.joined() {
      if let kept = files[key]?.rows[number]?.kept { settling.learn(vouched(kept)) }
    }
    var correction = ZoneCorrection(zone: zone)
    for number in numbers.ranges.joined() {
      guard var row = files[key]?.rows[number], row.kept.certainty.isGuess,
        let time = settling.time(of: vouched(row.kept))
      else { continue }
      let former = row.kept.utc
      row.kept = vouched(row.kept)
      row.kept.utc = former
      retime(row, number, time, of: key, &correction)
    }
    return note(correction, of: key, request)
  }

  private mutating func retime(
    _ row: Row, _ number: UInt32, _ time: ResolvedTime, of key: FileKey, _ correction: inout ZoneCorrection
  ) {
    var row = row
    if time.utc != row.kept.utc, row.state == .acknowledged {
      correction.sent.insert(number)
      let known = correction.sentTimes ?? time.utc...time.utc
      correction.sentTimes = min(known.lowerBound, time.utc)...max(known.upperBound, time.utc)
    } else if time.utc != row.kept.utc {
      correction.waiting.insert(number)
    }
    (row.kept.utc, row.kept.certainty) = (time.utc, time.certainty)
    files[key]?.put(row, at: number)
  }

  private mutating func note(_ correction: ZoneCorrection, of key: FileKey, _ request: PassingRequest)
    -> PassingReport
  {
    files[key]?.mistimed.formUnion(correction.sent)
    files[key]?.retimed.formUnion(correction.waiting)
    return .zoneCorrected(summary(of: key), correction, request)
  }
}
