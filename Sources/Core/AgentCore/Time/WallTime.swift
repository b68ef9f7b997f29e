import One4AllProtocol

/// A moment by a wall clock, in UTC, in the years 1 to 9999 and two days around them, so that every local time of those
/// years has its moment. To label with, never to measure.
///
/// What lies outside, whatever was told or added, is the end of that range: so differences are exact, and no sum fails.
public struct WallTime: Comparable, Hashable, Sendable {
  /// 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
  private static let calendar: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
  private static let margin: Int64 = 2 * 86_400_000

  /// Milliseconds since 1970-01-01T00:00:00Z.
  public let milliseconds: Int64

  /// The moment so many milliseconds after 1970-01-01T00:00:00Z.
  public init(milliseconds: Int64) {
    let (first, last) = (WallTime.calendar.lowerBound, WallTime.calendar.upperBound)
    self.milliseconds = min(max(milliseconds, first - WallTime.margin), last + WallTime.margin)
  }

  /// Earlier is less.
  public static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }
  /// The time between two moments.
  public static func - (left: WallTime, right: WallTime) -> Duration {
    .milliseconds(left.milliseconds - right.milliseconds)
  }
  /// The moment that much later.
  public static func + (left: WallTime, right: Duration) -> WallTime {
    WallTime(milliseconds: left.milliseconds.saturatingAdd(right.wholeMilliseconds))
  }
  /// The moment that much earlier.
  public static func - (left: WallTime, right: Duration) -> WallTime {
    WallTime(milliseconds: left.milliseconds.saturatingSubtract(right.wholeMilliseconds))
  }
}

extension WallTime {
  /// As the cloud writes times: `2023-02-03T15:45:15.000Z`. Outside the years 1 to 9999: the end of that range.
  public var iso8601: String {
    let bounded = min(max(milliseconds, WallTime.calendar.lowerBound), WallTime.calendar.upperBound)
    guard let utc = LocalDateTime(millisecondsSince1970: bounded) else { return "" }
    return "\(utc.dateText)T\(utc.preciseTimeText)Z"
  }

  /// Reads `YYYY-MM-DDTHH:mm:ss[.fraction]` followed by `Z` or `±HH:mm`; nil for anything else.
  public init?(iso8601 text: String) {
    var fields = DigitReader(text.utf8)
    guard let year = fields.number(4), fields.take("-"), let month = fields.number(2), fields.take("-"),
      let day = fields.number(2), fields.take("T") || fields.take(" "), let hour = fields.number(2),
      fields.take(":"), let minute = fields.number(2), fields.take(":"), let second = fields.number(2),
      // A leap second is the last second of its minute.
      let utc = LocalDateTime(
        year: Int(year), month: Int(month), day: Int(day), hour: Int(hour), minute: Int(minute),
        second: Int(second == 60 ? 59 : second))
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
    self.init(milliseconds: utc.millisecondsSince1970 + fraction - offset)
  }
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
