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
    var changed = NumberSet()
    var sentTimes: ClosedRange<WallTime>?
    let acknowledged = try spans.read(file.id, .acknowledged)
    try eachPage(of: file.id) { (store, rows) throws(StoreError) in
      for var row in rows where row.zone != identifier && row.zoneSource != .person {
        let number = row.passing.number
        guard let time = correcting.time(of: try store.kept(row, file.id)) else { continue }
        former[row.zone, default: NumberSet()].insert(number)
        if time.utc != row.utc { changed.insert(number) }
        if time.utc != row.utc, acknowledged.contains(number) {
          let known = sentTimes ?? time.utc...time.utc
          sentTimes = min(known.lowerBound, time.utc)...max(known.upperBound, time.utc)
        }
        (row.zone, row.utc, row.certainty) = (identifier, time.utc, time.certainty)
        row.zoneSource = .configured
        try store.rows.replace(file.id, row)
        file.note(time.utc)
      }
    }
    for (zone, numbers) in former { try formerZones.note(file.id, numbers, zone: zone, now: now) }
    let sent = changed.intersection(acknowledged)
    let waiting = changed.subtracting(sent)
    file.mistimed += try spans.add(file.id, .mistimed, sent)
    file.retimed += try spans.add(file.id, .retimed, waiting)
    try files.save(file)
    var names: [String] = []
    for zone in former.keys.sorted() { names.append(try zones.name(of: zone)) }
    return .zoneCorrected(
      try summary(of: file),
      ZoneCorrection(zone: zone, former: names, waiting: waiting, sent: sent, sentTimes: sentTimes), request)
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
