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
  /// When it was started, to measure.
  public let startedAt: MonotonicTime

  /// An agent that opens its line at the first `tick`.
  /// - Parameters:
  ///   - bindings: those kept for the configured cloud.
  ///   - seed: for jitter.
  ///   - zones: what turns the reader's local time into UTC.
  public init(
    settings: AgentSettings, bindings: [DeviceBinding], seed: UInt64, zones: @escaping ZoneLookup = onlyUTC,
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
  }

  /// When `tick` is wanted next; nil when only another event can change anything.
  public var nextDeadline: MonotonicTime? {
    [session.nextDeadline, report.nextAttemptAt, readerClock.nextDeadline].compactMap { $0 }.min()
  }

  /// Takes an event.
  /// - Returns: what is to be done, in order.
  public mutating func handle(_ event: AgentEvent, at now: Moment) -> [AgentAction] {
    var actions: [AgentAction] = []
    switch event {
    case .line(let line): session.handle(line, at: now.monotonic, &actions)
    case .cloud(let outcome): report.handle(outcome, at: now, &actions)
    case .store(let store): report.handle(store, at: now, &actions)
    case .bindRequested: report.bind(at: now.monotonic, &actions)
    case .reloaded(let new, let bindings):
      settings = new
      session.apply(new.reader, at: now.monotonic, &actions)
      report.apply(new.cloud, new.device, bindings: bindings, at: now.monotonic, &actions)
      readerClock.apply(new.passings, at: now.monotonic)
    case .tick: break
    }
    session.advance(to: now.monotonic, &actions)
    let news = session.takeNews()
    readerClock.advance(
      to: now, news, isHostTrusted: report.clock.isTrusted(at: now), &session, &actions)
    report.observe(session, at: now.monotonic, &actions)
    report.advance(to: now, &actions)
    return actions
  }

  /// The daemon ends: what must be kept is kept, and the line is let go.
  public func farewell() -> [AgentAction] { report.farewell + [.line(.close(opening: session.opening))] }

  /// Why `one4allctl bind` can do nothing now; nil when it can.
  public var bindRefusal: String? {
    session.identity == nil ? "no reader has said who it is yet" : nil
  }
}
