import One4AllProtocol

/// Whether all is well, in one line.
public struct Health: Equatable, Sendable {
  /// Whether a reader speaks, its clock is right, the cloud takes and shows what it says, and nothing that a person
  /// should see to is wrong with the passings.
  public let isWell: Bool
  /// One line for a person: reader, cloud, age of the last frame.
  public let summary: String
  /// What is wrong now, the worst first.
  public let conditions: [Conditions.Condition]

  /// How it stands with that agent.
  public init(_ agent: Agent, at now: Moment) {
    let session = agent.session
    let report = agent.report
    let ofPassings =
      agent.intake.conditions.active + agent.forwarder.activeConditions + agent.storeWatch.conditions.active
    // A reader's clock that is wrong makes wrong passings.
    let ofRace = agent.readerClock.conditions.active + ofPassings
    let active = session.conditions.active + report.conditions.active + ofRace
    conditions = active.sorted { left, right in
      (left.event.priority, left.since) < (right.event.priority, right.since)
    }
    let isCloudWell = report.state == .ok || report.state == .unverified
    // What only warns may come and go while all is well: a gap being fetched, passings on their way.
    let isRaceWell = !ofRace.contains { $0.event.priority <= .error }
    isWell = session.isConnected && isCloudWell && report.agrees(at: now) != false && isRaceWell
    let age = session.lastFrameAt.map { "last frame \(humanSpan(now.monotonic - $0)) ago" } ?? "no frame yet"
    let name = session.identity.map { " \($0.serialNumber)" } ?? ""
    summary = "reader\(name) \(session.state.rawValue), cloud \(report.state.rawValue), \(age)"
  }
}
