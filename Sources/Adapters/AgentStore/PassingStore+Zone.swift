import AgentCore
import One4AllProtocol

/// Correcting the zone of a file's passings.
extension PassingStore {
  private static let page = 500

  /// Rows whose zone no person named get the zone, and the UTC that their frames have in it.
  mutating func correctZone(of key: FileKey, to zone: String, _ request: PassingRequest) throws(StoreError)
    -> PassingReport
  {
    guard var file = try files.find(key) else {
      return .zoneCorrected(FileSummary(key: key), ZoneCorrection(zone: zone), request)
    }
    let identifier = try zones.identifier(of: zone)
    var correcting = ZoneCorrecting(to: zone, zones: zoneLookup)
    // First all that was heard as it happened: it says which zone is right, and which pass of a doubled hour the others
    // are of.
    try eachPage(of: file.id) { (store, rows) throws(StoreError) in
      for row in rows where row.zoneSource != .person { correcting.learn(try store.kept(row, file.id)) }
    }
    if correcting.isFormerRight {
      let correction = ZoneCorrection(zone: zone, isLeft: true)
      return .zoneCorrected(try summary(of: file), correction, request)
    }
    var former: [Int64: NumberSet] = [:]
    var retiming = Retiming(acknowledged: try spans.read(file.id, .acknowledged))
    try eachPage(of: file.id) { (store, rows) throws(StoreError) in
      for var row in rows where row.zone != identifier && row.zoneSource != .person {
        guard let time = correcting.time(of: try store.kept(row, file.id)) else { continue }
        former[row.zone, default: NumberSet()].insert(row.passing.number)
        row.zone = identifier
        row.zoneSource = .configured
        try store.retime(row, time, &file, &retiming)
      }
    }
    if !former.isEmpty { file.zone = zone }
    for (zone, numbers) in former { try formerZones.note(file.id, numbers, zone: zone, now: now) }
    var names: [String] = []
    for zone in former.keys.sorted() { names.append(try zones.name(of: zone)) }
    return try note(retiming, &file, ZoneCorrection(zone: zone, former: names), request)
  }

  /// As `PassingRequest.settleTimes` has it.
  mutating func settleTimes(of key: FileKey, zone: String, ahead: Int64, _ request: PassingRequest)
    throws(StoreError) -> PassingReport
  {
    guard var file = try files.find(key) else {
      return .zoneCorrected(FileSummary(key: key), ZoneCorrection(zone: zone), request)
    }
    let identifier = try zones.identifier(of: zone)
    // Monotonic times can be compared within one run of the machine only.
    let present = try boots.identifier(of: boot)
    let vouched = { (row: PassingRow, kept: KeptPassing) in
      row.boot == present ? kept.vouched(ahead: ahead) : kept
    }
    var settling = ZoneCorrecting(to: zone, zones: zoneLookup)
    try eachPage(of: file.id) { (store, rows) throws(StoreError) in
      for row in rows where row.zone == identifier {
        settling.learn(vouched(row, try store.kept(row, file.id)))
      }
    }
    var retiming = Retiming(acknowledged: try spans.read(file.id, .acknowledged))
    try eachPage(of: file.id) { (store, rows) throws(StoreError) in
      for var row in rows where row.zone == identifier && row.certainty.isGuess {
        let kept = try store.kept(row, file.id)
        let settled = vouched(row, kept)
        guard let time = settling.time(of: settled) else { continue }
        guard settled != kept || time.utc != row.utc || time.certainty != row.certainty else { continue }
        (row.arrivedWall, row.hostSynchronised) = (settled.arrivedWall, settled.hostSynchronised)
        try store.retime(row, time, &file, &retiming)
      }
    }
    return try note(retiming, &file, ZoneCorrection(zone: zone), request)
  }

  /// What rows came to that get other moments.
  private struct Retiming {
    /// What the cloud has.
    let acknowledged: NumberSet
    /// Those with another UTC than before.
    var changed = NumberSet()
    /// The UTC that those have now that the cloud has, from the first to the last.
    var sentTimes: ClosedRange<WallTime>?
  }

  private mutating func retime(
    _ row: PassingRow, _ time: ResolvedTime, _ file: inout StoredFile, _ retiming: inout Retiming
  ) throws(StoreError) {
    var row = row
    if time.utc != row.utc {
      retiming.changed.insert(row.passing.number)
      if retiming.acknowledged.contains(row.passing.number) {
        let known = retiming.sentTimes ?? time.utc...time.utc
        retiming.sentTimes = min(known.lowerBound, time.utc)...max(known.upperBound, time.utc)
      }
    }
    (row.utc, row.certainty) = (time.utc, time.certainty)
    try rows.replace(file.id, row)
    file.note(time.utc)
  }

  private mutating func note(
    _ retiming: Retiming, _ file: inout StoredFile, _ correction: ZoneCorrection, _ request: PassingRequest
  ) throws(StoreError) -> PassingReport {
    var correction = correction
    correction.sent = retiming.changed.intersection(retiming.acknowledged)
    correction.waiting = retiming.changed.subtracting(correction.sent)
    correction.sentTimes = retiming.sentTimes
    file.mistimed += try spans.add(file.id, .mistimed, correction.sent)
    file.retimed += try spans.add(file.id, .retimed, correction.waiting)
    try save(file)
    return .zoneCorrected(try summary(of: file), correction, request)
  }

  /// The cloud has those of the numbers with their former UTC whose zone was corrected while they waited.
  func noteMistimed(_ file: inout StoredFile, _ numbers: NumberSet) throws(StoreError) {
    // Those that are acknowledged wait no more: what they had before is known by their former zone alone.
    let retimed = try spans.take(file.id, .retimed, numbers)
    file.retimed -= retimed.count
    file.mistimed += try spans.add(file.id, .mistimed, retimed)
  }

  private mutating func eachPage(
    of file: Int64, _ body: (inout PassingStore, [PassingRow]) throws(StoreError) -> Void
  ) throws(StoreError) {
    var next: UInt32 = 0
    while true {
      let page = try rows.rows(file, next ... .max, limit: PassingStore.page)
      guard let last = page.last?.passing.number else { return }
      try body(&self, page)
      guard last < .max else { return }
      next = last + 1
    }
  }
}
