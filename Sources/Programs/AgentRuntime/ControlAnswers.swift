import AgentCore
import AgentStore
import Configuration
import ControlSocket
import JSONDocument
import One4AllProtocol
import ProgramArguments
import ZoneDatabase

// What the control socket is asked: docs/control.md.
extension Daemon {
  /// - Parameter mayWait: whether the answer may come later.
  func answer(_ request: JSONValue, mayWait: Bool) -> ControlAnswer {
    do throws(RequestError) {
      return try answer(ControlRequest(request, mayWait: mayWait))
    } catch { return .now(["error": .string(error.reason)]) }
  }

  private func answer(_ request: ControlRequest) throws(RequestError) -> ControlAnswer {
    guard let name = try request.text("request") else {
      throw RequestError("a request is an object with a member 'request'")
    }
    guard let answering = Daemon.requests.first(where: { $0.name == name }) else {
      let names = Daemon.requests.map(\.name)
      throw RequestError(
        "no request '\(name)'; there are \(names.dropLast().joined(separator: ", ")) and \(names.last ?? "")")
    }
    switch answering.answer {
    case .now(let answer): return .now(try answer(self)(request))
    case .waiting(let answer): return try answer(self)(request)
    }
  }

  private enum Answering {
    case now((Daemon) -> (ControlRequest) throws(RequestError) -> JSONValue)
    case waiting((Daemon) -> (ControlRequest) throws(RequestError) -> ControlAnswer)
  }

  /// Every request, and who answers it.
  private static var requests: [(name: String, answer: Answering)] {
    [
      ("status", .now(Daemon.status)), ("bind", .now(Daemon.bind)), ("ledger", .now(Daemon.ledger)),
      ("passings", .now(Daemon.passings)), ("changes", .waiting(Daemon.changes)),
      ("differences", .now(Daemon.differences)), ("doubtful", .now(Daemon.doubtful)),
      ("audit", .now(Daemon.audit)), ("resend", .now(Daemon.resend)), ("rewind", .now(Daemon.resend)),
      ("release", .now(Daemon.release)), ("set-buzzer", .now(Daemon.setBuzzer)),
      ("import", .now(Daemon.takeImport)), ("work", .now(Daemon.work)),
    ]
  }

  private func status(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    AgentStatus.document(of: agent, version: Product.version, at: Daemon.now())
  }

  private func bind(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    if let refusal = agent.bindRefusal { throw RequestError(refusal) }
    take(.bindRequested)
    return ["ok": true, "serial_number": .text(agent.session.identity?.serialNumber)]
  }

  private func work(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    guard let number = try request.whole("work", from: 0), let work = agent.works[Int(clamping: number)]
    else {
      throw RequestError("no such work")
    }
    return work.document
  }

  /// Has the reader told a command that a person wants.
  func tellReader(_ command: Command) throws(RequestError) -> JSONValue {
    switch fulfil({ actions in agent.tellReader(command, at: Daemon.now(), &actions) }) {
    case .success(let work):
      return ["work": .integer(Int64(work)), "serial_number": .text(agent.session.identity?.serialNumber)]
    case .failure(let refused): throw RequestError(refused.reason)
    }
  }

  private func setBuzzer(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    switch try request.text("buzzer") {
    case "on": return try tellReader(.setBuzzer(true))
    case "off": return try tellReader(.setBuzzer(false))
    case _: throw RequestError("set-buzzer takes 'buzzer', which is 'on' or 'off'")
    }
  }

  /// Reads the store beside its thread.
  func view<Value>(
    _ body: (inout PassingView) throws(StoreError) -> Value
  ) throws(RequestError) -> Value {
    do throws(StoreError) {
      var view = try PassingView(directory: settings.storeDirectory, cloud: settings.cloud.url)
      return try body(&view)
    } catch { throw RequestError("the store cannot be read: \(error)") }
  }

  /// Lets the agent take a person's wish, and does what it wants done for it.
  func fulfil<Value>(_ wish: (inout [AgentAction]) -> Value) -> Value {
    var actions: [AgentAction] = []
    let value = wish(&actions)
    for action in actions { perform(action) }
    return value
  }

  /// The ledger of all session files, or of those with a name or of a reader.
  private func ledger(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    let name = try request.text("file")
    let serialNumber = try request.text("serial_number")
    let isWhole = name == nil && serialNumber == nil
    if !isWhole { _ = try file(of: request) }
    let (stored, reasons) = try view { (view) throws(StoreError) in
      (try view.ledger(), try view.doubtfulReasons())
    }
    let rows = Dictionary(stored.map { ($0.summary.key, $0) }) { first, _ in first }
    let now = Daemon.now()
    let standings = agent.standings(at: now).filter { standing in
      let key = standing.summary.key
      return (name ?? key.file) == key.file && (serialNumber ?? key.serialNumber) == key.serialNumber
    }
    let present = PresentFiles(agent.ledger.files, current: agent.intake.current)
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
      of: files, doubtful: agent.ledger.doubtful, doubtfulReasons: reasons,
      isForwarding: settings.passings.forward, causes: health.causes,
      hold: settings.passings.forward ? agent.forwarder.hold(at: now) : nil, at: now)
  }

  /// Passings of a file that a person gives, some at a time. Without any it tells how many still wait for the disk.
  private func takeImport(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    guard let name = try request.text("file") else {
      throw RequestError("import takes 'file', the name of the session file")
    }
    if let fault = ImportName.fault(ofFile: name) { throw RequestError(fault) }
    guard
      let serialNumber = try request.text("serial_number") ?? agent.session.identity?.serialNumber
        ?? agent.ledger.files.last?.key.serialNumber
    else { throw RequestError("no reader is known yet: name its serial number") }
    if let fault = ImportName.fault(ofSerialNumber: serialNumber) { throw RequestError(fault) }
    let key = FileKey(serialNumber: serialNumber, file: name)
    var taken = 0
    let named = try request.text("zone")
    if let named, ZoneDatabase.canonical(named) == nil {
      throw RequestError("there is no time zone '\(named)'; \(ZoneNames.hint(for: named))")
    }
    let zone = named.flatMap(ZoneDatabase.canonical) ?? zone(of: serialNumber)
    if let zone, Zones.lookup(0, zone) == nil { throw RequestError("there is no time zone '\(zone)'") }
    let source: KeptPassing.ZoneSource =
      named != nil ? .person : settings.reader.timeZone != nil ? .configured : .reader
    let texts = try request.texts("passings")
    if !texts.isEmpty {
      guard let zone else { throw RequestError("the reader's time zone is not known: name one in 'zone'") }
      var passings: [Passing] = []
      for text in texts {
        do throws(MalformedReason) {
          passings.append(try Passing(parsing: Array(text.utf8)))
        } catch { throw RequestError("'\(text)' is no passing: \(error.rawValue)") }
      }
      taken = fulfil { actions in
        agent.importPassings(
          passings, of: key, zone: zone, zoneSource: source, at: Daemon.now(), &actions)
      }
    }
    return [
      "serial_number": .string(serialNumber), "taken": .integer(Int64(taken)),
      "unwritten": .integer(Int64(agent.intake.unwrittenImports(of: key))),
      "stored": .integer(Int64(agent.ledger.file(key)?.stored ?? 0)), "zone": .text(zone),
    ]
  }

  /// The zone of a reader's clock; that of another reader than the one that is there is not known.
  private func zone(of serialNumber: String) -> String? {
    if let zone = settings.reader.timeZone { return zone }
    guard let status = agent.session.status, status.serialNumber == serialNumber else { return nil }
    return status.timeZone
  }
}
