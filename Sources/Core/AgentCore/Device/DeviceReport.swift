import JSONDocument
import One4AllProtocol

/// Keeps the cloud's device true to the reader: binds it once, reports it, reads it back after every report and acts
/// on each difference. One request is under way at a time.
///
/// The cloud is read before the first report, so that one reader's identity never lands on another's device.
public struct DeviceReport: Sendable {
  enum Standing: Equatable, Sendable {
    /// No reader has said who it is.
    case unknown
    /// `POST /devices` is to be sent.
    case binding
    /// The cloud has given a deviceid; it is being kept on disk.
    case keeping(DeviceBinding)
    /// Kept; to be read for the first time.
    case verifying
    /// Read (or not readable with this key); reports go out.
    case working
    /// The device belongs to another serial number.
    case conflict
    /// The cloud has no such device.
    case unbound
  }

  enum Purpose: Equatable, Sendable {
    case bind
    case verify
    case report(lastSeen: WallTime?)
  }

  /// A report of which the device has to show whether it was taken.
  struct UnsaidReport: Sendable {
    let lastSeen: WallTime?
    let words: String
  }

  /// How long an unreadable device is left before it is asked for again.
  static let unverifiedRecheck = Duration.seconds(3600)

  var cloud: AgentSettings.Cloud
  var device: AgentSettings.Device
  /// With the cloud.
  var talk: CloudTalk<Purpose>
  /// By serial number, for the cloud in use.
  var bindings: [String: DeviceBinding]

  // What the reader says.
  var identity: ReaderIdentity?
  var telemetry: ReaderStatus?
  var lastFrameAt: MonotonicTime?
  var isConnected = false

  // What is under way and what is due.
  var standing = Standing.unknown
  var reportAt: MonotonicTime
  var verifyAt: MonotonicTime?
  /// When the store is asked again; nil while it has not answered.
  var keepAt: MonotonicTime?
  var differenceBackoff: Backoff

  // What is known of the cloud.
  var clock = ClockTrust()
  /// What it said last.
  var clockVerdict = ClockTrust.Verdict.unknown
  var isUnreadable = false
  var isRouteMissing = false
  /// The configured route has taken a report: a 404 from it speaks of the device.
  var isRouteProven = false
  var isRouteDoubted = false
  /// The device was last answered 404 without a word of what is missing; where the key may not read it, with any words.
  var isAbsenceDoubted = false
  var telemetrySent = ReaderField.Telemetry.all
  /// Serial numbers of readers that went away while their device was not to be used.
  var barred: Set<String> = []
  var document: DeviceDocument?
  var isDocumentCurrent = false
  var verifiedAt: MonotonicTime?
  var confirmedLastSeen: WallTime?
  /// The newest that was sent, by serial number: the cloud may have taken it though its answer was lost.
  var sentLastSeen: [String: WallTime] = [:]
  /// The last report, when the cloud's answer did not say that it was taken.
  var unsaidReport: UnsaidReport?
  var notedLastSeenAt: MonotonicTime?
  var lastReportedFrameAt: MonotonicTime?
  /// The frame whose time is `confirmedLastSeen`.
  var confirmedFrameAt: MonotonicTime?
  var reportedIdentity: ReaderIdentity?
  /// The clock's offset in the journal's last word about it.
  var toldOffset: Duration?

  /// When the cloud last took a report.
  public internal(set) var lastHeartbeatAt: MonotonicTime?

  init(
    cloud: AgentSettings.Cloud, device: AgentSettings.Device, bindings: [DeviceBinding], random: RandomSource,
    at now: MonotonicTime
  ) {
    self.cloud = cloud
    self.device = device
    talk = CloudTalk(.device, retryAfterLimit: cloud.retryAfterLimit, random: random, at: now)
    self.bindings = Dictionary(bindings.map { ($0.serialNumber, $0) }) { $1 }
    reportAt = now
    differenceBackoff = Backoff(first: .seconds(1), cap: cloud.heartbeatInterval)
  }

  /// The last thing that went wrong with the cloud; nil once it is right again.
  public var lastError: String? { talk.lastError }

  /// The binding of the reader that is there; nil before it is bound.
  public var binding: DeviceBinding? { identity.flatMap { bindings[$0.serialNumber] } }

  /// All bindings of the configured cloud.
  public var keptBindings: [DeviceBinding] { bindings.values.sorted { $0.serialNumber < $1.serialNumber } }

  /// The request that reports the device now.
  public var heartbeatRequest: HeartbeatRequest { isRouteMissing ? .documented : cloud.heartbeatRequest }

