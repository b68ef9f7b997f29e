import ProgramArguments

/// `one4all-sim`: a reader and a cloud to rehearse with.
public enum RehearsalCommand {
  /// The version that `--version` shows.
  public static let version = Product.version

  private static let help = CommandHelp(
    usage: [
      "one4all-sim reader [OPTION]…", "one4all-sim cloud [OPTION]…", "one4all-sim tell SOCKET COMMAND…",
    ],
    summary: "A simulated One4All reader and a simulated cloud, to rehearse with and to test against.",
    options: [Option("version", help: "show the version and exit")],
    sections: [
      .init(
        "Commands",
        [
          ("reader", "a reader on a pty or a TCP port"), ("cloud", "the cloud's API on loopback"),
          ("tell", "give a running part a command over its control socket"),
        ]),
      .init(
        "Exit codes",
        [
          ("0", "it went well"), ("1", "it could not do its work"), ("64", "the arguments make no sense"),
          ("69", "nobody answers at the control socket"),
        ]),
      .init("More", [("one4all-sim COMMAND --help", "the options and commands of one part")]),
    ])

  /// Runs the command until it ends.
  /// - Parameter arguments: without the program's name.
  /// - Returns: the exit code.
  public static func main(_ arguments: [String]) -> Int32 {
    Output.ending("one4all-sim", run(arguments))
  }

  private static func run(_ arguments: [String]) -> Int32 {
    let parsed: ParsedArguments
    do {
      parsed = try OptionParser.parse(arguments, options: help.options, stopAtOperand: true)
    } catch {
      return complain("one4all-sim: \(error)")
    }
    if parsed.has("help") {
      Output.write(help.text)
      return ExitCode.success.rawValue
    }
    if parsed.has("version") {
      Output.write("one4all-sim \(version)\n")
      return ExitCode.success.rawValue
    }
    let rest = Array(parsed.operands.dropFirst())
    switch parsed.operands.first {
    case "reader": return ReaderCommand.run(rest)
    case "cloud": return CloudCommand.run(rest)
    case "tell": return TellCommand.run(rest)
    case let other?: return complain("one4all-sim: no command '\(other)'; see one4all-sim --help")
    case nil: return complain("one4all-sim: which part? reader, cloud or tell; see one4all-sim --help")
    }
  }

  private static func complain(_ text: String) -> Int32 {
    Output.complain(text + "\n")
    return ExitCode.usage.rawValue
  }
}
