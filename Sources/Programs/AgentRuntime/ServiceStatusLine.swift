import AgentCore

/// The line that `systemctl status` shows: told when a state changes, and now and then for the age in it.
struct ServiceStatusLine {
  private static let refresh = Duration.seconds(15)
  private var states: [String] = []
  private var toldAt: MonotonicTime?

  /// When the line is stale.
  var nextRefresh: MonotonicTime? { toldAt.map { $0 + ServiceStatusLine.refresh } }

  /// The line now.
  mutating func text(for agent: Agent, at now: Moment) -> String {
    states = ServiceStatusLine.states(of: agent)
    toldAt = now.monotonic
    return Health(agent, at: now).summary
  }

  /// The line when it is to be told again; nil when it is not.
  mutating func change(for agent: Agent, at now: Moment) -> String? {
    let isStale = nextRefresh.map { now.monotonic >= $0 } ?? true
    return isStale || states != ServiceStatusLine.states(of: agent) ? text(for: agent, at: now) : nil
  }

  private static func states(of agent: Agent) -> [String] {
    [
      agent.session.state.rawValue, agent.cloudState.rawValue, agent.session.identity?.serialNumber ?? "",
    ]
  }
}
