public import One4AllProtocol

// Passings between reader, store and cloud, and what a person wants done with them.
extension Agent {
  /// The store has done something with passings: everyone who cares is told.
  mutating func handle(
    _ report: PassingReport, at now: Moment, _ captured: inout IntakeOutput, _ orders: inout ForwardOrders
  ) {
    switch report {
    case .captured(let result): ledger.note(result.summary)
    case .doubtfulKept(let total): ledger.doubtful = total
    case .doubtfulSettled(let summary, let total):
      ledger.note(summary)
      ledger.doubtful = total
    case .fileOpened(let contents): ledger.note(contents.summary)
    case .updated(let summary, let request):
      ledger.note(summary)
      if let (work, count) = decisions.done(request, summary) {
        works.end(work, .done, "\(count) \(count == 1 ? "passing" : "passings") sent as they are")
        works.update(work) { ($0.done, $0.total) = (count, count) }
      }
    case .contradicted(let summary, _), .zoneCorrected(let summary, _, _): ledger.note(summary)
    case .rewound(let counts, let left, let summaries, let request):
      for summary in summaries { ledger.note(summary) }
      let work = wishes.rewinds.first
      endRewind(request, .done, Agent.words(counts, left: left, summaries.map(\.key), of: request))
      let count = counts.values.reduce(0, +)
      if let work { works.update(work) { ($0.done, $0.total) = (count, count + left.values.reduce(0, +)) } }
    case .failed(let request, let failure):
      endRewind(request, .failed, failure.description)
      if let work = decisions.failed(request) { works.end(work, .failed, failure.description) }
    case .waiting, .acknowledged, .sent, .readerNoted: break
    }
    intake.handle(report, at: now, &captured)
    forwarder.handle(report, at: self.report.clock.verdict(at: now).judged(now), &orders)
  }

  /// The store has told something without being asked.
  mutating func handle(
    _ notice: StoreNotice, at now: Moment, _ captured: inout IntakeOutput, _ orders: inout ForwardOrders,
    _ actions: inout [AgentAction]
  ) {
    var log = problems.lend(.store)
    storeWatch.handle(notice, at: now.monotonic, &log)
    problems.settle(log, &actions)
    switch notice {
    case .damaged(_, let files):
      ledger.replace(files)
      intake.restored(files, at: now, &captured)
      forwarder.restored(files, at: now.monotonic, &orders.log)
      // The devices are in the damaged store, too.
      actions += report.keptBindings.map { .store(.keep($0)) }
    case .unreachable, .reachable, .diskLow, .diskFull, .diskEnough, .backupFailing, .backupWritten: break
    }
  }

  /// What the forwarder has to know of reader and device.
  var forwardView: ForwardView {
    ForwardView(
      current: intake.current, isConnected: session.isConnected, isReading: intake.isReading,
      searching: intake.searching, fetching: intake.unsettledButReachable, complete: intake.complete,
      devices: report.usableDevices)
  }

  // MARK: A person's wishes

  /// Compares every stored passing of a session file with the reader's memory.
  /// - Parameter file: its name; nil for the current one.
  /// - Returns: the number of the work, or why that cannot be done now.
  public mutating func audit(file: String?, at now: Moment, _ actions: inout [AgentAction]) -> Result<
    Int, Refused
  > {
    guard wishes.audits.count < Agent.mostAudits else {
      return .failure(
        Refused("\(wishes.audits.count) files are being compared already; try again when one is done"))
    }
    var captured = IntakeOutput(problems.lend(.capture))
    if let refusal = intake.audit(file: file, at: now, &captured) { return .failure(Refused(refusal)) }
    carryOut(captured, at: now, &actions)
    guard let serialNumber = session.identity?.serialNumber, let name = file ?? intake.current?.file else {
      return .failure(Refused("the reader has no session file"))
    }
    let key = FileKey(serialNumber: serialNumber, file: name)
    if let work = wishes.audits[key] { return .success(work) }
    let work = works.begin("audit", message: "\(name) is being compared")
    wishes.audits[key] = work
    return .success(work)
  }

  /// Most files that are compared at a time because a person wants it: each is held in memory until it is done.
  static let mostAudits = 32
  /// Most rewinds that wait for the store at a time: each is remembered until it is done.
  static let mostRewinds = 8

  /// Why no more can be sent again now; nil when it can.
  public var rewindRefusal: String? {
    guard wishes.rewinds.count >= Agent.mostRewinds else { return nil }
    return "\(wishes.rewinds.count) ranges are being sent again already; try again when one of them is done"
  }

  /// Compares what is acknowledged of a session file with what the cloud has, by device and time.
  /// - Returns: the number of the work, or why that cannot be done now.
  public mutating func auditCloud(_ key: FileKey, at now: Moment) -> Result<Int, Refused> {
    if let refusal = forwarder.audit(key, at: now.monotonic) { return .failure(Refused(refusal)) }
    if let work = wishes.cloudAudits[key] { return .success(work) }
    let work = works.begin("cloud-audit", message: "\(key.file) is being compared with the cloud")
    wishes.cloudAudits[key] = work
    return .success(work)
  }

