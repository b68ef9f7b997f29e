import JSONDocument
import ProgramArguments

/// `one4allctl audit`.
enum AuditCommand {
  /// Differences that are shown; `one4allctl differences` shows all.
  private static let shown = 20

  static let help = CommandHelp(
    usage: [
      "one4allctl [--config FILE] audit [--cloud] [--session FILE]", "           [--serial-number S]",
    ],
    summary:
      "Compares every stored passing of a session file with the reader's own file.\n"
      + "What is missing is fetched; what differs, or has differed before, is named. The\n"
      + "reader must be connected. With --cloud, every acknowledged passing is compared\n"
      + "with what the cloud has of the device: what it lacks, has twice, or has\n"
      + "otherwise is named.",
    options: [
      ToolCommand.configOption,
      Option("cloud", help: "compare with the cloud; the key must be allowed to read"),
      Option("session", letter: "s", argument: "FILE", help: "the session file; default the current one"),
      Option("serial-number", argument: "S", help: "only if it is that reader that is connected"),
    ],
    sections: [DifferenceList.exitCodes])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let file = ToolCommand.configuration(parsed, configuration)
    let selection = FileSelection(parsed, configuration: file)
    if parsed.has("cloud") { return try compareWithCloud(selection, file) }
    let answer = try DaemonQuestion.ask(.object(selection.request("audit")), configuration: file)
    guard let name = answer["file"]?.string, let serialNumber = answer["serial_number"]?.string else {
      throw .otherVersion("the daemon does not say which file it compares")
    }
    let code = try WorkProgress(configuration: file).finish(answer)
    guard code == .success else { return code }
    let list = try DifferenceList(
      of: FileSelection.File(serialNumber: serialNumber, name: name), configuration: file)
    guard list.count > 0 else { return .success }
    Output.write(DifferenceList.headline(count: list.count, wrong: list.wrong))
    var left = AuditCommand.shown
    try list.each { row in
      Output.write(DifferenceList.text(row))
      left -= 1
      return left > 0
    }
    if list.count > AuditCommand.shown {
      Output.write("  and \(list.count - Int64(AuditCommand.shown)) more: one4allctl differences\n")
    }
    return list.wrong > 0 ? .failure : .success
  }

  /// Ends with 1 when not all of them are in the cloud once and as they were sent.
  private static func compareWithCloud(
    _ selection: FileSelection, _ configuration: String
  ) throws(ToolError) -> ExitCode {
    var request = selection.request("audit")
    request["cloud"] = true
    let answer = try DaemonQuestion.ask(.object(request), configuration: configuration)
    let (code, work) = try WorkProgress(configuration: configuration).finished(answer)
    guard code == .success else { return code }
    return work["done"]?.integer == work["total"]?.integer ? .success : .failure
  }
}
