import AgentCore
import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

/// A world without real time, lines, network or disk: the agent between the rehearsal's reader and cloud. Time goes
/// from one deadline to the next.
///
/// It also watches what must hold whatever happens: one request of the device report, one of the passings, one command
/// at a time, and no deviceid used before it is kept.
final class World: SteppedWorld {
  /// What can be wrong with the line, beside what the reader itself does.
  enum Plug {
    case plugged
    case unplugged
    case busy
  }

  static let start: Int64 = 1_800_000_000_000
  /// Of a key that may report, but not look.
  static let writeOnly: Rehearsal.CloudAccess = .write

  var agent: Agent
  var settings: AgentSettings
  var reader: SimulatedReader
  var cloud: SimulatedCloud
  var plug = Plug.plugged
  /// Milliseconds since the world began.
  var elapsed: Int64 = 0
  /// How far the host's wall clock is from true time, milliseconds.
  var hostOffset: Int64 = 0
  var isKernelSynchronised = true
  /// What the disk holds.
  private(set) var disk: [DeviceBinding] = []
  /// What the disk holds of passings.
  private(set) var passings = ModelStore()
  var isDiskFull = false
  /// Passings cannot be written.
  var isPassingStoreFailing = false
  /// The disk does not answer at all.
  var isDiskStalled = false
  /// Commands that never reach the reader.
  var swallowed: Set<String> = []
  /// How long the cloud takes, milliseconds; nil: it never answers, and the request times out after 30 s.
  var cloudLatency: Int64? = 20
  /// The body of every 2xx answer is replaced by this text.
  var portalText: String?

  private(set) var log: [LogEntry] = []
  /// Requests to the cloud, with the time they were sent.
  private(set) var requests: [(at: Int64, request: AgentCore.CloudRequest)] = []
  private(set) var commands: [(at: Int64, text: String)] = []
  private(set) var openings: [Int64] = []
  private(set) var storeRequests: [StoreRequest] = []
  private(set) var keepRequests: [PassingRequest] = []

  private let zones: ZoneLookup
  private var pending = EventsUnderWay<AgentEvent>()
  private var framer = Framer()
  private var opening: UInt64?
  private var isOpen = false
  private var reportUnderWay: CloudTicket?
  private var forwardUnderWay: CloudTicket?
  private var commandUnderWay: CommandUnderWay?

  private struct CommandUnderWay {
    let opening: UInt64
    /// The numbers of the list that was asked for.
    let list: ClosedRange<UInt32>?
    /// The agent does not wait for its answer any longer than that.
    var until: Int64
  }

  init(
    access: Rehearsal.CloudAccess = [.read, .write, .unbind], bindings: [DeviceBinding] = [],
    seed: UInt64 = 1, change: (inout AgentSettings) -> Void = { _ in },
    zones: @escaping ZoneLookup = CaptureWorld.mexico
  ) {
    settings = World.settings
    self.zones = zones
    change(&settings)
    cloud = SimulatedCloud(.init(keys: ["key": access]))
    reader = SimulatedReader(World.readerSettings, at: World.start)
    disk = bindings
    agent = Agent(
      settings: settings, bindings: bindings, seed: seed, zones: zones, at: MonotonicTime(nanoseconds: 0))
    take(.tick)
  }

  static var readerSettings: ReaderSettings {
    var settings = ReaderSettings { milliseconds, _ in milliseconds - 6 * 3_600_000 }
    settings.isStarted = true
    return settings
  }

  static let settings: AgentSettings = {
    var settings = lineAndCloud
    // Passings on their way to the cloud have a world of their own (`ForwardWorld`).
    settings.passings.forward = false
    // A line is believed from its first passing on.
    settings.passings.confirmFirst = 0
    return settings
  }()

  private static let lineAndCloud = AgentSettings(
    reader: .init(
      port: .device(path: "/dev/ttyUSB0"), baudRate: 115_200, dtr: true, rts: true, settleDelay: .zero,
      pollInterval: .seconds(10), silenceTimeout: .seconds(30), replyTimeout: .seconds(3), timeZone: nil),
    cloud: .init(
      url: "https://cloud.example/v0", apiKeyFile: nil, authHeader: "api_key", caFile: nil, proxy: nil,
      connectTimeout: .seconds(10), requestTimeout: .seconds(30), heartbeatInterval: .seconds(30),
      heartbeatRequest: .default, rebind: false), device: .init(alias: nil, type: "One4All"),
    storeDirectory: "/var/lib/one4all", controlSocket: "/run/one4all/control.sock", controlGroup: nil,
    logLevel: .info)

  // MARK: Time

  var now: Moment {
    Moment(
      elapsed: elapsed, wall: World.start + elapsed + hostOffset, isKernelSynchronised: isKernelSynchronised)
  }

  private var readerNow: Int64 { World.start + elapsed }

  var nextDue: Int64? {
    [pending.nextDue, agent.nextDeadline?.steps, reader.nextDeadline.map { $0 - World.start }]
      .compactMap { $0 }.min()
  }

