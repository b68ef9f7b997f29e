import ProgramArguments

/// `one4allctl decode`: recordings of readers and of the cloud, for people and programs.
enum DecodeCommand {
  static let help = CommandHelp(
    usage: [
      "one4allctl [--config FILE] decode [--time-zone ZONE] [--format FORMAT]",
      "           [FILE…]",
    ],
    summary:
      "Decodes recordings: One4All 5 backup files, backup files and live frames of\n"
      + "older readers, exports of the cloud. Each file is recognised by itself. Without\n"
      + "FILE, or where it is -, standard input is read. Malformed lines go to standard\n"
      + "error. The summary follows the table; with csv and json it goes to standard\n"
      + "error too, and of several files each passing names its own in `file`.",
    options: [
      ToolCommand.configOption,
      Option(
        "time-zone", letter: "z", argument: "ZONE",
        help: "of the reader's clock, e.g. Europe/Madrid or GMT-06:00"),
      Option(
        "format", letter: "f", argument: "FORMAT", help: "table (default), csv, or json: an object a line"),
    ],
    sections: [
      .init(
        "Notes on a passing",
        [
          ("by_order", "in a doubled hour; the order of the passings says which"),
          ("assumed_first", "in a doubled hour; nothing says which, taken for the first"),
          ("assumed_second", "the same in an export, where the newest come first"),
          ("skipped_hour", "in an hour that summer time skips; read as before it"),
          ("test_read", "VOIDTAG: somebody tested the reader"),
          ("unknown_zone", "the row names a zone that the zone database does not have"),
        ]),
      .init(
        "Without --time-zone",
        [
          ("reader.time_zone", "of the configuration holds, if it is set there"),
          ("otherwise", "UTC stays empty, but for rows that name their own zone"),
        ]),
      .init(
        "Exit codes",
        [
          ("0", "everything was decoded"), ("64", "the arguments make no sense"),
          ("65", "lines were malformed, or a file is empty"),
          ("66", "a file cannot be read; the others were decoded"),
          ("71", "the output cannot be written"),
          ("78", "the configuration cannot be read, or its zone is none"),
        ]),
    ])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help, operands: 0...Int.max) else { return .success }
    let word = parsed.value("format") ?? "table"
    guard let format = PassingWriter.Format(rawValue: word) else {
      throw .usage("--format \(word): it is table, csv or json")
    }
    let zone = try DecodeZone.choose(
      parsed.value("time-zone"), configuration: parsed.value("config") ?? configuration)
    if let warning = zone.warning { Output.complain("one4allctl: \(warning)") }
    var run = DecodeRun(format: format, zone: zone, namesFiles: parsed.operands.count > 1)
    for file in parsed.operands.isEmpty ? ["-"] : parsed.operands { try run.decode(file) }
    return try run.finish()
  }
}
