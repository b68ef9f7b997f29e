import JSONDocument

// What the cloud and the store say to it.
extension DeviceReport {
  /// A request has come to its end. The outcome of one that was called off is ignored.
  mutating func handle(
    _ outcome: CloudOutcome, at now: Moment, _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    guard let purpose = talk.take(outcome)?.purpose else { return }
    var log = problems.lend(.device)
    switch outcome.result {
    case .failure(let failure): failed(purpose, failure.words(at: now), at: now, &log)
    case .success(let answer):
      clock.learn(from: answer, at: now)
      if let problem = trouble(in: answer, to: purpose) {
        failed(purpose, problem, status: answer.status, asked: answer.retryAfter, at: now, &log)
      } else {
        switch purpose {
        case .bind: bound(answer, at: now, &actions, &log)
        case .verify: verified(answer, at: now, &actions, &log)
        case .report(let lastSeen): reported(answer, lastSeen, at: now, &actions, &log)
        }
      }
    }
    // A read that came to nothing is still owed.
    if purpose == .verify, !isDocumentCurrent, verifyAt == nil { verifyAt = talk.notBefore }
    problems.settle(log, &actions)
  }

  /// The store has done something, or failed to.
  mutating func handle(
    _ report: StoreReport, at now: Moment, _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    var log = problems.lend(.device)
    switch report {
    case .kept(let kept):
      log.clear(
        .storeFailing, telling: LogEntry(.storeRecovered, "the state is written again"), at: now.monotonic)
      guard kept.cloud == cloud.url else { break }
      bindings[kept.serialNumber] = kept
      guard standing == .keeping(kept) else { break }
      standing = .verifying
      talk.hurry(at: now.monotonic)
      log.append(LogEntry(.deviceBound, "reader \(kept.serialNumber) is device \(kept.deviceid)", fields()))
    case .failed(.keep(let binding), let failure):
      log.raise(
        .storeFailing, "the binding cannot be kept: \(failure.description)", fields(), at: now.monotonic)
      if standing == .keeping(binding) { keepAt = now.monotonic + .seconds(5) }
    case .failed(_, let failure):
      // Tried again with the next report.
      notedLastSeenAt = nil
      log.raise(
        .storeFailing, "the state cannot be written: \(failure.description)", at: now.monotonic)
    case .forgotten: break
    case .noted:
      log.clear(
        .storeFailing, telling: LogEntry(.storeRecovered, "the state is written again"), at: now.monotonic)
    }
    problems.settle(log, &actions)
  }

  // MARK: Answers

  private mutating func bound(
    _ answer: CloudAnswer, at now: Moment, _ actions: inout [AgentAction], _ log: inout Telling
  ) {
    switch answer.kind {
    case .success, .conflict:
      guard let deviceid = DeviceDocument.deviceid(in: answer.body), isPlausible(deviceid) else {
        failed(
          .bind, "the cloud's answer to binding (HTTP \(answer.status)) names no deviceid",
          status: answer.status,
          at: now, &log)
        return
      }
      answered(.bind, at: now, &log)
      keyAccepted(at: now, &log)
      keep(deviceid, at: now, &actions)
    case .keyRefused: keyRefused(answer, "binding a device", at: now, &log)
    default: failed(.bind, answer.refusal("to bind the device"), status: answer.status, at: now, &log)
    }
  }

  private mutating func keep(_ deviceid: String, at now: Moment, _ actions: inout [AgentAction]) {
    guard let identity else { return }
    let lastSeen = binding?.deviceid == deviceid ? confirmedLastSeen : nil
    let new = DeviceBinding(
      cloud: cloud.url, serialNumber: identity.serialNumber, deviceid: deviceid, boundAt: now.wall,
      lastSeen: lastSeen)
    confirmedLastSeen = lastSeen
    keep(new, &actions)
  }

  /// A deviceid becomes part of a path: nothing but letters, digits, `-` and `_` may stand in it.
  private func isPlausible(_ deviceid: String) -> Bool {
    (1...128).contains(deviceid.utf8.count)
      && deviceid.utf8.allSatisfy { byte in
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
          || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || byte == UInt8(ascii: "-")
          || byte == UInt8(ascii: "_")
      }
  }

