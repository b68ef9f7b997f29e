// The cloud closes a device's other sessions when one is created: a session is asked for only when no other file of
// that reader still needs its own.
extension Forwarder {
  /// How long a file may keep others waiting without anything of it changing.
  static let patience = Duration.seconds(120)
  /// The same where its passings are being fetched, or the reader that writes it is away.
  static let longPatience = Duration.seconds(600)

  /// Why a file's session may not be created now; nil when it may. Notes when to look again.
  mutating func obstacle(to place: Int, at now: MonotonicTime) -> String? {
    let serialNumber = files[place].summary.key.serialNumber
    for other in files.indices where other != place {
      guard files[other].summary.key.serialNumber == serialNumber, files[other].hold == nil,
        let reason = need(of: other, isOlder: other < place, at: now)
      else { continue }
      return "\(files[other].summary.key.file) \(reason)"
    }
    return nil
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
    if file.sendable > 0 { return "is not sent to its end" }
    guard file.isUnfinished, isOfReader(place) else { return nil }
    let isAway = session.isOpen && isLast && !view.isConnected
    let isSlow = isAway || view.fetching.contains(key)
    let end = file.progressAt + (isSlow ? Forwarder.longPatience : Forwarder.patience)
    guard now < end else { return nil }
    wake(at: end)
    return "may have more passings in the reader"
  }
}
