/// What one part tells while it works: of its problems, and to the journal. A problem is told once when it begins, its
/// repetitions are counted, its end is told once.
public struct Telling: Equatable, Sendable {
  let part: Problems.Part
  /// The part's problems, in the order in which they began.
  public private(set) var problems: [Problem]
  /// For the journal, in order.
  public private(set) var entries: [LogEntry] = []

  init(_ part: Problems.Part, _ problems: [Problem]) {
    self.part = part
    self.problems = problems
  }

  /// Tells something that begins or ends no problem.
  mutating func append(_ entry: LogEntry) { entries.append(entry) }

  /// What is wrong; nil when that is not wrong now.
  func first(_ event: EventName, of subject: String = "") -> Problem? {
    index(event, subject).map { problems[$0] }
  }

  /// Whether it is wrong now.
  func isActive(_ event: EventName, of subject: String = "") -> Bool { index(event, subject) != nil }

  /// It is wrong. Tells when that or its message is new.
  /// - Parameter isTold: whether the journal hears of it; else only the status shows it.
  mutating func raise(
    _ event: EventName, of subject: String = "", _ message: String, _ fields: [JournalField: String] = [:],
    isTold: Bool = true, at now: MonotonicTime
  ) {
    let known = index(event, subject)
    if let known, problems[known].message == message {
      problems[known].repetitions += 1
      return
    }
    let since = known.map { problems[$0].since } ?? now
    if let known { problems.remove(at: known) }
    problems.append(Problem(event, of: subject, by: part, message: message, since: since))
    if isTold { append(LogEntry(event, message, fields)) }
  }

  /// Words it as it is now, without telling.
  mutating func reword(_ event: EventName, of subject: String = "", _ message: String) {
    if let index = index(event, subject) { problems[index].message = message }
  }

  /// It is right again. Tells, when it was wrong before and there is something to tell.
  mutating func clear(
    _ event: EventName, of subject: String = "", telling recovery: LogEntry? = nil, at now: MonotonicTime
  ) {
    guard let index = index(event, subject) else { return }
    let problem = problems.remove(at: index)
    guard let recovery else { return }
    let lasted = "after \(humanSpan(now - problem.since))"
    let again = problem.repetitions > 0 ? ", found \(problem.repetitions + 1) times" : ""
    var fields = recovery.fields
    fields[.repetitions] = String(problem.repetitions)
    append(
      LogEntry(recovery.event, "\(recovery.message) (\(lasted)\(again))", priority: recovery.priority, fields)
    )
  }

  /// Forgets without a word, where something else has been told instead.
  mutating func drop(_ events: EventName...) { problems.removeAll { events.contains($0.event) } }

  /// Forgets one without a word: its subject is not looked after any more.
  mutating func drop(_ event: EventName, of subject: String) {
    problems.removeAll { $0.event == event && $0.subject == subject }
  }

  private func index(_ event: EventName, _ subject: String) -> Int? {
    problems.firstIndex { $0.event == event && $0.subject == subject }
  }
}

/// A span for people: `450 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`.
public func humanSpan(_ span: Duration) -> String {
  let milliseconds = span.wholeMilliseconds
  if milliseconds < 1000 { return "\(milliseconds) ms" }
  let seconds = milliseconds / 1000
  if seconds < 60 { return "\(seconds) s" }
  if seconds < 3600 {
    return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s"
  }
  return "\(seconds / 3600) h \(seconds / 60 % 60) min"
}
