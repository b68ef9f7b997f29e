import Glibc
import TestSupport

/// A decoder that shares nothing with the product: text split at its separators, the C library for times. It is told
/// which form it reads, and gives lines of CSV as `one4allctl decode --format csv --time-zone UTC` should.
enum NaiveDecoder {
  enum Form: String, CaseIterable, Sendable {
    case one4All5, older, export, frames
  }

  /// The CSV line of a record; empty when it holds none and is well, nil when it is malformed.
  static func decode(_ line: String, _ form: Form) -> String? {
    guard form != .one4All5 else { return one4All5(line) }
    return row(line, form).map { $0.isEmpty ? "" : $0 + ",," }
  }

  private static func one4All5(_ line: String) -> String? {
    let parts = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 8 || parts.count == 13, plain(parts[0], 1...4_294_967_295),
      isCode(parts[1], 0...16), isCode(parts[2], 1...32),
      let time = seconds(parts[3], parts[4], "-"),
      antenna(parts[5]), plain(parts[6], 0...4_294_967_295), let check = parts.last,
      check.utf8.count == 5,
      visible(check), check != "HELLO", check.lowercased() != "false"
    else { return nil }
    let more = parts[7..<parts.count - 1]
    guard more.isEmpty || visible(parts[7]),
      more.allSatisfy({ $0.utf8.allSatisfy { 0x20...0x7E ~= $0 } })
    else {
      return nil
    }
    let local = text(time, fraction: parts[4].suffix(3))
    let reserved = more.dropFirst()
    return "\(local)Z,\(local),\(parts[1])\(parts[2]),\(parts[5]),\(parts[6]),\(parts[0]),,,"
      + ",\(more.first ?? ""),\(reserved.allSatisfy(\.isEmpty) ? "" : reserved.joined(separator: ";"))"
  }

