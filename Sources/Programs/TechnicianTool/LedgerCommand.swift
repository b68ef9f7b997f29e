import AgentCore
import JSONDocument
import JSONText
import ProgramArguments

/// `one4allctl ledger`.
enum LedgerCommand {
  static let help = CommandHelp(
    usage: [
      "one4allctl [--config FILE] ledger [--session FILE] [--json]"
    ],
    summary:
      "Accounts for every passing, by session file: what the reader made, what is\n"
      + "stored, what the cloud has confirmed, what waits, and what is lost. The exit\n"
      + "code is 0 when the sums add up and the passings are well, as docs/status.md\n"
      + "has it: none of the present event is lost, refused, wrong in the cloud, held,\n"
      + "or late by minutes. A file that is named is judged whatever its age.",
    options: [
      ToolCommand.configOption,
      Option("session", letter: "s", argument: "FILE", help: "only that session file"),
      Option("serial-number", argument: "NUMBER", help: "only the files of that reader"),
      Option("json", help: "the document of docs/control.md instead"),
    ],
    sections: [ToolCommand.exitCodes])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let file = ToolCommand.configuration(parsed, configuration)
    let selection = FileSelection(parsed, configuration: file)
    let ledger = try DaemonQuestion.ask(
      .object(selection.request("ledger")), schema: LedgerDocument.schema, configuration: file)
    if parsed.has("json") {
      Output.write(JSONText.write(ledger, indented: true) + "\n")
      return .success
    }
    let page = LedgerPage(ledger, width: TerminalSize.columns)
    Output.write(page.text(isColoured: Output.isColourTerminal))
    return page.isWell ? .success : .failure
  }
}
