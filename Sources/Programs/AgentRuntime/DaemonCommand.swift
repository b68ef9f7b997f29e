import AgentCore
import Configuration
import LinuxSystem
import ProgramArguments

/// `one4alld`: the daemon's command line.
public enum DaemonCommand {
  /// Where the configuration is unless `--config` names another file.
  public static let defaultConfiguration = "/etc/one4all/one4alld.conf"

  static let help = CommandHelp(
    usage: ["one4alld [--config FILE]", "one4alld --check-config [--config FILE]"],
    summary:
      "Makes a Macsha One4All reader a device of the RUFUS cloud and keeps it one. Runs in the foreground.",
    options: [
      Option("config", letter: "c", argument: "FILE", help: "configuration; default \(defaultConfiguration)"),
      Option("check-config", help: "print the settings in force, or all that is wrong with them, and exit"),
      Option("version", help: "show the version and exit"),
    ],
    sections: [
      .init(
        "Signals",
        [
          ("SIGTERM, SIGINT", "end in good order"),
          ("SIGHUP", "read the configuration again; a wrong one changes nothing"),
        ]),
      .init(
        "Exit codes",
        [
          ("0", "ended as asked"), ("64", "the arguments make no sense"),
          ("69", "another daemon uses the same state folder"), ("71", "the system refused something basic"),
          ("78", "the configuration is wrong"),
        ]),
    ])

  /// Runs the daemon until a signal ends it.
  /// - Parameter arguments: without the program's name.
  /// - Returns: the exit code.
  public static func main(_ arguments: [String]) -> Int32 {
    // Before anything else: a signal that comes while the daemon starts waits until somebody takes it.
    SignalReader.block(Daemon.signals)
    return Output.ending("one4alld", run(arguments))
  }

  private static func run(_ arguments: [String]) -> Int32 {
    let parsed: ParsedArguments
    do {
      parsed = try OptionParser.parse(arguments, options: help.options)
      if let operand = parsed.operands.first { throw UsageError("what is '\(operand)'? see --help") }
    } catch {
      Output.complain("one4alld: \(error)\n")
      return ExitCode.usage.rawValue
    }
    if parsed.has("help") {
      Output.write(help.text)
      return ExitCode.success.rawValue
    }
    if parsed.has("version") {
      Output.write("one4alld \(Product.version)\n")
      return ExitCode.success.rawValue
    }
    let file = parsed.value("config") ?? defaultConfiguration
    if parsed.has("check-config") {
      SignalReader.unblock(Daemon.signals)
      let check = ConfigurationCheck.run(path: file)
      if check.isFaulty { Output.complain(check.text) } else { Output.write(check.text) }
      return check.exitCode
    }
    do {
      try Daemon.run(configuration: file)
      return ExitCode.success.rawValue
    } catch {
      Output.complain("one4alld: \(error)\n")
      return error.exitCode.rawValue
    }
  }
}
