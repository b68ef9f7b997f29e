import AgentCore
import One4AllProtocol

extension PassingStore {
  /// Keeps passings, as `PassingRequest.capture` has it.
  /// - Parameter boot: the run of the machine that their monotonic times are of; nil for this one.
  mutating func capture(_ key: FileKey, _ passings: [KeptPassing], boot: String? = nil) throws(StoreError)
    -> CaptureResult
  {
    var file = try ensure(key)
    let before = file
    var outcome = CaptureOutcome()
    for kept in passings { try keep(kept, boot ?? self.boot, &file, &outcome) }
    try note(outcome, &file)
    try save(file, since: before)
    var added = outcome.ready
    added.formUnion(outcome.held)
    return CaptureResult(
      summary: try summary(of: file), added: added, confirmed: outcome.confirmed,
      contradicted: outcome.contradicted,
      differences: outcome.differences)
  }

  /// What the rows of a capture came to, before it is noted in spans.
  private struct CaptureOutcome {
    var ready = NumberSet()
    var held = NumberSet()
    var released = NumberSet()
    /// Those that the reader's memory confirms, new or not.
    var confirmed = NumberSet()
    /// Those whose row became another frame.
    var corrected = NumberSet()
    /// Those that a clock stamped which had jumped; of them, those that go as they are.
    var jumped = NumberSet()
    var accepted = NumberSet()
    /// Those whose row became a frame that a steady clock stamped.
    var steady = NumberSet()
    var contradicted = NumberSet()
    var differences: [PassingDifference] = []

    /// How the row of a number is stamped now: of several in one capture the last one counts.
    mutating func note(_ stamp: KeptPassing.Stamp, of number: UInt32, isCorrected: Bool = false) {
      jumped.remove(number)
      accepted.remove(number)
      steady.remove(number)
      switch stamp {
      case .steady: if isCorrected { steady.insert(number) }
      case .undecided: jumped.insert(number)
      case .accepted:
        jumped.insert(number)
        accepted.insert(number)
      }
    }
  }

  private mutating func keep(
    _ kept: KeptPassing, _ boot: String, _ file: inout StoredFile, _ outcome: inout CaptureOutcome
  ) throws(StoreError) {
    let number = kept.passing.number
    // Its frame is not there any more to be compared.
    if file.removed > 0, try spans.contains(file.id, .removed, number) { return }
    if try rows.insert(file.id, row(of: kept, boot)) {
      switch kept.trust {
      case .believed: outcome.ready.insert(number)
      case .released:
        outcome.ready.insert(number)
        outcome.released.insert(number)
      case .unconfirmed: outcome.held.insert(number)
      case .confirmed:
        outcome.ready.insert(number)
        outcome.confirmed.insert(number)
      }
      file.note(kept.utc)
      file.zone = kept.zone
      outcome.note(kept.stamp, of: number)
      return
    }
    guard let stored = try rows.row(file.id, number) else { return }
    if stored.passing == kept.passing {
      if try isConfirmed(kept, boot, by: stored) {
        outcome.confirmed.insert(number)
        outcome.note(kept.stamp, of: number)
        try retime(kept, boot, stored, of: file)
      }
    } else if kept.trust == .confirmed {
      let difference = PassingDifference(
        number: number, stored: stored.passing, memory: kept.passing,
        wasSent: try isInCloud(stored.passing, of: file))
      if try differences.keep(file.id, difference, now: now) { file.differences += 1 }
      outcome.differences.append(difference)
      try rows.replace(file.id, row(of: kept, boot))
      file.note(kept.utc)
      outcome.confirmed.insert(number)
      outcome.corrected.insert(number)
      outcome.note(kept.stamp, of: number, isCorrected: true)
    } else {
      outcome.contradicted.insert(number)
    }
  }

  /// Whether a frame that is stored is confirmed now: the reader's memory, or a backup of it, has what came before, and that is not the
  /// same reception once more, as after an answer of the store that was lost.
  private mutating func isConfirmed(_ kept: KeptPassing, _ boot: String, by stored: PassingRow)
    throws(StoreError) -> Bool
  {
    if kept.trust == .confirmed { return true }
    guard kept.origin == .fetched || kept.origin == .imported && stored.origin != .imported else {
      return false
    }
    if kept.arrivedAt != stored.arrivedAt { return true }
    return try boots.identifier(of: boot) != stored.boot
  }

