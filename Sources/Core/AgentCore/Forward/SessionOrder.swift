// The cloud closes a device's other sessions when one is created: a session is asked for only when no other file of
// that reader still needs its own.
extension Forwarder {
  /// How long a file may keep others waiting without anything of it changing.
  static let patience = Duration.seconds(120)
  /// The same where its passings are being fetched, or the reader that writes it is away.
  static let longPatience = Duration.seconds(600)

  /// Why a file's session may not be created now; nil when it may. Notes when to look again.
  mutating func obstacle(to place: Int, at now: MonotonicTime) -> String? {
    let key = files[place].summary.key
    let isOfReader = isOfReader(place)
    if isOfReader, view.searching == key.serialNumber { return "the reader is asked for its files" }
    for other in files.indices where other != place {
      guard files[other].summary.key.serialNumber == key.serialNumber, files[other].hold == nil,
        let reason = need(of: other, isOlder: goes(other, before: place), at: now)
      else { continue }
      return "\(files[other].summary.key.file) \(reason)"
    }
    guard isOfReader else { return nil }
    // Nothing is stored yet of a file that was found just now.
    for (found, since) in foundAt where found.serialNumber == key.serialNumber && found.file < key.file {
      let end = since + Forwarder.patience
      guard now < end else { continue }
      wake(at: end)
      return "\(found.file) may have passings in the reader"
    }
    return nil
  }

  /// Keeps in mind since when files are fetched of which nothing is stored.
  mutating func noteFound(at now: MonotonicTime) {
    let found = view.fetching.filter { places[$0] == nil && !view.complete.contains($0) }
    foundAt = foundAt.filter { found.contains($0.key) }
    for key in found where foundAt[key] == nil { foundAt[key] = now }
  }

  /// The reader's own files go before those that a person brought, and the older before the newer: their names tell.
  private func goes(_ other: Int, before place: Int) -> Bool {
    switch (isOfReader(other), isOfReader(place)) {
    case (true, true): files[other].summary.key.file < files[place].summary.key.file
    case (false, false): other < place
    case (let isFirst, _): isFirst
    }
  }

  /// Whether the reader has, or had, that file; a person may have imported one that it never knew.
  private func isOfReader(_ place: Int) -> Bool {
    let summary = files[place].summary
    return summary.readerCount != nil || summary.unconfirmed > 0 || view.fetching.contains(summary.key)
      || lastCurrent[summary.key.serialNumber] == summary.key
  }

  /// Why a file needs the device's session for itself; nil when it does not.
  private mutating func need(of place: Int, isOlder: Bool, at now: MonotonicTime) -> String? {
    let file = files[place]
    let key = file.summary.key
    let session = sessionState(of: place)
    let isLast = lastCurrent[key.serialNumber].map { $0 == key } ?? true
    switch session {
    case .closed, .unbound: return nil
    case .find: return "may have a session that was not heard of yet"
    case .keeping: return "is getting its session"
    case .post, .ask: if !isOlder { return nil }
    case .open:
      if key == view.current, view.isConnected, view.isReading { return "is being written by the reader" }
    }
    // A passing on which the cloud fails each time is tried again for ever; nobody waits for that.
    let late = queue.reduce(0) { $1.key == key && $1.notBefore != nil ? $0 + $1.items.count : $0 }
    if file.sendable > late { return "is not sent to its end" }
    guard file.isUnfinished, isOfReader(place), !view.complete.contains(key) else { return nil }
    let isAway = session.isOpen && isLast && !view.isConnected
    let isSlow = isAway || view.fetching.contains(key)
    let end = file.progressAt + (isSlow ? Forwarder.longPatience : Forwarder.patience)
    guard now < end else { return nil }
    wake(at: end)
    return "may have more passings in the reader"
  }
}
