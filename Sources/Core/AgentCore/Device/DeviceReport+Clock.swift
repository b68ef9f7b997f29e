// The host's clock, as the witnesses have it, and what is labelled with it.
extension DeviceReport {
  /// How soon the cloud is asked for its time again when one answer has said something else than the kernel.
  private static let secondAnswer = Duration.seconds(1)

  /// Hears the witnesses, tells what is wrong, and has the cloud asked again where its answer may change something.
  mutating func watchClock(at now: Moment, _ log: inout Telling) {
    clockVerdict = clock.verdict(at: now)
    guard standing == .working else { return }
    guard !clockVerdict.isTrusted else {
      let again = LogEntry(.clockTrusted, "the host's clock is trusted", fields())
      log.clear(.clockContradicted, telling: again, at: now.monotonic)
      log.clear(.clockUntrusted, telling: again, at: now.monotonic)
      return correctFuture(at: now)
    }
    switch clockVerdict {
    case .agreed, .kernel, .cloud, .doubted: break
    case .contradicted:
      log.drop(.clockUntrusted)
      tell(.clockContradicted, contradiction(at: now), at: now, &log)
    case .wrong, .unknown:
      log.drop(.clockContradicted)
      tell(.clockUntrusted, distrust(at: now), at: now, &log)
    }
    // Only an answer of the cloud can make the clock trusted; a read is harmless.
    let wait =
      clockVerdict == .doubted ? DeviceReport.secondAnswer : min(cloud.heartbeatInterval, .seconds(30))
    verifyAt = min(verifyAt ?? now.monotonic + wait, now.monotonic + wait)
  }

  /// Says it when it begins, and when the clocks have moved against each other since.
  private mutating func tell(
    _ event: EventName, _ message: String, at now: Moment, _ log: inout Telling
  ) {
    let offset = clock.offset(at: now)
    let isNews =
      switch (toldOffset, offset) {
      case (let told?, let new?): abs(new - told) > ClockTrust.tolerance
      case (nil, let new): new != nil
      case (_?, nil): false
      }
    guard !log.isActive(event) || isNews else { return }
    toldOffset = offset
    log.raise(event, message, fields(), at: now.monotonic)
  }

  private func distrust(at now: Moment) -> String {
    let why =
      clock.offset(at: now).map { "it is \(DeviceReport.words($0)) the cloud's" }
      ?? "the kernel does not call it synchronised, and the cloud has not said the time"
    return "the host's clock is not trusted, reports wait: \(why)"
  }

  private func contradiction(at now: Moment) -> String {
    guard let cloud = clock.cloudTime(at: now) else { return "the host's clock is not trusted, reports wait" }
    return
      "the kernel calls the host's clock synchronised, which shows \(DeviceReport.second(now.wall)); the cloud's"
      + " shows \(DeviceReport.second(cloud.time)), so the host's is \(DeviceReport.words(now.wall - cloud.time)) it."
      + " One of them is wrong: reports wait, and no reader's clock is set"
  }

  /// `1 h 0 min behind`
  private static func words(_ offset: Duration) -> String {
    // A comparison is good to half a second.
    let span = humanSpan(.seconds(abs(offset).inSeconds.rounded()))
    return offset < .zero ? "\(span) behind" : "\(span) ahead of"
  }

  /// `2026-11-30 09:30:00 UTC`
  private static func second(_ time: WallTime) -> String {
    let text = time.iso8601
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
  }

  // MARK: last_seen

  /// The reader's last frame, labelled now; never earlier than what the cloud has taken before, and never later than the
  /// cloud's own time. Where the cloud's own word differs by less than can be told apart, its word is kept.
  func lastSeen(at now: Moment) -> WallTime? {
    // One frame has one time, however the clock is set later.
    guard let lastFrameAt, lastFrameAt != confirmedFrameAt else { return confirmedLastSeen }
    var label = clock.bounded(now.label(lastFrameAt), at: now)
    if let confirmedLastSeen { label = max(label, confirmedLastSeen) }
    if let sent = identity.flatMap({ sentLastSeen[$0.serialNumber] }) { label = max(label, sent) }
    // Binding may have set it to the time of the request, a little after the frame.
    let tolerance = isConnected ? Duration.seconds(15) : DeviceComparison.lastSeenTolerance
    if let cloudSays = document?.lastSeen.flatMap(WallTime.init(iso8601:)), cloudSays > label,
      cloudSays - label <= tolerance, cloudSays <= clock.latest(at: now) + ClockTrust.tolerance
    {
      label = cloudSays
    }
    return label
  }

  /// A last_seen later than this was told by a clock that was wrong; nil while the cloud does not say that the host's is
  /// right, as a host that is behind would see the future everywhere, and where reports carry none.
  func latestLastSeen(at now: Moment) -> WallTime? {
    switch clock.verdict(at: now) {
    case .agreed, .cloud: isRouteDocumented ? nil : clock.latest(at: now) + ClockTrust.tolerance
    case .kernel, .doubted, .contradicted, .wrong, .unknown: nil
    }
  }

  /// What lies in the future binds no more: a dead reader would look alive. The next report corrects it.
  private mutating func correctFuture(at now: Moment) {
    guard let serialNumber = identity?.serialNumber, let latest = latestLastSeen(at: now) else { return }
    if let sent = sentLastSeen[serialNumber], sent > latest {
      sentLastSeen[serialNumber] = nil
      reportAt = now.monotonic
    }
    if let confirmed = confirmedLastSeen, confirmed > latest {
      confirmedLastSeen = nil
      confirmedFrameAt = nil
      bindings[serialNumber]?.lastSeen = nil
      // What is kept of it is corrected with the next answer.
      notedLastSeenAt = nil
      reportAt = now.monotonic
    }
  }
}
