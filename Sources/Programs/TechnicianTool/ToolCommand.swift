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

  /// A command: how it is typed, what it is for, and what runs it, with its arguments and a `--config` before it.
  struct Entry: Sendable {
    let usage: String
    let purpose: String
    /// Former names.
    var aliases: [String] = []
    let run: @Sendable ([String], String?) throws(ToolError) -> ExitCode

    var name: String { String(usage.prefix { $0 != " " }) }
  }

  /// Every command.
  static let commands: [Entry] = [
    Entry(usage: "status", purpose: "is all well? reader, cloud, differences", run: StatusCommand.run),
    Entry(
      usage: "bind", purpose: "make the reader a device of the cloud, also after its removal",
      run: BindCommand.run),
    Entry(
      usage: "check-config", purpose: "the settings in force, or all that is wrong with them",
      run: CheckConfigCommand.run),
    Entry(
      usage: "ports", purpose: "the serial ports of this machine, and who holds them",
      run: { (words, _) throws(ToolError) in try PortsCommand.run(words) }),
    Entry(
      usage: "probe PORT", purpose: "talk to a reader without the daemon",
      run: { (words, _) throws(ToolError) in try ProbeCommand.run(words) }),
    Entry(
      usage: "ledger", purpose: "is every passing accounted for? by session file", run: LedgerCommand.run),
    Entry(usage: "passings", purpose: "the passings themselves", run: PassingsCommand.run),
    Entry(
      usage: "follow", purpose: "passings of all files as they become certain", run: FollowCommand.run),
    Entry(usage: "audit", purpose: "compare what is stored with the reader's memory", run: AuditCommand.run),
    Entry(
      usage: "differences", purpose: "what the reader's memory has otherwise, and the cloud wrong",
      run: DifferencesCommand.run),
    Entry(
      usage: "resend FROM TO", purpose: "send the passings of a time range again", aliases: ["rewind"],
      run: ResendCommand.run),
    Entry(
      usage: "release", purpose: "send passings that wait because the reader's clock jumped",
      run: ReleaseCommand.run),
    Entry(
      usage: "set-buzzer", purpose: "on or off: have the reader beep at each passing, or not",
      run: BuzzerCommand.run),
    Entry(
      usage: "import FILE…", purpose: "send backup files from a USB stick to the cloud",
      run: ImportCommand.run),
    Entry(
      usage: "decode [FILE…]", purpose: "backup files and exports, readable, with their gaps",
      run: DecodeCommand.run),
  ]

  static let help = CommandHelp(
    usage: ["one4allctl [--config FILE] COMMAND [OPTION]…"],
    summary: "Looks at one4alld and at readers, and tells them what to do.",
    options: [configOption, Option("version", help: "show the version and exit")],
    sections: [
      .init(
        "Commands",
        commands.map { ($0.usage, $0.purpose) }),
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
    guard let name = parsed.operands.first else { throw .usage("which command? see one4allctl --help") }
    guard let command = commands.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
      throw .usage("no command '\(name)'; see one4allctl --help")
    }
    return try command.run(rest, before)
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
