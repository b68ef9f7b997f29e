// What goes wrong with the cloud, and that it is right again.
extension DeviceReport {
  /// What is wrong with an answer whatever it was asked for; nil when it is an answer to go by.
  func trouble(in answer: CloudAnswer, to purpose: Purpose) -> String? {
    // A report that is answered so speaks of its route.
    if answer.status == 501, isReport(purpose) { return nil }
    return answer.trouble
  }

  private func isReport(_ purpose: Purpose) -> Bool {
    if case .report = purpose { true } else { false }
  }

  /// Whether the device is read while reports go out, which do not wait for it.
  private func isReadingBack(_ purpose: Purpose) -> Bool { purpose == .verify && standing == .working }

  /// - Parameter asked: the wait that the cloud asks for (`Retry-After`); nil when it asks for none.
  mutating func failed(
    _ purpose: Purpose, _ message: String, status: Int? = nil, asked: Duration? = nil, at now: Moment,
    _ log: inout [LogEntry]
  ) {
    lastError = message
    isDocumentCurrent = false
    var wait = isReadingBack(purpose) ? readBackoff.next(&random) : backoff.next(&random)
    if let asked {
      let patience = Patience(limit: cloud.retryAfterLimit)
      wait = max(wait, patience.wait(asked: asked, &random))
      let words = "\(message): \(patience.words(asked: asked, wait: wait, at: now))"
      lastError = words
      if wait >= Patience.told { log.append(LogEntry(.cloudFailing, "reports wait: \(words)", fields())) }
    }
    if isReadingBack(purpose) { verifyAt = now.monotonic + wait }
    if !isReadingBack(purpose) || status == 429 || asked != nil { notBefore = now.monotonic + wait }
    // The same outage shows different faces; one of them is enough in the journal.
    let told = conditions.active.first { $0.event == .cloudFailing }?.message ?? message
    conditions.raise(
      .cloudFailing, told, fields(status.map { [.httpStatus: String($0)] } ?? [:]), at: now.monotonic, &log)
  }

  /// What is wrong now, with the time until which it is left alone.
  public func activeConditions(at now: Moment) -> [Conditions.Condition] {
    conditions.active.map { condition in
      guard condition.event == .cloudFailing || condition.event == .cloudKeyRefused,
        let next = nextAttemptAt, next - now.monotonic >= Patience.told
      else { return condition }
      var condition = condition
      condition.message += "; tried again at \(now.label(next).iso8601)"
      return condition
    }
  }

  mutating func keyRefused(
    _ answer: CloudAnswer, _ what: String, at now: Moment, _ log: inout [LogEntry]
  ) {
    let message =
      "the cloud refuses the key for \(what) (HTTP \(answer.status)): everything is held; check the key and its access type"
    lastError = message
    isKeyRefused = true
    isDocumentCurrent = false
    let slowly = min(max(cloud.heartbeatInterval * 10, .seconds(60)), .seconds(300))
    notBefore = now.monotonic + random.spread(slowly, by: 0.1)
    conditions.raise(
      .cloudKeyRefused, message, fields([.httpStatus: String(answer.status)]), at: now.monotonic, &log)
  }

  mutating func answered(_ purpose: Purpose, at now: Moment, _ log: inout [LogEntry]) {
    if isReadingBack(purpose) { readBackoff.reset() } else { backoff.reset() }
    guard backoff.failures == 0, readBackoff.failures == 0 else { return }
    lastError = nil
    let recovered = LogEntry(.cloudRecovered, "the cloud answers again", fields())
    conditions.clear(.cloudFailing, telling: recovered, at: now.monotonic, &log)
  }

  mutating func keyAccepted(at now: Moment, _ log: inout [LogEntry]) {
    if isKeyRefused {
      // What it may read has to be found out anew.
      isKeyRefused = false
      isUnreadable = false
    }
    let accepted = LogEntry(.cloudRecovered, "the cloud accepts the key", fields())
    conditions.clear(.cloudKeyRefused, telling: accepted, at: now.monotonic, &log)
  }
}
