// What goes wrong with the cloud, and that it is right again.
extension Forwarder {
  /// So long the cloud may fail before the journal is told: the device report tells of an outage as well.
  private static let quietFailing = Duration.seconds(20)
  /// So often, and so long, may the cloud refuse what concerns one file's session before that file is held.
  private static let mostSessionRefusals = 3
  private static let refusalSpan = Duration.seconds(30)

  /// - Parameter asked: the wait that the cloud asks for, bounded; nil when it asks for none.
  mutating func failed(
    _ purpose: Purpose, _ message: String, status: Int? = nil, asked: Duration? = nil,
    at now: MonotonicTime, _ log: inout Telling
  ) {
    let kind = AnswerClass(status: status)
    let isFloor = kind == .asksForPatience || asked != nil
    var wait = max(talk.nextWait(), asked ?? .zero)
    switch purpose {
    case .count(let key, _):
      if let place = places[key] {
        files[place].counting.dueAt = nil
        count(place, at: now + max(wait, .seconds(30)))
      }
      guard isFloor || kind == .unanswered else { return }
    case .readRange:
      walk?.notBefore = now + max(wait, .seconds(5))
      guard isFloor || kind == .unanswered else { return }
    case .audit:
      auditFailed(message, at: now, &log)
      guard isFloor || kind == .unanswered else { return }
    case .openSession(let key), .findSession(let key), .readFormer(let key, _):
      if case .openSession = purpose, kind == .asksForPatience, let place = places[key] {
        files[place].course.isNotThere()
      }
      if kind.isDenial { noteUnlisted(purpose, isRefused: kind.isRefusal) }
      if !isFloor, kind != .unanswered, let place = places[key] {
        // The others need not wait for what concerns this file alone.
        files[place].course.notBefore = now + files[place].course.backoff.next(&talk.random)
        if !queue.isEmpty || active.contains(where: { $0 != place && openToken(of: $0) != nil }) {
          wait = .zero
        }
      }
    case .send(let batch): if kind == .breaksDown { brokeDown(batch, at: now) }
    case .nothing: return
    case .readBatch(let batch):
      if kind.isDenial { noteUnshown(batch, at: now, &log) }
    case .checkSession, .checkList: break
    }
    talk.failed(message, wait: wait, at: now)
    guard talk.failing(at: now) >= Forwarder.quietFailing || wait >= Forwarder.quietFailing && asked != nil
    else { return }
    // The same outage shows different faces; one of them is enough in the journal.
    let told = log.first(.forwardFailing)?.message
    log.raise(
      .forwardFailing, told ?? "passings cannot be sent: \(message)",
      status.map { [.httpStatus: String($0)] } ?? [:], at: now)
  }

  mutating func keyRefused(
    _ answer: CloudAnswer, _ what: String, at now: MonotonicTime, _ log: inout Telling
  ) {
    let message = answer.keyRefusal(what, so: "all passings wait")
    talk.keyRefused(message, leaving: .seconds(120), at: now)
    log.raise(
      .cloudKeyRefused, of: "passings", message, [.httpStatus: String(answer.status)], at: now)
  }

  /// The cloud has answered as it should.
  mutating func answered(at now: MonotonicTime, _ log: inout Telling) {
    guard talk.answered() else { return }
    let recovered = LogEntry(.forwardRecovered, "the cloud takes passings again")
    log.clear(.forwardFailing, telling: recovered, at: now)
  }

  /// The cloud has taken something that only a key that may write can send.
  mutating func accepted(at now: MonotonicTime, _ log: inout Telling) {
    answered(at: now, &log)
    keyAccepted(at: now, &log)
  }

  /// The cloud has counted passings, or opened a session: the key may write.
  mutating func keyAccepted(at now: MonotonicTime, _ log: inout Telling) {
    // What it may read has to be found out anew.
    if talk.keyAccepted() { unreadableUntil = nil }
    let accepted = LogEntry(.forwardRecovered, "the cloud accepts the key for passings")
    log.clear(.cloudKeyRefused, of: "passings", telling: accepted, at: now)
  }

  /// Whether the key is known not to be allowed to read.
  func isUnreadable(at now: MonotonicTime) -> Bool { unreadableUntil.map { now < $0 } ?? false }

  mutating func noteUnreadable(_ answer: CloudAnswer, at now: MonotonicTime, _ log: inout Telling) {
    unreadableUntil = now + .seconds(3600)
    log.raise(
      .forwardUnverified,
      "the key may not read passings (HTTP \(answer.status)): what the cloud counts is believed, asked again in an hour",
      [.httpStatus: String(answer.status)], at: now)
  }

  mutating func readable(at now: MonotonicTime, _ log: inout Telling) {
    unreadableUntil = nil
    log.clear(.forwardUnverified, at: now)
  }

  // MARK: Files that are held

  /// The cloud has refused something that concerns the session of one file alone. When it does that again and again the
  /// others go on without it; later where it may have a session already, which the next one would close.
  mutating func refused(
    _ place: Int, _ purpose: Purpose, _ message: String, status: Int, at now: MonotonicTime,
    _ log: inout Telling
  ) {
    files[place].course.refusals += 1
    let since = files[place].course.refusedAt ?? now
    files[place].course.refusedAt = since
    let span = files[place].mayHaveSession ? Forwarder.longPatience : Forwarder.refusalSpan
    guard files[place].course.refusals >= Forwarder.mostSessionRefusals, now - since >= span else {
      failed(purpose, message, status: status, at: now, &log)
      return
    }
    hold(
      place, .refusing(until: now + talk.random.spread(.seconds(60), by: 0.1)),
      "\(message): passings of \(files[place].summary.key.file) wait", at: now, &log)
  }

