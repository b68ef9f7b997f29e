import One4AllProtocol

// Which passings are read from the store next.
extension Forwarder {
  /// How many acknowledgements may wait for the store before nothing more is sent.
  private static let mostUnwritten = 50_000

  /// Asks the store for the next passings, so that they are ready when the request under way is answered.
  mutating func readNext(at now: MonotonicTime, _ orders: inout ForwardOrders) {
    guard reading == nil else { return }
    guard now >= storeNotBefore else { return wake(at: storeNotBefore) }
    let ready = queue.count { $0.notBefore == nil }
    if ready < 2, unwritten < Forwarder.mostUnwritten, let next = nextReading(at: now) {
      return read(next, &orders)
    }
    if let next = nextAge(at: now) { read(next, &orders) }
  }

  private var unwritten: Int {
    writes.reduce(0) { sum, write in
      if case .acknowledge(_, let numbers, _) = write { sum + numbers.count } else { sum }
    }
  }

  private mutating func read(_ next: Reading, _ orders: inout ForwardOrders) {
    reading = next
    orders.store.append(.readWaiting(next.key, after: next.after, limit: next.limit))
  }

  /// Live passings first, then the oldest file's.
  private mutating func nextReading(at now: MonotonicTime) -> Reading? {
    for place in active where isSending(place) {
      if let next = probe(place) { return next }
    }
    let current = view.current.flatMap { places[$0] }
    if let current, isSending(current) {
      if let live = files[current].scan.live, isDue(live.fresh.count, since: live.since, at: now) {
        return Reading(
          key: files[current].summary.key, after: live.cursor, limit: batchSize.count, kind: .live)
      }
      if files[current].scan.live == nil, files[current].unread <= 4 * batchSize.count,
        let next = backlog(of: current, at: now)
      {
        return next
      }
    }
    for place in active where isSending(place) {
      // What was live of a file that is over is a part of its backlog.
      if place != current { files[place].scan.live = nil }
      if let next = backlog(of: place, at: now) { return next }
    }
    return nil
  }

  private mutating func backlog(of place: Int, at now: MonotonicTime) -> Reading? {
    // What was put back is due after a moment, too.
    if files[place].scan.unreadSince == nil { noteUnread(of: place, at: now) }
    let file = files[place]
    let fresh = file.scan.live?.fresh.count ?? 0
    guard !file.scan.isExhausted, isDue(file.unread - fresh, since: file.scan.unreadSince, at: now) else {
      return nil
    }
    if file.scan.cursor == 0 {
      files[place].scan.isFullScan = true
      files[place].scan.hasFound = false
    }
    return Reading(key: file.summary.key, after: file.scan.cursor, limit: batchSize.count, kind: .backlog)
  }

  /// Whether so many unread passings are to be read now: a full batch, or the oldest of them old enough.
  private mutating func isDue(_ count: Int, since: MonotonicTime?, at now: MonotonicTime) -> Bool {
    guard count > 0, let since else { return false }
    if count >= batchSize.count { return true }
    let due = since + max(.zero, settings.maxLatency - Forwarder.commitLag)
    if now >= due { return true }
    wake(at: due)
    return false
  }

  /// Of files of which nothing is sent, how old the oldest is.
  private mutating func nextAge(at now: MonotonicTime) -> Reading? {
    for place in active where files[place].sendable > 0 && !isSending(place) {
      guard now >= files[place].scan.peekAt else {
        wake(at: files[place].scan.peekAt)
        continue
      }
      files[place].scan.peekAt = now + .seconds(60)
      return Reading(key: files[place].summary.key, after: 0, limit: 1, kind: .age)
    }
    return nil
  }

  /// Whether a file's passings may be sent.
  private func isSending(_ place: Int) -> Bool {
    if case .sent = files[place].refusals.probe { return false }
    return files[place].hold == nil && openToken(of: place) != nil
  }

