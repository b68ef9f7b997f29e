import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

/// The forwarder between a store in memory and the rehearsal's cloud, without real time. Time goes from one deadline
/// to the next; the core can be restarted at any moment, while store and cloud go on.
///
/// It also watches what must hold whatever happens: one request at a time, no token used before it is on disk, and
/// nothing sent of a passing that the store does not have.
final class ForwardWorld: SteppedWorld {
  static let serialNumber = "O4A5-00051"
  static let start: Int64 = 1_800_000_000_000

  var forwarder: Forwarder
  var settings: PassingSettings
  var store = ModelStore()
  var cloud: SimulatedCloud
  var view = ForwardView()
  private(set) var deviceid: String
  private var cloudURL = "https://cloud.example/v0"
  /// Milliseconds since the world began.
  var elapsed: Int64 = 0
  /// Passings are those of a FREE reader, with 13 fields.
  var isFree = false
  private(set) var log: [LogEntry] = []
  private var registry = Problems()
  private(set) var requests: [(at: Int64, request: AgentCore.CloudRequest)] = []

  /// Milliseconds.
  var cloudLatency: Int64 = 20
  var storeLatency: Int64 = 5
  var isDiskFull = false
  var faults = CloudFaults()

  /// The clouds that are not in use, by their address.
  private var otherClouds: [String: SimulatedCloud] = [:]
  /// Passings that the cloud has lost, by token.
  private var forgotten: [String: NumberSet] = [:]
  private var pending = EventsUnderWay<Event>()
  private(set) var storeRequests: [PassingRequest] = []
  private var storeQueue: [PassingRequest] = []
  private var isStoreBusy = false
  private var requestUnderWay: CloudTicket?
  private var seed: UInt64

  private enum Event {
    case store
    case report(PassingReport)
    case cloud(CloudOutcome)
  }

  init(
    access: Rehearsal.CloudAccess = [.read, .write], seed: UInt64 = 1,
    change: (inout PassingSettings) -> Void = { _ in }
  ) {
    settings = PassingSettings()
    change(&settings)
    self.seed = seed
    cloud = SimulatedCloud(.init(keys: ["key": access, "all": [.read, .write, .unbind]], seed: seed))
    deviceid = ForwardWorld.bind(ForwardWorld.serialNumber, in: &cloud)
    view.devices = [ForwardWorld.serialNumber: deviceid]
    view.isConnected = true
    store.show(cloud: cloudURL)
    forwarder = Forwarder(
      settings: settings, device: .init(alias: nil, type: "One4All"), cloud: cloudURL, files: [],
      random: RandomSource(seed: seed), at: MonotonicTime(nanoseconds: 0))
  }

  private static func bind(_ serialNumber: String, in cloud: inout SimulatedCloud) -> String {
    let answer = cloud.answer(
      .init(
        "POST", "/v0/devices", apiKey: "all", contentType: "application/json",
        body: .document([
          "type": "One4All", "model": "One4All 5 PRO", "serial_number": .string(serialNumber),
        ]), bodySize: 100), now: start)
    return answer.document?["deviceid"]?.string ?? ""
  }

  /// Makes another device.
  func bind(_ serialNumber: String) -> String { ForwardWorld.bind(serialNumber, in: &cloud) }

  static func key(_ file: String) -> FileKey { FileKey(serialNumber: serialNumber, file: file) }

  // MARK: Time

  /// How far the host's wall clock is from true time, milliseconds.
  var hostOffset: Int64 = 0

  var now: Moment {
    Moment(elapsed: elapsed, wall: ForwardWorld.start + elapsed + hostOffset)
  }

  var nextDue: Int64? { [pending.nextDue, forwarder.nextDeadline?.steps].compactMap { $0 }.min() }

  var standing: String { "\(forwarder.nextDeadline as Any)" }

  func turn() {
    for event in pending.take(until: elapsed) { take(event) }
    drive { _ in }
  }

  private func take(_ event: Event) {
    switch event {
    case .store: performNext()
    case .report(let report):
      drive { orders in forwarder.handle(report, at: now, &orders) }
    case .cloud(let outcome):
      if outcome.ticket == requestUnderWay { requestUnderWay = nil }
      drive { orders in forwarder.handle(outcome, at: now, &orders) }
    }
  }

