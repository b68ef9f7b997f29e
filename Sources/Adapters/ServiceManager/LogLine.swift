import AgentCore

/// An entry as a line for a person: time, priority, event, message. The fields stay out: the message says what a
/// person needs.
enum LogLine {
  private static let priorityWidth = LogPriority.allCases.map(\.name.utf8.count).max() ?? 0
  private static let eventWidth = EventName.allCases.map(\.rawValue.utf8.count).max() ?? 0

  /// Without a line end.
  static func text(_ entry: LogEntry, at time: WallTime, coloured: Bool) -> String {
    let label =
      padded(entry.priority.name, priorityWidth) + " " + padded(entry.event.rawValue, eventWidth)
    let shown = coloured ? "\u{1B}[\(colour(entry.priority))m\(label)\u{1B}[0m" : label
    return "\(time.iso8601) \(shown) \(SafeText.line(entry.message))"
  }

  private static func colour(_ priority: LogPriority) -> String {
    switch priority {
    case .alert: "1;31"
    case .error: "31"
    case .warning: "33"
    case .notice: "1"
    case .info: "0"
    case .debug: "2"
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }
}
