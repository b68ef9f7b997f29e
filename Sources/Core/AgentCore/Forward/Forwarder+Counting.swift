import JSONDocument

/// A file's passings in the cloud, held against those that are acknowledged, range by range.
struct CountWalk: Sendable {
  /// Most numbers in a range: what fits one page of the cloud.
  static let rangeSize = 5000

  let key: FileKey
  let token: String
  /// Numbers up to this one are compared.
  var cursor: UInt32 = 0
  var isReading = false
  /// The acknowledged numbers of the range that the cloud is asked for; nil while the store is asked.
  var range: NumberSet?
  var pages = PageWalk()
  /// How many the cloud did not have.
  var missing = 0
  var notBefore: MonotonicTime?

  func isAnswer(to request: PassingRequest) -> Bool {
    isReading && request == .readAcknowledged(key, after: cursor, limit: CountWalk.rangeSize)
  }
}

// The cloud's count of each session against ours; what it does not have is sent again.
extension Forwarder {
  /// How often the cloud's count of a session that may grow is asked for.
  static let countInterval = Duration.seconds(600)

  /// After a start: what may still grow, and the last that were settled.
  mutating func countAtStart(at now: MonotonicTime) {
    for (place, file) in files.enumerated() where file.summary.session?.standing == .open {
      guard !file.summary.isSettled || place >= files.count - 3 else { continue }
      count(place, at: now + talk.random.spread(.seconds(30), by: 0.5))
      if file.summary.isSettled { auditLater(place, at: now) }
    }
  }

  /// The cloud's count of a file is asked for then, or earlier when that was due already.
  mutating func count(_ place: Int, at time: MonotonicTime) {
    files[place].counting.dueAt = min(files[place].counting.dueAt ?? time, time)
    activate(place)
  }

  /// Everything that waited of a file is acknowledged. Passings that come one by one do not each bring a count.
  mutating func countWhenDrained(_ place: Int, at now: MonotonicTime) {
    guard files[place].summary.session?.standing == .open else { return }
    let due = max(now + .seconds(10), files[place].counting.askedAt.map { $0 + .seconds(60) } ?? now)
    count(place, at: due)
  }

  /// The next request that counts or compares.
  mutating func countRequest(
    at now: MonotonicTime, _ orders: inout ForwardOrders
  ) -> (Purpose, CloudDraft)? {
    if let walk { return walkRequest(walk, at: now, &orders) }
    for place in active {
      guard let due = files[place].counting.dueAt, case .open(let token) = sessionState(of: place) else {
        continue
      }
      let time = max(due, unreadableUntil ?? due)
      guard now >= time else {
        wake(at: time)
        continue
      }
      let summary = files[place].summary
      files[place].counting.askedAt = now
      files[place].counting.dueAt =
        summary.isSettled ? nil : now + talk.random.spread(Forwarder.countInterval, by: 0.1)
      // While a damaged store is brought over, the session is known before all of its passings are.
      let expected = min(summary.session?.acknowledged ?? 0, summary.acknowledged)
      return (
        .count(summary.key, expected: expected),
        CloudDraft(method: .get, path: "/sessions/\(PassingPage.pathSegment(token))")
      )
    }
    return nil
  }

  /// `GET /sessions/{token}` was answered.
  mutating func counted(
    _ key: FileKey, _ expected: Int, _ answer: CloudAnswer, at now: MonotonicTime,
    _ orders: inout ForwardOrders
  ) {
    guard let place = places[key], case .open(let token) = sessionState(of: place) else { return }
    switch answer.kind {
    case .success:
      guard let session = answer.body.payload, session["token_session"] != nil else {
        return failed(
          .count(key, expected: expected), "the cloud's answer is no session: a captive portal?",
          status: answer.status, at: now, &orders.log)
      }
      answered(at: now, &orders.log)
      readable(at: now, &orders.log)
      files[place].counting.refusals = 0
      guard let count = session["passings"]?.count.map(Int.init(clamping:)) else { return }
      compare(count, expected, token, of: place, at: now, &orders.log)
    case .keyRefused: noteUnreadable(answer, at: now, &orders.log)
    case .notFound, .gone:
      // Once may be a proxy's word.
      files[place].counting.refusals += 1
      guard files[place].counting.refusals > 1 else {
        count(place, at: now + .seconds(60))
        return
      }
      doubtCount(
        place, "the cloud has no session for \(key.file) any more: \(expected) passings were there", at: now,
        &orders.log)
    default:
      failed(
        .count(key, expected: expected), answer.refusal("to show the session"), status: answer.status,
        at: now, &orders.log)
    }
  }

