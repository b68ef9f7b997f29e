import ProgramArguments

/// `one4allctl`: the technician's command line.
public enum ToolCommand {
  /// Where the configuration is unless `--config` names another file.
  static let defaultConfiguration = "/etc/one4all/one4alld.conf"

  static let configOption = Option(
    "config", letter: "c", argument: "FILE",
    help: "configuration; default \(defaultConfiguration)")

  static let exitCodes = CommandHelp.Section(
    "Exit codes",
    [
      ("0", "all is well, or it was done"), ("1", "the daemon runs, but not all is well, or it refused"),
      ("64", "the arguments make no sense"), ("65", "lines of a recording are malformed"),
      ("66", "a recording cannot be read"), ("69", "the daemon, the port or the reader is not there"),
      ("71", "the output cannot be written; what was asked for is done all the same"),
      ("77", "permission is missing; the message names the group"), ("78", "the configuration is wrong"),
    ])

  static let help = CommandHelp(
    usage: ["one4allctl [--config FILE] COMMAND [OPTION]…"],
    summary: "Looks at one4alld and at readers, and tells them what to do.",
    options: [configOption, Option("version", help: "show the version and exit")],
    sections: [
      .init(
        "Commands",
        [
          ("status", "is all well? reader, cloud, differences"),
          ("bind", "make the reader a device of the cloud, also after its removal"),
          ("check-config", "the settings in force, or all that is wrong with them"),
          ("ports", "the serial ports of this machine, and who holds them"),
          ("probe PORT", "talk to a reader without the daemon"),
          ("ledger", "is every passing accounted for? by session file"),
          ("passings", "the passings themselves"),
          ("audit", "compare what is stored with the reader's memory"),
          ("differences", "what the reader's memory has otherwise, and the cloud wrong"),
          ("rewind FROM TO", "send the passings of a time range again"),
          ("release", "send passings that wait because the reader's clock jumped"),
          ("import FILE…", "send backup files from a USB stick to the cloud"),
          ("decode [FILE…]", "backup files and exports, readable, with their gaps"),
        ]),
      exitCodes, .init("More", [("one4allctl COMMAND --help", "the options of one command")]),
    ])

  /// Runs a command.
  /// - Parameter arguments: without the program's name.
  /// - Returns: the exit code.
  public static func main(_ arguments: [String]) -> Int32 {
    do throws(ToolError) {
      return Output.ending("one4allctl", try run(arguments).rawValue)
    } catch {
      Output.complain("one4allctl: \(error)\n")
      return Output.ending("one4allctl", error.exitCode.rawValue)
    }
  }

  private static func run(_ arguments: [String]) throws(ToolError) -> ExitCode {
    let parsed = try parse(arguments, help, stopAtOperand: true)
    if parsed.has("help") {
      Output.write(help.text)
      return .success
    }
    if parsed.has("version") {
      Output.write("one4allctl \(Product.version)\n")
      return .success
    }
    let rest = Array(parsed.operands.dropFirst())
    let before = parsed.value("config")
    switch parsed.operands.first {
    case "status": return try StatusCommand.run(rest, configuration: before)
    case "bind": return try BindCommand.run(rest, configuration: before)
    case "check-config": return try CheckConfigCommand.run(rest, configuration: before)
    case "ports": return try PortsCommand.run(rest)
    case "probe": return try ProbeCommand.run(rest)
    case "ledger": return try LedgerCommand.run(rest, configuration: before)
    case "passings": return try PassingsCommand.run(rest, configuration: before)
    case "differences": return try DifferencesCommand.run(rest, configuration: before)
    case "audit": return try AuditCommand.run(rest, configuration: before)
    case "rewind": return try RewindCommand.run(rest, configuration: before)
    case "release": return try ReleaseCommand.run(rest, configuration: before)
    case "import": return try ImportCommand.run(rest, configuration: before)
    case "decode": return try DecodeCommand.run(rest, configuration: before)
    case let other?: throw .usage("no command '\(other)'; see one4allctl --help")
    case nil: throw .usage("which command? see one4allctl --help")
    }
  }

  /// The arguments of a command; nil when its help was asked for and has been shown.
  static func arguments(
    _ words: [String], _ help: CommandHelp, operands: ClosedRange<Int> = 0...0
  ) throws(ToolError) -> ParsedArguments? {
    let parsed = try parse(words, help)
    if parsed.has("help") {
      Output.write(help.text)
      return nil
    }
    guard operands.contains(parsed.operands.count) else {
      let word =
        parsed.operands.count > operands.upperBound
        ? "unexpected argument '\(parsed.operands.last ?? "")'" : "an argument is missing"
      throw .usage("\(word); see --help")
    }
    return parsed
  }

  /// The configuration file: named behind the command, before it, or the one of the system.
  static func configuration(_ parsed: ParsedArguments, _ before: String?) -> String {
    parsed.value("config") ?? before ?? defaultConfiguration
  }

  private static func parse(
    _ words: [String], _ help: CommandHelp, stopAtOperand: Bool = false
  ) throws(ToolError) -> ParsedArguments {
    do throws(UsageError) {
      return try OptionParser.parse(words, options: help.options, stopAtOperand: stopAtOperand)
    } catch { throw .usage("\(error)") }
  }
}
