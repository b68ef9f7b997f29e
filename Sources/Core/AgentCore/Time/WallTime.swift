/// A moment by a wall clock, in UTC. To label with, never to measure.
public struct WallTime: Comparable, Hashable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public let milliseconds: Int64

  /// The moment so many milliseconds after 1970-01-01T00:00:00Z.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Earlier is less.
  public static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }
  /// The time between two moments.
  public static func - (left: WallTime, right: WallTime) -> Duration {
    .milliseconds(left.milliseconds - right.milliseconds)
  }
  /// The moment that much later.
  public static func + (left: WallTime, right: Duration) -> WallTime {
    WallTime(milliseconds: left.milliseconds + right.wholeMilliseconds)
  }
  /// The moment that much earlier.
  public static func - (left: WallTime, right: Duration) -> WallTime {
    WallTime(milliseconds: left.milliseconds - right.wholeMilliseconds)
  }
}

extension WallTime {
  /// As the cloud writes times: `2023-02-03T15:45:15.000Z`.
  public var iso8601: String {
    let date = CivilDate(daysSince1970: milliseconds.floorDivided(by: 86_400_000))
    let inDay = milliseconds - date.daysSince1970 * 86_400_000
    let time = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1000 % 60].map { padded($0, 2) }
    return "\(date)T\(time.joined(separator: ":")).\(padded(inDay % 1000, 3))Z"
  }

  /// Reads `YYYY-MM-DDTHH:mm:ss[.fraction]` followed by `Z` or `±HH:mm`; nil for anything else.
  public init?(iso8601 text: String) {
    var fields = DigitReader(text.utf8)
    guard let year = fields.number(4), fields.take("-"), let month = fields.number(2), fields.take("-"),
      let day = fields.number(2), fields.take("T") || fields.take(" "),
      let date = CivilDate(year: year, month: month, day: day),
      let hour = fields.number(2), hour < 24, fields.take(":"), let minute = fields.number(2), minute < 60,
      fields.take(":"), let second = fields.number(2), second < 61
    else { return nil }
    var fraction: Int64 = 0
    if fields.take(".") {
      guard let milliseconds = fields.fractionInMilliseconds() else { return nil }
      fraction = milliseconds
    }
    var offset: Int64 = 0
    if !fields.take("Z") {
      let east = fields.take("+")
      guard east || fields.take("-"), let hours = fields.number(2), hours < 24, fields.take(":"),
        let minutes = fields.number(2), minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (east ? 60_000 : -60_000)
    }
    guard fields.isAtEnd else { return nil }
    let inDay = (hour * 60 + minute) * 60_000 + second * 1000 + fraction
    self.init(milliseconds: date.daysSince1970 * 86_400_000 + inDay - offset)
  }
}

/// A day of the Gregorian calendar.
struct CivilDate: CustomStringConvertible {
  let year: Int64
  let month: Int64
  let day: Int64
  let daysSince1970: Int64

  /// nil when there is no such day; years 1 to 9999.
  init?(year: Int64, month: Int64, day: Int64) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    let days = CivilDate.days(year, month, day)
    let next = month == 12 ? CivilDate.days(year + 1, 1, 1) : CivilDate.days(year, month + 1, 1)
    guard days < next else { return nil }
    self.year = year
    self.month = month
    self.day = day
    daysSince1970 = days
  }

  // Counts in eras of 400 years that begin on 1 March, so that the leap day stands last in its year.
  init(daysSince1970: Int64) {
    let shifted = daysSince1970 + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let inEra = shifted - era * 146_097
    let yearOfEra = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
    let inYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * inYear + 2) / 153
    day = inYear - (153 * marchMonth + 2) / 5 + 1
    month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    self.daysSince1970 = daysSince1970
  }

  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = year.floorDivided(by: 400)
    let yearOfEra = year - era * 400
    let inYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + inYear - 719_468
  }

  var description: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
}

extension Int64 {
  func floorDivided(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}

/// Decimal digits with leading zeros.
func padded(_ value: Int64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Reads fixed fields of digits from text.
struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String.UTF8View) { rest = text[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let first = rest.first, UInt32(first) == character.value else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(_ digits: Int) -> Int64? {
    var value: Int64 = 0
    for _ in 0..<digits {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  /// One to nine digits after the point, cut to milliseconds.
  mutating func fractionInMilliseconds() -> Int64? {
    var value: Int64 = 0
    var count = 0
    while let digit = digit() {
      count += 1
      guard count <= 9 else { return nil }
      if count <= 3 { value = value * 10 + digit }
    }
    guard count > 0 else { return nil }
    for _ in count..<max(count, 3) { value *= 10 }
    return value
  }

  private mutating func digit() -> Int64? {
    guard let first = rest.first, (48...57).contains(first) else { return nil }
    rest.removeFirst()
    return Int64(first - 48)
  }
}
