import AgentCore
import JSONDocument
import One4AllProtocol

/// Any reader reply, any cloud answer, any moment: a core in a world in which bytes choose what happens next. What is left
/// of a trap is what must hold: a core that is called at its deadline comes to rest, what it wants done is bounded, and
/// its documents can be made at any time.
///
/// `scripts/fuzz` has libFuzzer choose the bytes; the tests draw them from seeds.
struct HostileWorld {
  /// What does not hold.
  struct Violation: Error, CustomStringConvertible {
    let description: String
  }

  private var source: ByteSource
  private var agent: Agent
  private var settings = HostileWorld.usual
  private var reader = HostileReader()
  private var cloud = HostileCloud()
  private var store = ModelStore()
  private var bindings: [DeviceBinding] = []

  private var framer = Framer()
  private var opening: UInt64?
  private var isOpen = false
  private var command: String?
  private var cloudRequests: [CloudRequest] = []
  private var storeRequests: [StoreRequest] = []
  private var passingRequests: [PassingRequest] = []

  private var monotonic: Int64 = 5_000_000_000
  /// True time less the monotonic clock, milliseconds.
  private var trueEpoch: Int64 = 1_800_000_000_000
  private var hostOffset: Int64 = 0
  private var isKernelSynchronised = true

  /// Lets a world happen as the bytes say.
  static func check(_ bytes: [UInt8]) throws(Violation) {
    var world = HostileWorld(bytes)
    // The source is used up by then: each event takes a byte at least.
    while !world.source.isUsedUp { try world.happen() }
    try world.settle()
  }

  private init(_ bytes: [UInt8]) {
    source = ByteSource(bytes)
    agent = Agent(
      settings: settings, bindings: [], seed: 1, zones: HostileWorld.zones,
      at: MonotonicTime(nanoseconds: monotonic))
    store.zones = HostileWorld.zones
  }

  private static let usual: AgentSettings = {
    var passings = PassingSettings()
    passings.confirmFirst = 2
    passings.setReaderClock = .whenStopped
    return AgentSettings(
      reader: .init(
        port: .device(path: "/dev/ttyUSB0"), baudRate: 115_200, dtr: true, rts: true, settleDelay: .zero,
        pollInterval: .seconds(10), silenceTimeout: .seconds(30), replyTimeout: .seconds(3), timeZone: nil),
      cloud: .init(
        url: "https://cloud.example/v0", apiKeyFile: nil, authHeader: "api_key", caFile: nil, proxy: nil,
        connectTimeout: .seconds(10), requestTimeout: .seconds(30), heartbeatInterval: .seconds(30),
        heartbeatRequest: .default, rebind: true), device: .init(alias: nil, type: "One4All"),
      passings: passings,
      storeDirectory: "/", controlSocket: "/", controlGroup: nil, logLevel: .info)
  }()

  /// A zone six hours west, and one in which every second hour comes twice and the others never.
  private static let zones: ZoneLookup = { local, zone in
    switch zone {
    case "UTC": .once(WallTime(milliseconds: local))
    case "America/Mexico_City": .once(WallTime(milliseconds: local + 6 * 3_600_000))
    case "Doubled":
      local / 3_600_000 % 2 == 0
        ? .twice(earlier: WallTime(milliseconds: local), later: WallTime(milliseconds: local + 3_600_000))
        : .never(jump: WallTime(milliseconds: local - local % 3_600_000))
    default: nil
    }
  }

  private var now: Moment {
    Moment(
      monotonic: MonotonicTime(nanoseconds: monotonic),
      wall: WallTime(milliseconds: trueTime.milliseconds + hostOffset.clamped),
      kernelSynchronised: isKernelSynchronised)
  }

  private var trueTime: WallTime { WallTime(milliseconds: trueEpoch + monotonic / 1_000_000) }

  // MARK: What happens

