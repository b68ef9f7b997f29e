// The end of the daemon, and of a store.
extension Intake {
  /// The daemon ends: what waits for the store is handed over, and frames that wait for their file are kept raw.
  mutating func farewell() -> [PassingRequest] {
    keepPending()
    return queue.drain()
  }

  /// A file is not followed any more: nothing of it is being fetched, and nothing waits to be confirmed. What is lost of
  /// it stays told.
  mutating func forget(_ key: FileKey) {
    files[key] = nil
    gapTellings[key] = nil
    for event in [EventName.gapFound, .memoryRefused, .passingsUnconfirmed] {
      conditions.drop(event, of: key.description)
    }
  }

  /// The comparison that a person has asked for cannot be done now.
  mutating func failAudit(of key: FileKey, _ reason: String, _ out: inout IntakeOutput) {
    guard let file = files[key], file.comparison.isAsked else { return }
    files[key]?.comparison.isAsked = false
    let result = AuditResult(file, failure: reason)
    note(result)
    out.log.append(LogEntry(.auditDone, result.summary, priority: .warning, fields(key)))
  }

  /// Keeps what became of a comparison. Nobody takes it when nobody asks; the last ones are enough.
  mutating func note(_ result: AuditResult) { auditResults = auditResults.suffix(31) + [result] }

  /// What `capture-overflow` is true of when the agent does not keep up with the line.
  static let line = "line"

  /// The line was not read for a moment, because the agent was behind. On a network the reader waits; what a serial port
  /// could not keep meanwhile is missing, and fetched.
  mutating func lineHeld(at now: Moment, _ out: inout IntakeOutput) {
    lineHeldAt = now.monotonic
    reader?.wantsCount = true
    var log: [LogEntry] = []
    conditions.raise(
      .captureOverflow, of: Intake.line,
      "more comes from the line than the agent can take: it reads as fast as it can, and what a serial port cannot keep"
        + " meanwhile is fetched from the reader", fields(), at: now.monotonic, &log)
    out.log += log
    proceed(at: now, &out)
  }

  /// The store holds these files now, and no others: what it has of those that are followed is looked up again. First
  /// contacts are told it anew.
  mutating func restored(_ summaries: [FileSummary], at now: Moment, _ out: inout IntakeOutput) {
    known = [:]
    for summary in summaries { note(summary) }
    for (serialNumber, firstFile) in firstFiles.sorted(by: { $0.key < $1.key }) {
      queue.add(.noteReader(serialNumber: serialNumber, firstFile: firstFile), at: now.monotonic)
    }
    for key in files.keys.sorted(by: { $0.file < $1.file }) {
      files[key]?.counting.noted = nil
      queue.add(.openFile(key), at: now.monotonic)
    }
    reader?.wantsCount = true
    reader?.wantsList = true
    proceed(at: now, &out)
  }
}
