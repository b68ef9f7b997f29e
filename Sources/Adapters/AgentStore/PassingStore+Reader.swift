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

  /// The reader's memory has no such passings: see `PassingRequest.contradict`.
  mutating func contradict(
    _ key: FileKey, _ numbers: NumberSet, counted: UInt32
  ) throws(StoreError) -> PassingReport {
    guard var file = try files.find(key) else { return .contradicted(FileSummary(key: key), []) }
    let judgement = try judge(file, numbers, counted: counted)
    let removed = judgement.removed
    try spans.take(file.id, .ready, removed)
    let held = try spans.take(file.id, .held, removed)
    let rejected = try spans.take(file.id, .rejected, removed)
    for range in removed.ranges { try rows.remove(file.id, range) }
    for difference in judgement.differences where try differences.keep(file.id, difference, now: now) {
      file.differences += 1
    }
    let frames = judgement.differences.filter { removed.contains($0.number) }.map { difference in
      DoubtfulFrame(
        key: key, passing: difference.stored, reason: .repeated,
        arrivedWall: judgement.arrivals[difference.number] ?? now)
    }
    if !frames.isEmpty { try doubtful.keep(file.id, frames) }
    try rejections.forget(file.id, rejected)
    file.stored -= removed.count
    file.unconfirmed -= held.count
    file.rejected -= rejected.count
    try release(&file, judgement.released)
    try files.save(file)
    return .contradicted(try summary(of: file), judgement.differences)
  }

  /// What becomes of passings that the reader's memory does not have.
  private struct Judgement {
    var removed = NumberSet()
    /// Held no more.
    var released = NumberSet()
    /// By number, ascending.
    var differences: [PassingDifference] = []
    var arrivals: [UInt32: WallTime] = [:]
  }

  private func judge(
    _ file: StoredFile, _ numbers: NumberSet, counted: UInt32
  ) throws(StoreError) -> Judgement {
    var doubted = numbers
    doubted.subtract(try spans.common(file.id, .confirmed, numbers))
    var stored: [PassingRow] = []
    for range in doubted.ranges { try rows.rows(file.id, range) { stored.append($0) } }
    guard !stored.isEmpty else { return Judgement() }
    let sent = try spans.common(file.id, .acknowledged, doubted)
    let held = try spans.common(file.id, .held, doubted)
    let rejected = try spans.common(file.id, .rejected, doubted)
    let others = try files.all().filter { $0.key.serialNumber == file.key.serialNumber && $0.id != file.id }
    var judgement = Judgement()
    for row in stored {
      let number = row.passing.number
      let isImported = row.origin == .imported
      if isImported, !held.contains(number), number <= file.readerCount ?? 0 { continue }
      if !isImported, number <= counted {
        if held.contains(number) { judgement.released.insert(number) }
        continue
      }
      var wasSent = sent.contains(number)
      if !wasSent {
        var isRemoved = isImported || held.contains(number) || rejected.contains(number)
        for other in others where !isRemoved {
          isRemoved = try rows.row(other.id, number)?.passing == row.passing
        }
        if isRemoved { judgement.removed.insert(number) } else { wasSent = true }
      }
      judgement.arrivals[number] = row.arrivedWall
      judgement.differences.append(
        PassingDifference(number: number, stored: row.passing, memory: nil, wasSent: wasSent))
    }
    return judgement
  }
}
