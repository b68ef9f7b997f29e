/// The zone that a row of the cloud's export names.
public enum RecordedZone: Hashable, Sendable {
  /// None.
  case none
  /// A fixed offset, in minutes, east of UTC positive; up to 18 hours either way.
  case offset(minutes: Int)
  /// A name such as `America/Mexico_City`: where it stands in the line. Whether there is such a zone is the zone
  /// database's business.
  case name(Range<Int>)

  /// Longest name that is taken for one.
  private static let longestName = 64
  private static let mostMinutes = 1080

  /// `GMT-06:00`, `UTC-6`, `+05:30`, `GMT`, `Z`: a fixed offset in minutes; nil for anything else.
  public static func fixedOffset(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    return fixedOffset(bytes.span, 0..<bytes.count)
  }

  /// Nil when it is none of the three.
  init?(_ line: borrowing Span<UInt8>, _ range: Range<Int>) {
    if range.isEmpty {
      self = .none
    } else if let minutes = Self.fixedOffset(line, range) {
      self = .offset(minutes: minutes)
    } else {
      guard range.count <= Self.longestName, line[range.lowerBound].isLetter else { return nil }
      for index in range {
        let byte = line[index]
        guard
          byte.isLetter || byte.isDigit || byte == ASCII.dash || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "/")
        else { return nil }
      }
      self = .name(range)
    }
  }

  private static func fixedOffset(_ line: borrowing Span<UInt8>, _ range: Range<Int>) -> Int? {
    var start = range.lowerBound
    let end = range.upperBound
    if range.count == 1, line[start] == UInt8(ascii: "Z") { return 0 }
    if range.count >= 3, isZero(line[start], line[start + 1], line[start + 2]) {
      start += 3
      if start == end { return 0 }
    }
    guard start < end, line[start] == UInt8(ascii: "+") || line[start] == ASCII.dash else { return nil }
    // One or two digits of hours, and then maybe minutes.
    let hoursEnd = min(Passing.endOfDigits(in: line, from: start + 1), end)
    guard let hours = number(line, start + 1..<hoursEnd) else { return nil }
    var minutes: UInt32 = 0
    if hoursEnd < end {
      guard line[hoursEnd] == ASCII.colon, end - hoursEnd == 3,
        let behind = number(line, hoursEnd + 1..<end), behind < 60
      else { return nil }
      minutes = behind
    }
    let offset = Int(hours * 60 + minutes)
    guard offset <= mostMinutes else { return nil }
    return line[start] == ASCII.dash ? -offset : offset
  }

  private static func number(_ line: borrowing Span<UInt8>, _ range: Range<Int>) -> UInt32? {
    range.count <= 2 ? FixedFields.wholeNumber(in: line, range) : nil
  }

  /// `GMT` or `UTC`
  private static func isZero(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
    let letters = UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)
    return letters == 0x47_4D54 || letters == 0x55_5443
  }
}
