import AgentCore
import Glibc
import JSONDocument
import ProgramArguments

/// `one4allctl passings`.
enum PassingsCommand {
  static let help = CommandHelp(
    usage: [
      "one4allctl [--config FILE] passings [--session FILE] [--serial-number S]",
      "           [--last N] [--follow] [--json]",
      "one4allctl [--config FILE] passings --rejected|--doubtful",
      "           [--session FILE] [--serial-number S] [--json]",
    ],
    summary:
      "Shows stored passings of a session file, by number: by default the last 20 of\n"
      + "the reader's current file. What was refused, or is not believed, is shown of all\n"
      + "files unless one is named.",
    options: [
      ToolCommand.configOption,
      Option("session", letter: "s", argument: "FILE", help: "the session file; default the current one"),
      Option("serial-number", argument: "S", help: "the reader; default the one here"),
      Option("last", letter: "n", argument: "N", help: "so many of the last ones; `all` for all"),
      Option("follow", letter: "f", help: "go on with those that come, until Ctrl-C"),
      Option("rejected", help: "only those that the cloud refused, and why"),
      Option("doubtful", help: "frames that are not believed, and why; newest first"),
      Option("json", help: "one JSON object a line instead"),
    ],
    sections: [
      .init(
        "Why a frame is not believed",
        DoubtfulFrame.Reason.allCases.map { ($0.rawValue, DoubtfulTable.words($0)) }),
      ToolCommand.exitCodes,
    ])

  /// How often new ones are looked for, microseconds.
  private static let pause: UInt32 = 250_000

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let kinds = ["rejected", "doubtful", "follow"].filter(parsed.has)
    if kinds.count > 1 {
      throw .usage("\(kinds.map { "--\($0)" }.joined(separator: " and ")) do not go together")
    }
    let last = try count(parsed.value("last"))
    let selection = FileSelection(
      parsed, configuration: ToolCommand.configuration(parsed, configuration))
    let isJSON = parsed.has("json")
    if parsed.has("doubtful") {
      if last != nil { throw .usage("--doubtful and --last do not go together") }
      try DoubtfulTable(isJSON: isJSON).show(selection)
    } else if parsed.has("rejected") {
      try showRejected(selection, last ?? .all, PassingTable(isJSON: isJSON, isRejected: true))
    } else {
      var listing = PassingListing(selection, PassingTable(isJSON: isJSON, isRejected: false))
      switch last ?? .last(20) {
      case .all: try listing.showRest()
      case .last(let count): try listing.showLast(count)
      }
      while parsed.has("follow"), !Output.isLost {
        usleep(pause)
        try listing.showRest()
      }
    }
    return .success
  }

  private static func showRejected(
    _ selection: FileSelection, _ count: Count, _ table: PassingTable
  ) throws(ToolError) {
    let files = try selection.files(with: "rejected")
    for file in files {
      var listing = PassingListing(
        FileSelection(
          configuration: selection.configuration, session: file.name, serialNumber: file.serialNumber), table)
      switch count {
      case .all: try listing.showRest()
      case .last(let count): try listing.showLast(count)
      }
    }
    if files.isEmpty, !table.isJSON { Output.write("none was refused\n") }
  }

  /// How many are shown.
  private enum Count {
    case all
    case last(Int)
  }

  private static func count(_ text: String?) throws(ToolError) -> Count? {
    guard let text else { return nil }
    if text == "all" { return .all }
    guard let count = Int(text), count > 0 else {
      throw .usage("--last takes a number from 1 on, or all; not '\(text)'")
    }
    return .last(count)
  }
}
