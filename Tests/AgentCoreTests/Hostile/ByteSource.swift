import AgentCore
import JSONDocument

/// Choices out of bytes that somebody else has chosen. Once they are used up every choice is the first one.
struct ByteSource {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isUsedUp: Bool { place >= bytes.count }

  mutating func byte() -> UInt8 {
    guard place < bytes.count else { return 0 }
    defer { place += 1 }
    return bytes[place]
  }

  /// 0 to one less than that; at most 256 choices.
  mutating func below(_ count: Int) -> Int { Int(byte()) % max(1, count) }

  mutating func chance(of parts: Int) -> Bool { below(parts) == 1 }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

  /// So many bytes as they are, at most.
  mutating func raw(_ most: Int) -> [UInt8] { (0..<below(most)).map { _ in byte() } }

  /// An integer: one that makes sense, one at a bound, or any.
  mutating func integer() -> Int64 {
    switch below(8) {
    case 0...2: Int64(byte())
    case 3: Int64(byte()) << 8 | Int64(byte())
    case 4, 5: pick(ByteSource.bounds).addingReportingOverflow(Int64(below(3)) - 1).partialValue
    default: (0..<8).reduce(0 as Int64) { sum, _ in sum << 8 | Int64(byte()) }
    }
  }

  private static let bounds: [Int64] = [
    .max, .min, 0, 1 << 31, 1 << 32, 1 << 40, 1 << 53, 1 << 62, -1 << 62, 253_402_300_799_999,
    -62_135_596_800_000, 9_223_372_036, 9_223_372_036_854,
  ]

  /// Any moment by a wall clock.
  mutating func wallTime() -> WallTime { WallTime(milliseconds: integer()) }

  /// A time as it may stand in a document.
  mutating func timeText() -> String {
    chance(of: 6)
      ? pick(["", "never", "0000-00-00T00:00:00Z", "9999-12-31T23:59:60.999999999-23:59"])
      : wallTime().iso8601
  }

  /// A span, as a header may say it.
  mutating func span() -> Duration { .milliseconds(integer()) }

  /// Anything that JSON can be.
  mutating func json(depth: Int = 3) -> JSONValue {
    switch below(depth > 0 ? 9 : 7) {
    case 0: .null
    case 1: .bool(chance(of: 2))
    case 2, 3: .integer(integer())
    case 4: .number(pick([1e308, -1e308, 2.5e-308, 0.5, 9.3e18, -0.0, 1e15]))
    case 5: .string(String(decoding: raw(24), as: UTF8.self))
    case 6: .string(timeText())
    case 7: .array((0..<below(4)).map { _ in json(depth: depth - 1) })
    default:
      .object(
        JSONObject(
          (0..<below(4)).map { _ in .init(name: pick(ByteSource.names), value: json(depth: depth - 1)) }))
    }
  }

  static let names = [
    "description", "result", "body", "deviceid", "serial_number", "token_session", "passings",
    "inserted_count",
    "duplicate_count", "pagination", "pages", "last_seen", "num_passing", "timestamp", "chip", "active",
    "alias",
    "creation_date", "firmware", "model", "first", "last",
  ]

  /// That value, or now and then anything else in its place.
  mutating func nearly(_ value: JSONValue) -> JSONValue { chance(of: 9) ? json() : value }
}
