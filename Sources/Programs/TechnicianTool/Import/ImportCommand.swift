import AgentCore
import ProgramArguments

/// `one4allctl import`.
enum ImportCommand {
  static let help = CommandHelp(
    usage: [
      "one4allctl [--config FILE] import FILE|-… [--session NAME]",
      "           [--time-zone ZONE] [--serial-number S] [--dry-run]",
    ],
    summary:
      "Takes the passings of backup files, say from a USB stick, into the store, and so\n"
      + "to the cloud. What is there already changes nothing: the same file may be\n"
      + "imported again. Under the name that the reader gave its file, passings join\n"
      + "those that were captured. Malformed lines are named, and stop nothing.",
    options: [
      ToolCommand.configOption,
      Option(
        "session", letter: "s", argument: "NAME", help: "the session file; default the name of FILE"),
      Option(
        "time-zone", letter: "z", argument: "ZONE",
        help: "Europe/Madrid, GMT-06:00, …; default the reader's"),
      Option("serial-number", argument: "S", help: "of the reader that made it; default the one here"),
      Option("dry-run", letter: "n", help: "only say what is new"),
    ],
    sections: [
      .init(
        "What is imported",
        [
          ("One4All 5", "the frames as they are; where numbers begin anew there are more"),
          ("", "session files: NAME.csv, NAME-2.csv, NAME-3.csv"),
          ("older readers", "backups and live frames: the number is the place in the file,"),
          ("", "the time that of the best read, the check 00000"),
          ("cloud exports", "are refused: they are in the cloud already"),
        ]),
      .init(
        "Exit codes",
        [
          ("0", "everything is kept, whether or not the cloud has it yet"),
          ("1", "passings are stored otherwise already, or the daemon refused"),
          ("65", "malformed lines, an empty file, or a form that is refused"),
          ("66", "a file cannot be read; the others were imported"),
          ("64, 69, 77, 78", "as with other commands: one4allctl --help"),
        ]),
    ])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help, operands: 1...Int.max) else { return .success }
    let session = parsed.value("session")
    let serialNumber = parsed.value("serial-number")
    var zone: String?
    if let name = parsed.value("time-zone") { zone = try ZoneArgument(name).name }
    if let fault = session.flatMap(ImportName.fault(ofFile:)) { throw .usage(fault) }
    if session == nil, parsed.operands.contains("-") {
      throw .usage("standard input has no name: give the session file's by --session")
    }
    if let fault = serialNumber.flatMap(ImportName.fault(ofSerialNumber:)) { throw .usage(fault) }
    let talk = ImportTalk(
      configuration: ToolCommand.configuration(parsed, configuration), serialNumber: serialNumber, zone: zone)
    var run = ImportRun(
      talk: talk, session: session, isDry: parsed.has("dry-run"), isOne: parsed.operands.count == 1)
    for file in parsed.operands { try run.bring(file) }
    return run.exitCode
  }
}
