/// The passing frame once more, as a person would read the reference: field by field, without any cleverness. It
/// shares no code with the parser that it is held against.
public enum NaivePassing: Equatable {
  /// A whole frame, and what it says.
  case valid(Values)
  /// Not whole, but it could still become one: the beginning of a valid frame.
  case cut
  /// The beginning of a valid frame too, but it ends as if it were whole, with 9 to 12 fields.
  case unknownForm
  /// None of these.
  case wrong

  /// What a frame says.
  public struct Values: Equatable {
    var number: UInt64
    var timerCode: [UInt8]
    var chip: [UInt8]
    var localMilliseconds: Int64
    var antenna: UInt64
    var reads: UInt64
    /// EPC and four reserved fields; none in a passing of 8 fields.
    var more: [[UInt8]]
    var check: [UInt8]
  }

  /// Reads `frame`, which has no line end.
  public init(_ frame: [UInt8]) {
    let fields = frame.split(separator: 0x3B, omittingEmptySubsequences: false).map(Array.init)
    guard fields.count <= 13 else {
      self = .wrong
      return
    }
    // All but the last field are ended by their separator and must be whole.
    for (index, field) in fields.dropLast().enumerated() where !Self.isWhole(field, at: index) {
      self = .wrong
      return
    }
    let last = fields[fields.count - 1]
    let more = fields.count > 8 ? Array(fields[7..<fields.count - 1]) : []
    // It can become one no more.
    if Self.holdsOther(more) || Self.endsOther(more) {
      self = .wrong
    } else if fields.count == 8 || fields.count == 13, Self.isCheck(last) {
      self = .valid(Self.values(fields, more))
    } else if fields.count == 8 || fields.count == 13, Self.isNoCheck(last) {
      self = .wrong
    } else if 9...12 ~= fields.count, last.count == 5, last.allSatisfy(Self.isVisible) {
      self = .unknownForm
    } else {
      self = Self.isBegin(last, at: fields.count - 1) ? .cut : .wrong
    }
  }

  // MARK: Fields

  private static func isWhole(_ field: [UInt8], at index: Int) -> Bool {
    switch index {
    case 0: isNumber(field) && decimal(field) >= 1
    case 1: field.count <= 16 && field.allSatisfy(isLetterOrDigit)
    case 2: 1...32 ~= field.count && field.allSatisfy(isLetterOrDigit)
    case 3: has(field, shape: "0000-00-00") && day(field) != nil
    case 4: has(field, shape: "00:00:00.000") && millisecond(field) != nil
    case 5: field.count == 1 && 0x31...0x38 ~= field[0]
    case 6: isNumber(field)
    case 7: field.allSatisfy(isVisible)
    case _: field.allSatisfy { 0x20...0x7E ~= $0 }
    }
  }

  private static func isCheck(_ field: [UInt8]) -> Bool {
    field.count == 5 && field.allSatisfy(isVisible) && !isNoCheck(field)
  }

  /// The bare greeting, or the end of a reply, behind a passing that was cut in front of its check.
  private static func isNoCheck(_ field: [UInt8]) -> Bool {
    let text = String(decoding: field, as: UTF8.self)
    return text == "HELLO" || text.lowercased() == "false"
  }

  private static let names = [
    "PING", "GETPROTOCOL", "SETPROTOCOL", "GETSTATUS", "READBATTERY", "GETTIME", "SETTIME", "START", "STOP",
    "NEWFILE", "PUSHTAGS", "PASSINGS", "GETPASSINGS", "LISTFILES", "GETFILEINFO", "GETFILE", "CLEARFILES",
    "SETBOUNCE", "SETBUZZER",
  ]

  /// Whether EPC and reserved fields may be a part of another frame: of a greeting, of a reply, or of a passing from its
  /// time to its reads.
  private static func holdsOther(_ fields: [[UInt8]]) -> Bool {
    let texts = fields.map { String(decoding: $0, as: UTF8.self) }
    if texts.contains(where: { text in text.contains("HELLO") || names.contains { text.hasSuffix($0) } }) {
      return true
    }
    return fields.indices.contains { index in
      guard index + 2 < fields.count, fields[index].count >= 12 else { return false }
      let time = Array(fields[index].suffix(12))
      return has(time, shape: "00:00:00.000") && millisecond(time) != nil && isWhole(fields[index + 1], at: 5)
        && !fields[index + 2].isEmpty && fields[index + 2].allSatisfy(isDigit)
    }
  }