  var standing: String {
    "\(agent.nextDeadline as Any) \(agent.report.nextAttemptAt as Any) \(reader.nextDeadline as Any) \(cloudState) \(readerState)"
  }

  func turn() {
    for event in pending.take(until: elapsed) { take(event) }
    hear(reader.advance(to: readerNow))
    take(.tick)
  }

  func take(_ event: AgentEvent) {
    switch event {
    case .cloud(let outcome) where outcome.ticket == reportUnderWay: reportUnderWay = nil
    case .cloud(let outcome) where outcome.ticket == forwardUnderWay: forwardUnderWay = nil
    case .line(.heard(_, let reception)):
      for frame in reception.frames {
        switch frame {
        case .reply, .hello, .endOfList: commandUnderWay = nil
        case .passing(let passing): heardListed(passing)
        case .malformed: break
        }
      }
    case .line, .cloud, .store, .passings, .notice, .lineHeld, .bindRequested, .reloaded, .tick: break
    }
    for action in agent.handle(event, at: now) { perform(action) }
  }

  /// A passing gives its list the whole time again; the end of the list comes within a second behind the last one, or
  /// was damaged on its way.
  private func heardListed(_ passing: Passing) {
    guard let list = commandUnderWay?.list, list.contains(passing.number) else { return }
    let wait = settings.reader.replyTimeout.wholeMilliseconds
    commandUnderWay?.until = elapsed + (passing.number == list.upperBound ? min(wait, 1000) : wait)
  }

  private func later(_ milliseconds: Int64, _ event: AgentEvent) {
    pending.add(event, at: elapsed + milliseconds)
  }

  // MARK: What the agent does

  private func perform(_ action: AgentAction) {
    switch action {
    case .line(let request): perform(request)
    case .cloud(let request): ask(request)
    case .cancelCloud(let ticket):
      pending.removeAll { if case .cloud(let outcome) = $0 { outcome.ticket == ticket } else { false } }
      reportUnderWay = nil
    case .store(let request): store(request)
    case .keep(let request): keep(request)
    case .log(let entry): log.append(entry)
    }
  }

  private func perform(_ request: LineRequest) {
    switch request {
    case .open(let number, _):
      openings.append(elapsed)
      opening = number
      isOpen = false
      framer = Framer()
      switch plug {
      case .plugged:
        isOpen = true
        later(1, .line(.opened(opening: number, device: "/dev/ttyUSB0")))
        hear(reader.connected(1, at: readerNow))
      case .unplugged:
        later(1, .line(.failed(opening: number, .absent(path: "/dev/ttyUSB0", present: []))))
      case .busy:
        let holder = PortHolder(processID: 7, name: "minicom")
        later(1, .line(.failed(opening: number, .busy(path: "/dev/ttyUSB0", holder: holder))))
      }
    case .write(let number, let bytes):
      guard number == opening, isOpen else { return }
      let command = String(decoding: bytes.filter { $0 >= 32 }, as: UTF8.self)
      if let former = commandUnderWay, former.opening == number, elapsed < former.until {
        Issue.record("\(command) was sent while another command was under way")
      }
      commandUnderWay = CommandUnderWay(
        opening: number, list: World.listed(by: command),
        until: elapsed + settings.reader.replyTimeout.wholeMilliseconds)
      commands.append((elapsed, command))
      if swallowed.contains(command) { return }
      hear(reader.received(bytes, from: 1, at: readerNow))
    case .close:
      isOpen = false
      reader.disconnected(1)
    }
  }

  /// The numbers that a list command asks for.
  private static func listed(by command: String) -> ClosedRange<UInt32>? {
    guard command.hasPrefix("GETPASSINGS;") || command.hasPrefix("GETFILE;") else { return nil }
    let numbers = command.split(separator: ";").suffix(2).compactMap { UInt32($0) }
    guard numbers.count == 2, numbers[0] <= numbers[1] else { return nil }
    return numbers[0]...numbers[1]
  }

  /// Bytes of the reader reach the agent 2 ms later.
  func hear(_ outputs: [ReaderTransmission]) {
    for output in outputs { hear(output.bytes) }
  }

  func hear(_ bytes: [UInt8]) {
    guard isOpen, let opening else { return }
    var frames: [Frame] = []
    framer.feed(bytes) { frames.append($0) }
    framer.flushAfterSilence { frames.append($0) }
    let at = MonotonicTime(nanoseconds: (elapsed + 2) * 1_000_000)
    later(
      2,
      .line(
        .heard(
          opening: opening,
          .init(frames: frames, byteCount: bytes.count, sample: Array(bytes.prefix(32)), at: at))))
  }

