import One4AllProtocol

// The second way in: what is acknowledged is looked for by device and time.
extension Forwarder {
  /// How long after a file was settled it is compared, and after a difference compared again.
  private static let auditDelay = Duration.seconds(30)
  private static let auditAgain = Duration.seconds(600)

  /// A file is over: all of it is compared once.
  mutating func auditLater(_ place: Int, at now: MonotonicTime) {
    guard files[place].summary.session != nil else { return }
    audits.due[files[place].summary.key] = now + talk.random.spread(Forwarder.auditDelay, by: 0.1)
  }

  /// A person wants a file compared.
  /// - Returns: why it cannot be; nil when it will.
  mutating func audit(_ key: FileKey, at now: MonotonicTime) -> String? {
    guard settings.forward else {
      return "forwarding is off (forward = no): the cloud is not asked"
    }
    guard let place = places[key] else { return "no session file \(key.file) is stored" }
    guard let session = files[place].summary.session, session.cloud == cloud, session.token != nil
    else {
      return "nothing of \(key.file) was sent to this cloud"
    }
    if isUnreadable(at: now) { return "the key may not read passings: a READ_WRITE key can" }
    if audits.current?.key != key || audits.current?.isAsked == false, !audits.asked.contains(key) {
      audits.asked.append(key)
    }
    audits.notBefore = nil
    audits.progressAt = now
    wake(at: now)
    return nil
  }

  /// Nobody waits for an audit for ever.
  mutating func expireAudits(at now: MonotonicTime) {
    guard let progressAt = audits.progressAt else { return }
    guard !audits.asked.isEmpty || audits.current?.isAsked == true else {
      audits.progressAt = nil
      return
    }
    let end = progressAt + CloudAudits.patience
    guard now >= end else { return wake(at: end) }
    audits.abandon(lastError ?? "the cloud was not asked for two minutes")
  }

  /// What came of the audits that a person has asked for, since the last time.
  mutating func takeAuditResults() -> [CloudAuditResult] {
    defer { audits.results = [] }
    return audits.results
  }

  /// The next request of an audit.
  mutating func auditRequest(at now: MonotonicTime, _ orders: inout ForwardOrders) -> (
    Purpose, CloudDraft
  )? {
    if audits.current == nil { beginAudit(at: now) }
    guard let audit = audits.current else { return nil }
    if let notBefore = audits.notBefore, now < notBefore {
      wake(at: notBefore)
      return nil
    }
    guard let slice = audit.slice else {
      guard !audit.isReading else { return nil }
      guard now >= storeNotBefore else {
        wake(at: storeNotBefore)
        return nil
      }
      audits.current?.isReading = true
      orders.store.append(audit.question)
      return nil
    }
    return (.audit, CloudDraft(method: .get, path: audit.path(of: slice)))
  }

  /// What a person asked for goes first. A file of which something waits is not due yet.
  private mutating func beginAudit(at now: MonotonicTime) {
    var key: FileKey?
    let isAsked = !audits.asked.isEmpty
    if isAsked {
      key = audits.asked.removeFirst()
    } else {
      for (due, time) in audits.due.sorted(by: {
        ($0.value, $0.key.description) < ($1.value, $1.key.description)
      }) {
        let start = max(time, unreadableUntil ?? time)
        guard now >= start else {
          wake(at: start)
          continue
        }
        if let place = places[due], files[place].summary.waiting > 0 || !files[place].scan.busy.isEmpty {
          audits.due[due] = now + .seconds(60)
          wake(at: now + .seconds(60))
        } else {
          audits.due[due] = nil
          key = due
          break
        }
      }
    }
    guard let key else { return }
    guard let place = places[key], let session = files[place].summary.session,
      session.cloud == cloud
    else {
      if isAsked { audits.abandon("there is nothing to compare any more") }
      return
    }
    audits.notBefore = nil
    audits.backoff.reset()
    audits.current = CloudAudit(
      key: key, deviceid: session.deviceid, token: session.token, isAsked: isAsked)
  }

  /// The store has said what is acknowledged.
  mutating func sentRead(
    _ key: FileKey, after: UInt32, _ passings: [SentPassing], at now: MonotonicTime,
    _ log: inout Telling
  ) {
    guard let audit = audits.current, audit.isReading, audit.key == key, audit.cursor == after
    else { return }
    audits.current?.isReading = false
    guard let slice = CloudAudit.Slice(passings) else { return endAudit(at: now, &log) }
    audits.current?.slice = slice
  }

  /// A page of what the cloud has of a device.
  mutating func auditRead(
    _ answer: CloudAnswer, at now: MonotonicTime, _ orders: inout ForwardOrders
  ) {
    guard audits.current?.slice != nil else { return }
    switch PageAnswer(answer, of: .devicePassings) {
    case .page(let page):
      answered(at: now, &orders.log)
      auditShown(page, at: now)
    case .keyRefused:
      noteUnreadable(answer, at: now, &orders.log)
      endAudit("the key may not read passings: a READ_WRITE key can", at: now, &orders.log)
    case .absent(let words), .wrong(let words): auditFailed(words, at: now, &orders.log)
    }
  }

