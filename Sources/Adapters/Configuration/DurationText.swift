import AgentCore

/// Durations as systemd writes them (systemd.time(7)): `30s`, `5min`, `1min 30s`, `500ms`; a bare number is seconds.
enum DurationText {
  private static let units: [(names: [String], nanoseconds: Int64)] = [
    (["us", "usec", "µs"], 1_000),
    (["ms", "msec"], 1_000_000),
    (["", "s", "sec", "second", "seconds"], 1_000_000_000),
    (["m", "min", "minute", "minutes"], 60_000_000_000),
    (["h", "hr", "hour", "hours"], 3_600_000_000_000),
    (["d", "day", "days"], 86_400_000_000_000),
  ]

  /// The duration in that text; nil when it is none or is longer than a hundred years.
  static func parse(_ text: String) -> Duration? {
    var rest = text[...]
    var total: Int64 = 0
    skipBlanks(&rest)
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let whole = digits(&rest)
      var fraction = ""[...]
      if rest.hasPrefix(".") {
        rest.removeFirst()
        fraction = digits(&rest)
        guard !fraction.isEmpty, fraction.count <= 9 else { return nil }
      }
      guard !whole.isEmpty, whole.count <= 10, let count = Int64(whole) else { return nil }
      skipBlanks(&rest)
      let name = rest.prefix { !$0.isASCII || $0.isLetter }
      rest = rest[name.endIndex...]
      skipBlanks(&rest)
      guard let unit = units.first(where: { $0.names.contains(String(name)) })?.nanoseconds else {
        return nil
      }
      let (product, isTooLong) = count.multipliedReportingOverflow(by: unit)
      guard !isTooLong, product <= longest - total else { return nil }
      total += product
      var place = unit
      for digit in fraction {
        place /= 10
        total += place * Int64(digit.wholeNumberValue ?? 0)
      }
    }
    return .nanoseconds(total)
  }

  /// The duration as systemd writes it, down to microseconds, e.g. `1min 30s`.
  static func format(_ duration: Duration) -> String {
    var rest = duration.wholeNanoseconds
    let words: [(String, Int64)] = [
      ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000),
      ("ms", 1_000_000), ("us", 1_000),
    ]
    var parts: [String] = []
    for (name, unit) in words where rest >= unit {
      parts.append("\(rest / unit)\(name)")
      rest %= unit
    }
    return parts.isEmpty ? "0s" : parts.joined(separator: " ")
  }

  private static let longest: Int64 = 36_525 * 86_400_000_000_000

  private static func digits(_ rest: inout Substring) -> Substring {
    let found = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest[found.endIndex...]
    return found
  }

  private static func skipBlanks(_ rest: inout Substring) {
    rest = rest.drop { $0 == " " || $0 == "\t" }
  }
}
