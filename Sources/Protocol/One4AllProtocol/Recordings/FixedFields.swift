/// Fields that stand at fixed places of a line. Each answers nil where the bytes are none; the caller has made sure
/// that the line reaches that far.
enum FixedFields {
  /// Whether that text stands there.
  static func stands(_ text: [UInt8], in line: borrowing Span<UInt8>, at start: Int) -> Bool {
    for index in text.indices where line[start + index] != text[index] { return false }
    return true
  }

  /// So many digits as a number.
  @inline(__always)
  static func number(_ digits: Int, in line: borrowing Span<UInt8>, at start: Int) -> Int? {
    var value = 0
    for index in start..<start + digits {
      let digit = line[index].digitValue
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int(digit)
    }
    return value
  }

  /// A date, in days since 1970: `yyyyMMdd`, or with a separator `yyyy/MM/dd`.
  static func day(in line: borrowing Span<UInt8>, at start: Int, separator: UInt8? = nil) -> Int? {
    let step = separator == nil ? 2 : 3
    let second = start + 2 + step
    if let separator { guard line[start + 4] == separator, line[second + 2] == separator else { return nil } }
    guard let year = number(4, in: line, at: start), let month = number(2, in: line, at: second),
      let day = number(2, in: line, at: second + step),
      year >= 1, 1...12 ~= month, day >= 1, day <= Calendar.days(in: month, of: year)
    else { return nil }
    return Calendar.daysSince1970(year: year, month: month, day: day)
  }

  /// `HH:mm:ss` as milliseconds since midnight.
  static func time(in line: borrowing Span<UInt8>, at start: Int) -> Int? {
    guard line[start + 2] == ASCII.colon, line[start + 5] == ASCII.colon,
      let hour = number(2, in: line, at: start), let minute = number(2, in: line, at: start + 3),
      let second = number(2, in: line, at: start + 6), hour < 24, minute < 60, second < 60
    else { return nil }
    return ((hour * 60 + minute) * 60 + second) * 1000
  }

  /// `HH:mm:ss.SSS` as milliseconds since midnight.
  static func preciseTime(in line: borrowing Span<UInt8>, at start: Int) -> Int? {
    guard let time = time(in: line, at: start), line[start + 8] == ASCII.dot,
      let millisecond = number(3, in: line, at: start + 9)
    else { return nil }
    return time + millisecond
  }

  /// `HHmmssSSS` as milliseconds since midnight.
  static func compactTime(in line: borrowing Span<UInt8>, at start: Int) -> Int? {
    guard let hour = number(2, in: line, at: start), let minute = number(2, in: line, at: start + 2),
      let rest = number(5, in: line, at: start + 4), hour < 24, minute < 60, rest < 60_000
    else { return nil }
    return (hour * 60 + minute) * 60_000 + rest
  }

  /// A whole field as a number that fits 32 bits; leading zeros are taken.
  static func wholeNumber(in line: borrowing Span<UInt8>, _ range: Range<Int>) -> UInt32? {
    guard 1...10 ~= range.count, let value = number(range.count, in: line, at: range.lowerBound) else {
      return nil
    }
    return UInt32(exactly: value)
  }
}
