import One4AllProtocol
import ProgramArguments

extension Subcommand {
  /// As `parse`, counting every frame, whatever it is.
  static let mixed = Subcommand(
    name: "mixed", summary: "frames of every kind; `generate --mixed` makes the input",
    help: CommandHelp(
      usage: ["one4all-bench mixed FILE [--chunk N]"],
      summary: """
        As parse, but `frames` counts every frame: passings, replies, greetings, empty lines, malformed ones; acc
        is over the passings. Replies and malformed frames carry copies of their bytes, which are its allocations.
        """, options: [chunkOption]),
    operands: 1...1,
    run: { arguments, meter throws(BenchmarkError) in
      let size = try chunkSize(arguments)
      let bytes = try input(arguments)
      var framer = Framer()
      try meter.measure("mixed", bytes: bytes.count) {
        var sum = FrameSum()
        feed(bytes, to: &framer, by: size) { frame in
          if case .passing(let passing) = frame { sum.add(passing) } else { sum.countOther() }
        }
        return sum.work
      }
    })
}