  /// The documented route carries no last_seen, and the cloud may take it for a sign of life.
  var isRouteDocumented: Bool { heartbeatRequest == .documented }

  /// How it stands.
  public func state(by problems: Problems) -> CloudState {
    switch standing {
    case .unknown: return .waiting
    case .conflict: return .conflict
    case .unbound: return .unbound
    case .binding, .keeping, .verifying, .working: break
    }
    if talk.isKeyRefused { return .refused }
    if problems.isActive(.cloudFailing, by: .device) || problems.isActive(.storeFailing, by: .device) {
      return .failing
    }
    if standing == .verifying { return .verifying }
    if standing != .working { return .binding }
    if !clockVerdict.isTrusted { return .clock }
    return isUnreadable ? .unverified : .ok
  }

  /// Reader and cloud, field by field; nil before a reader has said who it is. Nothing is said to agree that was
  /// not read back lately.
  public func comparison(at now: Moment) -> DeviceComparison? {
    identity.map { identity in
      DeviceComparison(
        identity: identity, alias: device.alias, lastSeen: lastFrameAt.map(now.label),
        confirmed: isRouteDocumented ? nil : confirmedLastSeen, latest: latestLastSeen(at: now),
        document: isDocumentCurrent ? document : nil)
    }
  }

  /// True when reader and cloud agree, false when they differ (in a field, or about whose device it is), nil when
  /// that cannot be said.
  public func agrees(at now: Moment) -> Bool? {
    switch standing {
    case .conflict, .unbound: false
    case .unknown, .binding, .keeping, .verifying, .working: comparison(at: now)?.agrees
    }
  }

  /// When the next attempt is due; nil when one is under way or nothing is.
  public var nextAttemptAt: MonotonicTime? {
    guard talk.underWay == nil else { return nil }
    let due: MonotonicTime?
    switch standing {
    case .unknown: return nil
    case .keeping: return keepAt
    case .binding, .verifying: due = talk.notBefore
    case .working:
      due = clockVerdict.isTrusted ? [reportAt, verifyAt].compactMap { $0 }.min() : verifyAt
    case .conflict, .unbound: due = verifyAt
    }
    return due.map { max($0, talk.notBefore) }
  }

  /// What must be kept when the daemon ends.
  var farewell: [AgentAction] {
    guard let serialNumber = identity?.serialNumber, let confirmedLastSeen else { return [] }
    return [.store(.noteLastSeen(cloud: cloud.url, serialNumber: serialNumber, confirmedLastSeen))]
  }

  // MARK: What the reader says

  /// Takes over what the session knows of the reader.
  mutating func observe(
    _ session: ReaderSession, at now: MonotonicTime, _ problems: inout Problems,
    _ actions: inout [AgentAction]
  ) {
    let wasConnected = isConnected
    isConnected = session.isConnected
    lastFrameAt = session.lastFrameAt
    telemetry = isConnected ? session.status : nil
    if session.identity != identity {
      let isAnother = session.identity?.serialNumber != identity?.serialNumber
      if isAnother {
        if let former = identity, !isUsable { barred.insert(former.serialNumber) }
        if let new = session.identity { barred.remove(new.serialNumber) }
      }
      identity = session.identity
      if isAnother { begin(at: now, &problems, &actions) } else { reportAt = now }
    } else if isConnected && !wasConnected {
      reportAt = now
    }
  }

  /// Another reader, or none: everything known of the former one's device is put away.
  private mutating func begin(
    at now: MonotonicTime, _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    if let ticket = talk.callOff() { actions.append(.cancelCloud(ticket)) }
    document = nil
    isDocumentCurrent = false
    lastHeartbeatAt = nil
    lastReportedFrameAt = nil
    confirmedFrameAt = nil
    unsaidReport = nil
    notedLastSeenAt = nil
    talk.forgetAside()
    verifyAt = nil
    verifiedAt = nil
    isRouteDoubted = false
    isAbsenceDoubted = false
    differenceBackoff.reset()
    confirmedLastSeen = binding?.lastSeen
    var log = problems.lend(.device)
    log.drop(.deviceDiffers, .deviceConflict, .deviceUnbound, .deviceUnverified)
    problems.settle(log)
    standing = identity == nil ? .unknown : binding == nil ? .binding : .verifying
    reportAt = now
  }

