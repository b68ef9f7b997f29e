/// Whether the passings are well: the one definition that status, ledger and their exit codes share.
///
/// They are when nothing that is wrong with them is an error or an alert. What only warns may come and go meanwhile: a
/// gap that is being fetched, passings that wait for a minute, an outage that is being sat out.
public struct PassingHealth: Sendable {
  /// What is wrong with passings and their store now, the worst first.
  public let conditions: [Conditions.Condition]

  /// Why they are not well; empty when they are.
  public var causes: [Conditions.Condition] { conditions.filter { $0.event.priority <= .error } }
  /// Whether they are well.
  public var isWell: Bool { causes.isEmpty }

  /// How it stands with the passings of an agent.
  /// - Parameter files: only with those files, whatever event they belong to; nil for all.
  public init(_ agent: Agent, of files: [FileSummary]? = nil, at now: Moment) {
    var found = agent.forwarder.activeConditions(at: now) + agent.storeWatch.conditions.active
    // Lost passings are counted by the sums, which outlast a restart.
    found += agent.intake.conditions.active.filter { $0.event != .passingsLost }
    if let files {
      let names = Set(files.map(\.key.description))
      let all = Set(agent.ledger.files.map(\.key.description))
      found.removeAll { all.contains($0.subject) && !names.contains($0.subject) }
      // What waits is another file's.
      if files.allSatisfy({ $0.waiting == 0 }) {
        found.removeAll { $0.event == .backlog || $0.event == .backlogOld }
      }
      for file in files { found += PassingHealth.accounts(of: file, agent) }
    } else {
      found += agent.accounts.conditions.active
    }
    conditions = PassingHealth.numbered(found, by: agent.intake).worstFirst
  }

  /// What is wrong with a file by its sums, whether or not it is an alarm.
  private static func accounts(of file: FileSummary, _ agent: Agent) -> [Conditions.Condition] {
    let subject = file.key.description
    return AccountWatch.troubles(of: file).map { trouble in
      agent.accounts.conditions.active.first { $0.event == trouble.event && $0.subject == subject }
        ?? Conditions.Condition(
          event: trouble.event, subject: subject, message: trouble.message, since: agent.startedAt)
    }
  }

  /// Of lost passings the intake knows the numbers, when it follows their file.
  private static func numbered(_ conditions: [Conditions.Condition], by intake: Intake)
    -> [Conditions.Condition]
  {
    let lost = intake.conditions.active.filter { $0.event == .passingsLost }
    guard !lost.isEmpty else { return conditions }
    return conditions.map { condition in
      guard condition.event == .passingsLost,
        let known = lost.first(where: { $0.subject == condition.subject })
      else { return condition }
      var condition = condition
      condition.message = known.message
      return condition
    }
  }
}

extension [Conditions.Condition] {
  /// By priority, then by age.
  var worstFirst: [Conditions.Condition] {
    sorted { left, right in (left.event.priority, left.since) < (right.event.priority, right.since) }
  }
}
