import One4AllProtocol

/// When a problem begins and ends by what the reader says of itself in GETSTATUS alone. A row of the catalogue that has such
/// a rule is all that one more problem of that kind takes.
struct StatusRule: Sendable {
  /// Whether it begins with this status.
  let begins: @Sendable (ReaderStatus) -> Bool
  /// Whether it ends with this status. With one that neither begins nor ends it, it stays as it is.
  let ends: @Sendable (ReaderStatus) -> Bool
  /// What is wrong, by this status.
  let words: @Sendable (ReaderStatus) -> String
  /// That it is right again.
  let recovery: String

  /// The events that have one.
  static let events = EventName.allCases.filter { $0.row.rule != nil }

  /// The reader has told its status: what it shows is told once when it begins and once when it ends. Its words move on
  /// meanwhile.
  static func judge(
    _ status: ReaderStatus, _ fields: [JournalField: String], at now: MonotonicTime, _ log: inout Telling
  ) {
    for event in events {
      guard let rule = event.row.rule else { continue }
      if rule.ends(status) {
        let recovery = LogEntry(event, rule.recovery, priority: .notice, fields)
        log.clear(event, telling: recovery, at: now)
      } else if rule.begins(status) || log.isActive(event) {
        let words = rule.words(status)
        log.reword(event, words)
        log.raise(event, words, fields, at: now)
      }
    }
  }

  /// The reader is another one, or is looked for elsewhere.
  static func forget(_ log: inout Telling) {
    for event in events { log.drop(event) }
  }
}
