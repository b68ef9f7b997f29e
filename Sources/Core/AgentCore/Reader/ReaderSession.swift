public import One4AllProtocol

/// The conversation with whatever is on the line: opening, asking, listening, starting again.
///
/// After opening: PING, GETPROTOCOL, GETSTATUS, PUSHTAGS;true. Then GETSTATUS every poll interval, and PING when
/// nothing else was heard. A silent line stays open (what is pushed is still caught) and is opened afresh now
/// and then.
public struct ReaderSession: Sendable {
  enum Line: Equatable, Sendable {
    case closed(retryAt: MonotonicTime)
    case opening
    case open(since: MonotonicTime)
  }

  var settings: AgentSettings.Reader
  var line: Line
  /// Number of the current opening; reports of older ones are ignored.
  var opening: UInt64 = 0
  var queue = CommandQueue()
  var random: RandomSource
  var lineBackoff: Backoff
  var silenceBackoff: Backoff

  /// How it stands.
  public internal(set) var state = ReaderState.opening
  /// What the port resolved to when it was last opened, e.g. `/dev/ttyUSB1`.
  public internal(set) var device: String?
  /// The last status, while its reader may be taken to be there.
  public internal(set) var status: ReaderStatus?
  /// When it said so.
  public internal(set) var statusAt: MonotonicTime?
  /// When the last valid frame of the reader in `status` was heard.
  public internal(set) var lastFrameAt: MonotonicTime?
  /// What was heard in all.
  public internal(set) var totals = FrameTotals()
  /// What those who care for passings have not been told yet.
  private(set) var news: [ReaderNews] = []

  /// Whether the reader has said who it is since the line was opened or it restarted. What is heard before
  /// belongs to nobody yet.
  var isIdentified = false {
    didSet { if oldValue && !isIdentified { tell(.disconnected) } }
  }
  var lastValidAt: MonotonicTime?
  /// When a part of a long reply was heard last.
  var replyComingAt: MonotonicTime?
  var strange = StrangeReplies()
  var evidence = StatusEvidence()
  /// Bytes heard since the last valid frame, and the first of them.
  var strayBytes = 0
  var sample: [UInt8] = []
  var pollAt: MonotonicTime
  var pushConfirmedAt: MonotonicTime?
  var reopenAt: MonotonicTime?

  /// A session that opens its line at once.
  init(settings: AgentSettings.Reader, random: RandomSource, at now: MonotonicTime) {
    self.settings = settings
    self.random = random
    line = .closed(retryAt: now)
    pollAt = now
    lineBackoff = ReaderSession.lineBackoff(for: settings.port)
    silenceBackoff = Backoff(first: .seconds(4), cap: .seconds(60))
  }

  /// Who the reader is; nil before it has said so.
  public var identity: ReaderIdentity? { status.map(ReaderIdentity.init) }

  /// Asks the reader something, behind what waits; its end comes as `ReaderNews.answered`. Does nothing, and gives no news,
  /// while no reader is connected.
  mutating func ask(_ question: ReaderQuestion, at now: MonotonicTime, _ actions: inout [AgentAction]) {
    guard isIdentified else { return }
    queue.add(question)
    sendNext(at: now, &actions)
  }

  /// Tells those who care for passings.
  mutating func tell(_ piece: ReaderNews) { news.append(piece) }

  /// Hands over what there is to tell.
  mutating func takeNews() -> [ReaderNews] {
    defer { news = [] }
    return news
  }

  /// Why it is not connected, for a person; nil when it is, or when it is being opened.
  public func stateReason(by problems: Problems) -> String? {
    state == .connected
      ? nil : problems.of(.reader).last { ReaderSession.lineProblems.contains($0.event) }?.message
  }

  /// What keeps it from being connected; one of them is true at a time.
  static let lineProblems: [EventName] = [
    .readerAbsent, .readerBusy, .readerUnusable, .readerSilent, .readerForeign,
  ]

  /// Whether a reader speaks on the line and has said who it is.
  public var isConnected: Bool { state == .connected && isIdentified }

  /// Looking for a device node costs nothing; a network address is asked less often.
  static func lineBackoff(for port: PortAddress) -> Backoff {
    switch port {
    case .device: Backoff(first: .milliseconds(250), cap: .seconds(3))
    case .tcp: Backoff(first: .milliseconds(500), cap: .seconds(10))
    }
  }

  /// How long nothing may be heard before PING asks.
  var quietSpan: Duration {
    max(.milliseconds(500), min(.nanoseconds(settings.silenceTimeout.wholeNanoseconds / 3), .seconds(10)))
  }

  /// Since when nothing valid has been heard on the open line.
  var quietSince: MonotonicTime? {
    guard case .open(let since) = line else { return nil }
    return max(lastValidAt ?? since, replyComingAt ?? since, since)
  }

  /// When `advance` wants to be called next; nil when only an event can change anything.
  var nextDeadline: MonotonicTime? {
    switch line {
    case .closed(let retryAt): return retryAt
    case .opening: return nil
    case .open:
      let quiet = quietSince
      return [
        queue.deadline, reopenAt, isIdentified || queue.isIdle ? pollAt : nil,
        queue.isIdle ? quiet.map { $0 + quietSpan } : nil,
        reopenAt == nil ? quiet.map { $0 + settings.silenceTimeout } : nil,
      ].compactMap { $0 }.min()
    }
  }