  /// Ends the work of the audits against the cloud that are done.
  mutating func endCloudAudits() {
    for result in forwarder.takeAuditResults() {
      guard let work = wishes.cloudAudits.removeValue(forKey: result.key) else { continue }
      works.end(work, result.failure == nil ? .done : .failed, result.failure ?? result.summary)
      // After the end, which takes all for done: what is done here is what agrees.
      works.update(work) { ($0.done, $0.total) = (result.agreeing, result.compared) }
    }
  }

  /// Sends the acknowledged passings of a time range again, both ends included.
  /// - Parameter file: only those of that file; nil for all files.
  /// - Returns: the number of the work.
  public mutating func rewind(
    from: WallTime, to: WallTime, file: FileKey? = nil, dryRun: Bool, _ actions: inout [AgentAction]
  ) -> Int {
    let work = works.begin("rewind", message: "the passings are being looked for")
    wishes.rewinds.append(work)
    actions.append(.keep(.rewind(from: from, to: to, file: file, dryRun: dryRun)))
    return work
  }

  /// Sends passings that wait because the reader's clock had jumped when it stamped them: as they are.
  /// - Parameter numbers: which of the file's.
  /// - Returns: the number of the work.
  public mutating func release(
    _ numbers: ClosedRange<UInt32>, of key: FileKey, _ actions: inout [AgentAction]
  ) -> Int {
    let work = works.begin("release", message: "the passings of \(key.file) are being released")
    let request = PassingRequest.accept(key, NumberSet(numbers))
    decisions.release(work, [request], ledger)
    actions.append(.keep(request))
    return work
  }

  /// Sends passings that wait for the reader's memory to confirm them: as they were heard.
  /// - Parameters:
  ///   - numbers: which of each file's.
  ///   - keys: the files.
  /// - Returns: the number of the work.
  public mutating func releaseUnconfirmed(
    _ numbers: ClosedRange<UInt32>, of keys: [FileKey], _ actions: inout [AgentAction]
  ) -> Int {
    let work = works.begin("release", message: "passings that are not confirmed are being released")
    let requests = keys.map { PassingRequest.release($0, NumberSet(numbers)) }
    decisions.release(work, requests, ledger)
    actions += requests.map(AgentAction.keep)
    return work
  }

  /// Passings that a person gives, of one file, ascending: see `Intake.importPassings`.
  /// - Returns: how many were taken.
  public mutating func importPassings(
    _ passings: [Passing], of key: FileKey, zone: String, zoneSource: KeptPassing.ZoneSource = .configured,
    at now: Moment, _ actions: inout [AgentAction]
  ) -> Int {
    var captured = IntakeOutput(problems.lend(.capture))
    let taken = intake.importPassings(
      passings, of: key, zone: zone, zoneSource: zoneSource, at: now, &captured)
    carryOut(captured, at: now, &actions)
    return taken
  }

  /// Why a wish is not fulfilled, for a person.
  public struct Refused: Error, Equatable {
    /// The reason.
    public let reason: String

    init(_ reason: String) { self.reason = reason }
  }

  /// A comparison has ended.
  mutating func endAudit(_ result: AuditResult) {
    guard let work = wishes.audits.removeValue(forKey: result.key) else { return }
    works.end(work, result.failure == nil ? .done : .failed, result.summary)
  }

  /// The reader is gone; what was not compared will be when it is back.
  mutating func failAudits() {
    for work in wishes.audits.values {
      works.end(work, .failed, "the reader went away before all was compared")
    }
    wishes.audits = [:]
  }

  private mutating func endRewind(_ request: PassingRequest, _ state: WorkList.Work.State, _ words: String) {
    guard case .rewind = request, !wishes.rewinds.isEmpty else { return }
    works.end(wishes.rewinds.removeFirst(), state, words)
  }

  private static func words(
    _ counts: [FileKey: Int], left: [FileKey: Int], _ files: [FileKey], of request: PassingRequest
  ) -> String {
    let count = counts.values.reduce(0, +)
    var words = count == 1 ? "1 passing" : "\(count) passings"
    if case .rewind(_, _, _, dryRun: true) = request {
      words += " would be sent again"
    } else {
      words += count == 1 ? " is sent again" : " are sent again"
    }
    func list(_ counts: [FileKey: Int]) -> String {
      files.compactMap { key in counts[key].map { "\($0) of \(key.file)" } }.joined(separator: ", ")
    }
    if !counts.isEmpty { words += ": " + list(counts) }
    guard !left.isEmpty else { return words }
    return words + "; NOT sent again: \(list(left)), which the cloud has in a session that is closed:"
      + " in another one they would be there twice"
  }
}
