import JSONDocument

// Batches on their way, and what the cloud answers.
extension Forwarder {
  /// So many passings refused one after the other: it is not the passings.
  static let mostRefusedInRow = 20
  /// The same behind one that was taken in between.
  private static let mostRefusedAfterProbe = 200
  /// How often the cloud may fail on a batch (HTTP 500) before it is cut, to find out whether one passing is why; its
  /// parts are cut at their first failure.
  private static let mostFailures = 5

  /// The next request for a batch.
  mutating func batchRequest(at now: MonotonicTime) -> (Purpose, CloudDraft)? {
    dropStrays()
    guard
      let index = queue.firstIndex(where: { batch in batch.notBefore.map { $0 <= now } ?? true })
    else {
      for time in queue.compactMap(\.notBefore) { wake(at: time) }
      return nil
    }
    let batch = queue[index]
    switch batch.step {
    case .send:
      queue[index].attempts += 1
      return (
        .send(batch: batch.identifier), CloudDraft(method: .post, path: "/passings", body: batch.body)
      )
    case .checkSession:
      return (
        .checkSession(batch: batch.identifier),
        CloudDraft(method: .get, path: "/sessions/\(PassingPage.pathSegment(batch.token))")
      )
    case .checkList:
      let deviceid = view.devices[batch.key.serialNumber] ?? ""
      return (
        .checkList(batch: batch.identifier),
        CloudDraft(method: .get, path: "/sessions/device/\(PassingPage.pathSegment(deviceid))")
      )
    case .look(let look):
      guard let first = batch.items.first?.number, let last = batch.items.last?.number else { return nil }
      // Of a session that is over, all that waits is looked for: whatever its answer was, it is not sent elsewhere.
      let range = look.why == .closed ? 1...UInt32.max : first...last
      return (
        .readBatch(batch: batch.identifier),
        CloudDraft(method: .get, path: PassingPage.path(token: batch.token, range, page: look.pages.page))
      )
    }
  }

  /// Batches whose session is no longer their file's are put back.
  private mutating func dropStrays() {
    let strays = queue.filter { !isAtHome($0) }
    guard !strays.isEmpty else { return }
    queue.removeAll { batch in strays.contains { $0.identifier == batch.identifier } }
    for batch in strays { putBack(batch) }
  }

  private func isAtHome(_ batch: PassingBatch) -> Bool {
    places[batch.key].flatMap { openToken(of: $0) } == batch.token
  }

  func index(of batch: UInt64) -> Int? { queue.firstIndex { $0.identifier == batch } }

  /// `POST /passings` was answered.
  mutating func sent(
    _ identifier: UInt64, _ answer: CloudAnswer, at now: MonotonicTime, _ orders: inout ForwardOrders
  ) {
    guard let index = index(of: identifier) else { return }
    let batch = queue[index]
    let purpose = Purpose.send(batch: identifier)
    switch answer.kind {
    case .success:
      judge(batch, answer, at: index, now: now, &orders)
    case .keyRefused: keyRefused(answer, "sending passings", at: now, &orders.log)
    case .notFound, .gone: queue[index].step = .checkSession
    case .tooLarge where batch.items.count > 1:
      answered(at: now, &orders.log)
      batchSize.refused(batch.items.count)
      cut(index)
    case .badRequest, .unprocessable: batchRefused(index, answer, at: now, &orders)
    case let kind where kind.isRefusal:
      guard let place = places[batch.key] else { return }
      refused(place, purpose, answer.refusal("passings"), status: answer.status, at: now, &orders.log)
    default: failed(purpose, answer.refusal("passings"), status: answer.status, at: now, &orders.log)
    }
  }

  /// A batch is answered 400: what is it about? A passing is rejected only when it says so of that passing alone.
  private mutating func batchRefused(
    _ index: Int, _ answer: CloudAnswer, at now: MonotonicTime, _ orders: inout ForwardOrders
  ) {
    let batch = queue[index]
    let refusal = PassingRefusal(answer.body)
    switch refusal {
    case .session: queue[index].step = .checkSession
    case .request:
      guard let place = places[batch.key] else { return }
      refused(
        place, .send(batch: batch.identifier), answer.refusal("the request with passings"),
        status: answer.status,
        at: now, &orders.log)
    case .passing, .unsaid:
      answered(at: now, &orders.log)
      guard batch.items.count == 1 else { return cut(index) }
      refuse(index, answer.refusal("the passing"), isBlamed: refusal == .passing, at: now, &orders.log)
    }
  }