  private func drive(_ body: (inout ForwardOrders) -> Void) {
    var orders = ForwardOrders(registry.lend(.forwarding))
    body(&orders)
    forwarder.observe(view, at: now.monotonic)
    forwarder.advance(to: now, &orders)
    for request in orders.store { ask(request) }
    for request in orders.cloud { ask(request) }
    registry.settle(orders.log)
    log += orders.log.entries
  }

  // MARK: The store

  /// Hands the store a request, of the forwarder or of anybody else; all reports reach the forwarder.
  func ask(_ request: PassingRequest) {
    storeRequests.append(request)
    storeQueue.append(request)
    if !isStoreBusy { performLater() }
  }

  private func performLater() {
    isStoreBusy = true
    pending.add(.store, at: elapsed + storeLatency)
  }

  private func performNext() {
    isStoreBusy = false
    guard !storeQueue.isEmpty else { return }
    let request = storeQueue.removeFirst()
    if !storeQueue.isEmpty { performLater() }
    let report: PassingReport =
      isDiskFull
      ? .failed(request, .diskFull) : store.perform(request)
    pending.add(.report(report), at: elapsed)
  }

  /// The core is killed and started again; what the store was asked and has not done is done or forgotten, the
  /// answer to the request under way is lost.
  func restart(losingStoreRequests: Bool = true) {
    if !losingStoreRequests { for request in storeQueue { _ = store.perform(request) } }
    storeQueue = []
    isStoreBusy = false
    pending.removeAll()
    requestUnderWay = nil
    seed += 1
    registry = Problems()
    forwarder = Forwarder(
      settings: settings, device: .init(alias: nil, type: "One4All"), cloud: cloudURL,
      files: store.summaries, random: RandomSource(seed: seed), at: now.monotonic)
    drive { _ in }
  }

  /// The store was damaged, and holds what it holds now.
  func restoreStore() {
    var log = registry.lend(.forwarding)
    forwarder.restored(store.summaries, at: now.monotonic, &log)
    registry.settle(log)
  }

  /// All that the store had is gone.
  func loseStore() {
    store = ModelStore()
    store.show(cloud: cloudURL)
  }

  /// The store's answer reaches the forwarder now.
  func deliver(_ report: PassingReport) { take(.report(report)) }

  /// New settings, and perhaps another cloud, in which the reader has another device.
  func reload(cloud url: String? = nil, _ change: (inout PassingSettings) -> Void = { _ in }) {
    change(&settings)
    var files: [FileSummary]?
    if let url, url != cloudURL {
      otherClouds[cloudURL] = cloud
      cloudURL = url
      cloud =
        otherClouds[url]
        ?? SimulatedCloud(
          .init(keys: ["key": [.read, .write], "all": [.read, .write, .unbind]], seed: seed + 1000))
      deviceid = ForwardWorld.bind(ForwardWorld.serialNumber, in: &cloud)
      view.devices = [ForwardWorld.serialNumber: deviceid]
      store.show(cloud: url)
      files = store.summaries
    }
    drive { orders in
      forwarder.apply(
        settings, device: .init(alias: nil, type: "One4All"), cloud: cloudURL, files: files,
        at: now.monotonic, &orders.log)
    }
  }

  // MARK: The cloud

  private func ask(_ request: AgentCore.CloudRequest) {
    if requestUnderWay != nil { Issue.record("a second request was sent while one was under way") }
    #expect(request.ticket.owner == .passings)
    requestUnderWay = request.ticket
    requests.append((elapsed, request))
    if let (failure, after) = faults.failure(of: request) {
      let outcome = CloudOutcome(ticket: request.ticket, result: .failure(failure))
      return pending.add(.cloud(outcome), at: elapsed + after)
    }
    let answer = answer(to: request)
    let outcome = CloudOutcome(
      ticket: request.ticket, result: RehearsedCloud.result(of: answer, hostTime: now.wall))
    pending.add(.cloud(outcome), at: elapsed + cloudLatency + answer.delayMilliseconds)
  }

  private func answer(to request: AgentCore.CloudRequest) -> Rehearsal.CloudAnswer {
    if request.path == "/passings" {
      checkBatch(
        request.body?["token_session"]?.string ?? "", request.body?["passings_list"]?.array ?? [])
    }
    if let answer = faults.answer(to: request) { return answer }
    let request = faults.reduced(request)
    let answer = RehearsedCloud.answer(of: &cloud, to: request, now: ForwardWorld.start + elapsed)
    return forgetting(
      faults.altered(answer, to: request), to: request, String(request.path.prefix { $0 != "?" }))
  }

