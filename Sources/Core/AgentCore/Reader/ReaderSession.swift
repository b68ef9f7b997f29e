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
  var conditions = Conditions()
  var random: RandomSource
  var lineBackoff: Backoff
  var silenceBackoff: Backoff

  /// How it stands.
  public internal(set) var state = ReaderState.opening
  /// What the port resolved to when it was last opened, e.g. `/dev/ttyUSB1`.
  public internal(set) var device: String?
  /// The last status, while its reader may be taken to be there.
  public internal(set) var status: ReaderStatus?
  /// When the last valid frame of the reader in `status` was heard.
  public internal(set) var lastFrameAt: MonotonicTime?
  /// What was heard in all.
  public internal(set) var totals = FrameTotals()

  /// Whether the reader has said who it is since the line was opened or it restarted. What is heard before
  /// belongs to nobody yet.
  var isIdentified = false
  var lastValidAt: MonotonicTime?
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

  /// Why it is not connected, for a person; nil when it is, or when it is being opened.
  public var stateReason: String? {
    let events: [EventName] = [.readerAbsent, .readerBusy, .readerUnusable, .readerSilent, .readerForeign]
    return state == .connected ? nil : conditions.active.last { events.contains($0.event) }?.message
  }

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
  var quietSpan: Duration { max(.milliseconds(500), min(settings.silenceTimeout / 3, .seconds(10))) }

  /// Since when nothing valid has been heard on the open line.
  var quietSince: MonotonicTime? {
    guard case .open(let since) = line else { return nil }
    return max(lastValidAt ?? since, since)
  }

  /// When `advance` wants to be called next; nil when only an event can change anything.
  var nextDeadline: MonotonicTime? {
    switch line {
    case .closed(let retryAt): return retryAt
    case .opening: return nil
    case .open:
      let quiet = quietSince
      return [
        queue.deadline, reopenAt, isIdentified ? pollAt : nil,
        queue.isIdle ? quiet.map { $0 + quietSpan } : nil,
        reopenAt == nil ? quiet.map { $0 + settings.silenceTimeout } : nil,
      ].compactMap { $0 }.min()
    }
  }

  /// What is due is done.
  mutating func advance(to now: MonotonicTime, _ actions: inout [AgentAction]) {
    switch line {
    case .closed(let retryAt):
      if now >= retryAt { open(&actions) }
    case .opening: break
    case .open:
      if let reopenAt, now >= reopenAt {
        reopen(&actions)
        return
      }
      if let command = queue.expire(at: now) { replyMissing(to: command, at: now, &actions) }
      if let quietSince, reopenAt == nil, now >= quietSince + settings.silenceTimeout {
        fellSilent(at: now, &actions)
        return
      }
      if isIdentified, now >= pollAt { poll(at: now) }
      if let quietSince, queue.isIdle, now >= quietSince + quietSpan { queue.add(.ping) }
      sendNext(at: now, &actions)
    }
  }

  /// New settings are in force; another port or other line settings open the line afresh.
  mutating func apply(_ new: AgentSettings.Reader, at now: MonotonicTime, _ actions: inout [AgentAction]) {
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
    conditions.drop(
      .readerAbsent, .readerBusy, .readerUnusable, .readerSilent, .readerForeign, .readerRefused)
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
  mutating func handle(_ report: LineReport, at now: MonotonicTime, _ actions: inout [AgentAction]) {
    switch report {
    case .opened(let number, let device):
      guard number == opening, line == .opening else { return }
      line = .open(since: now)
      self.device = device
      startAsking(at: now, &actions)
    case .failed(let number, let failure):
      guard number == opening else { return }
      lineFailed(failure, at: now, &actions)
    case .heard(let number, let reception):
      guard number == opening, case .open = line else { return }
      heard(reception, at: now, &actions)
    }
  }

  private mutating func open(_ actions: inout [AgentAction]) {
    opening += 1
    line = .opening
    isIdentified = false
    lastValidAt = nil
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
    _ failure: LineFailure, at now: MonotonicTime, _ actions: inout [AgentAction]
  ) {
    let wasAlive = lastValidAt != nil
    queue.clear()
    isIdentified = false
    reopenAt = nil
    line = .closed(retryAt: now + lineBackoff.next(&random))
    switch failure {
    case .absent, .unreachable: enter(.absent, .readerAbsent, "\(failure)", at: now, &actions)
    case .busy: enter(.busy, .readerBusy, "\(failure)", at: now, &actions)
    case .notPermitted, .notATerminal, .failed:
      enter(.unusable, .readerUnusable, "\(failure)", at: now, &actions)
    case .lost(let reason):
      if wasAlive {
        state = .opening
        actions.append(
          .log(LogEntry(.readerLost, "the line to the reader was lost: \(reason)", fields([.reason: reason])))
        )
      } else {
        enter(.unusable, .readerUnusable, "the line opens and is lost at once: \(reason)", at: now, &actions)
      }
    }
  }

  private mutating func fellSilent(at now: MonotonicTime, _ actions: inout [AgentAction]) {
    if strayBytes > 0 {
      enterForeign(at: now, &actions)
    } else {
      let span = humanSpan(settings.silenceTimeout)
      enter(.silent, .readerSilent, "nothing heard from the reader for \(span)", at: now, &actions)
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

  private mutating func enterForeign(at now: MonotonicTime, _ actions: inout [AgentAction]) {
    let shown = printable(sample)
    enter(
      .foreign, .readerForeign,
      "what speaks on \(settings.port) is no One4All, or the baud rate is wrong; it said: \(shown)", at: now,
      &actions)
  }

  private mutating func enter(
    _ state: ReaderState, _ event: EventName, _ message: String, at now: MonotonicTime,
    _ actions: inout [AgentAction]
  ) {
    self.state = state
    let others: [EventName] = [.readerAbsent, .readerBusy, .readerUnusable, .readerSilent, .readerForeign]
    for other in others where other != event { conditions.drop(other) }
    var log: [LogEntry] = []
    // What a stranger says changes all the time; that a stranger speaks is told once.
    if event != .readerForeign || !conditions.isActive(event) {
      conditions.raise(event, message, fields(), at: now, &log)
    }
    actions += log.map(AgentAction.log)
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

// Asking and listening.
extension ReaderSession {
  private mutating func startAsking(at now: MonotonicTime, _ actions: inout [AgentAction]) {
    queue.clear()
    for command in [Command.ping, .getProtocol, .getStatus, .pushTags(true)] { queue.add(command) }
    sendNext(at: now, &actions)
  }

  private mutating func sendNext(at now: MonotonicTime, _ actions: inout [AgentAction]) {
    guard case .open = line, let command = queue.next(at: now, timeout: settings.replyTimeout) else { return }
    actions.append(.line(.write(opening: opening, command.encoded())))
  }

  /// GETSTATUS again; PUSHTAGS too when it is not known to be on, or was said a minute ago: a reader that
  /// restarted unseen has it off.
  private mutating func poll(at now: MonotonicTime) {
    pollAt = now + settings.pollInterval
    queue.add(.getStatus)
    if pushConfirmedAt.map({ now - $0 >= .seconds(60) }) ?? true { queue.add(.pushTags(true)) }
  }

  private mutating func heard(
    _ reception: LineReport.Reception, at now: MonotonicTime, _ actions: inout [AgentAction]
  ) {
    totals.count(reception)
    strayBytes += reception.byteCount
    if sample.count < 24 { sample += reception.sample.prefix(24 - sample.count) }
    for frame in reception.frames {
      switch frame {
      case .hello:
        alive(at: reception.at, now, &actions)
        if isIdentified { startAgain(at: now, &actions) }
      case .passing: alive(at: reception.at, now, &actions)
      case .reply(let reply):
        alive(at: reception.at, now, &actions)
        if let command = queue.match(reply) { answered(command, by: reply, at: now, &actions) }
      case .endOfList, .malformed: break
      }
    }
    sendNext(at: now, &actions)
  }

  /// A valid frame: a reader speaks.
  private mutating func alive(at heardAt: MonotonicTime, _ now: MonotonicTime, _ actions: inout [AgentAction])
  {
    lastValidAt = heardAt
    strayBytes = 0
    sample = []
    reopenAt = nil
    if isIdentified { lastFrameAt = heardAt }
    if state != .connected {
      state = .connected
      if queue.isIdle { startAsking(at: now, &actions) }
    }
  }

  /// The reader greeted in the middle of things: it has restarted, perhaps as another one.
  private mutating func startAgain(at now: MonotonicTime, _ actions: inout [AgentAction]) {
    isIdentified = false
    pushConfirmedAt = nil
    actions.append(.log(LogEntry(.readerChanged, "the reader has restarted", fields())))
    startAsking(at: now, &actions)
  }

  private mutating func replyMissing(
    to command: Command, at now: MonotonicTime, _ actions: inout [AgentAction]
  ) {
    if lastValidAt == nil || !isIdentified {
      if strayBytes > 0 && lastValidAt == nil && state != .foreign { enterForeign(at: now, &actions) }
      startAsking(at: now, &actions)
    }
    if lastValidAt.map({ now - $0 < settings.replyTimeout }) ?? false {
      refused(
        command, "no reply to \(command.text) within \(humanSpan(settings.replyTimeout))", at: now, &actions)
    }
  }

  private mutating func answered(
    _ command: Command, by reply: Reply, at now: MonotonicTime, _ actions: inout [AgentAction]
  ) {
    switch CommandOutcome(command: command, reply: reply) {
    case .status(let status): learned(status, at: now, &actions)
    case .pushTags(true): pushConfirmedAt = now
    case .refused(let refusal):
      refused(command, "the reader refused \(command.text): \(refusal.rawValue)", at: now, &actions)
      return
    case .unexpected:
      refused(
        command, "the reader's reply to \(command.text) makes no sense: \(reply.text)", at: now, &actions)
      return
    case .pong, .protocolVersions, .protocolSet, .battery, .time, .timeSet, .sessionFile, .done, .pushTags,
      .passings, .files, .fileInfo, .bounce, .buzzer:
      break
    }
    var log: [LogEntry] = []
    let recovery = LogEntry(.readerChanged, "the reader answers \(command.text) again", fields())
    conditions.clear(.readerRefused, of: command.text, telling: recovery, at: now, &log)
    actions += log.map(AgentAction.log)
  }

  private mutating func refused(
    _ command: Command, _ message: String, at now: MonotonicTime, _ actions: inout [AgentAction]
  ) {
    // Without a status nobody is identified, and nothing else asks for it again.
    if command == .getStatus && !isIdentified { pollAt = now + settings.pollInterval }
    var log: [LogEntry] = []
    conditions.raise(.readerRefused, of: command.text, message, fields(), at: now, &log)
    actions += log.map(AgentAction.log)
  }

  private mutating func learned(_ new: ReaderStatus, at now: MonotonicTime, _ actions: inout [AgentAction]) {
    let old = status
    let wasIdentified = isIdentified
    status = new
    isIdentified = true
    lastFrameAt = lastValidAt
    pollAt = now + settings.pollInterval
    lineBackoff.reset()
    silenceBackoff.reset()
    let identity = ReaderIdentity(new)
    let name = "\(identity.serialNumber) (\(identity.model), firmware \(identity.firmware))"
    if let old, old.serialNumber != new.serialNumber {
      actions.append(
        .log(
          LogEntry(
            .readerSwapped, "reader \(name) took the place of \(old.serialNumber) on \(settings.port)",
            fields([.firmware: identity.firmware]))))
    } else if let old {
      tellChanges(from: old, to: new, &actions)
    }
    guard !wasIdentified else { return }
    var log: [LogEntry] = []
    let connected = LogEntry(
      .readerConnected, "reader \(name) speaks on \(settings.port)", fields([.firmware: identity.firmware]))
    let problems: [EventName] = [.readerAbsent, .readerBusy, .readerUnusable, .readerSilent, .readerForeign]
    for problem in problems { conditions.clear(problem, telling: connected, at: now, &log) }
    actions += (log.isEmpty ? [connected] : log).map(AgentAction.log)
  }

  private func tellChanges(from old: ReaderStatus, to new: ReaderStatus, _ actions: inout [AgentAction]) {
    let changes = [
      ("firmware", old.firmware, new.firmware), ("model", old.model, new.model),
      ("session file", old.sessionFile?.text ?? "none", new.sessionFile?.text ?? "none"),
    ]
    for (what, before, after) in changes where before != after {
      actions.append(
        .log(LogEntry(.readerChanged, "the reader's \(what) changed from \(before) to \(after)", fields())))
    }
  }
}