  /// Believes what the answer counts, or has it looked up.
  private mutating func judge(
    _ batch: PassingBatch, _ answer: CloudAnswer, at index: Int, now: MonotonicTime,
    _ orders: inout ForwardOrders
  ) {
    let doubt: PassingBatch.Doubt
    if let receipt = PassingReceipt(answer.body, sent: batch.items.count, token: batch.token) {
      keyAccepted(at: now, &orders.log)
      if receipt.isComplete {
        answered(at: now, &orders.log)
        // Nothing was there before: all of it is as it was sent now.
        let isNew = receipt.inserted == receipt.sent
        if isNew { noteNew(batch) }
        if isNew || !batch.isCorrected || isUnreadable(at: now) {
          return confirm(batch.numbers, of: index, at: now, &orders.log)
        }
        doubt = .older
      } else {
        // What was there before need not be counted.
        doubt = receipt.duplicates == nil && batch.attempts > 1 ? .resent : .short
      }
    } else {
      queue[index].said = "HTTP \(answer.status), \(answer.body.sketch)"
      doubt = .uncounted
    }
    if isUnreadable(at: now) {
      cannotLook(index, doubt, at: now, &orders.log)
    } else {
      queue[index].step = .look(.init(why: doubt))
    }
  }

  /// The cloud has those passings of a batch; the rest stays in the queue.
  mutating func confirm(
    _ numbers: NumberSet, of index: Int, at now: MonotonicTime, _ log: inout Telling
  ) {
    let batch = queue[index]
    write(.acknowledge(batch.key, numbers, session: batch.token))
    noteConfirmed(numbers, of: batch.key, &log)
    backlogCount += numbers.count
    if let place = places[batch.key] {
      files[place].refusals.inRow = NumberSet()
      files[place].course.forgetRefusals()
      if batch.isProbe {
        files[place].refusals.probe = nil
        files[place].refusals.allowed = Forwarder.mostRefusedAfterProbe
      }
    }
    let taken = LogEntry(
      .forwardRecovered, "the cloud takes passings of \(batch.key.file) again", fields(batch.key))
    log.clear(.forwardHeld, of: batch.key.description, telling: taken, at: now)
    var rest = batch.numbers
    rest.subtract(numbers)
    if rest.isEmpty {
      queue.remove(at: index)
    } else {
      queue[index].keep(rest)
    }
  }

  /// Each half is sent by itself.
  mutating func cut(_ index: Int) {
    let halves = queue[index].halves(named: talk.newNumber(), talk.newNumber())
    queue.replaceSubrange(index...index, with: halves)
  }

  /// The cloud does not take a passing: it is set aside, unless it is one of too many.
  /// - Parameter isBlamed: whether the cloud says that it is the passing; else it waits.
  private mutating func refuse(
    _ index: Int, _ reason: String, isBlamed: Bool, at now: MonotonicTime, _ log: inout Telling
  ) {
    let batch = queue.remove(at: index)
    // What was refused is not what is stored now.
    guard batch.outdated.isEmpty else { return putBack(batch) }
    guard let item = batch.items.first, let place = places[batch.key] else { return }
    let hold = ForwardFile.Hold.refusing(until: now + talk.random.spread(.seconds(300), by: 0.1))
    let message =
      "the cloud refuses the passings of \(batch.key.file) one after the other: they wait (\(reason))"
    if batch.isProbe {
      failedProbe(batch)
      return self.hold(place, hold, message, at: now, &log)
    }
    if files[place].refusals.allowed > 0 {
      files[place].refusals.allowed -= 1
      return isBlamed ? reject(item.number, of: batch.key, reason, &log) : park(batch, reason, at: now)
    }
    files[place].refusals.inRow.insert(item.number)
    // Once a file was held, fewer are enough to see that nothing has changed.
    let isHeldAgain = log.isActive(.forwardHeld, of: batch.key.description)
    if files[place].refusals.inRow.count >= (isHeldAgain ? 3 : Forwarder.mostRefusedInRow) {
      // Not the passings are wrong: those that were set aside on the way wait again.
      let refused = files[place].refusals.inRow
      files[place].refusals.inRow = NumberSet()
      files[place].refusals.probe = .wanted(0)
      putBack(batch)
      write(.sendAgain(batch.key, refused))
      return self.hold(place, hold, message, at: now, &log)
    }
    if isBlamed { reject(item.number, of: batch.key, reason, &log) } else { park(batch, reason, at: now) }
  }

  /// The cloud neither takes a passing nor says that it is the passing's fault: it is tried again once a minute, and
  /// the others need not wait for it. It is no longer in the queue.
  mutating func park(_ batch: PassingBatch, _ why: String, at now: MonotonicTime) {
    if batch.isProbe { return failedProbe(batch) }
    var batch = batch
    batch.notBefore = now + talk.random.spread(.seconds(60), by: 0.1)
    batch.parked = why
    queue.append(batch)
  }

