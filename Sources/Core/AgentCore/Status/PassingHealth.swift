/// Whether the passings are well: the one definition that status, ledger and their exit codes share.
///
/// They are when nothing that is wrong with them is an error or an alert. What only warns may come and go meanwhile: a
/// gap that is being fetched, passings that wait for a minute, an outage that is being sat out.
public struct PassingHealth: Sendable {
  /// What is wrong with passings and their store now, the worst first.
  public let problems: [Problem]

  /// Why they are not well; empty when they are.
  public var causes: [Problem] { problems.filter { $0.event.priority <= .error } }
  /// Whether they are well.
  public var isWell: Bool { causes.isEmpty }

  /// How it stands with the passings of an agent.
  /// - Parameter files: only with those files, whatever event they belong to; nil for all.
  public init(_ agent: Agent, of files: [FileSummary]? = nil, at now: Moment) {
    let registry = agent.problems
    var found = agent.forwarder.worded(registry.shown(.forwarding), at: now)
    found += registry.shown(.store) + registry.shown(.capture)
    if let files {
      let names = Set(files.map(\.key.description))
      let all = Set(agent.ledger.files.map(\.key.description))
      found.removeAll { all.contains($0.subject) && !names.contains($0.subject) }
      // What waits is another file's.
      if files.allSatisfy({ $0.waiting == 0 }) {
        found.removeAll { $0.event == .backlog || $0.event == .backlogOld }
      }
      for file in files { found += PassingHealth.accounts(of: file, registry, since: agent.startedAt) }
    } else {
      found += registry.shown(.accounts)
    }
    for index in found.indices { found[index].message = registry.words(found[index]) }
    problems = found.worstFirst
  }

  /// What is wrong with a file by its sums, whether or not it is an alarm.
  private static func accounts(
    of file: FileSummary, _ registry: Problems, since start: MonotonicTime
  ) -> [Problem] {
    let subject = file.key.description
    return AccountWatch.troubles(of: file).map { trouble in
      registry.first(trouble.event, of: subject, by: .accounts)
        ?? Problem(trouble.event, of: subject, by: .accounts, message: trouble.message, since: start)
    }
  }
}
