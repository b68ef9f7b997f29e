import JSONDocument
import ProgramArguments

/// `one4allctl set-buzzer`.
enum BuzzerCommand {
  static let help = CommandHelp(
    usage: ["one4allctl [--config FILE] set-buzzer on|off"],
    summary:
      "Turns the reader's buzzer on or off: it beeps at each passing. The reader's own\n"
      + "answer ends it. Passings are taken and stored all the same.",
    options: [ToolCommand.configOption], sections: [ToolCommand.exitCodes])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help, operands: 1...1) else { return .success }
    guard let buzzer = parsed.operands.first, ["on", "off"].contains(buzzer) else {
      throw .usage("'\(parsed.operands.first ?? "")' is neither on nor off; see --help")
    }
    let file = ToolCommand.configuration(parsed, configuration)
    let answer = try DaemonQuestion.ask(
      ["request": "set-buzzer", "buzzer": .string(buzzer)], configuration: file)
    return try WorkProgress(configuration: file).finish(answer)
  }
}