  /// Another one is tried next time.
  private mutating func failedProbe(_ batch: PassingBatch) {
    putBack(batch)
    guard let place = places[batch.key], case .wanted(let attempts) = files[place].refusals.probe else {
      return
    }
    files[place].refusals.probe = .wanted(attempts + 1)
  }

  private mutating func reject(_ number: UInt32, of key: FileKey, _ reason: String, _ log: inout Telling) {
    let reason = reason.cut()
    write(.reject(key, number, reason: reason))
    log.append(
      LogEntry(
        .passingRejected, "passing \(number) of \(key.file) is set aside: \(reason)",
        fields(key, [.reason: reason])))
  }

  // MARK: A session that may be closed

  /// `GET /sessions/{token}` was answered, after the session was said to be gone.
  mutating func sessionChecked(
    _ identifier: UInt64, _ answer: CloudAnswer, at now: MonotonicTime, _ orders: inout ForwardOrders
  ) {
    guard let index = index(of: identifier), let place = places[queue[index].key] else { return }
    switch answer.kind {
    case .success:
      guard let session = answer.body.payload, session["token_session"] != nil else {
        return failed(
          .checkSession(batch: identifier), "the cloud's answer is no session: a captive portal?",
          status: answer.status, at: now, &orders.log)
      }
      if session["active"]?.bool == false {
        queue[index].step = .look(.init(why: .closed))
        return
      }
      queue[index].step = .send
      refused(
        place, .send(batch: identifier), "the cloud refuses passings for a session that is open", status: 404,
        at: now, &orders.log)
    case .keyRefused:
      // The key may not look; a second refusal is believed.
      noteUnreadable(answer, at: now, &orders.log)
      if queue[index].strangers > 0 {
        close(place, queue[index].token, isUnread: true, at: now, &orders.log)
      } else {
        queue[index].strangers += 1
        queue[index].step = .send
        failed(
          .send(batch: identifier), "the cloud does not know the session", status: 404, at: now, &orders.log)
      }
    // A proxy without a way to the cloud may say so to everything.
    case .notFound, .gone: queue[index].step = .checkList
    default:
      failed(
        .checkSession(batch: identifier), answer.refusal("to show the session"), status: answer.status,
        at: now, &orders.log)
    }
  }

  /// The device's sessions were read, after the session was said to be gone twice.
  mutating func listChecked(
    _ identifier: UInt64, _ answer: CloudAnswer, at now: MonotonicTime, _ orders: inout ForwardOrders
  ) {
    guard let index = index(of: identifier), let place = places[queue[index].key] else { return }
    queue[index].step = .send
    let isEmpty = CloudAbsence(answer, of: .sessions) == .nothing
    if let list = isEmpty ? [] : answer.kind == .success ? answer.body.list : nil,
      list.allSatisfy({ $0["token_session"]?.plainText != nil })
    {
      let entry = list.first { $0["token_session"]?.plainText == queue[index].token }
      if entry == nil || entry?["active"]?.bool == false {
        // What was in one that is there no more is nowhere.
        return close(place, queue[index].token, isUnread: entry != nil, at: now, &orders.log)
      }
    }
    refused(
      place, .checkList(batch: identifier), "the cloud does not know the session, and does not say why",
      status: answer.status, at: now, &orders.log)
  }

  /// A batch has come through, or somebody in between gave up waiting for the cloud.
  mutating func noteSpan(_ purpose: Purpose, _ answer: CloudAnswer, _ span: Duration) {
    guard case .send(let identifier) = purpose, let index = index(of: identifier) else { return }
    switch answer.kind {
    case .success, .noJSON: batchSize.passed(queue[index].items.count, in: span)
    case let kind where kind.isTimeout: tooSlow(purpose)
    default: break
    }
  }

  /// A batch did not come through in time. When that happens again, it is the batch: the way may be too narrow for it.
  mutating func tooSlow(_ purpose: Purpose) {
    guard case .send(let identifier) = purpose, let index = index(of: identifier),
      queue[index].items.count > 1
    else { return }
    queue[index].timeouts += 1
    guard queue[index].timeouts > 1 else { return }
    batchSize.tooSlow(queue[index].items.count)
    cut(index)
    for part in index...index + 1 { queue[part].timeouts = 1 }
  }

  /// The cloud breaks down on a batch.
  mutating func brokeDown(_ identifier: UInt64, at now: MonotonicTime) {
    guard let index = index(of: identifier) else { return }
    queue[index].failures += 1
    guard queue[index].failures >= Forwarder.mostFailures else { return }
    if queue[index].items.count > 1 {
      cut(index)
      for part in index...index + 1 { queue[part].failures = Forwarder.mostFailures - 1 }
    } else {
      park(queue.remove(at: index), "the cloud fails on a passing (HTTP 500)", at: now)
    }
  }
}
