/// A JSON document as a value (RFC 8259). It knows nothing of text: `JSONText` reads and writes that.
public enum JSONValue: Equatable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number without fraction or exponent that fits 64 bits.
  case integer(Int64)
  /// Any other number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object, its members in the order in which they were written.
  case object(JSONObject)
}

extension JSONValue {
  /// The object, when this is one.
  public var object: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  /// The array, when this is one.
  public var array: [JSONValue]? {
    if case .array(let values) = self { values } else { nil }
  }

  /// The string, when this is one.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The truth value, when this is one.
  public var bool: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }

  /// The integer, when this is one.
  public var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The highest count that is believed, 2^40: there are no more passings than that, and no sum of such counts overflows.
  public static let mostCounted: Int64 = 1 << 40

  /// How many there are of something, 0 to `mostCounted`, whatever stands there; nil when this is no integer.
  public var count: Int64? { integer.map { min(max(0, $0), JSONValue.mostCounted) } }

  /// The number, whether written as an integer or not.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .null, .bool, .string, .array, .object: nil
    }
  }

  /// Whether this is `null`.
  public var isNull: Bool { self == .null }

  /// The member of this object with that name; nil when this is no object or has none.
  public subscript(name: String) -> JSONValue? { object?[name] }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// An object, its members in the order given.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements.map { JSONObject.Member(name: $0.0, value: $0.1) }))
  }
}

extension JSONValue {
  /// The string, or `null` for nil.
  public static func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
  /// The integer, or `null` for nil.
  public static func whole(_ value: (some BinaryInteger)?) -> JSONValue {
    value.map { .integer(Int64(clamping: $0)) } ?? .null
  }
  /// The number, or `null` for nil.
  public static func real(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }
  /// The truth value, or `null` for nil.
  public static func flag(_ value: Bool?) -> JSONValue { value.map(JSONValue.bool) ?? .null }
}

extension JSONValue {
  /// Bytes of memory that it holds beside its own value, about.
  public var memory: Int {
    switch self {
    case .null, .bool, .integer, .number: 0
    case .string(let text): text.utf8.count
    case .array(let values): values.reduce(32) { $0 + MemoryLayout<JSONValue>.stride + $1.memory }
    case .object(let object):
      object.members.reduce(64) { $0 + 64 + $1.name.utf8.count + $1.value.memory }
    }
  }
}
