/// How the forwarding of a session file stands.
public struct ForwardStatus: Equatable, Sendable {
  /// The file.
  public let key: FileKey
  /// Kept, and neither confirmed nor refused by the cloud.
  public let waiting: Int
  /// When the oldest of them was heard; nil when none waits or it has not been read yet.
  public let oldestArrival: MonotonicTime?
  /// How many the cloud confirms a second; nil when it has confirmed none in the last seconds.
  public let perSecond: Double?
  /// How long the rest takes at that rate; nil without one.
  public let timeToDrain: Duration?
  /// Why nothing of it is sent; nil when it is, or nothing waits.
  public let reason: String?
}

extension Forwarder {
  /// How the forwarding of a file stands; nil when the file is not known.
  public func status(of key: FileKey, at now: Moment) -> ForwardStatus? {
    guard let place = places[key] else { return nil }
    let file = files[place]
    let waiting = file.summary.waiting
    let rate = file.meter.perSecond(at: now.monotonic)
    return ForwardStatus(
      key: key, waiting: waiting, oldestArrival: oldestArrival(of: place), perSecond: rate,
      timeToDrain: rate.flatMap { $0 > 0 ? Duration(clampingSeconds: Double(waiting) / $0) : nil },
      reason: waiting > 0 ? reason(for: file, at: now) : nil)
  }

  /// Why nothing is sent at all; nil when something can be.
  public func hold(at now: Moment) -> String? {
    if !settings.forward { return "forwarding is off (forward = no)" }
    guard now.monotonic < talk.notBefore else { return nil }
    return lastError.map { $0 + nextAttempt(after: talk.notBefore, at: now) }
  }

  /// Why nothing is sent of a file of which something waits: the first such file, and the reason; nil when nothing holds
  /// any. That the reader's memory has not confirmed them yet holds none.
  public func heldFile(at now: MonotonicTime) -> (key: FileKey, reason: String)? {
    for place in active where files[place].summary.waiting > 0 {
      if let reason = files[place].blocked { return (files[place].summary.key, reason) }
    }
    return nil
  }

  /// When the oldest that waits was heard, as far as it has been read.
  func oldestArrival(of place: Int) -> MonotonicTime? {
    let file = files[place]
    let read = queue.lazy.filter { $0.key == file.summary.key }.compactMap(\.items.first?.arrivedAt).min()
    let unread = file.unread > 0 ? file.scan.oldestUnread : nil
    let arrival = [read, unread].compactMap { $0 }.min()
    return arrival.map { max($0, file.scan.sentAgainAt ?? $0) }
  }

  private func reason(for file: ForwardFile, at now: Moment) -> String? {
    if !settings.forward { return hold(at: now) }
    if let blocked = file.blocked { return blocked }
    if file.sendable == 0 {
      return file.summary.undecided > 0
        ? "the reader's clock had jumped: a person is to decide (one4allctl release)"
        : "the reader's memory has not confirmed them yet"
    }
    return hold(at: now)
  }
}
