extension LocalDateTime {
  /// Appends `yyyy-MM-dd`, the separator, `HH:mm:ss.SSS`.
  public func append(to bytes: inout [UInt8], separator: UInt8) {
    let sinceEarliest = millisecondsSince1970 - Self.earliest
    let millisecond = Int(sinceEarliest % 86_400_000)
    let date = Calendar.date(daysSince1970: Int(sinceEarliest / 86_400_000) - 719_162)
    bytes.append(digits: date.year / 100)
    bytes.append(digits: date.year % 100)
    bytes.append(ASCII.dash)
    bytes.append(digits: date.month)
    bytes.append(ASCII.dash)
    bytes.append(digits: date.day)
    bytes.append(separator)
    bytes.append(digits: millisecond / 3_600_000)
    bytes.append(ASCII.colon)
    bytes.append(digits: millisecond / 60_000 % 60)
    bytes.append(ASCII.colon)
    bytes.append(digits: millisecond / 1000 % 60)
    bytes.append(ASCII.dot)
    bytes.append(ASCII.zero + UInt8(truncatingIfNeeded: millisecond % 1000 / 100))
    bytes.append(digits: millisecond % 100)
  }

  /// `yyyy/MM/dd`, with any separator.
  func appendDate(to bytes: inout [UInt8], separator: UInt8) {
    bytes.append(decimal: year, width: 4)
    bytes.append(separator)
    bytes.append(decimal: month, width: 2)
    bytes.append(separator)
    bytes.append(decimal: day, width: 2)
  }

  /// `yyyyMMdd`
  func appendCompactDate(to bytes: inout [UInt8]) {
    bytes.append(decimal: year, width: 4)
    bytes.append(decimal: month, width: 2)
    bytes.append(decimal: day, width: 2)
  }

  /// `HHmmssSSS`
  func appendCompactTime(to bytes: inout [UInt8]) {
    bytes.append(decimal: hour, width: 2)
    bytes.append(decimal: minute, width: 2)
    bytes.append(decimal: second, width: 2)
    bytes.append(decimal: millisecond, width: 3)
  }
}

extension [UInt8] {
  /// Appends a number from 0 to 99 with two digits.
  @inline(__always)
  fileprivate mutating func append(digits value: Int) {
    append(ASCII.zero + UInt8(truncatingIfNeeded: value / 10))
    append(ASCII.zero + UInt8(truncatingIfNeeded: value % 10))
  }
}