  /// The answer of a cloud that has lost what was forgotten.
  private func forgetting(
    _ answer: Rehearsal.CloudAnswer, to request: AgentCore.CloudRequest, _ path: String
  ) -> Rehearsal.CloudAnswer {
    let token = path.split(separator: "/").last.map(String.init) ?? ""
    if path == "/passings", answer.status == 200, let sent = request.body?["token_session"]?.string {
      for entry in request.body?["passings_list"]?.array ?? [] {
        forgotten[sent]?.remove(UInt32(entry["num_passing"]?.integer ?? 0))
      }
    }
    guard let lost = forgotten[token], !lost.isEmpty, var document = answer.document?.object,
      let list = document["result"]?.array
    else { return answer }
    if path.hasPrefix("/passings/session/") {
      document["result"] = .array(
        list.filter { !lost.contains(UInt32($0["num_passing"]?.integer ?? 0)) })
    } else if var session = list.first?.object, let count = session["passings"]?.integer {
      session["passings"] = .integer(count - Int64(lost.count))
      document["result"] = [.object(session)]
    }
    var changed = answer
    changed.body = .document(.object(document))
    return changed
  }

  private func checkBatch(_ token: String, _ list: [JSONValue]) {
    guard let key = store.order.first(where: { store.files[$0]?.session?.token == token }) else {
      Issue.record("a token was used before it was kept")
      return
    }
    #expect(list.count <= settings.batchSize)
    for entry in list {
      let row = store.files[key]?.rows[UInt32(entry["num_passing"]?.integer ?? 0)]
      if row == nil { Issue.record("something was sent that the store does not have: \(entry)") }
    }
  }

  /// An outcome reaches the forwarder now, instead of the one that is on its way.
  func deliver(_ outcome: CloudOutcome) {
    pending.removeAll { if case .cloud = $0 { true } else { false } }
    take(.cloud(outcome))
  }

  @discardableResult
  func tellCloud(_ command: String) -> JSONValue {
    cloud.said(to: command)
  }

  // MARK: What a test does and sees

  /// Passings of those numbers are captured.
  func capture(
    _ numbers: ClosedRange<UInt32>, of key: FileKey, trust: KeptPassing.Trust = .believed
  ) {
    ask(.capture(key, numbers.map { kept($0, of: key, trust: trust) }))
  }

  /// Two passings of different files never have the same time.
  func kept(
    _ number: UInt32, of key: FileKey = ForwardWorld.key("20171223-153055.csv"),
    trust: KeptPassing.Trust = .believed
  ) -> KeptPassing {
    let name = key.file.utf8.reduce(Int64(5381)) { ($0 &* 33 &+ Int64($1)) & 0xFFFF_FFFF }
    let offset = key.file == "20171223-153055.csv" ? 0 : 1 + name % 96
    let milliseconds = ForwardWorld.start + Int64(number) * 100 + offset
    return KeptPassing(
      passing: isFree ? ForwardWorld.freePassing(number) : ForwardWorld.passing(number),
      zone: "America/Mexico_City",
      utc: WallTime(milliseconds: milliseconds), arrivedAt: now.monotonic, arrivedWall: now.wall,
      hostSynchronised: true, origin: .pushed, trust: trust)
  }

  static func passing(_ number: UInt32, chip: UInt32? = nil) -> Passing {
    guard let prefix = ChipPrefix("MC"), let check = CheckCode("0000A"),
      let time = LocalDateTime(millisecondsSince1970: start + Int64(number) * 100 - 6 * 3_600_000),
      let passing = Passing(
        number: number, prefix: prefix, chip: chip ?? number % 3000, at: time, antenna: 1, reads: 7,
        check: check)
    else { preconditionFailure("no such passing: \(number)") }
    return passing
  }

  /// As a FREE reader with 13 fields gives it.
  private static func freePassing(_ number: UInt32) -> Passing {
    let ordinary = passing(number)
    let code = ["", "EV2026", "MC"][Int(number % 3)]
    guard let timerCode = TimerCode(code), let chip = ChipCode("R\(number % 3000)"),
      let fields = EPCFields(epc: "52\(number % 3000)"),
      let passing = Passing(
        number: number, timerCode: timerCode, chip: chip, at: ordinary.localDateTime, antenna: 1,
        reads: 7,
        epcFields: fields, check: ordinary.check)
    else { preconditionFailure("no such passing: \(number)") }
    return passing
  }

