extension LocalDateTime {
  /// Appends `yyyy-MM-dd`, the separator, `HH:mm:ss.SSS`.
  public func append(to bytes: inout [UInt8], separator: UInt8) {
    appendDate(to: &bytes)
    bytes.append(separator)
    appendPreciseTime(to: &bytes)
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
