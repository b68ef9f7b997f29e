/// The bytes of a page, or of a part of one. Every number is read where it lies or not at all: nothing here traps,
/// whatever stands in the page.
struct PageBytes {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var count: Int { bytes.count }

  func byte(_ offset: Int) -> UInt8? { bytes.indices.contains(offset) ? bytes[offset] : nil }

  /// A big-endian number of so many bytes, at most 8.
  func number(_ offset: Int, bytes width: Int) -> UInt64? {
    guard offset >= 0, 0...8 ~= width, offset <= count - width else { return nil }
    var value: UInt64 = 0
    for index in offset..<offset + width { value = value << 8 | UInt64(bytes[index]) }
    return value
  }

  func number16(_ offset: Int) -> Int? { number(offset, bytes: 2).map { Int($0) } }

  func number32(_ offset: Int) -> UInt32? { number(offset, bytes: 4).map { UInt32(truncatingIfNeeded: $0) } }

  /// A number in SQLite's form of one to nine bytes.
  /// - Returns: it, and where the next one begins.
  func variable(_ offset: Int) -> (value: UInt64, end: Int)? {
    var value: UInt64 = 0
    var place = offset
    for index in 0..<9 {
      guard let byte = byte(place) else { return nil }
      place += 1
      if index == 8 { return (value << 8 | UInt64(byte), place) }
      value = value << 7 | UInt64(byte & 0x7F)
      if byte < 0x80 { return (value, place) }
    }
    return nil
  }

  /// A part; nil when it does not lie within.
  func slice(_ range: Range<Int>) -> ArraySlice<UInt8>? {
    guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
    return bytes[range]
  }
}
