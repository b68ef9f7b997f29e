/// Dates and times as the reader writes them, from its wall clock in milliseconds since 1970-01-01T00:00:00 read as if
/// that were UTC.
enum ReaderCalendar {
  /// `yyyy-MM-dd`.
  static func date(_ local: Int64) -> String {
    let (year, month, day) = civil(local)
    return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
  }

  /// `HH:mm:ss`.
  static func time(_ local: Int64) -> String {
    let second = inDay(local) / 1000
    return "\(digits(second / 3600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))"
  }

  /// `HH:mm:ss.SSS`.
  static func preciseTime(_ local: Int64) -> String { "\(time(local)).\(digits(inDay(local) % 1000, 3))" }

  /// `yyyyMMdd-HHmmss.csv`.
  static func fileName(_ local: Int64) -> String {
    date(local).filter { $0 != "-" } + "-" + time(local).filter { $0 != ":" } + ".csv"
  }

  /// Reads `yyyy-MM-dd` and `HH:mm:ss[.SSS]`; nil for anything else.
  static func read(date: Substring, time: Substring) -> Int64? {
    let days = date.split(separator: "-", omittingEmptySubsequences: false)
    let halves = time.split(separator: ".", omittingEmptySubsequences: false)
    guard days.count == 3, (1...2).contains(halves.count), let first = halves.first else { return nil }
    let clock = first.split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 3, let year = number(days[0], 4), let month = number(days[1], 2),
      let day = number(days[2], 2),
      let hour = number(clock[0], 2), let minute = number(clock[1], 2), let second = number(clock[2], 2),
      (1...12).contains(month), day >= 1, hour < 24, minute < 60, second < 60
    else { return nil }
    var millisecond: Int64 = 0
    if halves.count == 2 {
      guard let fraction = number(halves[1], 3) else { return nil }
      millisecond = fraction
    }
    let local =
      ((daysBefore(year, month) + day - 1) * 86_400 + hour * 3600 + minute * 60 + second) * 1000 + millisecond
    // A day that the month does not have comes out as one of the next.
    return civil(local) == (year, month, day) ? local : nil
  }

  private static func number(_ text: Substring, _ width: Int) -> Int64? {
    text.utf8.count == width && text.utf8.allSatisfy { (48...57).contains($0) } ? Int64(text) : nil
  }

  private static func inDay(_ local: Int64) -> Int64 { (local % 86_400_000 + 86_400_000) % 86_400_000 }

  private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static let lengths: [Int64] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

  private static func length(_ year: Int64, _ month: Int64) -> Int64 {
    month == 2 && isLeap(year) ? 29 : lengths[Int(month - 1)]
  }

  /// Days from 1970-01-01 to the first of that month.
  private static func daysBefore(_ year: Int64, _ month: Int64) -> Int64 {
    let past = year - 1
    let leaps = past / 4 - past / 100 + past / 400 - 477
    return (year - 1970) * 365 + leaps + (1..<month).reduce(0) { $0 + length(year, $1) }
  }

  private static func civil(_ local: Int64) -> (Int64, Int64, Int64) {
    var day = (local - inDay(local)) / 86_400_000
    var year = 1970 + day / 366
    while daysBefore(year + 1, 1) <= day { year += 1 }
    day -= daysBefore(year, 1)
    var month: Int64 = 1
    while day >= length(year, month) {
      day -= length(year, month)
      month += 1
    }
    return (year, month, day + 1)
  }

  private static func digits(_ value: Int64, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
