// What the reader's memory says otherwise about passings that are on their way.
extension Forwarder {
  /// The reader's memory has corrected passings, or knows nothing of them. What was read of them is put back, so that
  /// the corrected ones are sent; only a request that is under way goes on.
  mutating func changed(_ differences: [PassingDifference], of key: FileKey, _ log: inout Telling) {
    guard let place = places[key], !differences.isEmpty else { return }
    let numbers = NumberSet(differences.map(\.number))
    let unsent = NumberSet(differences.lazy.filter { !$0.wasSent }.map(\.number))
    var shown = files[place].shown
    for index in queue.indices where queue[index].key == key {
      let touched = queue[index].numbers.intersection(numbers)
      queue[index].outdated.formUnion(touched)
      if isUnderWay(queue[index]) { shown.formUnion(touched) }
    }
    files[place].mayBeOld.formUnion(files[place].shown.intersection(unsent))
    // Of those that are gone, no later answer will tell.
    let gone = NumberSet(differences.lazy.filter { !$0.wasSent && $0.memory == nil }.map(\.number))
    tellOld(gone.intersection(shown), of: place, &log)
    files[place].mayBeOld.subtract(gone)
    overtaken(unsent, of: place, &log)
    dropOutdated()
  }

  /// The zone of waiting passings was corrected: they have other times than they had when they were read.
  mutating func retimed(_ numbers: NumberSet, of key: FileKey, _ log: inout Telling) {
    guard let place = places[key], !numbers.isEmpty else { return }
    for index in queue.indices where queue[index].key == key {
      queue[index].outdated.formUnion(queue[index].numbers.intersection(numbers))
    }
    files[place].mayBeOld.formUnion(files[place].shown.intersection(numbers))
    overtaken(numbers, of: place, &log)
    dropOutdated()
    files[place].scan.readAgain(from: numbers.first ?? 0)
  }

  /// The store was told of a correction before it was told what the cloud said of the passing as it was.
  private mutating func overtaken(_ numbers: NumberSet, of place: Int, _ log: inout Telling) {
    let key = files[place].summary.key
    var confirmed = NumberSet()
    var refused = NumberSet()
    for request in writes {
      switch request {
      case .acknowledge(key, let more, _): confirmed.formUnion(more)
      case .reject(key, let number, _): refused.insert(number)
      default: break
      }
    }
    tellOld(confirmed.intersection(numbers), of: place, &log)
    refused = refused.intersection(numbers)
    if !refused.isEmpty { write(.sendAgain(key, refused)) }
  }

  /// Puts back the batches that hold what was changed since they were read, but for the one that is under way.
  mutating func dropOutdated() {
    let outdated = queue.filter { !$0.outdated.isEmpty && !isUnderWay($0) }
    guard !outdated.isEmpty else { return }
    for batch in outdated { putBack(batch) }
    queue.removeAll { batch in outdated.contains { $0.identifier == batch.identifier } }
  }

  private func isUnderWay(_ batch: PassingBatch) -> Bool {
    switch talk.underWay?.purpose {
    case .send(batch.identifier), .checkSession(batch.identifier), .checkList(batch.identifier),
      .readBatch(batch.identifier):
      true
    case .send, .checkSession, .checkList, .readBatch, .openSession, .findSession, .readFormer, .count,
      .readRange, .audit, .nothing, nil:
      false
    }
  }

  /// A batch was sent: unless the cloud was not reached, or has refused it, it may have it.
  mutating func noteShown(_ purpose: Purpose, _ result: Result<CloudAnswer, CloudFailure>) {
    guard case .send(let identifier) = purpose, result.mayHaveBeenTaken,
      let batch = queue.first(where: { $0.identifier == identifier }), let place = places[batch.key]
    else { return }
    files[place].shown.formUnion(batch.numbers)
    files[place].mayBeOld.formUnion(batch.outdated.intersection(batch.numbers))
  }

  /// The cloud had nothing of the batch before: it has it as it was sent now.
  mutating func noteNew(_ batch: PassingBatch) {
    guard let place = places[batch.key] else { return }
    files[place].mayBeOld.subtract(batch.numbers.subtracting(batch.outdated))
  }

  /// What the cloud has of a batch was compared with it, as it was sent.
  mutating func noteSeen(_ look: PassingBatch.Look, of batch: PassingBatch) {
    guard let place = places[batch.key] else { return }
    files[place].mayBeOld.subtract(look.same.subtracting(batch.outdated))
    files[place].mayBeOld.formUnion(look.other)
  }

  /// The cloud has them, some perhaps as they were before the reader's memory corrected them: those count as sent.
  mutating func noteConfirmed(_ numbers: NumberSet, of key: FileKey, _ log: inout Telling) {
    guard let place = places[key] else { return }
    let old = files[place].mayBeOld.intersection(numbers)
    files[place].shown.subtract(numbers)
    files[place].mayBeOld.subtract(numbers)
    tellOld(old, of: place, &log)
  }

  private mutating func tellOld(_ numbers: NumberSet, of place: Int, _ log: inout Telling) {
    guard !numbers.isEmpty else { return }
    let key = files[place].summary.key
    write(.noteSent(key, numbers))
    log.append(
      LogEntry(
        .passingDiffers,
        "session file \(key.file): the cloud may have as they were before the reader's memory said otherwise: "
          + numbers.text(limit: 40), priority: .alert, fields(key)))
  }
}
