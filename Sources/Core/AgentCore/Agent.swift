import One4AllProtocol

/// Every decision of the daemon: an event and the time come in, actions go out. No input or output of its own, and
/// the same events at the same times with the same seed give the same actions.
public struct Agent: Sendable {
  /// The settings in force.
  public private(set) var settings: AgentSettings
  /// The conversation with the reader.
  public internal(set) var session: ReaderSession
  /// The device in the cloud.
  public internal(set) var report: DeviceReport
  /// The reader's clock beside the host's.
  public private(set) var readerClock: ReaderClock
  /// The passings, from the reader to the store.
  public internal(set) var intake: Intake
  /// The passings, from the store to the cloud.
  public internal(set) var forwarder: Forwarder
  /// What is stored, in numbers.
  public internal(set) var ledger: Ledger
  /// What is wrong now.
  public internal(set) var problems = Problems()
  /// Finds what is wrong by the sums of the session files.
  var accounts = AccountWatch()
  /// What the store has told without being asked.
  public internal(set) var storeWatch: StoreWatch
  /// Long work that a person has asked for.
  public internal(set) var works = WorkList()
  /// What of it the reader, the store and the cloud have not answered yet.
  var wishes = Wishes()
  /// What a person, or `on_clock_jump`, has decided about passings of a clock that had jumped.
  var decisions = ReleaseDecisions()
  /// When it was started, to measure.
  public let startedAt: MonotonicTime

  /// An agent that opens its line at the first `tick`.
  /// - Parameters:
  ///   - bindings: those kept for the configured cloud.
  ///   - files: what the store holds of session files, in order of first contact.
  ///   - doubtful: how many doubtful frames the store holds.
  ///   - firstFiles: the first contacts with readers that it keeps: see `Intake`.
  ///   - damages: what has befallen the store, and the host's wall clock to say how long ago that was.
  ///   - seed: for jitter.
  ///   - zones: what turns the reader's local time into UTC.
  public init(
    settings: AgentSettings, bindings: [DeviceBinding], files: [FileSummary] = [], doubtful: Int = 0,
    firstFiles: [String: String] = [:], damages: (list: [StoreDamage], wall: WallTime)? = nil, seed: UInt64,
    zones: @escaping ZoneLookup = onlyUTC,
    at now: MonotonicTime
  ) {
    self.settings = settings
    startedAt = now
    var ofStore = problems.lend(.store)
    storeWatch = StoreWatch(
      damages?.list ?? [], wall: damages?.wall ?? WallTime(milliseconds: 0), at: now, &ofStore)
    problems.settle(ofStore)
    var random = RandomSource(seed: seed)
    session = ReaderSession(settings: settings.reader, random: RandomSource(seed: random.next()), at: now)
    report = DeviceReport(
      cloud: settings.cloud, device: settings.device, bindings: bindings,
      random: RandomSource(seed: random.next()), at: now)
    readerClock = ReaderClock(settings: settings.passings, zones: zones, at: now)
    intake = Intake(
      settings: settings.passings, timeZone: settings.reader.timeZone, zones: zones, summaries: files,
      firstFiles: firstFiles, at: now)
    forwarder = Forwarder(
      settings: settings.passings, device: settings.device, cloud: settings.cloud.url,
      retryAfterLimit: settings.cloud.retryAfterLimit, files: files,
      random: RandomSource(seed: random.next()), at: now)
    ledger = Ledger(files: files, doubtful: doubtful, cloud: settings.cloud.url)
  }

  /// When `tick` is wanted next; nil when only another event can change anything.
  public var nextDeadline: MonotonicTime? {
    [
      session.nextDeadline, report.nextAttemptAt, readerClock.nextDeadline, intake.nextDeadline,
      forwarder.nextDeadline, storeWatch.nextDeadline,
    ].compactMap { $0 }.min()
  }

