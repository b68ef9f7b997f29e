import AgentCore
import One4AllProtocol

/// What the reader's word does to what is stored.
extension PassingStore {
  /// What is stored of a file. It makes none.
  mutating func open(_ key: FileKey) throws(StoreError) -> FileContents {
    guard let file = try files.find(key) else {
      return FileContents(summary: FileSummary(key: key), steady: try steady(of: key.serialNumber))
    }
    var last: KeptPassing?
    if let highest = try spans.highestStored(file.id), let row = try rows.row(file.id, highest) {
      last = try kept(row, file.id)
    }
    return FileContents(
      summary: try summary(of: file), stored: try spans.stored(file.id),
      unconfirmed: try spans.read(file.id, .held), lost: try spans.read(file.id, .lost),
      jumped: file.jumped > 0 ? try spans.read(file.id, .jumped) : NumberSet(), last: last,
      steady: try steady(of: key.serialNumber))
  }

  /// A row with its names, and with the trust that it has now.
  mutating func kept(_ row: PassingRow, _ file: Int64) throws(StoreError) -> KeptPassing {
    let number = row.passing.number
    let trust: KeptPassing.Trust =
      if try spans.contains(file, .held, number) {
        .unconfirmed
      } else if try spans.contains(file, .confirmed, number) {
        .confirmed
      } else if try spans.contains(file, .released, number) { .released } else { .believed }
    return KeptPassing(
      passing: row.passing, zone: try zones.name(of: row.zone), utc: row.utc, arrivedAt: row.arrivedAt,
      arrivedWall: row.arrivedWall, hostSynchronised: row.hostSynchronised, origin: row.origin, trust: trust,
      stamp: try stamp(of: number, file), certainty: row.certainty, zoneSource: row.zoneSource)
  }

  /// What waits and the reader's memory has not confirmed is held, but for what a person has let go.
  func doubt(_ file: inout StoredFile) throws(StoreError) {
    var confirmed = try spans.read(file.id, .confirmed)
    confirmed.formUnion(try spans.read(file.id, .released))
    for kind in [SpanKind.ready, .undecided] {
      let doubted = try spans.read(file.id, kind).subtracting(confirmed)
      let taken = try spans.take(file.id, kind, doubted)
      if kind == .undecided { file.undecided -= taken.count }
      file.unconfirmed += try spans.add(file.id, .held, taken)
    }
  }

  /// What is held is held no more.
  func release(_ file: inout StoredFile, _ numbers: NumberSet) throws(StoreError) {
    let released = try spans.take(file.id, .held, numbers)
    file.unconfirmed -= released.count
    try makeReady(&file, released)
  }

  /// Numbers that are not stored and that the reader has no more.
  func noteLost(_ file: inout StoredFile, _ numbers: NumberSet) throws(StoreError) {
    let lost = numbers.subtracting(try spans.common(file.id, SpanKind.standings, numbers))
    file.lost += try spans.add(file.id, .lost, lost)
  }

  /// The reader's memory has no such passings.
  mutating func contradict(_ key: FileKey, _ numbers: NumberSet, keepingPushed: Bool) throws(StoreError)
    -> PassingReport
  {
    guard var file = try files.find(key) else { return .contradicted(FileSummary(key: key), Contradiction()) }
    let stored = try spans.common(file.id, SpanKind.standings, numbers)
    let backed = try spans.common(file.id, [.confirmed, .counted], stored)
    let unbacked = stored.subtracting(backed)
    let misplaced = try misplaced(of: file, unbacked, keepingPushed: keepingPushed)
    let unknown = unbacked.subtracting(misplaced)

    let sent = try spans.common(file.id, .acknowledged, stored)
    let found = try notePlaces(of: misplaced, unknown, sent: sent, in: &file)
    let removed = misplaced.subtracting(sent)
    try remove(removed, of: &file)
    try release(&file, stored.subtracting(removed))
    try save(file)
    return .contradicted(
      try summary(of: file),
      Contradiction(differences: found, removed: removed, lostByReader: backed, unknownToReader: unknown))
  }

  /// Of those numbers, the passings that are not the file's: those that were never believed, and frames that another file
  /// of the reader has in its memory.
  private func misplaced(of file: StoredFile, _ numbers: NumberSet, keepingPushed: Bool) throws(StoreError)
    -> NumberSet
  {
    var candidates: [PassingRow] = []
    for range in numbers.ranges { try rows.rows(file.id, range) { candidates.append($0) } }
    guard !candidates.isEmpty else { return NumberSet() }
    let serialNumber = file.key.serialNumber
    let others = try files.all().filter { $0.key.serialNumber == serialNumber && $0.id != file.id }
    let held = try spans.common(file.id, .held, numbers)
    var misplaced = NumberSet()
    for row in candidates {
      let number = row.passing.number
      let isKept = keepingPushed && row.origin == .pushed
      if row.trust == .unconfirmed, held.contains(number), !isKept {
        misplaced.insert(number)
        continue
      }
      for other in others where try spans.contains(other.id, .confirmed, number) {
        guard try rows.row(other.id, number)?.passing == row.passing else { continue }
        misplaced.insert(number)
        break
      }
    }
    return misplaced
  }

  /// Notes as differences what the reader's memory does not have, and never had.
  /// - Returns: the differences of those that are not the file's.
  private func notePlaces(
    of misplaced: NumberSet, _ unknown: NumberSet, sent: NumberSet, in file: inout StoredFile
  ) throws(StoreError) -> [PassingDifference] {
    var numbers = misplaced
    numbers.formUnion(unknown)
    var found: [PassingDifference] = []
    for range in numbers.ranges {
      try rows.rows(file.id, range) { row in
        found.append(
          PassingDifference(
            number: row.passing.number, stored: row.passing, memory: nil,
            wasSent: sent.contains(row.passing.number)))
      }
    }
    for difference in found where try differences.keep(file.id, difference, now: now) {
      file.differences += 1
    }
    return found.filter { misplaced.contains($0.number) }
  }

  /// Removes passings that were not sent. The frames of those that were never believed are kept as doubtful; those of
  /// the others are stored in their own file.
  private func remove(_ numbers: NumberSet, of file: inout StoredFile) throws(StoreError) {
    var frames: [DoubtfulFrame] = []
    let key = file.key
    for range in numbers.ranges {
      try rows.rows(file.id, range) { row in
        guard row.trust == .unconfirmed else { return }
        frames.append(
          DoubtfulFrame(key: key, passing: row.passing, reason: .denied, arrivedWall: row.arrivedWall))
      }
      try rows.remove(file.id, range)
    }
    if !frames.isEmpty { try doubtful.keep(file.id, frames) }
    let held = try spans.take(file.id, .held, numbers)
    let rejected = try spans.take(file.id, .rejected, numbers)
    try rejections.forget(file.id, rejected)
    try spans.take(file.id, .ready, numbers)
    try spans.take(file.id, .rewound, numbers)
    file.undecided -= try spans.take(file.id, .undecided, numbers).count
    if file.jumped > 0 { try forgetJump(&file, numbers) }
    if file.retimed > 0 { file.retimed -= try spans.take(file.id, .retimed, numbers).count }
    file.stored -= numbers.count
    file.unconfirmed -= held.count
    file.rejected -= rejected.count
  }
}
