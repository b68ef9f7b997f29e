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
    guard let index = index(of: identifier), case .look(let look) = queue[index].step else { return }
    switch PageAnswer(answer, of: .passings) {
    case .page(let page): batchShown(index, look, page, at: now, &orders.log)
    case .keyRefused:
      noteUnreadable(answer, at: now, &orders.log)
      cannotLook(index, look.why, at: now, &orders.log)
    case .absent where look.why != .older: queue[index].step = .checkList
    case .absent(let words), .wrong(let words):
      failed(.readBatch(batch: identifier), words, status: answer.status, at: now, &orders.log)
    }
  }

  private mutating func batchShown(
    _ index: Int, _ look: PassingBatch.Look, _ list: PassingPage, at now: MonotonicTime,
    _ log: inout Telling
  ) {
    var look = look
    let isLast = look.pages.take(list)
    let compared = list.compare(queue[index].items)
    look.same.formUnion(compared.same)
    look.other.formUnion(compared.other)
    if isLast { return conclude(index, look, at: now, &log) }
    queue[index].step = .look(look)
  }

  /// The cloud has answered, and does not show what it has of a batch.
  mutating func noteUnshown(_ identifier: UInt64, at now: MonotonicTime, _ log: inout Telling) {
    guard let index = index(of: identifier), case .look(var look) = queue[index].step else { return }
    look.refusals += 1
    queue[index].step = .look(look)
    // It was counted; that some of it may be as it was before is no reason to wait for ever.
    guard look.why == .older, look.refusals >= Forwarder.mostUnshown else { return }
    cannotLook(index, look.why, at: now, &log)
  }

  /// All that the cloud has of a batch is known.
  private mutating func conclude(
    _ index: Int, _ look: PassingBatch.Look, at now: MonotonicTime, _ log: inout Telling
  ) {
    let batch = queue[index]
    noteSeen(look, of: batch)
    // What a session of before the store was lost has of this file is acknowledged already.
    let isFormer = places[batch.key].map { files[$0].course.former.knows(batch.token) } ?? false
    let found = isFormer ? NumberSet() : look.pages.found
    let missing = batch.numbers.subtracting(found)
    let present = batch.numbers.subtracting(missing)
    if !present.isEmpty || look.why == .older || look.why == .closed { answered(at: now, &log) }
    // What it counts it has, though it may not show it yet.
    if look.why == .older { return confirm(batch.numbers, of: index, at: now, &log) }
    if look.why == .closed, !found.isEmpty {
      write(.acknowledge(batch.key, found, session: batch.token))
      noteConfirmed(found, of: batch.key, &log)
    }
    if !present.isEmpty { confirm(present, of: index, at: now, &log) }
    // Nothing is lost; whether the rest of the file is refused the next batch will tell.
    guard !missing.isEmpty else { return }
    guard look.why != .closed else {
      if let place = places[batch.key] { close(place, batch.token, at: now, &log) }
      return
    }
    queue[index].step = .send
    guard present.isEmpty else { return }
    if look.why == .uncounted {
      return failed(.send(batch: batch.identifier), words(uncounted: batch), at: now, &log)
    }
    sentInVain(index, at: now)
  }

  /// What the cloud said of a batch instead of counting it.
  private func words(uncounted batch: PassingBatch) -> String {
    "the cloud answers passings without counting them (\(batch.said)): they wait"
  }

  /// The cloud has counted fewer than it was sent, and has nothing of it. The others need not wait for that; the
  /// passing that it does not take is looked for.
  private mutating func sentInVain(_ index: Int, at now: MonotonicTime) {
    queue[index].fruitless += 1
    guard queue[index].fruitless >= Forwarder.mostFruitless else {
      queue[index].notBefore = now + talk.random.spread(.seconds(1 << queue[index].fruitless), by: 0.25)
      return
    }
    guard queue[index].items.count > 1 else {
      return park(
        queue.remove(at: index), "the cloud takes a passing without a complaint and does not have it", at: now
      )
    }
    cut(index)
    for part in index...index + 1 { queue[part].fruitless = Forwarder.mostFruitless - 1 }
  }

  /// What the cloud has of a batch cannot be read.
  mutating func cannotLook(
    _ index: Int, _ why: PassingBatch.Doubt, at now: MonotonicTime, _ log: inout Telling
  ) {
    let batch = queue[index]
    guard let place = places[batch.key] else { return }
    switch why {
    case .closed: close(place, batch.token, isUnread: true, at: now, &log)
    // All of it was counted, now or, as it was sent before, then.
    case .older, .resent:
      answered(at: now, &log)
      confirm(batch.numbers, of: index, at: now, &log)
    // Nothing is confirmed, and no passing is to blame.
    case .uncounted:
      queue[index].step = .send
      failed(.send(batch: batch.identifier), words(uncounted: batch), at: now, &log)
    case .short:
      queue[index].step = .send
      queue[index].fruitless += 1
      let message =
        "the cloud counts fewer passings of \(batch.key.file) than it is sent, and the key may not read what it has"
      guard queue[index].fruitless >= Forwarder.mostFruitless else {
        return failed(.send(batch: batch.identifier), message, at: now, &log)
      }
      hold(place, .uncounted(until: now + talk.random.spread(.seconds(300), by: 0.1)), message, at: now, &log)
    }
  }
}
