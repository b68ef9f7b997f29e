import AgentCore
import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

/// The agent between the rehearsal's reader, on a line that carries 115200 bits a second, and a store of passings in
/// memory. No cloud answers. Time goes from one deadline to the next.
final class CaptureWorld: SteppedWorld {
  static let start: Int64 = 1_800_000_000_000

  /// When the world began, milliseconds since 1970.
  let start: Int64
  var agent: Agent
  var settings = World.settings
  var reader: SimulatedReader
  let zones: ZoneLookup
  /// Milliseconds since the world began.
  var elapsed: Int64 = 0
  var store = ModelStore()
  /// How long the store takes, milliseconds.
  var storeLatency: Int64 = 5
  /// The store answers nothing, and what it was asked waits.
  var isStoreStalled = false { didSet { if !isStoreStalled { resumeStore() } } }
  /// Every request fails.
  var isStoreFailing = false
  var isPlugged = true
  /// What the line carries.
  var bytesPerSecond: Int64 = 11_520
  /// Commands that the reader refuses, by name.
  var refused: Set<String> = []
  /// Commands that never reach the reader.
  var swallowed: Set<String> = []
  /// Called with each command before the reader has it.
  var beforeCommand: (String) throws -> Void = { _ in }
  /// What becomes of the reader's bytes on the line; nil: they never arrive.
  var tamper: (ReaderTransmission) -> [UInt8]? = { $0.bytes }
  private(set) var log: [LogEntry] = []
  private(set) var commands: [(at: Int64, text: String)] = []
  /// Bytes of the reader that came over the line, and those of them that answer PASSINGS and GETSTATUS.
  private(set) var lineBytes = 0
  private(set) var questionBytes = 0
  private(set) var requests: [PassingRequest] = []
  /// Most rows in one `capture`.
  private(set) var largestGroup = 0
  /// Bytes that follow each other on the line without a pause end then, in microseconds.
  private var lineFreeAt: Int64 = 0
  private var flushAt: Int64?
  private var pending = EventsUnderWay<AgentEvent>()
  private var arriving: [(at: Int64, bytes: [UInt8])] = []
  private var stalled: [PassingRequest] = []
  private var framer = Framer()
  private var opening: UInt64?
  private var isOpen = false

  init(
    seed: UInt64 = 1, passings: PassingSettings = PassingSettings(), confirmFirst: Int = 0,
    start: Int64 = CaptureWorld.start, change: (inout ReaderSettings) -> Void = { _ in },
    zones: @escaping ZoneLookup = CaptureWorld.mexico
  ) {
    self.start = start
    var readerSettings = World.readerSettings
    readerSettings.seed = seed
    change(&readerSettings)
    reader = SimulatedReader(readerSettings, at: start)
    self.zones = zones
    store.zones = zones
    settings.passings = passings
    settings.passings.confirmFirst = confirmFirst
    agent = Agent(
      settings: settings, bindings: [], seed: seed, zones: self.zones, at: MonotonicTime(nanoseconds: 0))
    take(.tick)
  }

  static let mexico: ZoneLookup = { local, zone in
    zone == "America/Mexico_City" ? .once(WallTime(milliseconds: local + 6 * 3_600_000)) : nil
  }

  // MARK: Time

  /// Whether the kernel calls the host's clock synchronised.
  var isKernelSynchronised = true
  /// Whether a cloud answers, only to fail: its `Date` is right.
  var isCloudThere = false

  var now: Moment {
    Moment(elapsed: elapsed, wall: start + elapsed, isKernelSynchronised: isKernelSynchronised)
  }

  private var readerNow: Int64 { start + elapsed }

  var nextDue: Int64? {
    [
      pending.nextDue, arriving.first?.at, flushAt, agent.nextDeadline?.steps,
      reader.nextDeadline.map { $0 - start },
    ].compactMap { $0 }.min()
  }

  var standing: String { "\(agent.nextDeadline as Any) \(reader.nextDeadline as Any)" }

  func turn() {
    for event in pending.take(until: elapsed) { take(event) }
    send(reader.advance(to: readerNow))
    while let first = arriving.first, first.at <= elapsed {
      arriving.removeFirst()
      hear(first.bytes)
    }
    if let at = flushAt, at <= elapsed {
      flushAt = nil
      hear([])
    }
    take(.tick)
  }

  private func take(_ event: AgentEvent) {
    for action in agent.handle(event, at: now) { perform(action) }
  }

  private func later(_ milliseconds: Int64, _ event: AgentEvent) {
    pending.add(event, at: elapsed + milliseconds)
  }

  // MARK: What the agent does

