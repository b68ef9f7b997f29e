import AgentCore
import Glibc
import JSONDocument
import JSONText
import ProgramArguments

/// `one4allctl follow`.
enum FollowCommand {
  static let help = CommandHelp(
    usage: ["one4allctl [--config FILE] follow [--all | --after CURSOR] [--once] [--json]"],
    summary:
      "Shows passings of all session files as they become certain, and what becomes of\n"
      + "them after that, until Ctrl-C: the same that feeds are given.",
    options: [
      ToolCommand.configOption, Option("all", help: "begin with the first one that is stored"),
      Option("after", argument: "CURSOR", help: "go on behind a cursor that --json gave"),
      Option("once", help: "end when all is shown that there is"),
      Option("json", help: "one JSON object a line, and a cursor behind each group"),
    ],
    sections: [
      .init(
        "What is said of a passing",
        [
          ("stored", "it is certain: the reader has said it twice, or it was let go"),
          ("corrected", "it replaces what was said before under its number"),
          ("withdrawn", "what was said of it is so no more; it may come again"),
          ("lost", "the reader has it no more, and it was never heard"),
          ("removed", "it is in the cloud; its row was removed to make room"),
        ]),
      ToolCommand.exitCodes,
    ])

  /// How long the daemon may wait with its answer, in seconds.
  private static let wait: Int64 = 10
  /// The pause before a daemon that has gone is asked again, in seconds.
  private static let pause: UInt32 = 1

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    if parsed.has("all"), parsed.has("after") { throw .usage("--all and --after do not go together") }
    if let text = parsed.value("after"), ChangeCursor(text) == nil {
      throw .usage("'\(text)' is no cursor; --json gives them, and --all begins with the first passing")
    }
    let file = ToolCommand.configuration(parsed, configuration)
    let isOnce = parsed.has("once")
    var table = ChangeTable(isJSON: parsed.has("json"))
    // Of a beginning that is not named only what comes is shown.
    let isFromNow = !parsed.has("all") && parsed.value("after") == nil && !isOnce
    var cursor = isFromNow ? "now" : parsed.value("after") ?? "0"
    var hasAnswered = false
    if !table.isJSON { Output.write(table.head) }
    while !Output.isLost {
      let page: JSONValue
      do throws(ToolError) {
        page = try ask(after: cursor, wait: isOnce || !hasAnswered ? 0 : wait, configuration: file)
      } catch {
        // A daemon that is started anew is waited for; one that was never there is not.
        guard hasAnswered, !isOnce, error.isPassing else { throw error }
        sleep(pause)
        continue
      }
      hasAnswered = true
      Output.write(table.text(of: page))
      cursor = page["cursor"]?.string ?? cursor
      if isOnce, page["more"]?.bool != true { break }
    }
    return .success
  }

  private static func ask(after cursor: String, wait: Int64, configuration: String) throws(ToolError)
    -> JSONValue
  {
    try DaemonQuestion.ask(
      ["request": "changes", "after": .string(cursor), "wait": .integer(wait)], schema: ChangeDocument.schema,
      configuration: configuration, timeout: .seconds(wait + 5))
  }
}

/// Changes as lines.
private struct ChangeTable {
  let isJSON: Bool
  /// The file that the last line was about.
  private var shown = ""

  init(isJSON: Bool) { self.isJSON = isJSON }

  var head: String {
    let passing = PassingTable(isJSON: false, isRejected: false)
    return passing.line("number", "chip", "reader's clock", "UTC", "ant", "reads") + "what\n"
  }

  mutating func text(of page: JSONValue) -> String {
    let changes = page["changes"]?.array ?? []
    if isJSON {
      var lines = changes.map { JSONText.write($0) }
      if page["restarted"]?.bool == true { lines.insert(JSONText.write(["restarted": true]), at: 0) }
      if !changes.isEmpty || page["restarted"]?.bool == true {
        lines.append(JSONText.write(["cursor": page["cursor"] ?? .null]))
      }
      return lines.map { $0 + "\n" }.joined()
    }
    var text = ""
    if page["restarted"]?.bool == true {
      text += "the cursor is not of this store: all that is stored follows\n"
    }
    for change in changes {
      let title = PassingTable.title(
        file: change["file"]?.string ?? "?", serialNumber: change["serial_number"]?.string ?? "?")
      if title != shown { text += title }
      shown = title
      text += line(change)
    }
    return text
  }

  private func line(_ change: JSONValue) -> String {
    let what = TerminalText.safe(change["what"]?.string ?? "?") + "\n"
    guard let from = change["from"]?.integer, let to = change["to"]?.integer else {
      return PassingTable(isJSON: false, isRejected: false).columns(change) + what
    }
    return LedgerPage.right(from == to ? "\(from)" : "\(from)-\(to)", 7) + "  " + what
  }
}
