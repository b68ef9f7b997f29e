import ProgramArguments

/// `one4allctl differences`.
enum DifferencesCommand {
  static let help = CommandHelp(
    usage: [
      "one4allctl [--config FILE] differences [--session FILE]",
      "           [--serial-number S] [--json]",
    ],
    summary:
      "Shows where the reader's memory says otherwise than what had been heard. What is\n"
      + "stored was corrected. What the cloud was sent before, with another time or chip,\n"
      + "stays wrong there: correct it in the results.",
    options: [
      ToolCommand.configOption,
      Option("session", letter: "s", argument: "FILE", help: "the session file; default all"),
      Option("serial-number", argument: "S", help: "only of that reader"),
      Option("json", help: "one JSON object a line instead"),
    ],
    sections: [DifferenceList.exitCodes])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let file = ToolCommand.configuration(parsed, configuration)
    let selection = FileSelection(parsed, configuration: file)
    let isJSON = parsed.has("json")
    let keys = try selection.files(with: "differences")
    var lists: [(file: FileSelection.File, list: DifferenceList)] = []
    for key in keys { lists.append((key, try DifferenceList(of: key, configuration: file))) }
    let wrong = lists.reduce(0) { $0 + $1.list.wrong }
    if !isJSON {
      Output.write(DifferenceList.headline(count: lists.reduce(0) { $0 + $1.list.count }, wrong: wrong))
    }
    for (key, list) in lists {
      if !isJSON { Output.write("\n" + PassingTable.title(file: key.name, serialNumber: key.serialNumber)) }
      try list.each { row in
        Output.write(isJSON ? list.line(row) : DifferenceList.text(row))
        return !Output.isLost
      }
    }
    return wrong > 0 ? .failure : .success
  }
}