  private mutating func verified(
    _ answer: CloudAnswer, at now: Moment, _ actions: inout [AgentAction], _ log: inout Telling
  ) {
    switch answer.kind {
    case .success:
      guard let read = DeviceDocument(answer.body),
        read.deviceid.map({ $0.lowercased() == binding?.deviceid.lowercased() }) ?? true
      else {
        failed(
          .verify, "the cloud's answer is no such device: a captive portal?", status: answer.status, at: now,
          &log)
        return
      }
      isAbsenceDoubted = false
      answered(.verify, at: now, &log)
      judgeUnsaid(by: read, at: now, &actions, &log)
      took(read, at: now, &log)
    case .keyRefused:
      isAbsenceDoubted = false
      answered(.verify, at: now, &log)
      judgeUnsaid(by: nil, at: now, &actions, &log)
      unreadable(answer, at: now, &log)
    case .notFound:
      // One that does not say what is missing may be a proxy's word.
      guard DeviceDocument.isSaidGone(answer.body) || isAbsenceDoubted || standing == .unbound else {
        isAbsenceDoubted = true
        let words = "the cloud answers 404 to the device, and does not say what is missing"
        return failed(.verify, words, status: answer.status, at: now, &log)
      }
      isAbsenceDoubted = false
      missing(at: now, &log)
    default: failed(.verify, answer.refusal("to show the device"), status: answer.status, at: now, &log)
    }
  }

  private mutating func took(_ read: DeviceDocument, at now: Moment, _ log: inout Telling) {
    guard let identity else { return }
    isUnreadable = false
    document = read
    isDocumentCurrent = true
    verifiedAt = now.monotonic
    log.drop(.deviceUnverified)
    if let serial = read.serialNumber, serial != identity.serialNumber {
      standing = .conflict
      verifyAt = now.monotonic + talk.random.spread(max(cloud.heartbeatInterval, .seconds(10)), by: 0.1)
      log.raise(
        .deviceConflict,
        "device \(binding?.deviceid ?? "") is \(serial) in the cloud, but the reader is \(identity.serialNumber): nothing is sent",
        fields([.readerValue: identity.serialNumber, .cloudValue: serial]), at: now.monotonic)
      return
    }
    if standing != .working {
      reportAt = now.monotonic
      let again = LogEntry(.deviceAgrees, "the device in the cloud is this reader's again", fields())
      log.clear(.deviceConflict, telling: again, at: now.monotonic)
      log.clear(.deviceUnbound, telling: again, at: now.monotonic)
    }
    standing = .working
    if isRouteDoubted { fallBack("404 though the device is there", at: now, &log) }
    judge(at: now, &log)
  }

  /// Acts on each difference: reported again at once the first time, then ever more slowly.
  private mutating func judge(at now: Moment, _ log: inout Telling) {
    guard let comparison = comparison(at: now) else { return }
    let differences = comparison.correctable
    for field in comparison.fields where field.name != .serialNumber {
      if field.agrees == false {
        let message =
          "\(field.name.rawValue) differs: the reader says \(field.reader ?? "nothing"), the cloud says \(field.cloud ?? "nothing")"
        // It moves on with each report; that it differs is told once.
        if field.name == .lastSeen { log.reword(.deviceDiffers, of: field.name.rawValue, message) }
        log.raise(
          .deviceDiffers, of: field.name.rawValue, message,
          fields([
            .field: field.name.rawValue, .readerValue: field.reader ?? "", .cloudValue: field.cloud ?? "",
          ]), at: now.monotonic)
      } else {
        let mended = LogEntry(
          .deviceAgrees, "\(field.name.rawValue) agrees: \(field.cloud ?? "nothing")",
          fields([.field: field.name.rawValue]))
        log.clear(
          .deviceDiffers, of: field.name.rawValue, telling: mended, at: now.monotonic)
      }
    }
    if differences.isEmpty {
      differenceBackoff.reset()
    } else if differenceBackoff.failures == 0 {
      _ = differenceBackoff.next(&talk.random)
      reportAt = now.monotonic
    } else {
      reportAt = min(reportAt, now.monotonic + differenceBackoff.next(&talk.random))
    }
  }