  /// New settings are in force. Everything that was given up is tried again.
  mutating func apply(
    _ cloud: AgentSettings.Cloud, _ device: AgentSettings.Device, bindings: [DeviceBinding]?,
    at now: MonotonicTime, _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    self.cloud = cloud
    self.device = device
    if let bindings {
      self.bindings = Dictionary(bindings.map { ($0.serialNumber, $0) }) { $1 }
      sentLastSeen = [:]
      barred = []
    }
    differenceBackoff = Backoff(first: .seconds(1), cap: cloud.heartbeatInterval)
    isRouteMissing = false
    isRouteProven = false
    telemetrySent = .all
    isUnreadable = false
    talk.startAnew(retryAfterLimit: cloud.retryAfterLimit, at: now)
    var log = problems.lend(.device)
    log.drop(.cloudFailing, .cloudKeyRefused)
    problems.settle(log)
    begin(at: now, &problems, &actions)
  }

  /// A technician wants the reader bound, whatever was before.
  mutating func bind(at now: MonotonicTime, _ problems: inout Problems, _ actions: inout [AgentAction]) {
    guard identity != nil else { return }
    begin(at: now, &problems, &actions)
    standing = .binding
    talk.tryAgain(at: now)
    var log = problems.lend(.device)
    log.drop(.cloudKeyRefused)
    problems.settle(log)
  }

  // MARK: What is due

  /// Sends what is due.
  mutating func advance(to now: Moment, _ problems: inout Problems, _ actions: inout [AgentAction]) {
    var log = problems.lend(.device)
    watchClock(at: now, &log)
    problems.settle(log, &actions)
    if case .keeping(let binding) = standing {
      if let keepAt, now.monotonic >= keepAt { keep(binding, &actions) }
      return
    }
    guard talk.underWay == nil, now.monotonic >= talk.notBefore, let purpose = next(at: now) else { return }
    send(purpose, at: now, &actions)
  }

  private mutating func next(at now: Moment) -> Purpose? {
    let isVerifyDue = verifyAt.map { now.monotonic >= $0 } ?? false
    switch standing {
    case .unknown, .keeping: return nil
    case .binding: return .bind
    case .verifying: return .verify
    case .conflict, .unbound: return isVerifyDue ? .verify : nil
    case .working: return isVerifyDue ? .verify : nextReport(at: now)
    }
  }

  /// Asks the store to keep a binding, which is not used before it is kept.
  mutating func keep(_ binding: DeviceBinding, _ actions: inout [AgentAction]) {
    standing = .keeping(binding)
    keepAt = nil
    actions.append(.store(.keep(binding)))
  }

  private mutating func nextReport(at now: Moment) -> Purpose? {
    guard now.monotonic >= reportAt, clockVerdict.isTrusted else { return nil }
    if isRouteDocumented {
      guard isConnected, lastFrameAt != lastReportedFrameAt else {
        reportAt = now.monotonic + talk.random.spread(cloud.heartbeatInterval, by: 0.1)
        return isUnreadable ? nil : .verify
      }
      // It would also make a removed device anew: look first.
      if !isUnreadable, verifiedAt.map({ now.monotonic - $0 > .seconds(1) }) ?? true {
        guard let verifyAt else { return .verify }
        reportAt = verifyAt
        return nil
      }
    }
    return .report(lastSeen: lastSeen(at: now))
  }

  private mutating func send(_ purpose: Purpose, at now: Moment, _ actions: inout [AgentAction]) {
    guard let identity else { return }
    let draft: CloudDraft
    switch purpose {
    case .bind:
      draft = CloudDraft(method: .post, path: "/devices", body: ReportBody.binding(identity, device))
    case .verify:
      guard let binding else { return }
      draft = CloudDraft(method: .get, path: "/devices/\(binding.deviceid)")
      verifyAt = nil
    case .report(let lastSeen):
      guard let binding else { return }
      let route = heartbeatRequest
      let body =
        route == .documented
        ? ReportBody.binding(identity, device)
        : ReportBody.heartbeat(
          identity, device, lastSeen: lastSeen, telemetry: telemetry, telemetrySent)
      draft = CloudDraft(method: route.method, path: route.path(deviceid: binding.deviceid), body: body)
      if let lastSeen, route != .documented { sentLastSeen[identity.serialNumber] = lastSeen }
      lastReportedFrameAt = lastFrameAt
      reportedIdentity = identity
    }
    clock.ask(at: now)
    actions.append(.cloud(talk.ask(purpose, draft, at: now.monotonic)))
  }

  func fields(_ more: [JournalField: String] = [:]) -> [JournalField: String] {
    var fields = more
    fields[.serialNumber] = identity?.serialNumber
    fields[.deviceid] = binding?.deviceid
    return fields
  }
}