  private mutating func auditShown(_ list: PassingPage, at now: MonotonicTime) {
    guard var audit = audits.current, var slice = audit.slice else { return }
    audits.backoff.reset()
    if let began = audits.progressAt { audits.progressAt = max(began, now) }
    audit.failures = 0
    if slice.take(list, token: audit.token) {
      audit.findings.add(slice)
      audit.cursor = slice.sent.keys.max() ?? audit.cursor
      audit.slice = nil
    } else {
      audit.slice = slice
    }
    audits.current = audit
  }

  /// It is asked again, a few times.
  mutating func auditFailed(_ message: String, at now: MonotonicTime, _ log: inout Telling) {
    guard let audit = audits.current else { return }
    audits.current?.failures += 1
    audits.notBefore = now + audits.backoff.next(&talk.random)
    guard audit.failures + 1 >= CloudAudit.mostFailures else { return }
    if !audit.isAsked { audits.due[audit.key] = now + Forwarder.auditAgain }
    endAudit(message, at: now, &log)
  }

  /// All of a file is compared, or it cannot be.
  private mutating func endAudit(
    _ failure: String? = nil, at now: MonotonicTime, _ log: inout Telling
  ) {
    guard var audit = audits.current else { return }
    audits.current = nil
    audit.findings.leaveOut(elsewhere(audit))
    let findings = audit.findings
    let summary =
      failure.map { "\(audit.key.file) was not compared with the cloud: \($0)" }
      ?? judge(audit, at: now, &log)
    guard audit.isAsked else { return }
    audits.results.append(
      CloudAuditResult(
        key: audit.key, agreeing: findings.agreeing, compared: findings.compared, summary: summary,
        failure: failure.map { _ in summary }))
  }

  /// Those that are not in this cloud's device, and need not be: some of the file were acknowledged in another session,
  /// perhaps in another cloud, and all that were in the present one are found.
  private func elsewhere(_ audit: CloudAudit) -> NumberSet {
    guard let place = places[audit.key], let session = files[place].summary.session else {
      return NumberSet()
    }
    let findings = audit.findings
    let found = findings.compared - findings.missing.count
    let isSplit = session.acknowledged < files[place].summary.acknowledged
    return isSplit && found >= session.acknowledged ? findings.missing : NumberSet()
  }

  /// Says what differs, and sends again what is missing where nothing can come of it twice.
  private mutating func judge(_ audit: CloudAudit, at now: MonotonicTime, _ log: inout Telling)
    -> String
  {
    let findings = audit.findings
    let subject = audit.key.description
    guard findings.agreeing < findings.compared else {
      let waiting = places[audit.key].map { files[$0].summary.waiting } ?? 0
      let rest = waiting > 0 ? "; \(waiting) more wait to be sent, and were not looked for" : ""
      let words =
        findings.compared == 0 && waiting > 0
        ? "nothing of \(audit.key.file) is acknowledged\(rest)"
        : "the cloud has all \(findings.compared) acknowledged passings of \(audit.key.file), each once\(rest)"
      let entry = LogEntry(.cloudAuditDone, words, fields(audit.key))
      if log.isActive(.cloudAuditDiffers, of: subject) {
        log.clear(.cloudAuditDiffers, of: subject, telling: entry, at: now)
      } else {
        log.append(entry)
      }
      return words
    }
    var parts: [String] = []
    if !findings.missing.isEmpty {
      let isSafe = isSafeToSend(audit)
      if isSafe { write(.sendAgain(audit.key, findings.missing)) }
      parts.append(
        "lacks \(findings.missing.text(limit: 20))"
          + (isSafe
            ? ", which are sent again"
            : ": enter them there (`one4allctl passings --session \(audit.key.file)` shows them); they are not sent again, as their session is closed or not the only one")
      )
    }
    if !findings.twice.isEmpty {
      parts.append(
        "has \(findings.twice.text(limit: 20)) twice: remove the second session's from the results")
    }
    if !findings.other.isEmpty {
      parts.append(
        "has \(findings.other.text(limit: 20)) with another chip or time: correct the results")
    }
    let words =
      "of \(findings.compared) acknowledged passings of \(audit.key.file) the cloud "
      + parts.joined(separator: "; ")
    log.raise(.cloudAuditDiffers, of: subject, words, fields(audit.key), at: now)
    // It may be put right there.
    audits.due[audit.key] = now + Forwarder.auditAgain
    wake(at: now + Forwarder.auditAgain)
    return words
  }

  /// The cloud drops what a session has already: where a file has one session, and it is open, sending again is safe.
  private func isSafeToSend(_ audit: CloudAudit) -> Bool {
    guard let place = places[audit.key], openToken(of: place) == audit.token else { return false }
    let summary = files[place].summary
    guard let session = summary.session, session.acknowledged >= summary.acknowledged else { return false }
    // The session of another file that was opened later has closed this one.
    return !files.contains { file in
      guard let other = file.summary.session, file.summary.key != audit.key else { return false }
      return other.cloud == cloud && other.deviceid == session.deviceid && other.askedAt >= session.askedAt
    }
  }
}
