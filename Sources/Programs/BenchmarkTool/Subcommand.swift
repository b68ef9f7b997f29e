import LinuxSystem
import ProgramArguments

/// One benchmark: a row of `BenchmarkCommand.subcommands`.
struct Subcommand: Sendable {
  /// What is typed.
  let name: String
  /// One line for the list of commands.
  let summary: String
  /// Its own help; its options are those that `run` is given.
  let help: CommandHelp
  /// How many operands it takes.
  let operands: ClosedRange<Int>
  /// Does it; what it prints is its result.
  let run: @Sendable (ParsedArguments, Meter) throws(BenchmarkError) -> Void
}

extension Subcommand {
  static let chunkOption = Option(
    "chunk", argument: "N", help: "feed N bytes at a time; 0, the default, feeds all at once")

  /// The chunk size that was asked for; without end when it is the whole input.
  static func chunkSize(_ arguments: ParsedArguments) throws(BenchmarkError) -> Int {
    let size = try number(arguments, "chunk", in: 0...(1 << 30)) ?? 0
    return size == 0 ? .max : size
  }

  /// Where the chunk that begins at `start` ends.
  static func chunkEnd(from start: Int, by size: Int, of count: Int) -> Int {
    size < count - start ? start + size : count
  }

  /// The number given to an option; nil when it was not given.
  static func number(
    _ arguments: ParsedArguments, _ name: String, in range: ClosedRange<Int>
  ) throws(BenchmarkError) -> Int? {
    guard let text = arguments.value(name) else { return nil }
    return try number(text, called: "--\(name)", in: range)
  }

  /// A whole number of the command line.
  static func number(
    _ text: String, called name: String, in range: ClosedRange<Int>
  ) throws(BenchmarkError) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw .usage("\(name) wants a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return number
  }

  /// The whole input file, in memory.
  static func input(_ arguments: ParsedArguments) throws(BenchmarkError) -> [UInt8] {
    do throws(SystemError) {
      return try Files.read(arguments.operands[0], limit: 1 << 32)
    } catch { throw .system(error) }
  }
}