  private static func isCode(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
    lengths ~= text.utf8.count
      && text.unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
      }
  }

  private static func row(_ line: String, _ form: Form) -> String? {
    let parts = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    switch form {
    case .one4All5: return nil
    case .older:
      let row = "0000/00/00;00:00:00.000;00:00:00.000"
      if parts.count == 6, parts[0] == "VOIDTAG", parts[1...3].joined(separator: ";") == row {
        return testWithoutTime(antenna: parts[4], reads: parts[5])
      }
      guard parts.count == 6, chip(parts[0]), let first = seconds(parts[1], parts[2], "/"),
        let best = seconds(parts[1], parts[3], "/"), antenna(parts[4], of: parts[0]), isReads(parts[5]),
        let reads = number(parts[5])
      else { return nil }
      return older(
        parts[0], first, parts[2].suffix(3), best, parts[3].suffix(3), antenna: parts[4], reads: reads)
    case .frames:
      var frame = line
      if line.hasPrefix("CONECTADO_"), line.dropFirst(10).first?.isNumber == true {
        frame = String(line.dropFirst(10).drop { $0.isNumber })
        if frame.isEmpty { return "" }
      }
      let bytes = frame.map(String.init)
      guard bytes.count >= 42, bytes.count <= 50, visible(frame) else { return nil }
      let piece = { (range: Range<Int>) in bytes[range].joined() }
      let clock = { (text: String) in
        "\(text.prefix(2)):\(text.dropFirst(2).prefix(2)):\(text.dropFirst(4).prefix(2)).\(text.suffix(3))"
      }
      if frame.hasPrefix("VOIDTAGD00000000T000000000T000000000A"), bytes[38] == "R",
        digits(piece(39..<42), 3)
      {
        return testWithoutTime(antenna: bytes[37], reads: piece(39..<42))
      }
      let date = "\(piece(8..<12))/\(piece(12..<14))/\(piece(14..<16))"
      guard bytes[7] == "D", bytes[16] == "T", bytes[26] == "T", bytes[36] == "A", bytes[38] == "R",
        chip(piece(0..<7)), digits(piece(8..<16), 8), digits(piece(17..<26), 9), digits(piece(27..<36), 9),
        let first = seconds(date, clock(piece(17..<26)), "/"),
        let best = seconds(date, clock(piece(27..<36)), "/"), antenna(bytes[37], of: piece(0..<7)),
        digits(piece(39..<42), 3),
        let reads = number(piece(39..<42))
      else { return nil }
      return older(
        piece(0..<7), first, piece(17..<26).suffix(3), best, piece(27..<36).suffix(3), antenna: bytes[37],
        reads: reads)
    case .export: return export(parts)
    }
  }

  /// A test read that has zeros for its times.
  private static func testWithoutTime(antenna text: String, reads: String) -> String? {
    guard antenna(text, of: "VOIDTAG"), isReads(reads), let number = number(reads) else { return nil }
    return ",,VOIDTAG,\(text),\(number),,,,test_read"
  }

  private static func isReads(_ text: String) -> Bool {
    text.count >= 3 && (text.count == 3 || !text.hasPrefix("0"))
  }

  private static func older(
    _ chip: String, _ first: Int, _ firstFraction: Substring, _ best: Int, _ bestFraction: Substring,
    antenna: String, reads: UInt32
  ) -> String {
    let half = 43_200_000
    let milliseconds = { (seconds: Int, fraction: Substring) in seconds * 1000 + (Int(fraction) ?? 0) }
    let isNextDay = milliseconds(best, bestFraction) < milliseconds(first, firstFraction) - half
    let local = text(isNextDay ? best + 86_400 : best, fraction: bestFraction)
    let note = chip == "VOIDTAG" ? "test_read" : ""
    return "\(local)Z,\(local),\(chip),\(antenna),\(reads),,,\(text(first, fraction: firstFraction)),\(note)"
  }

  private static func export(_ parts: [String]) -> String? {
    guard parts.count == 9, parts[0].utf8.count <= 10, let number = number(parts[0]) else { return nil }
    let moment = parts[2].split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard moment.count == 2, let local = seconds(moment[0], moment[1], "-"), parts[6].utf8.count <= 8,
      visible(parts[6])
    else { return nil }
    let fraction = moment[1].suffix(3)
    let note = parts[6] == "VOIDTAG" ? "test_read" : ""
    let front = "\(text(local, fraction: fraction)),\(parts[6]),,,\(number),\(parts[1]),,"
    if parts[8].isEmpty { return "\(text(local, fraction: fraction))Z,\(front)\(note)" }
    if let offset = offset(parts[8]) {
      return "\(text(local - offset, fraction: fraction))Z,\(front)\(note)"
    }
    let isName =
      letters(String(parts[8].prefix(1)))
      && parts[8].utf8.allSatisfy { letters(String(UnicodeScalar($0))) || "0123456789-+_/".utf8.contains($0) }
    return isName ? ",\(front)unknown_zone" : nil
  }

  /// Seconds east of UTC.
  private static func offset(_ zone: String) -> Int? {
    var rest = zone[...]
    if rest == "Z" { return 0 }
    if rest.hasPrefix("GMT") || rest.hasPrefix("UTC") { rest = rest.dropFirst(3) }
    if rest.isEmpty { return 0 }
    guard let sign = rest.first, sign == "+" || sign == "-" else { return nil }
    let parts = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, 1...2 ~= parts[0].count, let hours = number(parts[0]) else { return nil }
    var minutes: UInt32 = 0
    if parts.count == 2 {
      guard digits(parts[1], 2), let behind = number(parts[1]), behind < 60 else { return nil }
      minutes = behind
    }
    let total = Int(hours) * 60 + Int(minutes)
    return total <= 1080 ? (sign == "-" ? -total : total) * 60 : nil
  }

  /// A date and a time with milliseconds as seconds since 1970; nil when there is no such moment.
  private static func seconds(_ date: String, _ time: String, _ separator: Character) -> Int? {
    let days = date.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    let clock = time.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard days.count == 3, digits(days[0], 4), digits(days[1], 2), digits(days[2], 2), clock.count == 2,
      digits(clock[1], 3)
    else { return nil }
    let parts = clock[0].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, parts.allSatisfy({ digits($0, 2) }) else { return nil }
    let values = (days + parts).compactMap { Int32($0) }
    guard values[0] > 0, values[3] < 24, values[4] < 60, values[5] < 60 else { return nil }
    var moment = tm()
    (moment.tm_year, moment.tm_mon, moment.tm_mday) = (values[0] - 1900, values[1] - 1, values[2])
    (moment.tm_hour, moment.tm_min, moment.tm_sec) = (values[3], values[4], values[5])
    let seconds = timegm(&moment)
    // The C library takes the 31st of April for the 1st of May.
    guard moment.tm_mon == values[1] - 1, moment.tm_mday == values[2] else { return nil }
    return seconds
  }

  private static func text(_ seconds: Int, fraction: Substring) -> String {
    var time = time_t(seconds)
    var moment = tm()
    gmtime_r(&time, &moment)
    let padded = { (value: Int32, width: Int) in
      String(repeating: "0", count: max(0, width - "\(value)".count)) + "\(value)"
    }
    return "\(padded(moment.tm_year + 1900, 4))-\(padded(moment.tm_mon + 1, 2))-\(padded(moment.tm_mday, 2))T"
      + "\(padded(moment.tm_hour, 2)):\(padded(moment.tm_min, 2)):\(padded(moment.tm_sec, 2)).\(fraction)"
  }

  private static func chip(_ text: String) -> Bool {
    text == "VOIDTAG"
      || (text.count == 7 && letters(String(text.prefix(2))) && digits(String(text.suffix(5)), 5))
  }

  private static func letters(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy { ("a"..."z").contains($0) || ("A"..."Z").contains($0) }
  }

  private static func digits(_ text: String, _ count: Int) -> Bool {
    text.utf8.count == count && text.allSatisfy { ("0"..."9").contains($0) }
  }

  private static func number(_ text: String) -> UInt32? {
    digits(text, text.utf8.count) && !text.isEmpty ? UInt32(text) : nil
  }

  /// A number without leading zeros.
  private static func plain(_ text: String, _ range: ClosedRange<UInt32>) -> Bool {
    number(text).map { range.contains($0) && "\($0)" == text } ?? false
  }

  private static func antenna(_ text: String) -> Bool {
    ["1", "2", "3", "4", "5", "6", "7", "8"].contains(text)
  }

  /// Of an older reader, whose test reads may be of none.
  private static func antenna(_ text: String, of chip: String) -> Bool {
    antenna(text) || (text == "0" && chip == "VOIDTAG")
  }

  private static func visible(_ text: String) -> Bool { text.utf8.allSatisfy { 0x21...0x7E ~= $0 } }
}