  /// Whether the four reserved fields may be the end of another passing, behind empty ones: the end of its time, its
  /// antenna and its reads.
  private static func endsOther(_ fields: [[UInt8]]) -> Bool {
    guard fields.count == 5, 1...10 ~= fields[4].count, fields[4].allSatisfy(isDigit), fields[1].isEmpty
    else { return false }
    let (time, antenna) = (fields[2], fields[3])
    if antenna.isEmpty { return time.isEmpty }
    return isWhole(antenna, at: 5) && time.count <= 12
      && has(time, shape: String("00:00:00.000".suffix(time.count)))
  }

  /// Whether a field could become whole had it gone on. A field that is whole but for its separator could.
  private static func isBegin(_ field: [UInt8], at index: Int) -> Bool {
    if field.isEmpty || (index < 12 && isWhole(field, at: index)) { return true }
    switch index {
    case 0, 6: return false
    case 1, 2, 7...11: return false
    case 3:
      return canGoOn(
        field, as: "0000-00-00", examples: ["2000-02-01", "2000-02-11", "2001-11-30", "2001-10-31"])
    case 4: return canGoOn(field, as: "00:00:00.000", examples: ["00:00:00.000"])
    case 5: return false
    case _: return field.count < 5 && field.allSatisfy(isVisible)
    }
  }

  /// Whether a date or time that was cut has a shape that fits and is whole once completed by one of the examples.
  private static func canGoOn(_ field: [UInt8], as shape: String, examples: [String]) -> Bool {
    let whole = Array(shape.utf8).count
    guard field.count < whole else { return false }
    return examples.contains { example in
      let completed = field + Array(example.utf8)[field.count...]
      return has(completed, shape: shape) && (whole == 10 ? day(completed) : millisecond(completed)) != nil
    }
  }

  private static func has(_ field: [UInt8], shape: String) -> Bool {
    let shape = Array(shape.utf8)
    return field.count == shape.count
      && zip(field, shape).allSatisfy { byte, place in place == 0x30 ? isDigit(byte) : byte == place }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
  }
  private static func isVisible(_ byte: UInt8) -> Bool { 0x21...0x7E ~= byte && byte != 0x3B }

  private static func isNumber(_ field: [UInt8]) -> Bool {
    1...10 ~= field.count && field.allSatisfy(isDigit) && (field[0] != 0x30 || field.count == 1)
      && decimal(field) <= 4_294_967_295
  }

  private static func decimal(_ digits: some Sequence<UInt8>) -> UInt64 {
    digits.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
  }

  /// The days from 0001-01-01 on.
  private static func day(_ date: [UInt8]) -> Int64? {
    let year = Int64(decimal(date[0..<4]))
    let month = Int(decimal(date[5..<7]))
    let day = Int64(decimal(date[8..<10]))
    guard year >= 1, 1...12 ~= month else { return nil }
    let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day >= 1, day <= lengths[month - 1] else { return nil }
    let before = year - 1
    return 365 * before + before / 4 - before / 100 + before / 400 + lengths[..<(month - 1)].reduce(0, +)
      + day - 1
  }

  private static func millisecond(_ time: [UInt8]) -> Int64? {
    let hour = Int64(decimal(time[0..<2]))
    let minute = Int64(decimal(time[3..<5]))
    let second = Int64(decimal(time[6..<8]))
    guard hour <= 23, minute <= 59, second <= 59 else { return nil }
    return hour * 3_600_000 + minute * 60_000 + second * 1000 + Int64(decimal(time[9..<12]))
  }

  private static func values(_ fields: [[UInt8]], _ more: [[UInt8]]) -> Values {
    // 1970-01-01 is 719162 days behind 0001-01-01.
    let days = (day(fields[3]) ?? 0) - 719_162
    return Values(
      number: decimal(fields[0]), timerCode: fields[1], chip: fields[2],
      localMilliseconds: days * 86_400_000 + (millisecond(fields[4]) ?? 0), antenna: decimal(fields[5]),
      reads: decimal(fields[6]), more: more, check: fields[fields.count - 1])
  }
}
