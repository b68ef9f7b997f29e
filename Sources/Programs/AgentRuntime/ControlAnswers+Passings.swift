import AgentCore
import AgentStore
import JSONDocument

// What is asked of stored passings: docs/control.md.
extension Daemon {
  /// The file that a request means: the one it names, else the reader's current one, else the newest.
  func file(of request: ControlRequest) throws(RequestError) -> FileKey {
    let name = try request.text("file")
    let serialNumber = try request.text("serial_number")
    if name == nil, serialNumber == nil, let current = agent.intake.current { return current }
    if let key = agent.ledger.newest(named: name, of: serialNumber) { return key }
    let reader = serialNumber.map { " of reader '\($0)'" } ?? ""
    guard let name else { throw RequestError("no session file\(reader) is stored yet") }
    let names = agent.ledger.files.filter { serialNumber == nil || $0.key.serialNumber == serialNumber }
      .suffix(5).map(\.key.file).joined(separator: ", ")
    throw RequestError(
      "no session file '\(name)'\(reader) is stored" + (names.isEmpty ? "" : "; the newest are \(names)"))
  }

  func passings(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    let key = try file(of: request)
    let limit = PassingDocument.limit
    let last = try request.whole("last", from: 1).map { Int(clamping: $0) }
    let after = UInt32(clamping: try request.whole("after", from: 0) ?? 0)
    let before = try request.whole("before", from: 0).map { UInt32(clamping: $0) }
    let rejectedOnly = try request.flag("rejected")
    let rows = try view { (view) throws(StoreError) in
      try view.passings(
        file: key, after: after, before: before, last: last, limit: limit, rejectedOnly: rejectedOnly)
    }
    return PassingDocument.document(of: key, rows, more: last == nil && rows.count == limit)
  }

  func differences(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    let key = try file(of: request)
    let skipped = Int(clamping: try request.whole("skip", from: 0) ?? 0)
    let (rows, counts) = try view { (view) throws(StoreError) in
      (try view.differences(file: key, skipping: skipped), try view.differenceCounts(file: key))
    }
    return DifferenceDocument.document(
      of: key, rows, all: counts.all, wrong: counts.wrong, more: rows.count == PassingView.limit)
  }

  /// Of all files, those that are not known among them, unless the request names one.
  func doubtful(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    let names = [try request.text("file"), try request.text("serial_number")]
    let isOfOne = names.contains { $0 != nil }
    var key: FileKey?
    if isOfOne { key = try file(of: request) }
    let (frames, reasons) = try view { (view) throws(StoreError) in
      (isOfOne ? try view.doubtful(file: key) : try view.doubtful(), try view.doubtfulReasons())
    }
    return DoubtfulDocument.document(of: frames, reasons: reasons)
  }

  /// What is acknowledged of a session file is compared with what the cloud has.
  private func auditCloud(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    let key = try file(of: request)
    switch fulfil({ _ in agent.auditCloud(key, at: Daemon.now()) }) {
    case .success(let work):
      take(.tick)
      return [
        "work": .integer(Int64(work)), "serial_number": .string(key.serialNumber), "file": .string(key.file),
      ]
    case .failure(let refused): throw RequestError(refused.reason)
    }
  }

  func audit(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    if try request.flag("cloud") { return try auditCloud(request) }
    let connected = agent.session.identity?.serialNumber
    if let wanted = try request.text("serial_number"), wanted != connected {
      let here = connected.map { "; \($0) is" } ?? ""
      throw RequestError("reader '\(wanted)' is not connected\(here): no other memory can be compared")
    }
    let name = try request.text("file")
    let result = fulfil { actions in agent.audit(file: name, at: Daemon.now(), &actions) }
    switch result {
    case .success(let work):
      return [
        "work": .integer(Int64(work)), "serial_number": .text(connected),
        "file": .text(name ?? agent.intake.current?.file),
      ]
    case .failure(let refused): throw RequestError(refused.reason)
    }
  }

  func resend(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    guard let from = (try request.text("from")).flatMap(WallTime.init(iso8601:)),
      let to = (try request.text("to")).flatMap(WallTime.init(iso8601:)), from <= to
    else { throw RequestError("resend takes 'from' and 'to', UTC times, from not after to") }
    if let refusal = agent.rewindRefusal { throw RequestError(refusal) }
    let isDry = try request.flag("dry_run")
    let isOfAll = try request.text("file") == nil
    if isOfAll, try request.text("serial_number") != nil {
      throw RequestError(
        "resend with 'serial_number' takes 'file' as well: else the files of all readers are meant")
    }
    let key = isOfAll ? nil : try file(of: request)
    let times = try view { (view) throws(StoreError) in try view.times(of: key) }
    let work = fulfil { actions in
      agent.rewind(from: from, to: to, file: key, dryRun: isDry, &actions)
    }
    return [
      "work": .integer(Int64(work)), "stored_from": .text(times?.lowerBound.iso8601),
      "stored_to": .text(times?.upperBound.iso8601),
    ]
  }

  /// Sends passings as they are that a clock stamped which had jumped; with `unconfirmed`, those of a reader that its memory
  /// has not confirmed.
  func release(_ request: ControlRequest) throws(RequestError) -> JSONValue {
    let from = UInt32(clamping: try request.whole("from", from: 0) ?? 0)
    let to = (try request.whole("to", from: 0)).map { UInt32(clamping: $0) } ?? .max
    guard from <= to else { throw RequestError("'from' is behind 'to'") }
    if try request.flag("unconfirmed") { return try releaseUnconfirmed(request, from...to) }
    let key = try fileToRelease(request)
    let work = fulfil { actions in agent.release(from...to, of: key, &actions) }
    return [
      "work": .integer(Int64(work)), "file": .string(key.file), "serial_number": .string(key.serialNumber),
      "undecided": .integer(Int64(agent.ledger.file(key)?.undecided ?? 0)),
    ]
  }

  private func releaseUnconfirmed(_ request: ControlRequest, _ numbers: ClosedRange<UInt32>)
    throws(RequestError) -> JSONValue
  {
    guard let serialNumber = try request.text("serial_number") else {
      throw RequestError("release with 'unconfirmed' takes the 'serial_number' of the reader")
    }
    let name = try request.text("file")
    let files = agent.ledger.files.filter {
      $0.key.serialNumber == serialNumber && (name == nil || $0.key.file == name) && $0.unconfirmed > 0
    }
    guard !files.isEmpty else {
      throw RequestError(
        "no passing of \(name ?? "reader \(serialNumber)") waits for the reader's memory to confirm it")
    }
    let work = fulfil { actions in agent.releaseUnconfirmed(numbers, of: files.map(\.key), &actions) }
    return [
      "work": .integer(Int64(work)), "serial_number": .string(serialNumber),
      "unconfirmed": .integer(Int64(files.reduce(0) { $0 + $1.unconfirmed })),
    ]
  }

  /// The file that is named, else the only one of which passings wait for a decision.
  private func fileToRelease(_ request: ControlRequest) throws(RequestError) -> FileKey {
    let name = try request.text("file")
    let serialNumber = try request.text("serial_number")
    if name != nil || serialNumber != nil { return try file(of: request) }
    let keys = agent.ledger.files.filter { $0.undecided > 0 }.map(\.key)
    guard let key = keys.first else { throw RequestError("no passing waits for a decision") }
    guard keys.count == 1 else {
      throw RequestError(
        "passings of several session files wait for a decision, name one: "
          + keys.map(\.file).joined(separator: ", "))
    }
    return key
  }
}
