import Glibc
import LinuxSystem
import ProgramArguments

extension Subcommand {
  /// The input of the others.
  static let generate = Subcommand(
    name: "generate", summary: "frames to measure with, on standard output",
    help: CommandHelp(
      usage: [
        "one4all-bench generate N [--seed S] [--form 8|13] [--free-chips] [--mixed | --malformed KIND]"
      ],
      summary:
        "Writes N lines as a reader would send them. The same N and seed give the same bytes.",
      options: [
        Option("seed", argument: "S", help: "where the random numbers begin; default 1"),
        Option("form", argument: "N", help: "fields of a passing, 8 or 13; default 8"),
        Option(
          "free-chips", help: "codes and chips of FREE readers; one4all-bench c takes none of them"),
        Option("mixed", help: "replies, noise and damaged passings between"),
        Option("malformed", argument: "KIND", help: "all passings wrong in the same way"),
      ],
      sections: [
        .init("Kinds", MalformedKind.allCases.map { ($0.rawValue, $0.example) })
      ]),
    operands: 1...1,
    run: { arguments, _ throws(BenchmarkError) in
      let count = try number(arguments.operands[0], called: "N", in: 0...100_000_000)
      let seed = try number(arguments, "seed", in: 0...Int.max) ?? 1
      let word = arguments.value("malformed")
      let malformed = word.flatMap(MalformedKind.init)
      if let word, malformed == nil {
        throw .usage("no kind '\(word)'; see one4all-bench generate --help")
      }
      let form = try number(arguments, "form", in: 8...13) ?? 8
      guard form == 8 || form == 13 else { throw .usage("--form \(form): neither 8 nor 13") }
      var generator = LineGenerator(
        seed: UInt64(seed), isMixed: arguments.has("mixed"), isLong: form == 13,
        hasFreeChips: arguments.has("free-chips"), malformed: malformed)
      var bytes: [UInt8] = []
      for index in 0..<count {
        generator.appendLine(to: &bytes)
        if bytes.count >= 1 << 16 || index == count - 1 {
          try write(bytes)
          bytes.removeAll(keepingCapacity: true)
        }
      }
    })

  private static func write(_ bytes: [UInt8]) throws(BenchmarkError) {
    do throws(SystemError) {
      try Descriptor(owning: try system("dup") { dup(1) }).writeAll(bytes)
    } catch { throw .system(error) }
  }
}
