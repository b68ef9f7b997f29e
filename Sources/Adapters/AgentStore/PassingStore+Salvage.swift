import AgentCore
import One4AllProtocol

/// Passings of a damaged database that are taken over: of one file and one run of the machine.
struct SalvagedPassings {
  let key: FileKey
  let boot: String
  /// What the cloud had confirmed of the file.
  let acknowledged: NumberSet
  /// What the cloud had refused of it, and why.
  let rejected: NumberSet
  let reasons: [UInt32: String]
  var passings: [KeptPassing] = []
}

extension PassingStore {
  /// Takes passings over. Those that came again in the meantime are there already; where they differ, both frames are
  /// kept, and the reader's memory will decide.
  mutating func takeOver(_ salvaged: SalvagedPassings) throws(StoreError) {
    let result = try capture(salvaged.key, salvaged.passings, boot: salvaged.boot)
    let contradicted = result.contradicted
    let frames = salvaged.passings.filter { contradicted.contains($0.passing.number) }.map {
      DoubtfulFrame(
        key: salvaged.key, passing: $0.passing, reason: .repeated, arrivedWall: $0.arrivedWall)
    }
    var file = try ensure(salvaged.key)
    if !frames.isEmpty { try doubtful.keep(file.id, frames) }
    var acknowledged = NumberSet()
    for kept in salvaged.passings where !contradicted.contains(kept.passing.number) {
      let number = kept.passing.number
      if salvaged.acknowledged.contains(number) {
        acknowledged.insert(number)
      } else if salvaged.rejected.contains(number) {
        try reject(&file, number, reason: salvaged.reasons[number] ?? "")
      }
    }
    try acknowledge(&file, acknowledged)
    try save(file)
  }

  /// Ends the salvage of a file. Acknowledged passings that could not be read are in the cloud: they stay stored, as
  /// those do whose rows were removed to make room. The others are stored no more, and the reader is asked for them.
  /// - Parameter known: what became of its passings; nil when that could not be read: what could not be read of them
  ///   either, the reader is asked for.
  /// - Returns: how many are stored no more.
  mutating func close(
    _ old: StoredFile, _ known: StoredSpans?, differences found: [PassingDifference],
    doubtful frames: [DoubtfulFrame]
  ) throws(StoreError) -> Int {
    var file = try ensure(old.key)
    let stored = try spans.stored(file.id)
    var missing = 0
    if let known {
      var sent = known[.acknowledged]
      sent.subtract(stored)
      try spans.add(file.id, .acknowledged, sent)
      try spans.add(file.id, .counted, known[.counted])
      let mistimed = known[.mistimed].intersection(try spans.read(file.id, .acknowledged))
      file.mistimed += try spans.add(file.id, .mistimed, mistimed)
      file.stored += sent.count
      file.acknowledged += sent.count
      file.removed += try spans.add(file.id, .removed, sent)
      file.lost -= try spans.take(file.id, .lost, sent).count
      for kind in SpanKind.standings where kind != .acknowledged {
        missing += known[kind].subtracting(stored).count
      }
    } else {
      missing = max(0, old.stored - stored.count)
    }
    // What waits for the reader's memory is settled when that has been compared.
    if missing == 0, known != nil, file.unconfirmed == 0, !file.isSettled {
      file.isSettled = old.isSettled
      file.isGone = old.isGone
    }
    for difference in found where try differences.keep(file.id, difference, now: now) {
      file.differences += 1
    }
    if !frames.isEmpty { try doubtful.keep(file.id, frames) }
    try save(file)
    // What was sent again meanwhile the sessions have counted twice.
    try sessions.limit(file.id, to: file.acknowledged)
    return missing
  }
}
