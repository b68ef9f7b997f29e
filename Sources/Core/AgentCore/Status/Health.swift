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
  public let problems: [Problem]

  /// How it stands with that agent.
  public init(_ agent: Agent, at now: Moment) {
    let session = agent.session
    let report = agent.report
    let cloudState = agent.cloudState
    let passings = PassingHealth(agent, at: now)
    let ofReader = agent.problems.shown(.reader)
    let ofDevice = agent.problems.shown(.device)
    let ofClock = agent.problems.shown(.readerClock)
    problems = (ofReader + report.worded(ofDevice, at: now) + ofClock + passings.problems).worstFirst
    let isDeviceWell = (cloudState == .ok || cloudState == .unverified) && report.agrees(at: now) != false
    // A reader's clock that is wrong makes wrong passings.
    var causes = ofClock.filter { $0.event.priority <= .error } + passings.causes
    arePassingsWell = passings.isWell
    isWell = session.isConnected && isDeviceWell && causes.isEmpty
    if !isDeviceWell { causes += ofDevice.filter { $0.event.priority <= .warning } }
    advice =
      if isWell {
        nil
      } else if session.isConnected {
        Health.advice(cloudState, causes.worstFirst)
      } else {
        Health.advice(session, ofReader.worstFirst)
      }
    let age = session.lastFrameAt.map { "last frame \(humanSpan(now.monotonic - $0)) ago" } ?? "no frame yet"
    let name = session.identity.map { " \($0.serialNumber)" } ?? ""
    summary = "reader\(name) \(session.state.rawValue), cloud \(cloudState.rawValue), \(age)"
  }

  /// Where to look when nothing better can be said.
  private static let journal = "see `journalctl -u one4alld`"

  /// Without a reader nothing else can be mended.
  private static func advice(_ session: ReaderSession, _ problems: [Problem]) -> String {
    if let ofLine = problems.first(where: { ReaderSession.lineProblems.contains($0.event) }) {
      return ofLine.event.remedy
    }
    return session.state == .opening ? "wait a moment: the reader is being asked who it is" : journal
  }

  /// With one it is the worst.
  private static func advice(_ state: CloudState, _ causes: [Problem]) -> String {
    if let remedy = causes.map(\.event.remedy).first(where: { !$0.isEmpty }) { return remedy }
    switch state {
    case .waiting, .binding, .verifying: return "wait a moment: the device is being made true in the cloud"
    case .ok, .unverified, .failing, .refused, .clock, .conflict, .unbound: return journal
    }
  }
}