  /// Takes an event.
  /// - Returns: what is to be done, in order.
  public mutating func handle(_ event: AgentEvent, at now: Moment) -> [AgentAction] {
    var actions: [AgentAction] = []
    var captured = IntakeOutput(problems.lend(.capture))
    var orders = ForwardOrders(problems.lend(.forwarding))
    var verdict = report.clock.verdict(at: now)
    intake.observe(isHostTrusted: verdict.isTrusted, isHostSure: isClockSure(verdict, at: now))
    switch event {
    case .line(let line): session.handle(line, at: now.monotonic, &problems, &actions)
    case .cloud(let outcome):
      switch outcome.ticket.owner {
      case .passings: forwarder.handle(outcome, at: now, &orders)
      case .device: report.handle(outcome, at: now, &problems, &actions)
      }
    case .store(let store): report.handle(store, at: now, &problems, &actions)
    case .passings(let report): handle(report, at: now, &captured, &orders)
    case .notice(let notice): handle(notice, at: now, &captured, &orders, &actions)
    case .lineHeld: intake.lineHeld(at: now, &captured)
    case .bindRequested: report.bind(at: now.monotonic, &problems, &actions)
    case .reloaded(let new, let bindings, let files):
      apply(new, bindings: bindings, files: files, at: now, &captured, &orders, &actions)
    case .tick: break
    }
    session.advance(to: now.monotonic, &problems, &actions)
    let news = session.takeNews()
    if case .cloud = event { verdict = report.clock.verdict(at: now) }
    let judged = verdict.judged(now)
    readerClock.advance(
      to: judged, news, isHostTrusted: verdict.isTrusted, isHostCertain: maySetClocks(verdict, at: now),
      &session, &problems, &actions)
    endTold(news, &actions)
    for piece in news {
      if piece == .disconnected { failAudits() }
      intake.handle(piece, at: judged, &captured)
    }
    intake.correctZones(ledger.files, at: now.monotonic)
    intake.advance(to: judged, &captured)
    if intake.timekeeping.clock.takeNews() { readerClock.measureAgain(at: now.monotonic) }
    captured.store += decisions.advance(ledger, settings.passings.onClockJump)
    carryOut(captured, at: now, &actions)
    report.observe(session, at: now.monotonic, &problems, &actions)
    report.advance(to: now, &problems, &actions)
    var ofStore = problems.lend(.store)
    storeWatch.advance(to: now.monotonic, &ofStore)
    problems.settle(ofStore)
    forwarder.observe(forwardView, at: now.monotonic)
    forwarder.advance(to: now, &orders)
    endCloudAudits()
    problems.settle(orders.log, &actions)
    var ofAccounts = problems.lend(.accounts)
    accounts.advance(
      ledger, current: intake.current, told: problems.of(.capture), at: now.monotonic, &ofAccounts)
    problems.settle(ofAccounts, &actions)
    actions += orders.store.map(AgentAction.keep) + orders.cloud.map(AgentAction.cloud)
    return actions
  }

  /// How long setting a clock waits for a second witness.
  private static let secondWitness = Duration.seconds(120)

  /// Whether kernel or cloud vouch for the host's clock, and the cloud does not contradict, or has had time to.
  private func isClockSure(_ verdict: ClockTrust.Verdict, at now: Moment) -> Bool {
    verdict == .cloud || maySetClocks(verdict, at: now)
  }

  /// Whether the host's clock may set another one: kernel and cloud agree, or the cloud has had time to contradict.
  private func maySetClocks(_ verdict: ClockTrust.Verdict, at now: Moment) -> Bool {
    switch verdict {
    case .agreed: true
    case .kernel: now.monotonic - startedAt >= Agent.secondWitness
    case .cloud, .doubted, .contradicted, .wrong, .unknown: false
    }
  }

  private mutating func apply(
    _ new: AgentSettings, bindings: [DeviceBinding]?, files: [FileSummary]?, at now: Moment,
    _ captured: inout IntakeOutput, _ orders: inout ForwardOrders, _ actions: inout [AgentAction]
  ) {
    settings = new
    session.apply(new.reader, at: now.monotonic, &problems, &actions)
    intake.apply(new.passings, timeZone: new.reader.timeZone, at: now, &captured)
    report.apply(new.cloud, new.device, bindings: bindings, at: now.monotonic, &problems, &actions)
    readerClock.apply(new.passings, at: now.monotonic)
    forwarder.apply(
      new.passings, device: new.device, cloud: new.cloud.url, retryAfterLimit: new.cloud.retryAfterLimit,
      files: files, at: now.monotonic, &orders.log)
    // Sessions are those of another cloud now.
    if let files { ledger.replace(files, cloud: new.cloud.url) }
  }

  /// The daemon ends: what must be kept is kept, and the line is let go.
  public mutating func farewell() -> [AgentAction] {
    intake.farewell().map(AgentAction.keep) + report.farewell + [.line(.close(opening: session.opening))]
  }

  /// How it stands with the cloud.
  public var cloudState: CloudState { report.state(by: problems) }

  /// Why `one4allctl bind` can do nothing now; nil when it can.
  public var bindRefusal: String? {
    session.identity == nil ? "no reader has said who it is yet" : nil
  }

  /// Does what the intake wants done.
  mutating func carryOut(_ captured: IntakeOutput, at now: Moment, _ actions: inout [AgentAction]) {
    for question in captured.commands { session.ask(question, at: now.monotonic, &actions) }
    for result in intake.takeAuditResults() { endAudit(result) }
    actions += captured.store.map(AgentAction.keep)
    problems.settle(captured.log, &actions)
  }
}
