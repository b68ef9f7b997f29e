import AgentCore
import JSONDocument
import JSONText
import ProgramArguments

/// `one4allctl ledger`.
enum LedgerCommand {
  static let help = CommandHelp(
    usage: ["one4allctl [--config FILE] ledger [--json]"],
    summary:
      "Accounts for every passing, by session file: what the reader made, what is\n"
      + "stored, what the cloud has confirmed, what waits, and what is lost. The exit\n"
      + "code is 0 when the sums add up and nothing is lost, refused by the cloud, or\n"
      + "other than the reader's memory.",
    options: [ToolCommand.configOption, Option("json", help: "the document of docs/control.md instead")],
    sections: [ToolCommand.exitCodes])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let file = ToolCommand.configuration(parsed, configuration)
    let ledger = try DaemonQuestion.ask(
      ["request": "ledger"], schema: LedgerDocument.schema, configuration: file)
    if parsed.has("json") {
      Output.write(JSONText.write(ledger, indented: true) + "\n")
      return .success
    }
    let page = LedgerPage(ledger)
    Output.write(page.text(isColoured: Output.isColourTerminal))
    return page.isWell ? .success : .failure
  }
}
