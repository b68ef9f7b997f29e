/// Something that is wrong. What it means, how grave it is and what to do about it is registered with its event.
public struct Problem: Equatable, Sendable {
  /// Its registered name.
  public let event: EventName
  /// What exactly, where one event can be true of several things (a field's name); else empty.
  public let subject: String
  /// Who has found it.
  public let part: Problems.Part
  /// One line for a person.
  public internal(set) var message: String
  /// When it began, to measure.
  public let since: MonotonicTime
  /// How often it was found again.
  public internal(set) var repetitions = 0

  /// A problem that began then.
  public init(
    _ event: EventName, of subject: String = "", by part: Problems.Part, message: String, since: MonotonicTime
  ) {
    self.event = event
    self.subject = subject
    self.part = part
    self.message = message
    self.since = since
  }
}

/// What is wrong now, whoever has found it: the one registry, which the agent holds.
///
/// A part that works is lent what it has found so far (`Telling`), and what it says of it then is settled here. So each part
/// raises and ends its own problems, and no other's, even where two have the same event.
public struct Problems: Equatable, Sendable {
  /// Who finds problems, in the order in which they are shown when they are equally grave and old.
  public enum Part: CaseIterable, Sendable {
    /// The conversation with the reader.
    case reader
    /// The device in the cloud.
    case device
    /// The reader's clock beside the host's.
    case readerClock
    /// The passings, from the store to the cloud.
    case forwarding
    /// The store, beside single requests.
    case store
    /// The passings, from the reader to the store.
    case capture
    /// The sums of the session files.
    case accounts
  }

  /// Those of each part in the order in which they began.
  private var active: [Problem] = []

  init() {}

  /// Those that a part has found, in the order in which they began.
  public func of(_ part: Part) -> [Problem] { active.filter { $0.part == part } }

  /// Those of them that are to be shown: not what another part judges, and not what follows from another one.
  func shown(_ part: Part) -> [Problem] {
    let found = of(part)
    return found.filter { problem in
      let row = problem.event.row
      guard row.judge.map({ $0 == part }) ?? true else { return false }
      return !found.contains { $0.subject == problem.subject && row.follows.contains($0.event) }
    }
  }

  /// The words for what a part judges: another one that knows of it knows more, such as which passings are lost.
  func words(_ problem: Problem) -> String {
    guard problem.event.row.judge == problem.part else { return problem.message }
    let known = active.first {
      $0.event == problem.event && $0.subject == problem.subject && $0.part != problem.part
    }
    return known?.message ?? problem.message
  }

  /// One of them; nil when that is not wrong now.
  func first(_ event: EventName, of subject: String = "", by part: Part) -> Problem? {
    active.first { $0.event == event && $0.subject == subject && $0.part == part }
  }

  /// Whether it is wrong now.
  func isActive(_ event: EventName, of subject: String = "", by part: Part) -> Bool {
    first(event, of: subject, by: part) != nil
  }

  /// For a part that begins to work: its problems, to raise and to end. They have to be settled before they are lent again.
  func lend(_ part: Part) -> Telling { Telling(part, of(part)) }

  /// A part has worked: its problems are these now.
  mutating func settle(_ telling: Telling) {
    active.removeAll { $0.part == telling.part }
    active += telling.problems
  }

  /// The same; what it has told goes to the journal.
  mutating func settle(_ telling: Telling, _ actions: inout [AgentAction]) {
    settle(telling)
    actions += telling.entries.map(AgentAction.log)
  }
}

extension [Problem] {
  /// By severity, then by age.
  var worstFirst: [Problem] {
    sorted { left, right in (left.event.priority, left.since) < (right.event.priority, right.since) }
  }
}
