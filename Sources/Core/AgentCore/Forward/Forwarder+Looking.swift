// What the cloud has of a batch, where its count is not enough.
extension Forwarder {
  /// How often the cloud may take a batch without having anything of it.
  private static let mostFruitless = 3
  /// How often the cloud may refuse to show passings that it counts.
  private static let mostUnshown = 3

  /// A page of what the cloud has of a batch.
  mutating func batchRead(
    _ identifier: UInt64, _ answer: CloudAnswer, at now: MonotonicTime, _ orders: inout ForwardOrders
  ) {
    guard let index = index(of: identifier), case .look(var look) = queue[index].step else { return }
    switch answer.status {
    case 200...299:
      guard let list = PassingPage(answer.body, page: look.page) else {
        return failed(
          .readBatch(batch: identifier), "the cloud's answer is no list of passings: a captive portal?",
          status: answer.status, at: now, &orders.log)
      }
      answered(at: now, &orders.log)
      let former = look.found
      look.found.formUnion(list.numbers)
      let compared = list.compare(queue[index].items)
      look.same.formUnion(compared.same)
      look.other.formUnion(compared.other)
      if list.isLast ?? (look.found == former) {
        conclude(index, look, at: now, &orders.log)
      } else {
        look.page += 1
        queue[index].step = .look(look)
      }
    case 401, 403:
      noteUnreadable(answer, at: now, &orders.log)
      cannotLook(index, look.why, at: now, &orders.log)
    case 404 where look.why != .older, 410 where look.why != .older: queue[index].step = .checkList
    default:
      failed(
        .readBatch(batch: identifier), answer.refusal("to show passings"), status: answer.status, at: now,
        &orders.log)
    }
  }

  /// The cloud has answered, and does not show what it has of a batch.
  mutating func noteUnshown(_ identifier: UInt64, at now: MonotonicTime, _ log: inout [LogEntry]) {
    guard let index = index(of: identifier), case .look(var look) = queue[index].step else { return }
    look.refusals += 1
    queue[index].step = .look(look)
    // It was counted; that some of it may be as it was before is no reason to wait for ever.
    guard look.why == .older, look.refusals >= Forwarder.mostUnshown else { return }
    cannotLook(index, look.why, at: now, &log)
  }

  /// All that the cloud has of a batch is known.
  private mutating func conclude(
    _ index: Int, _ look: PassingBatch.Look, at now: MonotonicTime, _ log: inout [LogEntry]
  ) {
    let batch = queue[index]
    noteSeen(look, of: batch)
    // What it counts it has, though it may not show it yet.
    if look.why == .older { return confirm(batch.numbers, of: index, at: now, &log) }
    let missing = batch.numbers.subtracting(look.found)
    let present = batch.numbers.subtracting(missing)
    if look.why == .closed, !look.found.isEmpty {
      write(.acknowledge(batch.key, look.found, session: batch.token))
      noteConfirmed(look.found, of: batch.key, &log)
    }
    if !present.isEmpty { confirm(present, of: index, at: now, &log) }
    guard !missing.isEmpty else {
      // Nothing is lost; whether the rest of the file is refused the next batch will tell.
      return
    }
    guard look.why != .closed else {
      if let place = places[batch.key] { close(place, batch.token, at: now, &log) }
      return
    }
    queue[index].step = .send
    guard present.isEmpty, isFruitless(index, at: now) else { return }
    if missing.count > 1 {
      cut(index)
    } else {
      refuse(index, "the cloud takes the passing without a complaint and does not have it", at: now, &log)
    }
  }

  /// A batch was sent in vain.
  /// - Returns: whether that was often enough; else it is sent again after a while.
  private mutating func isFruitless(_ index: Int, at now: MonotonicTime) -> Bool {
    queue[index].fruitless += 1
    if queue[index].fruitless >= Forwarder.mostFruitless { return true }
    notBefore = now + backoff.next(&random)
    return false
  }

  /// What the cloud has of a batch cannot be read.
  mutating func cannotLook(
    _ index: Int, _ why: PassingBatch.Doubt, at now: MonotonicTime, _ log: inout [LogEntry]
  ) {
    guard let place = places[queue[index].key] else { return }
    switch why {
    case .closed: close(place, queue[index].token, isUnread: true, at: now, &log)
    // Nothing contradicts the answer, which says that all is well.
    case .uncounted, .older: confirm(queue[index].numbers, of: index, at: now, &log)
    case .short:
      queue[index].step = .send
      guard isFruitless(index, at: now) else { return }
      hold(
        place, .uncounted(until: now + random.spread(.seconds(300), by: 0.1)),
        "the cloud counts fewer passings of \(files[place].summary.key.file) than it is sent, and the key may not read what it has",
        at: now, &log)
    }
  }
}