  private mutating func happen() throws(Violation) {
    switch source.below(64) {
    case 0...23: try goOn()
    case 24...27: try tick()
    case 28, 29: try openLine()
    case 30...34: try answerCommand()
    case 35...38: try hear(Array(reader.pushed(&source).utf8))
    case 39: try hear(source.raw(200))
    case 40...43: try answerCloud()
    case 44...47: try answerStore()
    case 48, 49: moveClocks()
    case 50, 51: try look()
    case 52: try wish()
    case 53: try reload()
    case 54: try notice()
    case 55: try restart()
    default: try pass(.milliseconds(source.pick([1, 10, 100, 1000, 10_000, 60_000])))
    }
  }

  /// What waits is answered, the line first; else time goes on.
  private mutating func goOn() throws(Violation) {
    if opening != nil, !isOpen {
      try openLine()
    } else if command != nil {
      try answerCommand()
    } else if !storeRequests.isEmpty || !passingRequests.isEmpty {
      try answerStore()
    } else if !cloudRequests.isEmpty {
      try answerCloud()
    } else {
      try tick()
    }
  }

  private mutating func take(_ event: AgentEvent, weight: Int = 1) throws(Violation) {
    let actions = agent.handle(event, at: now)
    guard actions.count <= 300 + 20 * weight else {
      throw Violation(description: "\(actions.count) actions for one event")
    }
    for action in actions { try perform(action) }
  }

  private mutating func perform(_ action: AgentAction) throws(Violation) {
    switch action {
    case .line(.open(let number, _)):
      (opening, isOpen, command) = (number, false, nil)
      framer = Framer()
    case .line(.write(_, let bytes)):
      command = String(decoding: bytes.filter { $0 >= 32 }, as: UTF8.self)
    case .line(.close): isOpen = false
    case .cloud(let request): cloudRequests.append(request)
    case .cancelCloud(let ticket): cloudRequests.removeAll { $0.ticket == ticket }
    case .store(let request): storeRequests.append(request)
    case .keep(let request): passingRequests.append(request)
    case .log(let entry):
      guard entry.message.utf8.count < 20_000 else { throw Violation(description: "a message of 20 kB") }
    }
  }

  /// Time goes to the next deadline, and the core is called there until it wants nothing more just then.
  private mutating func tick() throws(Violation) {
    if let deadline = agent.nextDeadline {
      guard deadline.nanoseconds < 1 << 62 else { return }
      monotonic = max(monotonic, deadline.nanoseconds)
    }
    try settle()
  }

  /// A core that wants to be called again and again at one moment, though nothing happens, keeps a processor busy.
  private mutating func settle() throws(Violation) {
    for _ in 0..<64 {
      try take(.tick)
      guard let deadline = agent.nextDeadline, deadline.nanoseconds <= monotonic else { return }
    }
    throw Violation(
      description: "time stands still at \(monotonic): report \(agent.report.nextAttemptAt as Any), "
        + "intake \(agent.intake.nextDeadline as Any), forwarder \(agent.forwarder.nextDeadline as Any)")
  }

  private mutating func pass(_ span: Duration) throws(Violation) {
    monotonic = monotonic.saturatingAdd(span.wholeNanoseconds)
    try take(.tick)
  }

  // MARK: The line

  private mutating func openLine() throws(Violation) {
    guard let opening, !isOpen || source.chance(of: 8) else { return try tick() }
    if source.chance(of: 6) {
      isOpen = false
      return try take(.line(.failed(opening: opening, .lost(reason: "unplugged"))))
    }
    isOpen = true
    try take(.line(.opened(opening: opening, device: "/dev/ttyUSB0")))
  }

  private mutating func answerCommand() throws(Violation) {
    guard isOpen, let command else { return try openLine() }
    if !source.chance(of: 10) { self.command = nil }
    monotonic += Int64(source.byte()) * 1_000_000
    try hear(Array(reader.answer(to: command, &source).utf8))
  }