  /// Of what only the memory has given, and nobody was sent, the second reception knows the time better: more of its
  /// neighbours are known.
  private mutating func retime(_ kept: KeptPassing, _ boot: String, _ stored: PassingRow, of file: StoredFile)
    throws(StoreError)
  {
    guard stored.origin == .fetched, kept.origin == .fetched,
      stored.utc != kept.utc || stored.certainty != kept.certainty,
      try spans.contains(file.id, .held, kept.passing.number)
    else { return }
    try rows.replace(file.id, row(of: kept, boot))
  }

  /// Whether what is stored is what the cloud has: it was acknowledged, and no other frame of its number was sent.
  private func isInCloud(_ passing: Passing, of file: StoredFile) throws(StoreError) -> Bool {
    guard try spans.contains(file.id, .acknowledged, passing.number) else { return false }
    return file.differences == 0
      ? true : try differences.sent(file.id, NumberSet(passing.number...passing.number)).isEmpty
  }

  /// What the cloud was sent is right or wrong by what the reader's memory has confirmed now.
  private func judgeSent(_ confirmed: NumberSet, of file: StoredFile) throws(StoreError) {
    guard file.differences > 0 else { return }
    for number in try differences.sent(file.id, confirmed).ranges.joined() {
      if let row = try rows.row(file.id, number) { try differences.judge(file.id, by: row.passing) }
    }
  }

  private func note(_ outcome: CaptureOutcome, _ file: inout StoredFile) throws(StoreError) {
    try judgeSent(outcome.confirmed, of: file)
    if file.jumped > 0, !outcome.steady.isEmpty { try forgetJump(&file, outcome.steady) }
    if !outcome.jumped.isEmpty { try noteJump(&file, outcome.jumped, accepted: outcome.accepted) }
    let ready = try makeReady(&file, outcome.ready)
    let held = try spans.add(file.id, .held, outcome.held)
    file.stored += ready + held
    file.unconfirmed += held
    if file.unconfirmed > 0 { try release(&file, outcome.confirmed) }
    // The refusal was of a frame that the reader never made.
    if file.rejected > 0 { _ = try sendAgain(&file, outcome.corrected, of: .rejected) }
    try spans.add(file.id, .confirmed, outcome.confirmed)
    try spans.add(file.id, .released, outcome.released)
    if file.lost > 0 {
      file.lost -= try spans.take(file.id, .lost, outcome.ready).count
      file.lost -= try spans.take(file.id, .lost, outcome.held).count
    }
  }

  private mutating func row(of kept: KeptPassing, _ boot: String) throws(StoreError) -> PassingRow {
    PassingRow(
      passing: kept.passing, utc: kept.utc, arrivedWall: kept.arrivedWall, arrivedAt: kept.arrivedAt,
      zone: try zones.identifier(of: kept.zone), boot: try boots.identifier(of: boot),
      hostSynchronised: kept.hostSynchronised, origin: kept.origin, trust: kept.trust,
      certainty: kept.certainty, zoneSource: kept.zoneSource)
  }

  /// Keeps doubtful frames.
  /// - Returns: how many are kept in all.
  func keepDoubtful(_ frames: [DoubtfulFrame]) throws(StoreError) -> Int {
    var byFile: [FileKey?: [DoubtfulFrame]] = [:]
    for frame in frames { byFile[frame.key, default: []].append(frame) }
    for (key, frames) in byFile {
      var file = DoubtfulTable.unknownFile
      if let key { file = try ensure(key).id }
      try doubtful.keep(file, frames)
    }
    return try doubtful.count()
  }

  /// Forgets the doubtful frames of a file that say nothing any more.
  func settleDoubtful(_ key: FileKey) throws(StoreError) -> PassingReport {
    guard let file = try files.find(key) else {
      return .doubtfulSettled(FileSummary(key: key), total: try doubtful.count())
    }
    try doubtful.settle(file.id)
    return .doubtfulSettled(try summary(of: file), total: try doubtful.count())
  }
}