  private func ask(_ request: AgentCore.CloudRequest) {
    let isForward = request.ticket.owner == .passings
    if (isForward ? forwardUnderWay : reportUnderWay) != nil {
      Issue.record("a second request was sent while one was under way")
    }
    if isForward { forwardUnderWay = request.ticket } else { reportUnderWay = request.ticket }
    let parts = request.path.prefix { $0 != "?" }.split(separator: "/")
    if parts.count == 2, parts[0] == "devices", !disk.contains(where: { $0.deviceid == parts[1] }) {
      Issue.record("a deviceid was used before it was kept")
    }
    requests.append((elapsed, request))
    guard let cloudLatency else {
      later(
        30_000,
        .cloud(.init(ticket: request.ticket, result: .failure(.timedOut(detail: "no answer")))))
      return
    }
    let answer = RehearsedCloud.answer(of: &cloud, to: request, now: World.start + elapsed)
    let result = RehearsedCloud.result(of: answer, portal: portalText, hostTime: now.wall)
    later(
      cloudLatency + answer.delayMilliseconds, .cloud(.init(ticket: request.ticket, result: result)))
  }

  private func keep(_ request: PassingRequest) {
    keepRequests.append(request)
    if isPassingStoreFailing {
      later(1, .passings(.failed(request, .diskFull)))
    } else {
      let report = passings.perform(request)
      later(1, .passings(report))
    }
  }

  private func store(_ request: StoreRequest) {
    storeRequests.append(request)
    if isDiskStalled { return }
    if isDiskFull {
      later(1, .store(.failed(request, .diskFull)))
      return
    }
    switch request {
    case .keep(let binding):
      disk.removeAll { $0.serialNumber == binding.serialNumber }
      disk.append(binding)
      later(1, .store(.kept(binding)))
    case .forget(let cloud, let serial):
      disk.removeAll { $0.serialNumber == serial }
      later(1, .store(.forgotten(cloud: cloud, serialNumber: serial)))
    case .noteLastSeen(let cloud, let serial, let time):
      for index in disk.indices where disk[index].serialNumber == serial { disk[index].lastSeen = time }
      later(1, .store(.noted(cloud: cloud, serialNumber: serial, time)))
    }
  }

  // MARK: What a test does and sees

  /// A person asks for something.
  func ask<Answer>(_ body: (inout Agent, inout [AgentAction]) -> Answer) -> Answer {
    var actions: [AgentAction] = []
    let answer = body(&agent, &actions)
    for action in actions { perform(action) }
    return answer
  }

  /// The daemon is killed and started again: what only memory held is gone, and answers on their way are lost.
  func kill(seed: UInt64 = 7) {
    pending.removeAll()
    reportUnderWay = nil
    forwardUnderWay = nil
    commandUnderWay = nil
    if isOpen { reader.disconnected(1) }
    isOpen = false
    opening = nil
    agent = Agent(
      settings: settings, bindings: disk, files: passings.summaries, firstFiles: passings.firstFiles,
      seed: seed, zones: zones, at: now.monotonic)
    take(.tick)
  }

  /// The store shows the sessions of that cloud from now on.
  func showSessions(of cloud: String) -> [FileSummary] {
    passings.show(cloud: cloud)
    return passings.summaries
  }

  /// What the store held of passings is damaged and gone.
  func loseStore() {
    passings = ModelStore()
    disk = []
    take(
      .notice(
        .damaged(StoreDamage(name: "/var/lib/one4all/damaged", reason: "malformed", notedAt: now.wall), [])))
  }

  /// The frames that the reader has recorded, by file.
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

  /// The cable is pulled while the line is open.
  func pull() {
    plug = .unplugged
    guard isOpen, let opening else { return }
    isOpen = false
    reader.disconnected(1)
    later(1, .line(.failed(opening: opening, .lost(reason: "unplugged"))))
  }

  /// Tells the reader something; the line has to be the reader's own.
  func tellReader(_ command: String) throws {
    hear(reader.obey(try ReaderOrder(command), at: readerNow).transmissions)
  }

  /// Tells the cloud something.
  @discardableResult
  func tellCloud(_ command: String) -> JSONValue {
    cloud.said(to: command)
  }

  /// The devices that the cloud has, asked past the API.
  var devices: [JSONValue] { tellCloud("devices").array ?? [] }
  /// What was sent that no good client sends.
  var misuse: [JSONValue] { cloud.misuse }
  /// The state document.
  var status: JSONValue { AgentStatus.document(of: agent, version: "test", at: now) }
  var agrees: Bool? { status["device"]?["agrees"]?.bool }
  var cloudState: CloudState { agent.cloudState }
  var readerState: ReaderState { agent.session.state }

  func entries(_ event: EventName) -> [LogEntry] { log.filter { $0.event == event } }
  func sent(_ method: CloudMethod) -> [AgentCore.CloudRequest] {
    requests.map(\.request).filter { $0.method == method }
  }
  func clearRequests() { requests = [] }

  /// A world in which reader and cloud agree.
  static func settled(
    access: Rehearsal.CloudAccess = [.read, .write, .unbind], change: (inout AgentSettings) -> Void = { _ in }
  ) -> World {
    let world = World(access: access, change: change)
    world.pass(seconds: 3)
    return world
  }
}
