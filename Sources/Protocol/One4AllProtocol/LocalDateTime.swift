/// A date and time of the reader's wall clock: no zone, years 1 to 9999, milliseconds.
public struct LocalDateTime: Hashable, Sendable, BitwiseCopyable {
  /// Milliseconds since 1970-01-01 00:00:00.000, the local date and time read as if it were UTC.
  public let millisecondsSince1970: Int64

  /// 0001-01-01 00:00:00.000
  static let earliest: Int64 = -62_135_596_800_000
  /// 9999-12-31 23:59:59.999
  static let latest: Int64 = 253_402_300_799_999

  /// Nil outside the years 1 to 9999.
  public init?(millisecondsSince1970: Int64) {
    guard Self.earliest...Self.latest ~= millisecondsSince1970 else { return nil }
    self.millisecondsSince1970 = millisecondsSince1970
  }

  /// Nil when there is no such date (leap years counted) or time; a leap second is not a time here.
  public init?(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0
  ) {
    guard 1...9999 ~= year, 1...12 ~= month, 1...Calendar.days(in: month, of: year) ~= day,
      0...23 ~= hour, 0...59 ~= minute, 0...59 ~= second, 0...999 ~= millisecond
    else { return nil }
    let seconds = (hour * 60 + minute) * 60 + second
    millisecondsSince1970 =
      Int64(Calendar.daysSince1970(year: year, month: month, day: day)) * 86_400_000
      + Int64(seconds * 1000 + millisecond)
  }

  /// Without a check: for values that are known to be in range.
  init(unchecked milliseconds: Int64) { millisecondsSince1970 = milliseconds }

  private var daysSince1970: Int { Int((millisecondsSince1970 - Self.earliest) / 86_400_000) - 719_162 }
  private var millisecondOfDay: Int { Int((millisecondsSince1970 - Self.earliest) % 86_400_000) }
  private var date: (year: Int, month: Int, day: Int) { Calendar.date(daysSince1970: daysSince1970) }

  /// 1 to 9999.
  public var year: Int { date.year }
  /// 1 to 12.
  public var month: Int { date.month }
  /// 1 to 31.
  public var day: Int { date.day }
  /// 0 to 23.
  public var hour: Int { millisecondOfDay / 3_600_000 }
  /// 0 to 59.
  public var minute: Int { millisecondOfDay / 60_000 % 60 }
  /// 0 to 59.
  public var second: Int { millisecondOfDay / 1000 % 60 }
  /// 0 to 999.
  public var millisecond: Int { millisecondOfDay % 1000 }

  /// `yyyy-MM-dd`
  public var dateText: String { text { appendDate(to: &$0) } }
  /// `HH:mm:ss`
  public var timeText: String { text { appendTime(to: &$0) } }
  /// `HH:mm:ss.SSS`
  public var preciseTimeText: String { text { appendPreciseTime(to: &$0) } }

  /// From the two fields of a reply: `yyyy-MM-dd` and `HH:mm:ss` or `HH:mm:ss.SSS`. Nil for anything else.
  public init?(date: String, time: String) {
    let dateParts = date.split(separator: "-", omittingEmptySubsequences: false)
    let halves = time.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard dateParts.count == 3, let clock = halves.first else { return nil }
    let timeParts = clock.split(separator: ":", omittingEmptySubsequences: false)
    guard timeParts.count == 3,
      let year = Self.number(dateParts[0], digits: 4), let month = Self.number(dateParts[1], digits: 2),
      let day = Self.number(dateParts[2], digits: 2), let hour = Self.number(timeParts[0], digits: 2),
      let minute = Self.number(timeParts[1], digits: 2), let second = Self.number(timeParts[2], digits: 2)
    else { return nil }
    var millisecond = 0
    if halves.count == 2 {
      guard let fraction = Self.number(halves[1], digits: 3) else { return nil }
      millisecond = fraction
    }
    self.init(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond
    )
  }

  private static func number(_ text: Substring, digits: Int) -> Int? {
    text.utf8.count == digits ? DecimalText.whole(String(text)) : nil
  }

  private func text(_ write: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    write(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  func appendDate(to bytes: inout [UInt8]) {
    let date = date
    bytes.append(decimal: date.year, width: 4)
    bytes.append(ASCII.dash)
    bytes.append(decimal: date.month, width: 2)
    bytes.append(ASCII.dash)
    bytes.append(decimal: date.day, width: 2)
  }

  func appendTime(to bytes: inout [UInt8]) {
    bytes.append(decimal: hour, width: 2)
    bytes.append(ASCII.colon)
    bytes.append(decimal: minute, width: 2)
    bytes.append(ASCII.colon)
    bytes.append(decimal: second, width: 2)
  }

  func appendPreciseTime(to bytes: inout [UInt8]) {
    appendTime(to: &bytes)
    bytes.append(ASCII.dot)
    bytes.append(decimal: millisecond, width: 3)
  }
}

extension LocalDateTime: Comparable {
  /// Earlier on the wall clock.
  public static func < (left: Self, right: Self) -> Bool {
    left.millisecondsSince1970 < right.millisecondsSince1970
  }
}

/// The Gregorian calendar, without zones.
enum Calendar {
  static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  static func days(in month: Int, of year: Int) -> Int {
    if month == 2 { return isLeap(year) ? 29 : 28 }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
  }

  /// Counts in years that begin in March, so that the leap day comes last; for years from 1 on.
  static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let marchYear = UInt32(truncatingIfNeeded: month > 2 ? year : year &- 1)
    let marchMonth = UInt32(truncatingIfNeeded: month > 2 ? month &- 3 : month &+ 9)
    let dayOfYear = (153 &* marchMonth &+ 2) / 5 &+ UInt32(truncatingIfNeeded: day) &- 1
    let days = 365 &* marchYear &+ marchYear / 4 &- marchYear / 100 &+ marchYear / 400 &+ dayOfYear
    return Int(days) &- 719_468
  }

  static func date(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
    let days = daysSince1970 + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
  }
}