  /// What is due is done.
  mutating func advance(
    to now: MonotonicTime, _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    switch line {
    case .closed(let retryAt):
      if now >= retryAt { open(&actions) }
    case .opening: break
    case .open:
      if let reopenAt, now >= reopenAt {
        reopen(&actions)
        return
      }
      if let expired = queue.expire(at: now) { replyMissing(to: expired, at: now, &problems, &actions) }
      if let quietSince, reopenAt == nil, now >= quietSince + settings.silenceTimeout {
        fellSilent(at: now, &problems, &actions)
        return
      }
      if isIdentified || queue.isIdle, now >= pollAt { poll(at: now, problems) }
      if let quietSince, queue.isIdle, now >= quietSince + quietSpan { queue.add(.ping) }
      sendNext(at: now, &actions)
    }
  }

  /// New settings are in force; another port or other line settings open the line afresh.
  mutating func apply(
    _ new: AgentSettings.Reader, at now: MonotonicTime, _ problems: inout Problems,
    _ actions: inout [AgentAction]
  ) {
    let old = settings
    settings = new
    pollAt = min(pollAt, now + new.pollInterval)
    guard ReaderSession.options(old) != ReaderSession.options(new) else { return }
    if line != .closed(retryAt: now) { actions.append(.line(.close(opening: opening))) }
    if old.port != new.port {
      status = nil
      lastFrameAt = nil
      device = nil
    }
    lineBackoff = ReaderSession.lineBackoff(for: new.port)
    silenceBackoff.reset()
    state = .opening
    var log = problems.lend(.reader)
    log.drop(
      .readerAbsent, .readerBusy, .readerUnusable, .readerSilent, .readerForeign, .readerRefused,
      .readerUnclear)
    StatusRule.forget(&log)
    problems.settle(log)
    open(&actions)
  }

  private static func options(_ settings: AgentSettings.Reader) -> LineOptions {
    LineOptions(
      address: settings.port, baudRate: settings.baudRate, dtr: settings.dtr, rts: settings.rts,
      settleDelay: settings.settleDelay)
  }
}

// Opening and closing.
extension ReaderSession {
  /// Something happened on the line.
  mutating func handle(
    _ report: LineReport, at now: MonotonicTime, _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    switch report {
    case .opened(let number, let device):
      guard number == opening, line == .opening else { return }
      line = .open(since: now)
      self.device = device
      startAsking(at: now, &actions)
    case .failed(let number, let failure):
      guard number == opening else { return }
      lineFailed(failure, at: now, &problems, &actions)
    case .heard(let number, let reception):
      guard number == opening, case .open = line else { return }
      heard(reception, at: now, &problems, &actions)
    }
  }

  private mutating func open(_ actions: inout [AgentAction]) {
    opening += 1
    line = .opening
    isIdentified = false
    lastValidAt = nil
    replyComingAt = nil
    strange.forget()
    evidence.beginAgain()
    strayBytes = 0
    sample = []
    pushConfirmedAt = nil
    reopenAt = nil
    queue.clear()
    actions.append(.line(.open(opening: opening, ReaderSession.options(settings))))
  }

  private mutating func reopen(_ actions: inout [AgentAction]) {
    actions.append(.line(.close(opening: opening)))
    open(&actions)
  }

  private mutating func lineFailed(
    _ failure: LineFailure, at now: MonotonicTime, _ problems: inout Problems,
    _ actions: inout [AgentAction]
  ) {
    let wasAlive = lastValidAt != nil
    queue.clear()
    isIdentified = false
    reopenAt = nil
    line = .closed(retryAt: now + lineBackoff.next(&random))
    switch failure {
    case .absent, .unreachable: enter(.absent, .readerAbsent, "\(failure)", at: now, &problems, &actions)
    case .busy: enter(.busy, .readerBusy, "\(failure)", at: now, &problems, &actions)
    case .notPermitted, .notATerminal, .failed:
      enter(.unusable, .readerUnusable, "\(failure)", at: now, &problems, &actions)
    case .lost(let reason):
      if wasAlive {
        state = .opening
        actions.append(
          .log(LogEntry(.readerLost, "the line to the reader was lost: \(reason)", fields([.reason: reason])))
        )
      } else {
        enter(
          .unusable, .readerUnusable, "the line opens and is lost at once: \(reason)", at: now, &problems,
          &actions)
      }
    }
  }

  private mutating func fellSilent(
    at now: MonotonicTime, _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    if strayBytes > 0 {
      enterForeign(at: now, &problems, &actions)
    } else {
      let span = humanSpan(settings.silenceTimeout)
      enter(.silent, .readerSilent, "nothing heard from the reader for \(span)", at: now, &problems, &actions)
    }
    isIdentified = false
    strayBytes = 0
    sample = []
    // At once the first time, since a fresh line mends most; then ever less often.
    if silenceBackoff.failures == 0 {
      _ = silenceBackoff.next(&random)
      reopen(&actions)
    } else {
      reopenAt = now + max(silenceBackoff.next(&random), settings.replyTimeout)
      startAsking(at: now, &actions)
    }
  }

  mutating func enterForeign(
    at now: MonotonicTime, _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    let shown = printable(sample)
    enter(
      .foreign, .readerForeign,
      "what speaks on \(settings.port) is no One4All, or the baud rate is wrong; it said: \(shown)", at: now,
      &problems, &actions)
  }

  private mutating func enter(
    _ state: ReaderState, _ event: EventName, _ message: String, at now: MonotonicTime,
    _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    self.state = state
    var log = problems.lend(.reader)
    for other in ReaderSession.lineProblems where other != event { log.drop(other) }
    // What a stranger says changes all the time; that a stranger speaks is told once.
    if event != .readerForeign || !log.isActive(event) {
      log.raise(event, message, fields(), at: now)
    }
    problems.settle(log, &actions)
  }

  private func printable(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      byte >= 32 && byte < 127
        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  func fields(_ more: [JournalField: String] = [:]) -> [JournalField: String] {
    var fields = more
    fields[.port] = "\(settings.port)"
    fields[.serialNumber] = identity?.serialNumber
    return fields
  }
}
