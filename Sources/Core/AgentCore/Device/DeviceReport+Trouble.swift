// What goes wrong with the cloud, and that it is right again.
extension DeviceReport {
  /// What is wrong with an answer whatever it was asked for; nil when it is an answer to go by.
  func trouble(in answer: CloudAnswer, to purpose: Purpose) -> String? {
    // A report that is answered so speaks of its route.
    if answer.kind == .notImplemented, isReport(purpose) { return nil }
    return answer.trouble
  }

  private func isReport(_ purpose: Purpose) -> Bool {
    if case .report = purpose { true } else { false }
  }

  /// Whether the device is read while reports go out, which do not wait for it: a cloud that only fails to show the device still
  /// gets heartbeats.
  private func isReadingBack(_ purpose: Purpose) -> Bool { purpose == .verify && standing == .working }

  /// - Parameter asked: the wait that the cloud asks for (`Retry-After`); nil when it asks for none.
  mutating func failed(
    _ purpose: Purpose, _ message: String, status: Int? = nil, asked: Duration? = nil, at now: Moment,
    _ log: inout Telling
  ) {
    isDocumentCurrent = false
    let isAside = isReadingBack(purpose)
    var wait = talk.nextWait(isAside: isAside)
    var words = message
    if let asked {
      wait = max(wait, talk.wait(asked: asked))
      words += ": \(talk.patience.words(asked: asked, wait: wait, at: now))"
      if wait >= Patience.told { log.append(LogEntry(.cloudFailing, "reports wait: \(words)", fields())) }
    }
    if isAside { verifyAt = now.monotonic + wait }
    let holdsAll = !isAside || AnswerClass(status: status) == .asksForPatience || asked != nil
    talk.failed(words, wait: holdsAll ? wait : nil, at: now.monotonic)
    // The same outage shows different faces; one of them is enough in the journal.
    let told = log.first(.cloudFailing)?.message ?? message
    log.raise(
      .cloudFailing, told, fields(status.map { [.httpStatus: String($0)] } ?? [:]), at: now.monotonic)
  }

  /// What is wrong now, with the time until which it is left alone.
  func worded(_ problems: [Problem], at now: Moment) -> [Problem] {
    problems.map { problem in
      guard problem.event == .cloudFailing || problem.event == .cloudKeyRefused,
        let next = nextAttemptAt, next - now.monotonic >= Patience.told
      else { return problem }
      var problem = problem
      problem.message += "; tried again at \(now.label(next).iso8601)"
      return problem
    }
  }

  mutating func keyRefused(
    _ answer: CloudAnswer, _ what: String, at now: Moment, _ log: inout Telling
  ) {
    let message = answer.keyRefusal(what, so: "everything is held")
    isDocumentCurrent = false
    let slowly = min(max(cloud.heartbeatInterval * 10, .seconds(60)), .seconds(300))
    talk.keyRefused(message, leaving: slowly, at: now.monotonic)
    log.raise(
      .cloudKeyRefused, message, fields([.httpStatus: String(answer.status)]), at: now.monotonic)
  }

  mutating func answered(_ purpose: Purpose, at now: Moment, _ log: inout Telling) {
    guard talk.answered(isAside: isReadingBack(purpose)) else { return }
    let recovered = LogEntry(.cloudRecovered, "the cloud answers again", fields())
    log.clear(.cloudFailing, telling: recovered, at: now.monotonic)
  }

  mutating func keyAccepted(at now: Moment, _ log: inout Telling) {
    // What it may read has to be found out anew.
    if talk.keyAccepted() { isUnreadable = false }
    let accepted = LogEntry(.cloudRecovered, "the cloud accepts the key", fields())
    log.clear(.cloudKeyRefused, telling: accepted, at: now.monotonic)
  }
}
