import CScalarParser
import ProgramArguments

extension Subcommand {
  /// The yardstick.
  static let scalarC = Subcommand(
    name: "c", summary: "the same passings by a straightforward scalar parser in C, to compare with",
    help: CommandHelp(
      usage: ["one4all-bench c FILE"],
      summary: """
        As parse of the whole file at once, but by a C parser without tricks (Sources/C/CScalarParser): memchr
        for the line ends, loops over the digits, the same checks, the same sum.
        """),
    operands: 1...1,
    run: { arguments, meter throws(BenchmarkError) in
      let bytes = try input(arguments)
      try meter.measure("c", bytes: bytes.count) {
        let result = bytes.withUnsafeBytes { one4all_c_parse_all($0.baseAddress, $0.count) }
        return Meter.Work(frames: result.frames, accumulated: result.accumulated)
      }
    })
}