  private func perform(_ action: AgentAction) {
    switch action {
    case .line(let request): perform(request)
    case .cloud(let request) where isCloudThere:
      let answer = AgentCore.CloudAnswer(
        status: 503, body: .empty, date: WallTime(milliseconds: now.wall.milliseconds / 1000 * 1000),
        hostTime: now.wall)
      later(20, .cloud(.init(ticket: request.ticket, result: .success(answer))))
    case .cloud(let request):
      later(
        1000, .cloud(.init(ticket: request.ticket, result: .failure(.timedOut(detail: "no cloud")))))
    case .cancelCloud, .store: break
    case .keep(let request): keep(request)
    case .log(let entry): log.append(entry)
    }
  }

  private func keep(_ request: PassingRequest) {
    requests.append(request)
    if case .capture(_, let rows) = request { largestGroup = max(largestGroup, rows.count) }
    if isStoreStalled {
      stalled.append(request)
    } else if isStoreFailing {
      later(1, .passings(.failed(request, .diskFull)))
    } else {
      let report = store.perform(request)
      later(storeLatency, .passings(report))
    }
  }

  private func resumeStore() {
    let rest = stalled
    stalled = []
    for request in rest { keep(request) }
  }

  private func perform(_ request: LineRequest) {
    switch request {
    case .open(let number, _):
      opening = number
      isOpen = false
      framer = Framer()
      arriving = []
      lineFreeAt = elapsed * 1000
      guard isPlugged else {
        later(1, .line(.failed(opening: number, .absent(path: "/dev/ttyUSB0", present: []))))
        return
      }
      isOpen = true
      later(1, .line(.opened(opening: number, device: "/dev/ttyUSB0")))
      send(reader.connected(1, at: readerNow))
    case .write(let number, let bytes):
      guard number == opening, isOpen else { return }
      let command = String(decoding: bytes.filter { $0 >= 32 }, as: UTF8.self)
      commands.append((elapsed, command))
      #expect(throws: Never.self) { try beforeCommand(command) }
      if swallowed.contains(command) { return }
      let name = String(command.prefix { $0 != ";" })
      if refused.contains(name) {
        _ = reader.obey(.refuse(name: name, answer: "ERR"), at: readerNow)
      }
      send(reader.received(bytes, from: 1, at: readerNow))
    case .close:
      isOpen = false
      reader.disconnected(1)
    }
  }

  private func send(_ outputs: [ReaderTransmission]) {
    guard isOpen else { return }
    for output in outputs {
      guard let bytes = tamper(output) else { continue }
      lineBytes += bytes.count
      if bytes.starts(with: "GETSTATUS;".utf8) || bytes.starts(with: "PASSINGS;".utf8) {
        questionBytes += bytes.count
      }
      // A long reply does not come all at once.
      for start in stride(from: 0, to: bytes.count, by: 1024) {
        let part = Array(bytes[start..<min(start + 1024, bytes.count)])
        lineFreeAt = max(lineFreeAt, elapsed * 1000) + Int64(part.count) * 1_000_000 / bytesPerSecond
        arriving.append((lineFreeAt / 1000 + 1, part))
      }
    }
  }

  private func hear(_ bytes: [UInt8]) {
    guard isOpen, let opening else { return }
    var frames: [Frame] = []
    if bytes.isEmpty {
      framer.flushAfterSilence { frames.append($0) }
      if frames.isEmpty { return }
    } else {
      framer.feed(bytes) { frames.append($0) }
      flushAt = framer.pendingCount > 0 ? elapsed + 300 : nil
    }
    take(
      .line(
        .heard(
          opening: opening,
          .init(
            frames: frames, byteCount: bytes.count, sample: Array(bytes.prefix(32)), at: now.monotonic,
            pendingReply: framer.pendingReply))))
  }

  // MARK: What a test does and sees

  func tellReader(_ command: String) throws {
    send(reader.obey(try ReaderOrder(command), at: readerNow).transmissions)
  }

  /// Bytes that no reader sent come in front of its next frame.
  func interject(_ text: String) {
    let bytes = Array(text.utf8)
    lineFreeAt = max(lineFreeAt, elapsed * 1000)
    arriving.append((lineFreeAt / 1000 + 1, bytes))
  }

  /// Another host tells the reader a command while ours is not there.
  func otherHost(_ command: String) {
    _ = reader.connected(2, at: readerNow)
    _ = reader.received(Array("\(command)\r\n".utf8), from: 2, at: readerNow)
    reader.disconnected(2)
  }

  /// The cable is pulled; what is on the line is gone.
  func pull() {
    isPlugged = false
    guard isOpen, let opening else { return }
    isOpen = false
    arriving = []
    reader.disconnected(1)
    later(1, .line(.failed(opening: opening, .lost(reason: "unplugged"))))
  }

