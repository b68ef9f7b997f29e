import One4AllProtocol

/// A row of the cloud's export is taken exactly when its nine fields are good, one by one.
enum ExportOracle {
  static func check(_ row: [UInt8]) throws(Violation) {
    let fields = row.split(separator: 0x3B, omittingEmptySubsequences: false)
    let isText = row.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    let milliseconds = fields.count == 9 ? moment(fields[2]) : nil
    let isGood =
      fields.count == 9 && isText && number(fields[0]) != nil && milliseconds != nil
      && fields[6].count <= 8 && fields[6].allSatisfy { 0x21...0x7E ~= $0 }
    let parsed: ExportedPassing
    do throws(RecordFault) {
      parsed = try ExportedPassing(parsing: row.span)
    } catch {
      // Which zones there are is looked at only where one is taken.
      return try require(
        !isGood || error == .zone, "a good row is refused as \(error): \(shown(row))")
    }
    guard isGood, let milliseconds else { throw Violation("a wrong row is taken: \(shown(row))") }
    try require(
      UInt64(parsed.number) == number(fields[0]) && parsed.localMilliseconds == milliseconds
        && Array(parsed.chip.text.utf8) == Array(fields[6]), "\(shown(row)) is read as \(parsed)")
    let places = [parsed.bib, parsed.latitude, parsed.longitude, parsed.status, parsed.participant]
    for (place, field) in zip(places, [1, 3, 4, 5, 7]) {
      try require(row[place] == fields[field], "field \(field) of \(shown(row)) lies at \(place)")
    }
    let zone = String(decoding: fields[8], as: UTF8.self)
    switch parsed.zone {
    case .none: try require(zone.isEmpty, "the zone of \(shown(row)) is none")
    case .offset(let minutes):
      try require(
        -1080...1080 ~= minutes && RecordedZone.fixedOffset(zone) == minutes,
        "the zone of \(shown(row)) is \(minutes) minutes")
    case .name(let place):
      try require(
        row[place] == fields[8] && !zone.isEmpty, "the zone of \(shown(row)) lies at \(place)")
    }
  }

  /// `yyyy-MM-dd HH:mm:ss` with or without milliseconds, read as that of a passing.
  private static func moment(_ field: ArraySlice<UInt8>) -> Int64? {
    guard field.count == 19 || field.count == 23, field[field.startIndex + 10] == 0x20 else {
      return nil
    }
    var frame = Array("1;MC;00001;".utf8)
    frame += field.prefix(10)
    frame.append(0x3B)
    frame += field.dropFirst(11)
    if field.count == 19 { frame += Array(".000".utf8) }
    frame += Array(";1;1;00000".utf8)
    guard case .valid(let values) = NaivePassing(frame) else { return nil }
    return values.localMilliseconds
  }

  private static func number(_ field: ArraySlice<UInt8>) -> UInt64? {
    guard 1...10 ~= field.count, field.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    let value = field.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
    return value <= 4_294_967_295 ? value : nil
  }
}
