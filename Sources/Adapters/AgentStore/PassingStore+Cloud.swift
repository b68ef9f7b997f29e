import AgentCore
import One4AllProtocol

/// What the cloud's word does to what is stored.
extension PassingStore {
  /// The lowest passings behind a number that can be sent.
  mutating func readWaiting(_ key: FileKey, after: UInt32, limit: Int) throws(StoreError) -> [WaitingPassing]
  {
    guard let file = try files.find(key) else { return [] }
    var found: [PassingRow] = []
    for range in try spans.read(file.id, .ready, after: after, limit: limit).ranges {
      try rows.rows(file.id, range) { found.append($0) }
    }
    var corrected = NumberSet()
    if file.differences > 0 || file.retimed > 0, let first = found.first?.passing.number,
      let last = found.last?.passing.number
    {
      corrected = try differences.corrected(file.id, first...last)
      if file.retimed > 0 {
        corrected.formUnion(try spans.common(file.id, .retimed, NumberSet(first...last)))
      }
    }
    var waiting: [WaitingPassing] = []
    waiting.reserveCapacity(found.count)
    for row in found {
      waiting.append(
        WaitingPassing(
          passing: row.passing, utc: row.utc, zone: try zones.name(of: row.zone),
          arrival: arrival(of: row, in: try boots.name(of: row.boot)),
          isCorrected: corrected.contains(row.passing.number)))
    }
    return waiting
  }

  /// When a row's passing was heard.
  /// - Parameter run: name of the run of the machine; monotonic times can be compared within one run only.
  func arrival(of row: PassingRow, in run: String) -> Arrival {
    Arrival(
      monotonic: !boot.isEmpty && run == boot ? row.arrivedAt : nil, wall: row.arrivedWall,
      isSynchronised: row.hostSynchronised)
  }

  /// The lowest acknowledged numbers behind one whose rows are still there.
  func readAcknowledged(_ key: FileKey, after: UInt32, limit: Int) throws(StoreError) -> NumberSet {
    guard let file = try files.find(key) else { return NumberSet() }
    var found = NumberSet()
    var end = max(after, file.removed > 0 ? try removedFromStart(file.id) : 0)
    while found.count < limit {
      var numbers = try spans.read(file.id, .acknowledged, after: end, limit: limit - found.count)
      guard let last = numbers.last else { break }
      end = last
      if file.removed > 0 { numbers.subtract(try spans.common(file.id, .removed, numbers)) }
      found.formUnion(numbers)
    }
    return found
  }

  /// The same, with what was sent of them.
  func readSent(_ key: FileKey, after: UInt32, limit: Int) throws(StoreError) -> [SentPassing] {
    guard let file = try files.find(key) else { return [] }
    var sent: [SentPassing] = []
    for range in try readAcknowledged(key, after: after, limit: limit).ranges {
      try rows.rows(file.id, range) { row in
        sent.append(SentPassing(number: row.passing.number, utc: row.utc, chip: row.passing.chipText))
      }
    }
    return sent
  }

  /// The cloud has confirmed them; those that do not wait are left as they are.
  /// - Parameter session: the token of the session that counts them; nil for none.
  func acknowledge(_ file: inout StoredFile, _ numbers: NumberSet, session: String? = nil)
    throws(StoreError)
  {
    var confirmed = try spans.take(file.id, .ready, numbers)
    if file.unconfirmed > 0 {
      let held = try spans.take(file.id, .held, numbers)
      file.unconfirmed -= held.count
      confirmed.formUnion(held)
    }
    if file.undecided > 0 {
      let undecided = try spans.take(file.id, .undecided, numbers)
      file.undecided -= undecided.count
      confirmed.formUnion(undecided)
    }
    if file.retimed > 0 { file.retimed -= try spans.take(file.id, .retimed, confirmed).count }
    let count = try spans.add(file.id, .acknowledged, confirmed)
    file.acknowledged += count
    if let session, count > 0 { try sessions.count(file.id, session, count) }
    if file.differences > 0 { try differences.noteKeptSent(file.id, confirmed) }
  }

  /// The cloud refuses one that waits.
  func reject(_ file: inout StoredFile, _ number: UInt32, reason: String) throws(StoreError) {
    let one = NumberSet(number...number)
    let held = try spans.take(file.id, .held, one)
    let ready = try spans.take(file.id, .ready, one)
    let undecided = try spans.take(file.id, .undecided, one)
    guard !held.isEmpty || !ready.isEmpty || !undecided.isEmpty else { return }
    file.unconfirmed -= held.count
    file.undecided -= undecided.count
    file.rejected += try spans.add(file.id, .rejected, one)
    try rejections.keep(file.id, number, reason: reason, now: now)
  }

