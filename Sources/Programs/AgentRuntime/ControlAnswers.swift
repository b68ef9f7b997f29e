import AgentCore
import AgentStore
import JSONDocument
import One4AllProtocol
import ProgramArguments

// What the control socket is asked: docs/control.md.
extension Daemon {
  func answer(_ request: JSONValue) -> JSONValue {
    do throws(RequestError) {
      return try answer(request["request"]?.string, request)
    } catch { return ["error": .string(error.reason)] }
  }

  /// Why a request is not answered.
  private struct RequestError: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
  }

  private func answer(_ name: String?, _ request: JSONValue) throws(RequestError) -> JSONValue {
    switch name {
    case "status": return AgentStatus.document(of: agent, version: Product.version, at: Daemon.now())
    case "bind":
      if let refusal = agent.bindRefusal { throw RequestError(refusal) }
      take(.bindRequested)
      return ["ok": true, "serial_number": .text(agent.session.identity?.serialNumber)]
    case "ledger": return try ledger(request)
    case "passings": return try passings(request)
    case "audit": return try audit(request)
    case "rewind": return try rewind(request)
    case "import": return try takeImport(request)
    case "work":
      guard let number = request["work"]?.integer, let work = agent.works[Int(clamping: number)] else {
        throw RequestError("no such work")
      }
      return work.document
    case let other?:
      throw RequestError(
        "no request '\(other)'; there are status, bind, ledger, passings, audit, rewind, import and work")
    case nil: throw RequestError("a request is an object with a member 'request'")
    }
  }

  /// Reads the store beside its thread.
  private func view<Value>(
    _ body: (inout PassingView) throws(StoreError) -> Value
  ) throws(RequestError) -> Value {
    do throws(StoreError) {
      var view = try PassingView(directory: settings.storeDirectory, cloud: settings.cloud.url)
      return try body(&view)
    } catch { throw RequestError("the store cannot be read: \(error)") }
  }

  /// Lets the agent take a person's wish, and does what it wants done for it.
  private func fulfil<Value>(_ wish: (inout [AgentAction]) -> Value) -> Value {
    var actions: [AgentAction] = []
    let value = wish(&actions)
    for action in actions { perform(action) }
    return value
  }

  /// The ledger of all session files, or of those with a name or of a reader.
  private func ledger(_ request: JSONValue) throws(RequestError) -> JSONValue {
    let name = request["file"]?.string
    let serialNumber = request["serial_number"]?.string
    let isWhole = name == nil && serialNumber == nil
    if !isWhole { _ = try file(of: request) }
    let stored = try view { (view) throws(StoreError) in try view.ledger() }
    let rows = Dictionary(stored.map { ($0.summary.key, $0) }) { first, _ in first }
    let now = Daemon.now()
    let standings = agent.standings(at: now).filter { standing in
      let key = standing.summary.key
      return (name ?? key.file) == key.file && (serialNumber ?? key.serialNumber) == key.serialNumber
    }
    let present = PresentFiles(agent.ledger.files.map(\.key), current: agent.intake.current)
    let files = standings.map { standing in
      let key = standing.summary.key
      let row = rows[key]
      return LedgerDocument.File(
        standing, isPresent: !isWhole || present.contains(key), gaps: row?.gaps ?? NumberSet(),
        lostNumbers: row?.lost ?? NumberSet(), differences: row?.differences ?? 0,
        oldestWaiting: standing.summary.waiting > 0 ? row?.oldestWaiting : nil)
    }
    let health = PassingHealth(agent, of: isWhole ? nil : standings.map(\.summary), at: now)
    return LedgerDocument.document(
      of: files, doubtful: agent.ledger.doubtful, isForwarding: settings.passings.forward,
      causes: health.causes, hold: settings.passings.forward ? agent.forwarder.hold(at: now.monotonic) : nil,
      at: now)
  }

  /// The file that a request means: the one it names, else the reader's current one, else the newest.
  private func file(of request: JSONValue) throws(RequestError) -> FileKey {
    let name = request["file"]?.string
    let serialNumber = request["serial_number"]?.string
    if name == nil, serialNumber == nil, let current = agent.intake.current { return current }
    if let key = agent.ledger.newest(named: name, of: serialNumber) { return key }
    guard let name else { throw RequestError("no session file is stored yet") }
    let names = agent.ledger.files.suffix(5).map(\.key.file).joined(separator: ", ")
    throw RequestError(
      "no session file '\(name)' is stored" + (names.isEmpty ? "" : "; the newest are \(names)"))
  }

  private func passings(_ request: JSONValue) throws(RequestError) -> JSONValue {
    let key = try file(of: request)
    let limit = PassingDocument.limit
    let last = request["last"]?.integer.map { Int(clamping: $0) }
    let after = UInt32(clamping: request["after"]?.integer ?? 0)
    let rejectedOnly = request["rejected"]?.bool ?? false
    let rows = try view { (view) throws(StoreError) in
      try view.passings(file: key, after: after, last: last, limit: limit, rejectedOnly: rejectedOnly)
    }
    return PassingDocument.document(
      of: key, rows, more: last == nil && rows.count == limit)
  }

  private func audit(_ request: JSONValue) throws(RequestError) -> JSONValue {
    let result = fulfil { actions in
      agent.audit(file: request["file"]?.string, at: Daemon.now(), &actions)
    }
    switch result {
    case .success(let work): return ["work": .integer(Int64(work))]
    case .failure(let refused): throw RequestError(refused.reason)
    }
  }

  private func rewind(_ request: JSONValue) throws(RequestError) -> JSONValue {
    guard let from = request["from"]?.string.flatMap(WallTime.init(iso8601:)),
      let to = request["to"]?.string.flatMap(WallTime.init(iso8601:)), from <= to
    else { throw RequestError("rewind takes 'from' and 'to', UTC times, from not after to") }
    let work = fulfil { actions in
      agent.rewind(from: from, to: to, dryRun: request["dry_run"]?.bool ?? false, &actions)
    }
    return ["work": .integer(Int64(work))]
  }

  /// Passings of a file that a person gives, some at a time. Without any it tells how many still wait for the disk.
  private func takeImport(_ request: JSONValue) throws(RequestError) -> JSONValue {
    guard let name = request["file"]?.string else {
      throw RequestError("import takes 'file', the name of the session file")
    }
    if let fault = ImportName.fault(ofFile: name) { throw RequestError(fault) }
    guard
      let serialNumber = request["serial_number"]?.string ?? agent.session.identity?.serialNumber
        ?? agent.ledger.files.last?.key.serialNumber
    else { throw RequestError("no reader is known yet: name its serial number") }
    if let fault = ImportName.fault(ofSerialNumber: serialNumber) { throw RequestError(fault) }
    let key = FileKey(serialNumber: serialNumber, file: name)
    var taken = 0
    if let texts = request["passings"]?.array, !texts.isEmpty {
      guard let zone = request["zone"]?.string ?? zone(of: serialNumber) else {
        throw RequestError("the reader's time zone is not known: name one")
      }
      guard Zones.lookup(0, zone) != nil else { throw RequestError("there is no time zone '\(zone)'") }
      var passings: [Passing] = []
      for text in texts {
        do throws(MalformedReason) {
          passings.append(try Passing(parsing: Array((text.string ?? "").utf8)))
        } catch { throw RequestError("'\(text.string ?? "")' is no passing: \(error.rawValue)") }
      }
      taken = fulfil { actions in
        agent.importPassings(passings, of: key, zone: zone, at: Daemon.now(), &actions)
      }
    }
    return [
      "serial_number": .string(serialNumber), "taken": .integer(Int64(taken)),
      "unwritten": .integer(Int64(agent.intake.unwrittenImports(of: key))),
      "stored": .integer(Int64(agent.ledger.file(key)?.stored ?? 0)),
    ]
  }

  /// The zone of a reader's clock; that of another reader than the one that is there is not known.
  private func zone(of serialNumber: String) -> String? {
    if let zone = settings.reader.timeZone { return zone }
    guard let status = agent.session.status, status.serialNumber == serialNumber else { return nil }
    return status.timeZone
  }
}
