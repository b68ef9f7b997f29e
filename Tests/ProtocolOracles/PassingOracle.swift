import One4AllProtocol

/// A passing is taken exactly when the naive reading takes it, with the same values, and is printed as it came. The
/// beginning of a valid frame is wrong for being cut, for nothing else.
enum PassingOracle {
  static func check(_ frame: [UInt8]) throws(Violation) {
    let naive = NaivePassing(frame)
    let passing: Passing
    do throws(MalformedReason) {
      passing = try Passing(parsing: frame)
    } catch {
      switch naive {
      case .valid: throw Violation("a good passing is refused as \(error.rawValue): \(shown(frame))")
      case .cut:
        try require(error == .truncated, "a cut passing is refused as \(error.rawValue): \(shown(frame))")
      case .unknownForm:
        try require(error == .fieldCount, "an unknown form is refused as \(error.rawValue): \(shown(frame))")
      case .wrong: break
      }
      return
    }
    guard case .valid(let values) = naive else {
      throw Violation("a wrong passing is taken: \(shown(frame))")
    }
    try require(
      Self.values(of: passing) == values,
      "\(shown(frame)) should be \(values), not \(Self.values(of: passing))")
    var printed: [UInt8] = []
    passing.encode(into: &printed)
    try require(printed == frame, "\(shown(frame)) is printed as \(shown(printed))")
    try require(Array(passing.text.utf8) == frame, "the text of \(shown(frame)) is \(passing.text)")
    let fields = passing.epcFields
    let again = Passing(
      number: passing.number, timerCode: passing.timerCode, chip: passing.chip, at: passing.localDateTime,
      antenna: passing.antenna, reads: passing.reads,
      epcFields: fields.flatMap { EPCFields(epc: $0.epc, reserved: $0.reserved) }, check: passing.check)
    try require(
      fields.map(\.hasReserved) == (fields == nil ? nil : values.more.dropFirst().contains { !$0.isEmpty }),
      "the reserved fields of \(shown(frame)) are read otherwise")
    try require(again == passing, "the values of \(shown(frame)) make another passing")
    try parseWithin(frame, passing)
  }

  static func values(of passing: Passing) -> NaivePassing.Values {
    NaivePassing.Values(
      number: UInt64(passing.number), timerCode: Array(passing.timerCode.text.utf8),
      chip: Array(passing.chip.text.utf8),
      localMilliseconds: passing.localMilliseconds, antenna: UInt64(passing.antenna),
      reads: UInt64(passing.reads),
      more: passing.epcFields.map { ([$0.epc] + $0.reserved).map { Array($0.utf8) } } ?? [],
      check: Array(passing.check.text.utf8))
  }

  /// What stands before and behind a frame in memory is none of its business.
  private static func parseWithin(_ frame: [UInt8], _ passing: Passing) throws(Violation) {
    for neighbour: UInt8 in [0x30, 0x3B, 0x0A, 0xFF] {
      let front = [UInt8](repeating: neighbour, count: Int(neighbour & 7))
      let bytes = front + frame + [UInt8](repeating: neighbour, count: 9)
      let parsed = try? Passing(parsing: bytes.span.extracting(front.count..<front.count + frame.count))
      try require(parsed == passing, "\(shown(frame)) between bytes of \(neighbour) is read otherwise")
    }
  }
}
