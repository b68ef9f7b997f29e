import JSONDocument
import ProgramArguments

/// `one4allctl release`.
enum ReleaseCommand {
  static let help = CommandHelp(
    usage: [
      "one4allctl [--config FILE] release [--session FILE] [--serial-number S]",
      "           [--from N] [--to N]",
      "one4allctl [--config FILE] release --reader SERIAL [--session FILE]",
      "           [--from N] [--to N]",
    ],
    summary:
      "Sends passings that wait because the reader's clock had jumped when it stamped\n"
      + "them: as they are, with the times that they have. What the reader stamps later,\n"
      + "with its clock still wrong, waits again. The cloud changes no time afterwards.\n"
      + "With --reader: passings of that reader that wait for its memory to confirm them,\n"
      + "because it does not come back, or does not list them: as they were heard. A\n"
      + "damaged line may have changed them. They are marked, and compared should the\n"
      + "reader come back. An import of its backup file confirms them without that.",
    options: [
      ToolCommand.configOption,
      Option("session", letter: "s", argument: "FILE", help: "of that session file; default the only one"),
      Option("serial-number", argument: "S", help: "of whose file; default the newest of that name"),
      Option("reader", argument: "SERIAL", help: "what that reader's memory has not confirmed"),
      Option("from", argument: "N", help: "only from that number on"),
      Option("to", argument: "N", help: "only up to that number"),
    ],
    sections: [
      .init(
        "Exit codes",
        [
          ("0", "they are being sent"), ("1", "none waits for a decision, or the daemon refused"),
          ("64 to 78", "as with other commands: one4allctl --help"),
        ])
    ])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let file = ToolCommand.configuration(parsed, configuration)
    let selection = FileSelection(parsed, configuration: file)
    var request = selection.request("release")
    if let reader = parsed.value("reader") {
      if let other = parsed.value("serial-number"), other != reader {
        throw .usage("--reader \(reader) and --serial-number \(other) name two readers")
      }
      request["serial_number"] = .string(reader)
      request["unconfirmed"] = true
    }
    for name in ["from", "to"] {
      guard let text = parsed.value(name) else { continue }
      guard let number = UInt32(text) else { throw .usage("--\(name) \(text): not the number of a passing") }
      request[name] = .integer(Int64(number))
    }
    let answer = try DaemonQuestion.ask(.object(request), configuration: file)
    let (code, work) = try WorkProgress(configuration: file).finished(answer)
    guard code == .success else { return code }
    return work["done"]?.integer == 0 ? .failure : .success
  }
}
