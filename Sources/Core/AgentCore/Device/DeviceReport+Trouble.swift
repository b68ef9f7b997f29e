// What goes wrong with the cloud, and that it is right again.
extension DeviceReport {
  /// What is wrong with an answer whatever it was asked for; nil when it is an answer to go by.
  func trouble(in answer: CloudAnswer, to purpose: Purpose) -> String? {
    switch answer.status {
    case 429: return "the cloud asks for patience (429)"
    case 501 where isReport(purpose): return nil
    case 408, 500...599: return "the cloud fails (HTTP \(answer.status))"
    case 300...399: return "an answer that leads elsewhere (HTTP \(answer.status)): a captive portal?"
    case 200...299:
      if case .other = answer.body { return "an answer that is no JSON: a captive portal?" }
      return nil
    default: return nil
    }
  }

  private func isReport(_ purpose: Purpose) -> Bool {
    if case .report = purpose { true } else { false }
  }

  func words(for failure: CloudFailure, at now: Moment) -> String {
    let hostTime = now.wall.iso8601
    switch failure {
    case .unresolved(let detail): return "the cloud's name does not resolve: \(detail)"
    case .unreachable(let detail): return "the cloud cannot be reached: \(detail)"
    case .timedOut(let detail): return "the cloud did not answer in time: \(detail)"
    case .interrupted(let detail): return "the connection to the cloud broke: \(detail)"
    case .certificateNotYetValid:
      return "the cloud's certificate is not yet valid: the host's clock, \(hostTime), is probably behind"
    case .certificateExpired:
      return "the cloud's certificate has expired: the host's clock, \(hostTime), may be ahead"
    case .untrusted(let detail): return "the cloud's certificate is not trusted: \(detail)"
    case .tooLarge: return "the cloud's answer is larger than 4 MiB"
    case .redirected(let target): return "the cloud leads elsewhere, to \(target): a captive portal?"
    case .misconfigured(let detail): return "the cloud's settings cannot work: \(detail)"
    case .cancelled: return "the request was called off"
    }
  }

  /// Whether the device is read while reports go out, which do not wait for it.
  private func isReadingBack(_ purpose: Purpose) -> Bool { purpose == .verify && standing == .working }

  mutating func failed(
    _ purpose: Purpose, _ message: String, status: Int? = nil, retryAfter: Duration? = nil, at now: Moment,
    _ log: inout [LogEntry]
  ) {
    lastError = message
    isDocumentCurrent = false
    var wait = isReadingBack(purpose) ? readBackoff.next(&random) : backoff.next(&random)
    if let retryAfter { wait = max(wait, retryAfter + random.spread(.milliseconds(500), by: 1)) }
    if isReadingBack(purpose) { verifyAt = now.monotonic + wait }
    if !isReadingBack(purpose) || status == 429 || retryAfter != nil { notBefore = now.monotonic + wait }
    // The same outage shows different faces; one of them is enough in the journal.
    let told = conditions.active.first { $0.event == .cloudFailing }?.message ?? message
    conditions.raise(
      .cloudFailing, told, fields(status.map { [.httpStatus: String($0)] } ?? [:]), at: now.monotonic, &log)
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