  private mutating func compare(
    _ count: Int, _ expected: Int, _ token: String, of place: Int, at now: MonotonicTime,
    _ log: inout Telling
  ) {
    let summary = files[place].summary
    if count >= expected {
      log.clear(
        .cloudCountDiffers, of: summary.key.description,
        telling: LogEntry(
          .cloudCountAgrees, "the cloud has all passings of \(summary.key.file)", fields(summary.key)),
        at: now)
      // Those that wait may be there already, when an answer was lost.
      if summary.waiting == 0, count > expected, expected == summary.acknowledged,
        !files[place].counting.isSurplusTold
      {
        files[place].counting.isSurplusTold = true
        log.append(
          LogEntry(
            .cloudCountDiffers,
            "the cloud has \(count) passings of \(summary.key.file), \(count - expected) more than were sent",
            priority: .notice, fields(summary.key)))
      }
      return
    }
    guard let session = summary.session, session.acknowledged >= summary.acknowledged else {
      // Which of them are in this session and which in another, or in another cloud, is not kept.
      return doubtCount(
        place,
        "the cloud has \(count) passings of \(summary.key.file) in its present session, \(expected) were acknowledged there",
        at: now, &log)
    }
    walk = CountWalk(key: summary.key, token: token)
  }

  private mutating func doubtCount(
    _ place: Int, _ message: String, at now: MonotonicTime, _ log: inout Telling
  ) {
    let key = files[place].summary.key
    // The cloud's count may only lag.
    count(place, at: now + talk.random.spread(Forwarder.countInterval, by: 0.1))
    guard !log.isActive(.cloudCountDiffers, of: key.description) else { return }
    log.raise(.cloudCountDiffers, of: key.description, message, fields(key), at: now)
  }

  // MARK: Range by range

  private mutating func walkRequest(
    _ walk: CountWalk, at now: MonotonicTime, _ orders: inout ForwardOrders
  ) -> (Purpose, CloudDraft)? {
    guard let place = places[walk.key], case .open(walk.token) = sessionState(of: place) else {
      self.walk = nil
      return nil
    }
    if let notBefore = walk.notBefore, now < notBefore {
      wake(at: notBefore)
      return nil
    }
    guard let first = walk.range?.first, let last = walk.range?.last else {
      guard !walk.isReading else { return nil }
      guard now >= storeNotBefore else {
        wake(at: storeNotBefore)
        return nil
      }
      self.walk?.isReading = true
      orders.store.append(.readAcknowledged(walk.key, after: walk.cursor, limit: CountWalk.rangeSize))
      return nil
    }
    return (
      .readRange,
      CloudDraft(method: .get, path: PassingPage.path(token: walk.token, first...last, page: walk.pages.page))
    )
  }

  /// The store has said which numbers of the next range are acknowledged.
  mutating func acknowledgedRead(
    _ key: FileKey, after: UInt32, _ numbers: NumberSet, at now: MonotonicTime, _ log: inout Telling
  ) {
    guard var walk, walk.isReading, walk.key == key, walk.cursor == after else { return }
    walk.isReading = false
    guard numbers.isEmpty else {
      walk.range = numbers
      walk.pages = PageWalk()
      self.walk = walk
      return
    }
    self.walk = nil
    guard let place = places[key] else { return }
    if walk.missing == 0 {
      doubtCount(
        place, "the cloud counts fewer passings of \(key.file) than it shows", at: now, &log)
    } else {
      count(place, at: now + .seconds(60))
      log.append(
        LogEntry(
          .cloudCountDiffers,
          "\(walk.missing) acknowledged passings of \(key.file) were not in the cloud: they are sent again",
          fields(key, [.count: String(walk.missing)])))
    }
  }

  /// A page of what the cloud has in the range.
  mutating func rangeRead(_ answer: CloudAnswer, at now: MonotonicTime, _ orders: inout ForwardOrders) {
    guard walk != nil else { return }
    switch PageAnswer(answer, of: .passings) {
    case .page(let page):
      answered(at: now, &orders.log)
      rangeShown(page)
    case .keyRefused:
      self.walk = nil
      noteUnreadable(answer, at: now, &orders.log)
    case .absent: self.walk = nil
    case .wrong(let words): failed(.readRange, words, status: answer.status, at: now, &orders.log)
    }
  }

  private mutating func rangeShown(_ list: PassingPage) {
    guard var walk, let range = walk.range, let last = range.last else { return }
    if walk.pages.take(list) {
      let missing = range.subtracting(walk.pages.found)
      if !missing.isEmpty { write(.sendAgain(walk.key, missing)) }
      walk.missing += missing.count
      walk.cursor = last
      walk.range = nil
    }
    self.walk = walk
  }
}
