/// How a session file stands by what the agent knows now: status and ledger take their numbers from here.
public struct FileStanding: Equatable, Sendable {
  /// In numbers, as the store last told them.
  public let summary: FileSummary
  /// Whether it is the reader's current file.
  public let isCurrent: Bool
  /// How many passings it has, by the reader's word or by the numbers that came; nil when neither is known.
  public let readerCount: UInt32?
  /// How many of them are neither stored nor lost.
  public let gapCount: Int
  /// Which; nil for a file that is not followed: then the store alone can name them.
  public let gaps: NumberSet?
  /// Confirmed by the cloud, passings a second, lately; nil when nothing was.
  public let acknowledgedPerSecond: Double?
  /// Why nothing of it is sent; nil when something is, or nothing waits.
  public let hold: String?

  /// How it stands.
  public init(
    summary: FileSummary, isCurrent: Bool = false, readerCount: UInt32? = nil, gapCount: Int = 0,
    gaps: NumberSet? = nil, acknowledgedPerSecond: Double? = nil, hold: String? = nil
  ) {
    self.summary = summary
    self.isCurrent = isCurrent
    self.readerCount = readerCount
    self.gapCount = gapCount
    self.gaps = gaps
    self.acknowledgedPerSecond = acknowledgedPerSecond
    self.hold = hold
  }
}

extension Agent {
  /// How every session file stands, in the order of first contact.
  public func standings(at now: Moment) -> [FileStanding] {
    let followed = Dictionary(intake.openFiles.map { ($0.key, $0) }) { first, _ in first }
    return ledger.files.map { summary in
      let key = summary.key
      let forward = forwarder.status(of: key, at: now)
      let open = followed[key].flatMap { $0.isOpened ? $0 : nil }
      let count = [open?.readerCount, summary.knownCount].compactMap { $0 }.max()
      return FileStanding(
        summary: summary, isCurrent: key == intake.current, readerCount: count,
        gapCount: open?.gaps.count ?? summary.gapCount, gaps: open?.gaps,
        acknowledgedPerSecond: forward?.perSecond, hold: forward?.reason)
    }
  }

  /// Why passings are not sent now, of one file or at all; nil when nothing holds any.
  func hold(at now: Moment) -> String? {
    if !settings.passings.forward { return forwarder.hold(at: now) }
    // What went wrong last holds nothing once its time is over and there is another reason.
    let held = forwarder.heldFile(at: now.monotonic).map { "\($0.key.file): \($0.reason)" }
    return forwarder.hold(at: now) ?? held ?? forwarder.lastError
  }
}