  /// Those that were acknowledged or refused wait again, if their rows are still there. What the cloud was once sent is
  /// not held for the reader's memory when it is sent again.
  /// - Parameter kind: only those of that kind; nil for both.
  /// - Returns: how many wait again.
  func sendAgain(_ file: inout StoredFile, _ numbers: NumberSet, of kind: SpanKind? = nil) throws(StoreError)
    -> Int
  {
    var again = NumberSet()
    if kind != .rejected {
      var there = numbers
      if file.removed > 0 { there.subtract(try spans.common(file.id, .removed, numbers)) }
      let sent = try spans.take(file.id, .acknowledged, there)
      file.acknowledged -= sent.count
      if !sent.isEmpty { try sessions.uncount(file.id, sent.count) }
      again.formUnion(sent)
    }
    if kind != .acknowledged {
      let refused = try spans.take(file.id, .rejected, numbers)
      file.rejected -= refused.count
      try rejections.forget(file.id, refused)
      again.formUnion(refused)
    }
    // Whether the cloud still has the former UTC its answer will show.
    if file.mistimed > 0 {
      let mistimed = try spans.take(file.id, .mistimed, again)
      file.mistimed -= mistimed.count
      file.retimed += try spans.add(file.id, .retimed, mistimed)
    }
    return try spans.add(file.id, .ready, again)
  }

  /// All acknowledged or refused passings of a time wait again, but for those that the cloud has in a session that takes
  /// no more. Every row of the files that reach into that time is read.
  mutating func rewind(
    from: WallTime, to: WallTime, file key: FileKey?, dryRun: Bool, _ request: PassingRequest
  ) throws(StoreError) -> PassingReport {
    var counts: [FileKey: Int] = [:]
    var left: [FileKey: Int] = [:]
    var summaries: [FileSummary] = []
    for var file in try files.all() where key == nil || file.key == key {
      guard let earliest = file.earliest, let latest = file.latest, earliest <= to, latest >= from else {
        continue
      }
      let sent = try numbers(of: file, .acknowledged, from: from, to: to)
      let refused = try numbers(of: file, .rejected, from: from, to: to)
      guard !sent.isEmpty || !refused.isEmpty else { continue }
      let bound = try bound(of: file, sent)
      var again = sent.subtracting(bound)
      again.formUnion(refused)
      if !bound.isEmpty { left[file.key] = bound.count }
      if !again.isEmpty { counts[file.key] = again.count }
      if !dryRun {
        try noteRewound(again, of: file)
        _ = try sendAgain(&file, again)
        try save(file)
      }
      summaries.append(try summary(of: file))
    }
    return .rewound(counts: counts, left: left, summaries, request)
  }

  private func numbers(of file: StoredFile, _ kind: SpanKind, from: WallTime, to: WallTime)
    throws(StoreError) -> NumberSet
  {
    var numbers = NumberSet()
    for range in try spans.read(file.id, kind).ranges {
      numbers.formUnion(try rows.numbers(file.id, range, from: from, to: to))
    }
    return numbers
  }

  /// Of acknowledged passings, those that would come to a second session if they were sent again: the cloud has them in
  /// one that it has closed, or that another one has replaced.
  private func bound(of file: StoredFile, _ numbers: NumberSet) throws(StoreError) -> NumberSet {
    guard let session = try shownSession(of: file.id) else { return NumberSet() }
    return session.standing == .closed ? numbers : try spans.common(file.id, .earlier, numbers)
  }

  /// Notes which passings are to wait again that are known to be in the file's session. Where some may be in another one
  /// none is.
  private func noteRewound(_ numbers: NumberSet, of file: StoredFile) throws(StoreError) {
    let sessions = try sessions.readAll(file.id)
    guard let session = sessions.first, sessions.count == 1, session.standing == .open else { return }
    let acknowledged = try spans.read(file.id, .acknowledged)
    let earlier = try spans.common(file.id, .earlier, acknowledged)
    guard session.acknowledged >= acknowledged.count - earlier.count else { return }
    try spans.add(file.id, .rewound, acknowledged.intersection(numbers))
  }

  /// What a rewind has let wait again, and was in that session, is acknowledged there as before.
  func undoRewind(_ file: inout StoredFile, session token: String) throws(StoreError) {
    let sessions = try sessions.readAll(file.id)
    guard sessions.count == 1, sessions.first?.token == token else { return }
    let rewound = try spans.take(file.id, .rewound, try spans.read(file.id, .rewound))
    try acknowledge(&file, rewound, session: token)
  }

  /// Keeps a session. One that is asked for takes the place of the former, which keeps what was acknowledged in it.
  func keep(_ session: CloudSession, of file: StoredFile) throws(StoreError) {
    if session.standing == .asked {
      // What waits now goes to the new one.
      try spans.take(file.id, .rewound, try spans.read(file.id, .rewound))
      if let former = try sessions.read(file.id, cloud: session.cloud), former.token != nil,
        former.deviceid == session.deviceid
      {
        try spans.add(file.id, .earlier, try spans.read(file.id, .acknowledged))
      }
    }
    try sessions.keep(file.id, session)
  }
}