  /// The store is damaged beyond reading, and a new one takes its place.
  func loseStore() {
    store = ModelStore()
    store.zones = zones
    take(.notice(.damaged(StoreDamage(name: "one4all.db.damaged", reason: "damaged", notedAt: now.wall), [])))
  }

  /// The daemon is killed and started again: what only memory held is gone.
  func kill(seed: UInt64 = 7) {
    pending.removeAll()
    stalled = []
    arriving = []
    flushAt = nil
    isOpen = false
    reader.disconnected(1)
    agent = Agent(
      settings: settings, bindings: [], files: store.summaries, firstFiles: store.firstFiles, seed: seed,
      zones: zones, at: now.monotonic)
    take(.tick)
  }

  /// The reader is polled every five minutes only, for runs of hours.
  func askRarely() {
    settings.reader.pollInterval = .seconds(300)
    settings.reader.silenceTimeout = .seconds(900)
    take(.reloaded(settings, bindings: nil))
  }

  /// A person asks for something of the passings.
  func reload(timeZone: String?) {
    settings.reader.timeZone = timeZone
    take(.reloaded(settings, bindings: nil))
  }

  func audit(_ file: String? = nil) -> String? {
    var actions: [AgentAction] = []
    defer { for action in actions { perform(action) } }
    switch agent.audit(file: file, at: now, &actions) {
    case .success: return nil
    case .failure(let refused): return refused.reason
    }
  }

  func release(_ numbers: ClosedRange<UInt32>, of key: FileKey) {
    var actions: [AgentAction] = []
    _ = agent.release(numbers, of: key, &actions)
    for action in actions { perform(action) }
  }

  func importPassings(
    _ passings: [Passing], of key: FileKey, zone: String = "America/Mexico_City",
    source: KeptPassing.ZoneSource = .configured
  ) -> Int {
    var actions: [AgentAction] = []
    defer { for action in actions { perform(action) } }
    return agent.importPassings(
      passings, of: key, zone: zone, zoneSource: source, at: now, &actions)
  }

  /// Does something with the store that the cloud's side would do.
  func asForwarder(_ request: PassingRequest) { take(.passings(store.perform(request))) }

  /// All that the reader has recorded: frames by file.
  var truth: [String: [String]] {
    guard case .document(let document) = reader.obey(.truth(file: nil), at: readerNow).answer else {
      return [:]
    }
    var truth: [String: [String]] = [:]
    for session in document["sessions"]?.array ?? [] {
      guard let file = session["file"]?.string else { continue }
      truth[file] = (session["frames"]?.array ?? []).compactMap(\.string)
    }
    return truth
  }

  var files: [String] { truth.keys.sorted() }

  func key(_ file: String, serial: String = "O4A5-00051") -> FileKey {
    FileKey(serialNumber: serial, file: file)
  }

  /// A person sends what is not confirmed.
  func releaseUnconfirmed(of keys: [FileKey]) -> Int {
    var actions: [AgentAction] = []
    let work = agent.releaseUnconfirmed(0 ... .max, of: keys, &actions)
    for action in actions { perform(action) }
    return work
  }

  /// The stored frames of a file, in order.
  func frames(_ file: String) -> [String] {
    let rows = store.files[key(file)]?.rows ?? [:]
    return rows.keys.sorted().compactMap { rows[$0]?.kept.passing.text }
  }

  /// Whether the store holds what the reader holds, all of it free to be sent.
  var isComplete: Bool {
    guard agent.intake.unsettledButReachable.isEmpty,
      case .document(let counts) = reader.obey(.count, at: readerNow).answer,
      counts["recorded"] == .integer(Int64(store.summaries.reduce(0) { $0 + $1.stored }))
    else { return false }
    return holdsTheTruth
  }

  private var holdsTheTruth: Bool {
    truth.allSatisfy { file, frames in
      self.frames(file) == frames && store.summary(of: key(file)).unconfirmed == 0
    }
  }

  func entries(_ event: EventName) -> [LogEntry] { log.filter { $0.event == event } }

  /// Holds the store against the reader's memory.
  func expectComplete(_ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation) {
    for (file, truth) in truth {
      let stored = frames(file)
      #expect(
        stored == truth, "\(comment) \(file): \(stored.count) of \(truth.count)",
        sourceLocation: sourceLocation)
      let summary = store.summary(of: key(file))
      #expect(summary.lost == 0, sourceLocation: sourceLocation)
      #expect(summary.unconfirmed == 0, sourceLocation: sourceLocation)
      for row in (store.files[key(file)]?.rows ?? [:]).values {
        let exact = row.kept.passing.localMilliseconds + 6 * 3_600_000
        #expect(row.kept.utc.milliseconds == exact, sourceLocation: sourceLocation)
      }
    }
  }
}