  /// A file's batches are taken out of the queue; they will be read again.
  mutating func withdraw(_ place: Int) {
    let key = files[place].summary.key
    for batch in queue where batch.key == key { putBack(batch) }
    queue.removeAll { $0.key == key }
  }

  mutating func hold(
    _ place: Int, _ hold: ForwardFile.Hold, _ message: String, at now: MonotonicTime, _ log: inout Telling
  ) {
    withdraw(place)
    files[place].hold = hold
    files[place].blocked = message
    let key = files[place].summary.key
    log.raise(.forwardHeld, of: key.description, message, fields(key), at: now)
  }

  /// Files that were held long enough are tried again; they are told to be held until something is taken.
  mutating func expireHolds(at now: MonotonicTime) {
    for place in active {
      guard let end = files[place].hold?.end else { continue }
      if now >= end { files[place].hold = nil } else { wake(at: end) }
    }
  }

  func fields(_ key: FileKey, _ more: [JournalField: String] = [:]) -> [JournalField: String] {
    var fields = more
    fields[.serialNumber] = key.serialNumber
    fields[.sessionFile] = key.file
    fields[.deviceid] = view.devices[key.serialNumber]
    return fields
  }

  // MARK: What waits

  /// So many waiting passings are a backlog.
  private static let largeBacklog = 1000
  /// Waiting that long is a backlog.
  private static let lateBacklog = Duration.seconds(30)
  /// Waiting that long is not well.
  private static let oldBacklog = Duration.seconds(60)

  /// What could be sent and waits.
  struct Backlog {
    var count = 0
    /// How long the oldest of them has waited, as far as it has been read.
    var age = Duration.zero
  }

  func backlog(at now: Moment) -> Backlog {
    var count = 0
    var oldest: MonotonicTime?
    for place in active where files[place].sendable > 0 {
      count += files[place].sendable
      if let arrival = oldestArrival(of: place) { oldest = min(oldest ?? arrival, arrival) }
    }
    return Backlog(count: count, age: oldest.map { max(.zero, now.monotonic - $0) } ?? .zero)
  }

  /// How many wait, for how long, why, and until when.
  func words(of backlog: Backlog, at now: Moment) -> String {
    let passings = backlog.count == 1 ? "1 passing waits" : "\(backlog.count) passings wait"
    let age = backlog.age > .zero ? ", the oldest for \(humanSpan(backlog.age))" : ""
    let held = heldFile(at: now.monotonic).map { "\($0.key.file): \($0.reason)" }
    let parked = queue.lazy.compactMap(\.parked).first
    let reason = (held ?? lastError ?? parked).map { ": \($0)" } ?? ""
    let end = active.lazy.compactMap { files[$0].hold?.end }.min()
    let next = lastError != nil && held == nil ? nextRequest : end
    return "\(passings) for the cloud\(age)\(reason)\(nextAttempt(after: next, at: now))"
  }

  /// When the cloud is asked again for something that waits: a file without a session may have to wait longer for that.
  private var nextRequest: MonotonicTime {
    let times = active.lazy.filter { files[$0].sendable > 0 }.map { place in
      openToken(of: place) == nil ? files[place].course.notBefore ?? talk.notBefore : talk.notBefore
    }
    return max(talk.notBefore, times.min() ?? talk.notBefore)
  }

  /// When something that waits is tried again, as a part of a sentence; nothing when that is not known, or now.
  func nextAttempt(after time: MonotonicTime?, at now: Moment) -> String {
    guard let time, time > now.monotonic else { return "" }
    return "; tried again at \(now.label(time).iso8601)"
  }

  /// Tells when a backlog begins, when it has become old, and when it has been worked off.
  mutating func watchBacklog(at now: Moment, _ log: inout Telling) {
    guard settings.forward else { return log.drop(.backlog, .backlogOld) }
    let backlog = backlog(at: now)
    if backlog.count > 0 {
      for limit in [Forwarder.lateBacklog, Forwarder.oldBacklog] where backlog.age < limit {
        wake(at: now.monotonic + (limit - backlog.age))
      }
    }
    let fields: [JournalField: String] = [.count: String(backlog.count)]
    if !log.isActive(.backlog) {
      let isLate = backlog.count > 0 && backlog.age >= Forwarder.lateBacklog
      guard backlog.count >= Forwarder.largeBacklog || isLate else { return }
      backlogCount = 0
      log.raise(.backlog, words(of: backlog, at: now), fields, at: now.monotonic)
    } else if backlog.count == 0
      || (backlog.count < Forwarder.largeBacklog / 10 && backlog.age < .seconds(5))
    {
      // Live passings always wait a moment.
      log.drop(.backlogOld)
      let drained = LogEntry(
        .backlogDrained, "\(backlogCount) passings were sent, none is late any more",
        [.count: String(backlogCount)])
      return log.clear(.backlog, telling: drained, at: now.monotonic)
    }
    let isOld = backlog.count > 0 && backlog.age >= Forwarder.oldBacklog
    if !isOld {
      log.drop(.backlogOld)
    } else if !log.isActive(.backlogOld) {
      log.raise(.backlogOld, words(of: backlog, at: now), fields, at: now.monotonic)
    }
  }
}
