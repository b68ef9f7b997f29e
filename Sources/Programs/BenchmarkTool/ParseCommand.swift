import One4AllProtocol
import ProgramArguments

extension Subcommand {
  /// The product's own way: bytes through the framer, frame by frame.
  static let parse = Subcommand(
    name: "parse", summary: "passings of a file, through the framer",
    help: CommandHelp(
      usage: ["one4all-bench parse FILE [--chunk N]"],
      summary: """
        Feeds the file to the framer and adds up the passings. Prints frames, acc (the wrapping sum of
        milliseconds XOR chip XOR number XOR antenna XOR reads XOR check as a hexadecimal number, 0 when it is
        none, XOR the first 40 bytes of EPC and reserved fields as words of eight), MB/s and ns/frame of the fastest pass, and the allocations of a pass. The file is read before the
        clock starts.
        """, options: [chunkOption]),
    operands: 1...1,
    run: { arguments, meter throws(BenchmarkError) in
      let size = try chunkSize(arguments)
      let bytes = try input(arguments)
      var framer = Framer()
      let work = try meter.measure("parse", bytes: bytes.count) {
        var sum = FrameSum()
        feed(bytes, to: &framer, by: size) { frame in
          if case .passing(let passing) = frame { sum.add(passing) }
        }
        return sum.work
      }
      guard work.frames > 0 else { throw .noPassings(arguments.operands[0]) }
    })

  /// Feeds bytes in chunks, and says that they have ended.
  static func feed(
    _ bytes: [UInt8], to framer: inout Framer, by size: Int, _ emit: (Frame) -> Void
  ) {
    let span = bytes.span
    var start = 0
    while start < span.count {
      let end = chunkEnd(from: start, by: size, of: span.count)
      framer.feed(span.extracting(start..<end), emit)
      start = end
    }
    framer.finish(emit)
  }
}
