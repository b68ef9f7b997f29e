import AgentCore
import JSONDocument

/// What is wrong now, the worst first, as the document has it.
struct ConditionList {
  private let conditions: [JSONValue]
  private let now: String?

  init(_ status: JSONValue) {
    conditions = status["conditions"]?.array ?? []
    now = status["now"]?.string
  }

  var isEmpty: Bool { conditions.isEmpty }

  /// All of them, whole.
  func lines(width: Int) -> [TerminalLine] {
    conditions.flatMap { condition in
      let parts = TerminalText.wrap(text(of: condition), width: width - 2)
      return parts.enumerated().map { index, part in
        TerminalLine((index == 0 ? "" : "  ") + part, colour(of: condition))
      }
    }
  }

  /// A line each; where there are more, the last line says how many.
  func lines(width: Int, atMost limit: Int) -> [TerminalLine] {
    let whole = lines(width: width)
    if whole.count <= limit { return whole }
    let isCut = conditions.count > limit
    let shown = conditions.prefix(isCut ? max(0, limit - 1) : limit)
    var lines = shown.map { TerminalLine(text(of: $0), colour(of: $0)) }
    if isCut {
      lines.append(TerminalLine("… and \(conditions.count - shown.count) more: one4allctl status --json"))
    }
    return lines
  }

  private func text(of condition: JSONValue) -> String {
    let message = condition["message"]?.string ?? "unknown"
    let since = condition["since"]?.string.map { StatusPage.moment($0, now: now) } ?? "unknown"
    let again = condition["repetitions"]?.count ?? 0
    return "since \(since)\(again > 0 ? " (\(again + 1) times)" : ""): \(message)"
  }

  private func colour(of condition: JSONValue) -> TerminalLine.Colour? {
    guard let name = condition["severity"]?.string,
      let severity = LogPriority.allCases.first(where: { $0.name == name })
    else { return nil }
    switch severity {
    case .alert, .error: return .bad
    case .warning: return .doubtful
    case .notice, .info, .debug: return nil
    }
  }
}
