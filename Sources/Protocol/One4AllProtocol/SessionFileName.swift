/// The name of a session file on the reader: `yyyyMMdd-HHmmss.csv`, the local time it was opened.
public struct SessionFileName: Hashable, Sendable {
  /// When it was opened, by the reader's wall clock, in whole seconds.
  public let openedAt: LocalDateTime

  /// Milliseconds are dropped.
  public init(openedAt: LocalDateTime) {
    let milliseconds = openedAt.millisecondsSince1970
    self.openedAt = LocalDateTime(unchecked: milliseconds - Int64(openedAt.millisecond))
  }

  /// Nil unless it has the exact form and names a real date and time.
  public init?(_ name: String) {
    let bytes = Array(name.utf8)
    guard bytes.count == 19, bytes[8] == ASCII.dash, name.hasSuffix(".csv"),
      bytes[..<8].allSatisfy(\.isDigit), bytes[9..<15].allSatisfy(\.isDigit)
    else { return nil }
    let number = { (range: Range<Int>) in bytes[range].reduce(0) { $0 * 10 + Int($1.digitValue) } }
    guard
      let time = LocalDateTime(
        year: number(0..<4), month: number(4..<6), day: number(6..<8), hour: number(9..<11),
        minute: number(11..<13), second: number(13..<15))
    else { return nil }
    openedAt = time
  }

  /// `yyyyMMdd-HHmmss.csv`
  public var text: String {
    var bytes: [UInt8] = []
    bytes.append(decimal: openedAt.year, width: 4)
    bytes.append(decimal: openedAt.month, width: 2)
    bytes.append(decimal: openedAt.day, width: 2)
    bytes.append(ASCII.dash)
    bytes.append(decimal: openedAt.hour, width: 2)
    bytes.append(decimal: openedAt.minute, width: 2)
    bytes.append(decimal: openedAt.second, width: 2)
    return String(decoding: bytes, as: UTF8.self) + ".csv"
  }
}

extension SessionFileName: Comparable {
  /// Opened earlier.
  public static func < (left: Self, right: Self) -> Bool { left.openedAt < right.openedAt }
}