  private mutating func hear(_ bytes: [UInt8]) throws(Violation) {
    guard let opening else { return }
    var frames: [Frame] = []
    framer.feed(bytes) { frames.append($0) }
    if source.chance(of: 4) { framer.flushAfterSilence { frames.append($0) } }
    // What was heard may be older, or by another clock.
    let at = MonotonicTime(nanoseconds: source.chance(of: 20) ? source.integer() : monotonic)
    try take(
      .line(
        .heard(
          opening: opening,
          .init(frames: frames, byteCount: bytes.count, sample: Array(bytes.prefix(32)), at: at))),
      weight: frames.count + 1)
  }

  // MARK: Cloud and store

  private mutating func answerCloud() throws(Violation) {
    guard !cloudRequests.isEmpty else { return try tick() }
    let request = cloudRequests.remove(at: source.below(cloudRequests.count))
    monotonic += Int64(source.byte()) * 1_000_000
    try take(.cloud(cloud.outcome(of: request, trueTime: trueTime, hostTime: now.wall, &source)))
  }

  private static let diskFull = StoreFailure(operation: "commit", number: 13, description: "the disk is full")

  private mutating func answerStore() throws(Violation) {
    let isFailing = source.chance(of: 10)
    if !storeRequests.isEmpty, source.chance(of: 2) || passingRequests.isEmpty {
      let request = storeRequests.removeFirst()
      return try take(.store(isFailing ? .failed(request, HostileWorld.diskFull) : keep(request)))
    }
    guard !passingRequests.isEmpty else { return try tick() }
    let request = passingRequests.removeFirst()
    try take(
      .passings(isFailing ? .failed(request, HostileWorld.diskFull) : store.perform(request)), weight: 600)
  }

  private mutating func keep(_ request: StoreRequest) -> StoreReport {
    switch request {
    case .keep(let binding):
      bindings.removeAll { $0.serialNumber == binding.serialNumber }
      bindings.append(binding)
      return .kept(binding)
    case .forget(let cloud, let serialNumber): return .forgotten(cloud: cloud, serialNumber: serialNumber)
    case .noteLastSeen(let cloud, let serialNumber, let time):
      return .noted(cloud: cloud, serialNumber: serialNumber, time)
    }
  }

  private mutating func notice() throws(Violation) {
    let outcomes: [StoreDamage.Outcome] = [
      .underWay, .salvaged(passings: Int(source.integer()), unreadable: Int(source.integer())), .givenUp,
      .replaced(isWhole: source.chance(of: 2)),
    ]
    let damage = StoreDamage(
      name: "one4all.db.damaged", reason: "malformed", notedAt: source.wallTime(),
      outcome: source.pick(outcomes))
    let notices: [StoreNotice] = [
      .damaged(damage, store.summaries), .damaged(damage, store.summaries + absurdFiles()),
      .unreachable(reason: "the folder is gone"), .reachable,
      .diskLow(free: source.integer(), removed: Int(source.integer())), .diskFull(free: source.integer()),
      .diskEnough(free: source.integer()), .backupFailing(HostileWorld.diskFull), .backupWritten,
    ]
    try take(.notice(source.pick(notices)))
    if source.chance(of: 4) { try take(.lineHeld) }
  }

  /// What a damaged store may hold.
  private mutating func absurdFiles() -> [FileSummary] {
    (0..<source.below(3)).map { index in
      FileSummary(
        key: FileKey(
          serialNumber: "O4A5-00051",
          file: source.pick(["20191117-131717.csv", "X\(index)", "00010101-000000.csv"])),
        stored: Int(source.integer()), acknowledged: Int(source.integer()), rejected: Int(source.integer()),
        unconfirmed: Int(source.integer()), lost: Int(source.integer()),
        sentDifferences: Int(source.integer()),
        highest: UInt32(truncatingIfNeeded: source.integer()), readerCount: UInt32(exactly: source.integer()),
        isSettled: source.chance(of: 2), isGone: source.chance(of: 4),
        session: source.chance(of: 2)
          ? nil
          : CloudSession(
            cloud: settings.cloud.url, deviceid: "ab12", token: "session1", alias: "",
            standing: source.pick([.asked, .open, .closed]),
            askedAt: source.wallTime(), acknowledged: Int(source.integer())))
    }
  }

