/// The help of a command, in one form for all of them.
public struct CommandHelp: Sendable {
  /// How it is called, e.g. `one4allctl [--config FILE] status [--json]`.
  public let usage: [String]
  /// What it does, in a sentence or two.
  public let summary: String
  /// A titled table: sub-commands, exit codes, examples.
  public struct Section: Sendable {
    /// Its title, e.g. `Exit codes`.
    public let title: String
    /// Its rows: what, and what that means.
    public let rows: [(String, String)]
    /// A section.
    public init(_ title: String, _ rows: [(String, String)]) {
      self.title = title
      self.rows = rows
    }
  }
  /// The options.
  public let options: [Option]
  /// What stands after the options.
  public let sections: [Section]

  /// The help of a command; `--help` is added to its options.
  public init(usage: [String], summary: String, options: [Option] = [], sections: [Section] = []) {
    self.usage = usage
    self.summary = summary
    self.options = options + [.help]
    self.sections = sections
  }

  /// The text, ending in a newline.
  public var text: String {
    var lines: [String] = []
    for (index, line) in usage.enumerated() { lines.append((index == 0 ? "Usage: " : "       ") + line) }
    lines += ["", summary]
    let optionRows = options.map { option in
      let letter = option.letter.map { "-\($0), " } ?? "    "
      return (letter + "--\(option.name)" + (option.argument.map { " \($0)" } ?? ""), option.help)
    }
    for section in [Section("Options", optionRows)] + sections {
      lines += ["", "\(section.title):"]
      let width = min(32, section.rows.map(\.0.count).max() ?? 0)
      for (left, right) in section.rows {
        if left.count > width {
          lines += ["  \(left)", "  \(String(repeating: " ", count: width))  \(right)"]
        } else {
          lines.append("  \(left)\(String(repeating: " ", count: width - left.count))  \(right)")
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
