import AgentCore
import One4AllProtocol

/// What the reader's word does to what is stored.
extension PassingStore {
  /// What is stored of a file. It makes none.
  mutating func open(_ key: FileKey) throws(StoreError) -> FileContents {
    guard let file = try files.find(key) else { return FileContents(summary: FileSummary(key: key)) }
    var last: KeptPassing?
    if let highest = try spans.highestStored(file.id), let row = try rows.row(file.id, highest) {
      last = try kept(row, file.id)
    }
    return FileContents(
      summary: try summary(of: file), stored: try spans.stored(file.id),
      unconfirmed: try spans.read(file.id, .held), lost: try spans.read(file.id, .lost), last: last)
  }

  /// A row with its names, and with the trust that it has now.
  mutating func kept(_ row: PassingRow, _ file: Int64) throws(StoreError) -> KeptPassing {
    let number = row.passing.number
    let trust: KeptPassing.Trust =
      if try spans.contains(file, .held, number) {
        .unconfirmed
      } else if try spans.contains(file, .confirmed, number) { .confirmed } else { .believed }
    return KeptPassing(
      passing: row.passing, zone: try zones.name(of: row.zone), utc: row.utc, arrivedAt: row.arrivedAt,
      arrivedWall: row.arrivedWall, hostSynchronised: row.hostSynchronised, origin: row.origin, trust: trust)
  }

  /// What waits and the reader's memory has not confirmed is held.
  func doubt(_ file: inout StoredFile) throws(StoreError) {
    var doubted = try spans.read(file.id, .ready)
    doubted.subtract(try spans.read(file.id, .confirmed))
    let taken = try spans.take(file.id, .ready, doubted)
    file.unconfirmed += try spans.add(file.id, .held, taken)
  }

  /// What is held is held no more.
  func release(_ file: inout StoredFile, _ numbers: NumberSet) throws(StoreError) {
    let released = try spans.take(file.id, .held, numbers)
    try spans.add(file.id, .ready, released)
    file.unconfirmed -= released.count
  }

  /// Numbers that are not stored and that the reader has no more.
  func noteLost(_ file: inout StoredFile, _ numbers: NumberSet) throws(StoreError) {
    var lost = numbers
    for kind in [SpanKind.ready, .held, .acknowledged, .rejected] {
      lost.subtract(try spans.common(file.id, kind, numbers))
    }
    file.lost += try spans.add(file.id, .lost, lost)
  }

  /// Of those numbers, passings that the reader has counted and lost, and that a person brought from a backup.
  private func restored(_ file: StoredFile, _ numbers: NumberSet) throws(StoreError) -> NumberSet {
    var restored = NumberSet()
    guard let count = file.readerCount, count > 0 else { return restored }
    for range in numbers.ranges where range.lowerBound <= count {
      try rows.rows(file.id, range.lowerBound...min(range.upperBound, count)) { row in
        if row.origin == .imported { restored.insert(row.passing.number) }
      }
    }
    restored.subtract(try spans.common(file.id, .held, restored))
    return restored
  }

  /// The reader's memory has no such passings.
  mutating func contradict(_ key: FileKey, _ numbers: NumberSet) throws(StoreError) -> PassingReport {
    guard var file = try files.find(key) else { return .contradicted(FileSummary(key: key), []) }
    var numbers = numbers
    numbers.subtract(try restored(file, numbers))
    let sent = try spans.common(file.id, .acknowledged, numbers)
    let held = try spans.take(file.id, .held, numbers)
    let rejected = try spans.take(file.id, .rejected, numbers)
    var unsent = try spans.take(file.id, .ready, numbers)
    unsent.formUnion(held)
    unsent.formUnion(rejected)
    var found: [PassingDifference] = []
    var frames: [DoubtfulFrame] = []
    for range in unsent.ranges {
      try rows.rows(file.id, range) { row in
        found.append(
          PassingDifference(number: row.passing.number, stored: row.passing, memory: nil, wasSent: false))
        frames.append(
          DoubtfulFrame(key: key, passing: row.passing, reason: .repeated, arrivedWall: row.arrivedWall))
      }
      try rows.remove(file.id, range)
    }
    for range in sent.ranges {
      try rows.rows(file.id, range) { row in
        found.append(
          PassingDifference(number: row.passing.number, stored: row.passing, memory: nil, wasSent: true))
      }
    }
    found.sort { $0.number < $1.number }
    for difference in found where try differences.keep(file.id, difference, now: now) {
      file.differences += 1
    }
    if !frames.isEmpty { try doubtful.keep(file.id, frames) }
    try rejections.forget(file.id, rejected)
    try spans.take(file.id, .confirmed, unsent)
    file.stored -= unsent.count
    file.unconfirmed -= held.count
    file.rejected -= rejected.count
    try files.save(file)
    return .contradicted(try summary(of: file), found)
  }
}
