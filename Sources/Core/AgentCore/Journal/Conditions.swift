/// What is wrong now. A state is told once when it begins, its repetitions are counted, its end is told once.
public struct Conditions: Sendable {
  /// Something that is wrong.
  public struct Condition: Equatable, Sendable {
    /// Its registered name.
    public let event: EventName
    /// What exactly, where one event can be true of several things (a field's name); else empty.
    public let subject: String
    /// One line for a person.
    public internal(set) var message: String
    /// When it began, to measure.
    public let since: MonotonicTime
    /// How often it was found again.
    public internal(set) var repetitions: Int

    /// A condition that began then.
    public init(event: EventName, subject: String = "", message: String, since: MonotonicTime) {
      self.event = event
      self.subject = subject
      self.message = message
      self.since = since
      repetitions = 0
    }
  }

  /// In the order in which they began.
  public private(set) var active: [Condition] = []

  init() {}

  /// Whether it is wrong now.
  func isActive(_ event: EventName, of subject: String = "") -> Bool { index(event, subject) != nil }

  /// It is wrong. Tells when that or its message is new.
  mutating func raise(
    _ event: EventName, of subject: String = "", _ message: String, _ fields: [JournalField: String] = [:],
    at now: MonotonicTime, _ log: inout [LogEntry]
  ) {
    let known = index(event, subject)
    if let known, active[known].message == message {
      active[known].repetitions += 1
      return
    }
    let since = known.map { active[$0].since } ?? now
    if let known { active.remove(at: known) }
    active.append(
      Condition(event: event, subject: subject, message: message, since: since))
    log.append(LogEntry(event, message, fields))
  }

  /// Words it as it is now, without telling.
  mutating func reword(_ event: EventName, of subject: String = "", _ message: String) {
    if let index = index(event, subject) { active[index].message = message }
  }

  /// It is right again. Tells, when it was wrong before and there is something to tell.
  mutating func clear(
    _ event: EventName, of subject: String = "", telling recovery: LogEntry? = nil, at now: MonotonicTime,
    _ log: inout [LogEntry]
  ) {
    guard let index = index(event, subject) else { return }
    let condition = active.remove(at: index)
    guard let recovery else { return }
    let lasted = "after \(humanSpan(now - condition.since))"
    let again = condition.repetitions > 0 ? ", found \(condition.repetitions + 1) times" : ""
    var fields = recovery.fields
    fields[.repetitions] = String(condition.repetitions)
    log.append(
      LogEntry(recovery.event, "\(recovery.message) (\(lasted)\(again))", priority: recovery.priority, fields)
    )
  }

  /// Forgets without a word, where something else has been told instead.
  mutating func drop(_ events: EventName...) { active.removeAll { events.contains($0.event) } }

  /// Forgets one without a word: its subject is not looked after any more.
  mutating func drop(_ event: EventName, of subject: String) {
    active.removeAll { $0.event == event && $0.subject == subject }
  }

  private func index(_ event: EventName, _ subject: String) -> Int? {
    active.firstIndex { $0.event == event && $0.subject == subject }
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
