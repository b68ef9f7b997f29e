import One4AllProtocol

/// Whether all is well, in one line, and what to do when it is not.
public struct Health: Equatable, Sendable {
  /// Whether a reader speaks, its clock is right, the cloud takes and shows what it says, and the passings are well.
  public let isWell: Bool
  /// Whether the passings are well (`PassingHealth`).
  public let arePassingsWell: Bool
  /// One line for a person: reader, cloud, age of the last frame.
  public let summary: String
  /// What to do first, by what keeps it from being well; nil when all is well.
  public let advice: String?
  /// What is wrong now, the worst first.
  public let conditions: [Conditions.Condition]

  /// How it stands with that agent.
  public init(_ agent: Agent, at now: Moment) {
    let session = agent.session
    let report = agent.report
    let passings = PassingHealth(agent, at: now)
    let ofClock = agent.readerClock.conditions.active
    conditions =
      (session.conditions.active + report.activeConditions(at: now) + ofClock + passings.conditions)
      .worstFirst
    let isDeviceWell =
      (report.state == .ok || report.state == .unverified) && report.agrees(at: now) != false
    // A reader's clock that is wrong makes wrong passings.
    var causes = ofClock.filter { $0.event.priority <= .error } + passings.causes
    arePassingsWell = passings.isWell
    isWell = session.isConnected && isDeviceWell && causes.isEmpty
    if !isDeviceWell { causes += report.conditions.active.filter { $0.event.priority <= .warning } }
    advice = isWell ? nil : Health.advice(session, report, causes.worstFirst)
    let age = session.lastFrameAt.map { "last frame \(humanSpan(now.monotonic - $0)) ago" } ?? "no frame yet"
    let name = session.identity.map { " \($0.serialNumber)" } ?? ""
    summary = "reader\(name) \(session.state.rawValue), cloud \(report.state.rawValue), \(age)"
  }

  /// Without a reader nothing else can be mended; then the worst.
  private static func advice(
    _ session: ReaderSession, _ report: DeviceReport, _ causes: [Conditions.Condition]
  ) -> String {
    let log = "see `journalctl -u one4alld`"
    if !session.isConnected {
      let ofLine: [EventName] = [.readerAbsent, .readerBusy, .readerUnusable, .readerSilent, .readerForeign]
      if let active = session.conditions.active.worstFirst.first(where: { ofLine.contains($0.event) }) {
        return active.event.remedy
      }
      return session.state == .opening ? "wait a moment: the reader is being asked who it is" : log
    }
    if let remedy = causes.map(\.event.remedy).first(where: { !$0.isEmpty }) { return remedy }
    switch report.state {
    case .waiting, .binding, .verifying: return "wait a moment: the device is being made true in the cloud"
    case .ok, .unverified, .failing, .refused, .clock, .conflict, .unbound: return log
    }
  }
}
