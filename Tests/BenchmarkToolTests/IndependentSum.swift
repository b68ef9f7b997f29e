import Glibc
import Testing

/// The sum of `one4all-bench parse`, worked out another way: text split at its separators, and the C
/// library's calendar.
struct IndependentSum {
  private(set) var frames = 0
  private(set) var sum: UInt64 = 0

  /// Of lines that are all good passings.
  init(of bytes: [UInt8]) throws {
    for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      let fields = String(decoding: line, as: UTF8.self).split(separator: ";").map(String.init)
      try #require(fields.count == 8)
      let date = fields[3].split(separator: "-").compactMap { Int32($0) }
      let clock = fields[4].split(whereSeparator: { $0 == ":" || $0 == "." }).compactMap { Int32($0) }
      try #require(date.count == 3 && clock.count == 4)
      var time = tm()
      time.tm_year = date[0] - 1900
      time.tm_mon = date[1] - 1
      time.tm_mday = date[2]
      time.tm_hour = clock[0]
      time.tm_min = clock[1]
      time.tm_sec = clock[2]
      let milliseconds = timegm(&time) * 1000 + Int(clock[3])
      let others = try [fields[2], fields[0], fields[5], fields[6]].map { try #require(UInt64($0)) }
      let check = UInt64(fields[7], radix: 16) ?? 0
      sum &+= others.reduce(UInt64(bitPattern: Int64(milliseconds)) ^ check, ^)
      frames += 1
    }
  }
}
