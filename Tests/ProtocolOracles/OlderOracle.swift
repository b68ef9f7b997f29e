import One4AllProtocol

/// A live frame or row of an older reader is taken exactly when its parts, put into a passing of today, are good there;
/// and it is printed as it came.
enum OlderOracle {
  static func check(_ line: [UInt8]) throws(Violation) {
    try check(line, as: frame(line), parsed: try? OlderPassing(parsingFrame: line.span)) {
      older, bytes in
      older.encodeFrame(into: &bytes)
    }
    try check(line, as: row(line), parsed: try? OlderPassing(parsingRow: line.span)) {
      older, bytes in
      older.encodeRow(into: &bytes)
    }
  }

  /// What a line says, as text that a passing of today would have.
  private struct Parts {
    var chip: ArraySlice<UInt8>
    var date: [UInt8]
    var first: [UInt8]
    var best: [UInt8]
    var antenna: UInt8
    var reads: ArraySlice<UInt8>
  }

  private static func check(
    _ line: [UInt8], as parts: Parts?, parsed: OlderPassing?,
    encode: (OlderPassing, inout [UInt8]) -> Void
  ) throws(Violation) {
    if let parts, isTestWithoutTime(parts) {
      guard let parsed, parsed.firstSeenMilliseconds == nil, parsed.localMilliseconds == nil,
        parsed.chip == .testRead, UInt64(parsed.reads) == decimal(parts.reads)
      else { throw Violation("a test read without a time is not taken for one: \(shown(line))") }
      return try isPrinted(parsed, as: line, by: encode)
    }
    guard let parts, case .valid(let first) = naive(parts, time: parts.first),
      case .valid(let best) = naive(parts, time: parts.best)
    else {
      return try require(parsed == nil, "a wrong line of an older reader is taken: \(shown(line))")
    }
    // The date is that of the first time; a best time far before it is the next day's.
    let isNextDay = best.localMilliseconds < first.localMilliseconds - 43_200_000
    if isNextDay, parts.date == Array("9999-12-31".utf8) {
      return try require(parsed == nil, "a day after the last is taken: \(shown(line))")
    }
    guard let parsed else {
      throw Violation("a good line of an older reader is refused: \(shown(line))")
    }
    try require(
      parsed.firstSeenMilliseconds == first.localMilliseconds
        && parsed.localMilliseconds == best.localMilliseconds + (isNextDay ? 86_400_000 : 0)
        && Array(parsed.chip.text.utf8) == Array(parts.chip)
        && parsed.antenna == parts.antenna - 0x30
        && UInt64(parsed.reads) == decimal(parts.reads),
      "\(shown(line)) is read as \(parsed)")
    try isPrinted(parsed, as: line, by: encode)
  }

  private static func isTestWithoutTime(_ parts: Parts) -> Bool {
    let midnight = Array("00:00:00.000".utf8)
    return Array(parts.chip) == Array("VOIDTAG".utf8) && parts.date == Array("0000-00-00".utf8)
      && parts.first == midnight && parts.best == midnight && 0x30...0x38 ~= parts.antenna
  }

  private static func isPrinted(
    _ parsed: OlderPassing, as line: [UInt8], by encode: (OlderPassing, inout [UInt8]) -> Void
  ) throws(Violation) {
    var printed: [UInt8] = []
    encode(parsed, &printed)
    try require(printed == line, "\(shown(line)) is printed as \(shown(printed))")
  }

  private static func naive(_ parts: Parts, time: [UInt8]) -> NaivePassing {
    let isTest = Array(parts.chip) == Array("VOIDTAG".utf8)
    // A chip of today may be any text; these readers had two letters and five digits.
    guard isTest || isOlderChip(parts.chip) else { return .wrong }
    let chip = isTest ? Array("MC00000".utf8) : Array(parts.chip)
    // Reads have leading zeros here, and are looked at by themselves.
    // A test read may have no antenna.
    let antenna = isTest && parts.antenna == 0x30 ? 0x31 : parts.antenna
    let fields: [ArraySlice<UInt8>] = [
      [0x31], chip.prefix(2), chip.dropFirst(2), parts.date[...], time[...], [antenna], [0x31],
      [0x30, 0x30, 0x30, 0x30, 0x30],
    ]
    return NaivePassing(joined(fields, by: 0x3B))
  }

  private static func isOlderChip(_ chip: ArraySlice<UInt8>) -> Bool {
    chip.prefix(2).allSatisfy { 0x41...0x5A ~= $0 & 0xDF }
      && chip.dropFirst(2).allSatisfy { 0x30...0x39 ~= $0 }
  }

  /// `MC00001D20150414T120755416T120758010A1R034TV`
  private static func frame(_ line: [UInt8]) -> Parts? {
    guard 42...50 ~= line.count, line[7] == 0x44, line[16] == 0x54, line[26] == 0x54,
      line[36] == 0x41,
      line[38] == 0x52, line[39...41].allSatisfy({ 0x30...0x39 ~= $0 }),
      // A `|` ends a frame.
      line[42...].allSatisfy({ 0x21...0x7E ~= $0 && $0 != 0x7C })
    else { return nil }
    return Parts(
      chip: line[..<7], date: joined([line[8..<12], line[12..<14], line[14..<16]], by: 0x2D),
      first: time(line[17..<26]), best: time(line[27..<36]), antenna: line[37], reads: line[39...41])
  }

  /// `120755416` as `12:07:55.416`
  private static func time(_ digits: ArraySlice<UInt8>) -> [UInt8] {
    let begin = digits.startIndex
    let clock = joined(
      [digits[begin..<begin + 2], digits[begin + 2..<begin + 4], digits[begin + 4..<begin + 6]], by: 0x3A)
    return joined([clock[...], digits[(begin + 6)...]], by: 0x2E)
  }

  private static func joined(_ parts: [ArraySlice<UInt8>], by separator: UInt8) -> [UInt8] {
    Array(parts.joined(separator: [separator]))
  }

  private static func decimal(_ digits: ArraySlice<UInt8>) -> UInt64 {
    digits.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
  }

  /// `DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;006`
  private static func row(_ line: [UInt8]) -> Parts? {
    let fields = line.split(separator: 0x3B, omittingEmptySubsequences: false)
    guard fields.count == 6, fields[0].count == 7, fields[1].count == 10, !fields[1].contains(0x2D),
      fields[4].count == 1, let antenna = fields[4].first
    else { return nil }
    let reads = fields[5]
    guard 3...10 ~= reads.count, reads.allSatisfy({ 0x30...0x39 ~= $0 }),
      reads.count == 3 || reads.first != 0x30, decimal(reads) <= 4_294_967_295
    else { return nil }
    return Parts(
      chip: fields[0], date: fields[1].map { $0 == 0x2F ? 0x2D : $0 }, first: Array(fields[2]),
      best: Array(fields[3]), antenna: antenna, reads: reads)
  }
}
