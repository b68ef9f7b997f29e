public import One4AllProtocol

/// Every decision of the daemon: an event and the time come in, actions go out. No input or output of its own, and
/// the same events at the same times with the same seed give the same actions.
public struct Agent: Sendable {
  /// The settings in force.
  public private(set) var settings: AgentSettings
  /// The conversation with the reader.
  public private(set) var session: ReaderSession
  /// The device in the cloud.
  public private(set) var report: DeviceReport
  /// The reader's clock beside the host's.
  public private(set) var readerClock: ReaderClock
  /// The passings, from the reader to the store.
  public private(set) var intake: Intake
  /// When it was started, to measure.
  public let startedAt: MonotonicTime

  /// An agent that opens its line at the first `tick`.
  /// - Parameters:
  ///   - bindings: those kept for the configured cloud.
  ///   - summaries: what the store holds of session files.
  ///   - seed: for jitter.
  ///   - zones: what turns the reader's local time into UTC.
  public init(
    settings: AgentSettings, bindings: [DeviceBinding], summaries: [FileSummary] = [], seed: UInt64,
    zones: @escaping ZoneLookup = onlyUTC,
    at now: MonotonicTime
  ) {
    self.settings = settings
    startedAt = now
    var random = RandomSource(seed: seed)
    session = ReaderSession(settings: settings.reader, random: RandomSource(seed: random.next()), at: now)
    report = DeviceReport(
      cloud: settings.cloud, device: settings.device, bindings: bindings,
      random: RandomSource(seed: random.next()), at: now)
    readerClock = ReaderClock(settings: settings.passings, zones: zones, at: now)
    intake = Intake(
      settings: settings.passings, timeZone: settings.reader.timeZone, zones: zones, summaries: summaries,
      at: now)
  }

  /// When `tick` is wanted next; nil when only another event can change anything.
  public var nextDeadline: MonotonicTime? {
    [session.nextDeadline, report.nextAttemptAt, readerClock.nextDeadline, intake.nextDeadline]
      .compactMap { $0 }.min()
  }

  /// Takes an event.
  /// - Returns: what is to be done, in order.
  public mutating func handle(_ event: AgentEvent, at now: Moment) -> [AgentAction] {
    var actions: [AgentAction] = []
    var captured = IntakeOutput()
    switch event {
    case .line(let line): session.handle(line, at: now.monotonic, &actions)
    case .cloud(let outcome): report.handle(outcome, at: now, &actions)
    case .store(let store): report.handle(store, at: now, &actions)
    case .passings(let report): intake.handle(report, at: now, &captured)
    case .bindRequested: report.bind(at: now.monotonic, &actions)
    case .reloaded(let new, let bindings):
      settings = new
      session.apply(new.reader, at: now.monotonic, &actions)
      intake.apply(new.passings, timeZone: new.reader.timeZone, at: now, &captured)
      report.apply(new.cloud, new.device, bindings: bindings, at: now.monotonic, &actions)
      readerClock.apply(new.passings, at: now.monotonic)
    case .tick: break
    }
    session.advance(to: now.monotonic, &actions)
    let news = session.takeNews()
    readerClock.advance(
      to: now, news, isHostTrusted: report.clock.isTrusted(at: now), &session, &actions)
    capture(news, at: now, &captured, &actions)
    report.observe(session, at: now.monotonic, &actions)
    report.advance(to: now, &actions)
    return actions
  }

  /// Hands the reader's news to the intake, and what it asks to the reader.
  private mutating func capture(
    _ news: [ReaderNews], at now: Moment, _ captured: inout IntakeOutput, _ actions: inout [AgentAction]
  ) {
    for piece in news { intake.handle(piece, at: now, &captured) }
    intake.advance(to: now, &captured)
    carryOut(captured, at: now, &actions)
  }

  private mutating func carryOut(
    _ captured: IntakeOutput, at now: Moment, _ actions: inout [AgentAction]
  ) {
    for command in captured.commands { session.ask(command, at: now.monotonic, &actions) }
    actions += captured.store.map(AgentAction.keep) + captured.log.map(AgentAction.log)
  }

  /// The daemon ends: what must be kept is kept, and the line is let go.
  public func farewell() -> [AgentAction] { report.farewell + [.line(.close(opening: session.opening))] }

  /// A person wants every stored passing of a session file compared with the reader's memory.
  /// - Parameter file: its name; nil for the current one.
  /// - Returns: why that cannot be done now; nil when it has begun.
  public mutating func audit(file: String?, at now: Moment, _ actions: inout [AgentAction]) -> String? {
    var captured = IntakeOutput()
    let refusal = intake.audit(file: file, at: now, &captured)
    carryOut(captured, at: now, &actions)
    return refusal
  }

  /// Passings that a person gives, of one file, ascending: see `Intake.importPassings`.
  /// - Returns: how many were taken.
  public mutating func importPassings(
    _ passings: [Passing], of key: FileKey, zone: String, isReadersOwn: Bool, at now: Moment,
    _ actions: inout [AgentAction]
  ) -> Int {
    var captured = IntakeOutput()
    let taken = intake.importPassings(
      passings, of: key, zone: zone, isReadersOwn: isReadersOwn, at: now, &captured)
    carryOut(captured, at: now, &actions)
    return taken
  }

  /// Why `one4allctl bind` can do nothing now; nil when it can.
  public var bindRefusal: String? {
    session.identity == nil ? "no reader has said who it is yet" : nil
  }
}
