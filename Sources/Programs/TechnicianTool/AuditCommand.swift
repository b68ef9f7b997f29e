import JSONDocument
import ProgramArguments

/// `one4allctl audit`.
enum AuditCommand {
  static let help = CommandHelp(
    usage: ["one4allctl [--config FILE] audit [--session FILE]"],
    summary:
      "Compares every stored passing of a session file with the reader's own file.\n"
      + "What is missing is fetched, what differs is named. The reader must be connected.",
    options: [
      ToolCommand.configOption,
      Option("session", letter: "s", argument: "FILE", help: "the session file; default the current one"),
    ],
    sections: [ToolCommand.exitCodes])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let file = ToolCommand.configuration(parsed, configuration)
    var request = JSONObject([.init(name: "request", value: "audit")])
    if let session = parsed.value("session") { request["file"] = .string(session) }
    let answer = try DaemonQuestion.ask(.object(request), configuration: file)
    return try WorkProgress(configuration: file).finish(answer)
  }
}