  private mutating func unreadable(_ answer: CloudAnswer, at now: Moment, _ log: inout Telling) {
    isUnreadable = true
    document = nil
    isDocumentCurrent = false
    verifyAt = now.monotonic + DeviceReport.unverifiedRecheck
    if isRouteDoubted {
      // Nobody can say whether the device is there; the answer to the report itself is all there is.
      fallBack("404, and the key may not read the device", at: now, &log)
    }
    // A device that was held as another's or as gone stays held: not being allowed to look proves nothing.
    if standing == .conflict || standing == .unbound { return }
    if standing != .working { reportAt = now.monotonic }
    standing = .working
    log.raise(
      .deviceUnverified,
      "the key may not read the device (HTTP \(answer.status)): reports go out unverified, asked again in an hour",
      fields([.httpStatus: String(answer.status)]), at: now.monotonic)
  }

  private mutating func missing(at now: Moment, _ log: inout Telling) {
    // Nothing is reported any more, so nothing fails.
    talk.forgetFailures()
    answered(.verify, at: now, &log)
    document = nil
    isDocumentCurrent = false
    isRouteDoubted = false
    if cloud.rebind {
      log.append(
        LogEntry(
          .deviceUnbound, "the device is gone from the cloud; it is bound again (rebind = yes)",
          priority: .warning, fields()))
      standing = .binding
      return
    }
    standing = .unbound
    verifyAt = now.monotonic + talk.random.spread(max(cloud.heartbeatInterval, .seconds(30)), by: 0.1)
    log.raise(
      .deviceUnbound,
      "device \(binding?.deviceid ?? "") is gone from the cloud: a person unbound it. Nothing is sent; `one4allctl bind` binds it again",
      fields(), at: now.monotonic)
  }

  private mutating func reported(
    _ answer: CloudAnswer, _ lastSeen: WallTime?, at now: Moment, _ actions: inout [AgentAction],
    _ log: inout Telling
  ) {
    let purpose = Purpose.report(lastSeen: lastSeen)
    let isDocumented = isRouteDocumented
    switch answer.kind {
    case .success where !isTaken(answer): unsaid(answer, lastSeen, at: now, &log)
    case .conflict where isDocumented, .success:
      unsaidReport = nil
      if isUnreadable { isAbsenceDoubted = false }
      answered(purpose, at: now, &log)
      keyAccepted(at: now, &log)
      lastHeartbeatAt = now.monotonic
      // What changed while the report was under way is reported at once.
      let wait = talk.random.spread(cloud.heartbeatInterval, by: 0.1)
      reportAt = reportedIdentity == identity ? now.monotonic + wait : now.monotonic
      if !isDocumented { isRouteProven = true }
      if isDocumented {
        if let deviceid = DeviceDocument.deviceid(in: answer.body), isPlausible(deviceid),
          deviceid.lowercased() != binding?.deviceid.lowercased()
        {
          log.append(
            LogEntry(
              .deviceUnbound,
              "the cloud made a new device, \(deviceid), of the report: the former one was unbound",
              fields()))
          keep(deviceid, at: now, &actions)
          return
        }
      } else if let lastSeen {
        confirm(lastSeen, at: now, &actions)
      }
      if !isUnreadable { verifyAt = now.monotonic }
    case .keyRefused: keyRefused(answer, "reporting the device", at: now, &log)
    case .notFound where !isDocumented:
      answered(purpose, at: now, &log)
      doubtRoute(answer, at: now, &log)
    case .methodNotAllowed where !isDocumented, .notImplemented where !isDocumented:
      answered(purpose, at: now, &log)
      fallBack("HTTP \(answer.status)", at: now, &log)
    case .badRequest where !isDocumented && telemetrySent != .none && telemetry != nil:
      // The names of the telemetry are assumed: with fewer of them, or without, the report may pass.
      answered(purpose, at: now, &log)
      telemetrySent = telemetrySent.less
      let rest = telemetrySent == .none ? "without" : "with the names that the cloud itself shows"
      log.append(
        LogEntry(
          .reportRoute, answer.refusal("the report with telemetry") + "; it goes out \(rest) from now on",
          priority: .warning, fields([.httpStatus: "400"])))
    default: failed(purpose, answer.refusal("the report"), status: answer.status, at: now, &log)
    }
  }