  func file(_ key: FileKey) -> FileSummary { store.summary(of: key) }
  var sessions: [JSONValue] { tellCloud("sessions").array ?? [] }
  /// The aliases of the sessions that hold passings, or may.
  var aliases: [String] { sessions.compactMap { $0["alias"]?.string } }
  var misuse: [JSONValue] { cloud.misuse }
  func entries(_ event: EventName) -> [LogEntry] { log.filter { $0.event == event } }
  var problems: [Problem] { forwarder.worded(registry.shown(.forwarding), at: now) }
  func isActive(_ event: EventName) -> Bool { problems.contains { $0.event == event } }
  func clearRequests() { requests = [] }
  func sent(_ path: String) -> [AgentCore.CloudRequest] {
    requests.map(\.request).filter { $0.path.hasPrefix(path) }
  }
  /// The numbers of the passings in each `POST /passings`.
  var batches: [NumberSet] {
    sent("/passings").filter { $0.method == .post }.map { request in
      NumberSet(
        (request.body?["passings_list"]?.array ?? []).compactMap { entry in
          entry["num_passing"]?.integer.map(UInt32.init)
        })
    }
  }

  /// What the cloud has of a session, past all faults.
  func cloudPassings(_ token: String) -> [UInt32: JSONValue] {
    var calm = cloud
    _ = calm.tell("ok")
    _ = calm.tell("envelope v0")
    var passings: [UInt32: JSONValue] = [:]
    for page in 1... {
      let answer = calm.answer(
        .init(
          "GET", "/v0/passings/session/\(token)", query: [.init("page", "\(page)")], apiKey: "all"),
        now: ForwardWorld.start + elapsed)
      let list = answer.document?["result"]?.array ?? []
      for entry in list { passings[UInt32(entry["num_passing"]?.integer ?? 0)] = entry }
      if list.isEmpty { break }
    }
    for number in (forgotten[token] ?? NumberSet()).ranges.joined() { passings[number] = nil }
    return passings
  }

  /// What the cloud has of a file, in the session that the store has for it.
  func cloudNumbers(of key: FileKey) -> NumberSet {
    NumberSet(store.files[key]?.session?.token.map { cloudPassings($0).keys.sorted() } ?? [])
  }

  /// The cloud loses passings of a file.
  func forget(_ numbers: NumberSet, of key: FileKey) {
    guard let token = store.files[key]?.session?.token else { return }
    forgotten[token, default: NumberSet()].formUnion(numbers)
  }

  /// Somebody else puts passings into a file's session.
  func insertInCloud(_ numbers: ClosedRange<UInt32>, of key: FileKey) {
    guard let token = store.files[key]?.session?.token else { return }
    let list = numbers.map { number -> JSONValue in
      [
        "bib": "1", "num_passing": .integer(Int64(number)),
        "timestamp": .string(WallTime(milliseconds: ForwardWorld.start).iso8601),
      ]
    }
    _ = cloud.answer(
      .init(
        "POST", "/v0/passings", apiKey: "all", contentType: "application/json",
        body: .document(["token_session": .string(token), "passings_list": .array(list)]), bodySize: 100),
      now: ForwardWorld.start + elapsed)
  }

  /// All that is stored of a file is acknowledged, in the cloud, once and as it stands in the store.
  func expectComplete(_ key: FileKey, _ location: SourceLocation = #_sourceLocation) {
    let summary = file(key)
    #expect(summary.waiting == 0 && summary.rejected == 0, "\(summary)", sourceLocation: location)
    guard let token = summary.session?.token else {
      Issue.record("\(key) has no session", sourceLocation: location)
      return
    }
    let there = cloudPassings(token)
    #expect(there.count == summary.stored, sourceLocation: location)
    let wrong = (store.files[key]?.rows ?? [:]).filter { number, row in
      there[number]?["timestamp"]?.string != row.kept.utc.iso8601
        || there[number]?["chip"]?.string != row.kept.passing.chipText
    }
    #expect(
      wrong.isEmpty, "not in the cloud, or not so: \(NumberSet(wrong.keys.sorted()))",
      sourceLocation: location)
  }
}
