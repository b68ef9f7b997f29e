import ProgramArguments

/// `one4all-bench`: how fast the product's own code is on this machine.
public enum BenchmarkCommand {
  /// Every benchmark there is.
  static let subcommands: [Subcommand] = [
    .parse, .scalarC, .scan, .mixed, .generate, .store, .start, .latency, .drain,
  ]

  static let help = CommandHelp(
    usage: ["one4all-bench COMMAND [OPTION]… …"],
    summary: "Measures one4all-agent. Every measurement prints one line on standard output.",
    options: [Option("version", help: "show the version and exit")],
    sections: [
      .init("Commands", subcommands.map { ($0.name, $0.summary) }),
      .init(
        "Exit codes",
        [
          ("0", "it was measured"), ("1", "the result was not the same in every pass"),
          ("64", "the arguments make no sense"), ("65", "no passing in the file"),
          ("66", "there is no such file"), ("71", "a system call failed"),
          ("77", "the file may not be read"),
        ]), .init("More", [("one4all-bench COMMAND --help", "the options of one command")]),
    ])

  /// Runs a benchmark.
  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - allocationCount: allocations of this process so far.
  /// - Returns: the exit code.
  public static func main(
    _ arguments: [String], allocationCount: @escaping @Sendable () -> UInt64
  ) -> Int32 {
    do throws(BenchmarkError) {
      try run(arguments, Meter(allocationCount: allocationCount))
      return Output.ending("one4all-bench", ExitCode.success.rawValue)
    } catch {
      Output.complain("one4all-bench: \(error)\n")
      return error.exitCode.rawValue
    }
  }

  private static func run(_ arguments: [String], _ meter: Meter) throws(BenchmarkError) {
    let parsed = try parse(arguments, help, stopAtOperand: true)
    if parsed.has("help") { return Output.write(help.text) }
    if parsed.has("version") { return Output.write("one4all-bench \(Product.version)\n") }
    guard let name = parsed.operands.first else { throw .usage("which command? see one4all-bench --help") }
    guard let command = subcommands.first(where: { $0.name == name }) else {
      throw .usage("no command '\(name)'; see one4all-bench --help")
    }
    let rest = try parse(Array(parsed.operands.dropFirst()), command.help)
    if rest.has("help") { return Output.write(command.help.text) }
    guard command.operands.contains(rest.operands.count) else {
      let isTooMany = rest.operands.count > command.operands.upperBound
      let word = isTooMany ? "unexpected argument '\(rest.operands.last ?? "")'" : "an argument is missing"
      throw .usage("\(word); see one4all-bench \(name) --help")
    }
    try command.run(rest, meter)
  }

  private static func parse(
    _ words: [String], _ help: CommandHelp, stopAtOperand: Bool = false
  ) throws(BenchmarkError) -> ParsedArguments {
    do throws(UsageError) {
      return try OptionParser.parse(words, options: help.options, stopAtOperand: stopAtOperand)
    } catch { throw .usage("\(error)") }
  }
}