  private func isTaken(_ answer: CloudAnswer) -> Bool {
    // The documented route always names the device.
    isRouteDocumented ? DeviceDocument.deviceid(in: answer.body) != nil : DeviceDocument.isTaken(answer.body)
  }

  /// A success that does not say what it did has done nothing, unless the device itself shows it.
  private mutating func unsaid(
    _ answer: CloudAnswer, _ lastSeen: WallTime?, at now: Moment, _ log: inout Telling
  ) {
    let words =
      "the cloud answers the report without a word of what it did (HTTP \(answer.status), \(answer.body.sketch)): it counts as not taken"
    guard !isUnreadable else {
      return failed(.report(lastSeen: lastSeen), words, status: answer.status, at: now, &log)
    }
    unsaidReport = UnsaidReport(lastSeen: lastSeen, words: words)
    verifyAt = now.monotonic
  }

  /// The device was read after a report whose answer said nothing: does it show it?
  /// - Parameter read: what it shows; nil when the key may not read it.
  private mutating func judgeUnsaid(
    by read: DeviceDocument?, at now: Moment, _ actions: inout [AgentAction], _ log: inout Telling
  ) {
    guard let report = unsaidReport else { return }
    unsaidReport = nil
    guard let reported = report.lastSeen, let seen = read?.lastSeen.flatMap(WallTime.init(iso8601:)),
      seen >= reported - DeviceComparison.lastSeenTolerance
    else { return failed(.report(lastSeen: report.lastSeen), report.words, at: now, &log) }
    answered(.report(lastSeen: reported), at: now, &log)
    lastHeartbeatAt = now.monotonic
    isRouteProven = true
    reportAt = now.monotonic + talk.random.spread(cloud.heartbeatInterval, by: 0.1)
    confirm(reported, at: now, &actions)
  }

  private mutating func confirm(_ lastSeen: WallTime, at now: Moment, _ actions: inout [AgentAction]) {
    let newest = max(lastSeen, confirmedLastSeen ?? lastSeen)
    confirmedLastSeen = newest
    confirmedFrameAt = lastReportedFrameAt
    guard let serialNumber = identity?.serialNumber else { return }
    bindings[serialNumber]?.lastSeen = newest
    // Kept now and then only: a memory card wears out, and the cloud remembers as well.
    guard notedLastSeenAt.map({ now.monotonic - $0 >= .seconds(600) }) ?? true else { return }
    notedLastSeenAt = now.monotonic
    actions.append(.store(.noteLastSeen(cloud: cloud.url, serialNumber: serialNumber, newest)))
  }

  /// The report was answered 404: is the route missing, or the device? Reading the device tells.
  private mutating func doubtRoute(_ answer: CloudAnswer, at now: Moment, _ log: inout Telling) {
    guard isUnreadable else {
      isRouteDoubted = true
      verifyAt = now.monotonic
      return
    }
    let words = answer.body.explanation?.lowercased() ?? ""
    if words.contains("device not found") || (words.isEmpty && isRouteProven) {
      // Only a person can take it back: it is believed the second time in a row.
      guard isAbsenceDoubted else {
        isAbsenceDoubted = true
        reportAt = now.monotonic + talk.random.spread(.seconds(2), by: 0.25)
        return
      }
      isAbsenceDoubted = false
      missing(at: now, &log)
    } else {
      fallBack("404, and the key may not read the device", at: now, &log)
    }
  }

  private mutating func fallBack(_ why: String, at now: Moment, _ log: inout Telling) {
    isRouteDoubted = false
    guard !isRouteMissing else { return }
    log.append(
      LogEntry(
        .reportRoute,
        "the cloud does not know \(cloud.heartbeatRequest) (\(why)); the device is reported by \(HeartbeatRequest.documented) from now on",
        priority: .warning, fields([.reason: why])))
    isRouteMissing = true
    lastReportedFrameAt = nil
    reportAt = now.monotonic
  }
}