  // MARK: Clocks and people

  private mutating func moveClocks() {
    switch source.below(4) {
    case 0: hostOffset = 0
    case 1: hostOffset = source.integer()
    case 2: isKernelSynchronised.toggle()
    // A suspended machine; its clock goes on for at most 200 years in all.
    default:
      let years = Int64(source.byte()) * 86_400_000_000_000 * 365
      monotonic = min(monotonic.saturatingAdd(years), 6_000_000_000_000_000_000)
    }
  }

  private mutating func look() throws(Violation) {
    let status = AgentStatus.document(of: agent, version: "0", at: now)
    guard let passings = status["passings"]?.object?.members else { return }
    for member in passings where (member.value.integer ?? 0) < 0 {
      throw Violation(description: "passings.\(member.name) is negative")
    }
    let files = agent.standings(at: now).map { LedgerDocument.File($0) }
    _ = LedgerDocument.document(
      of: files, doubtful: agent.ledger.doubtful, isForwarding: true, hold: nil, at: now)
    _ = Health(agent, at: now)
  }

  private mutating func wish() throws(Violation) {
    var actions: [AgentAction] = []
    switch source.below(4) {
    case 0: return try take(.bindRequested)
    case 1: _ = agent.audit(file: nil, at: now, &actions)
    case 2:
      let (one, other) = (source.wallTime(), source.wallTime())
      _ = agent.rewind(from: min(one, other), to: max(one, other), dryRun: source.chance(of: 2), &actions)
    default:
      let passings = reader.pushed(&source).split(separator: "\r\n").compactMap {
        try? Passing(parsing: Array($0.utf8))
      }
      let key = FileKey(serialNumber: "O4A5-00051", file: "20200101-000000.csv")
      _ = agent.importPassings(passings, of: key, zone: source.pick(["UTC", "Doubled"]), at: now, &actions)
    }
    for action in actions { try perform(action) }
  }

  private mutating func reload() throws(Violation) {
    settings.passings.forward = !source.chance(of: 4)
    settings.passings.onClosedSession = source.pick([.hold, .new])
    settings.passings.onClockJump = source.pick([.hold, .send])
    settings.passings.confirm = source.pick([.auto, .always, .never])
    settings.passings.maxLatency = source.pick([.zero, .milliseconds(500), .seconds(60)])
    settings.passings.batchSize = source.pick([1, 50, 5000])
    settings.reader.timeZone = source.pick([nil, "UTC", "Doubled"])
    settings.cloud.heartbeatInterval = source.pick([.seconds(1), .seconds(30), .seconds(3600)])
    try take(.reloaded(settings, bindings: source.chance(of: 3) ? bindings : nil, files: nil))
  }

  /// The daemon is started again, perhaps on a machine that has just started, and with a store that was damaged.
  private mutating func restart() throws(Violation) {
    for action in agent.farewell() { try perform(action) }
    (opening, isOpen, command) = (nil, false, nil)
    (cloudRequests, storeRequests, passingRequests) = ([], [], [])
    if source.chance(of: 2) {
      trueEpoch += monotonic / 1_000_000
      monotonic = Int64(source.byte()) * 1_000_000_000
    }
    for index in bindings.indices where source.chance(of: 2) { bindings[index].lastSeen = source.wallTime() }
    agent = Agent(
      settings: settings, bindings: bindings, files: source.chance(of: 3) ? absurdFiles() : store.summaries,
      doubtful: max(0, Int(source.integer())), firstFiles: store.firstFiles, seed: UInt64(source.byte()),
      zones: HostileWorld.zones, at: MonotonicTime(nanoseconds: monotonic))
    try take(.tick)
  }
}

extension Int64 {
  /// Within what may be added to a moment.
  fileprivate var clamped: Int64 { Swift.min(Swift.max(self, -(1 << 60)), 1 << 60) }
}
