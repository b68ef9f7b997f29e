/// What must hold of the protocol's code whatever the input. The fuzzer runs this over inputs that it makes up, an
/// ordinary test over its corpus and over the inputs that once broke something.
public enum Oracles {
  /// Every parser over `input`, each with its own oracle. A parser that is added is added here.
  public static func check(_ input: [UInt8]) throws(Violation) {
    try FramerOracle.check(input)
    try RecordingOracle.check(input)
    for line in lines(of: input) {
      try PassingOracle.check(line)
      try ReplyOracle.check(line)
      try FieldOracle.check(line)
      try OlderOracle.check(line)
      try ExportOracle.check(line)
    }
    try ValueOracle.check(input)
  }

  /// The input cut at LF, a CR before it taken away, and the input as a whole. Of very many lines only the first.
  private static func lines(of input: [UInt8]) -> [[UInt8]] {
    let parts = input.split(separator: 0x0A, maxSplits: 64, omittingEmptySubsequences: false)
    let lines = parts.map { $0.last == 0x0D ? Array($0.dropLast()) : Array($0) }
    return lines.count > 1 ? lines + [input] : lines
  }
}