  /// The newest passing first; should that be one of the refused, any other.
  private mutating func probe(_ place: Int) -> Reading? {
    guard case .wanted(let attempts) = files[place].refusals.probe, files[place].sendable > 0 else {
      return nil
    }
    let highest = files[place].summary.highest
    guard highest > 0 else { return nil }
    let after = attempts % 2 == 0 ? highest - 1 : UInt32.random(in: 0..<highest, using: &talk.random)
    return Reading(key: files[place].summary.key, after: after, limit: 1, kind: .probe)
  }

  /// Passings have been read.
  mutating func received(
    _ key: FileKey, after: UInt32, _ passings: [WaitingPassing], at moment: Moment, _ log: inout Telling
  ) {
    let now = moment.monotonic
    guard let reading, reading.key == key, reading.after == after, let place = places[key] else { return }
    self.reading = nil
    storeBackoff.reset()
    if reading.kind == .backlog || reading.kind == .age, let first = passings.first {
      files[place].scan.oldestUnread = first.arrival.placed(at: moment)
    }
    guard reading.kind != .age, settings.forward, files[place].hold == nil, let token = openToken(of: place)
    else { return }
    let new = passings.filter { !files[place].scan.busy.contains($0.passing.number) }
    if !new.isEmpty { files[place].scan.hasFound = true }
    files[place].scan.busy.formUnion(NumberSet(new.map(\.passing.number)))
    let items = withoutFormer(new.map { writer.item($0, at: moment) }, of: place, &log)
    let isEnd = passings.count < reading.limit
    switch reading.kind {
    case .live: moveLive(place, to: passings.last?.passing.number, isEnd: isEnd)
    case .probe:
      guard case .wanted(let attempts) = files[place].refusals.probe else { return }
      // Where none is found, the oldest has to do.
      files[place].refusals.probe = items.isEmpty ? nil : .sent(attempts)
    case .backlog, .age:
      move(place, from: after, to: passings.last?.passing.number, isEnd: isEnd, foundAny: !new.isEmpty)
    }
    guard !items.isEmpty else { return noteUnread(of: place, at: now) }
    let batch = PassingBatch(
      identifier: talk.newNumber(), key: key, token: token, items: items[...],
      isProbe: reading.kind == .probe)
    noteUnread(of: place, at: now)
    if reading.kind == .live, let position = queue.firstIndex(where: { $0.attempts == 0 && $0.step == .send })
    {
      queue.insert(batch, at: position)
    } else {
      queue.append(batch)
    }
  }

  /// Acknowledges what a closed session of the file's name has.
  /// - Returns: the others.
  private mutating func withoutFormer(
    _ items: [PassingBatch.Item], of place: Int, _ log: inout Telling
  ) -> [PassingBatch.Item] {
    guard !files[place].course.former.isEmpty else { return items }
    let key = files[place].summary.key
    var found: [String: NumberSet] = [:]
    let others = items.filter { item in
      guard let token = files[place].course.former.token(of: item) else { return true }
      found[token, default: NumberSet()].insert(item.number)
      return false
    }
    for (token, numbers) in found {
      write(.acknowledge(key, numbers, session: token))
      noteConfirmed(numbers, of: key, &log)
    }
    return others
  }

  private mutating func moveLive(_ place: Int, to last: UInt32?, isEnd: Bool) {
    guard var live = files[place].scan.live else { return }
    if let last {
      live.cursor = max(live.cursor, last)
      live.fresh.remove(0...last)
    }
    if isEnd {
      live.fresh = NumberSet()
      live.since = nil
    }
    files[place].scan.live = live
  }

  private mutating func move(
    _ place: Int, from after: UInt32, to last: UInt32?, isEnd: Bool, foundAny: Bool
  ) {
    // A capture may have put it back while the store was reading.
    let wasLowered = files[place].scan.cursor < after
    if let last, !wasLowered { files[place].scan.cursor = last }
    guard isEnd else { return }
    files[place].scan.live = nil
    files[place].scan.unreadSince = nil
    guard !foundAny, !wasLowered else { return }
    if files[place].scan.isFullScan && !files[place].scan.hasFound {
      files[place].scan.isExhausted = true
    } else {
      files[place].scan.cursor = 0
    }
  }
}
