import CJansson
public import JSONDocument

/// Why a text is not JSON.
public struct JSONTextError: Error, Equatable, CustomStringConvertible {
  /// Line of the fault, from 1; -1 when there is none to name.
  public let line: Int
  /// Column of the fault in bytes, from 1; -1 when there is none to name.
  public let column: Int
  /// The reason in jansson's words.
  public let reason: String

  /// One line for a person.
  public var description: String { "not JSON at line \(line), column \(column): \(reason)" }
}

/// JSON text to documents and back, by jansson (UTF-8, RFC 8259, nesting up to jansson's own limit of 2,048).
public enum JSONText {
  /// Most values in a document: a value may be two bytes of text and a hundred of memory. A page of 5,000 passings with
  /// all their fields has 80,000.
  public static let mostValues = 1 << 17

  /// The document in those bytes; any JSON value may stand at the top.
  public static func parse(_ text: [UInt8]) throws(JSONTextError) -> JSONValue {
    guard valueCount(of: text) <= mostValues else {
      throw JSONTextError(line: -1, column: -1, reason: "it has more than \(mostValues) values")
    }
    var failure = json_error_t()
    let root = text.withUnsafeBytes { bytes in
      one4all_json_load(bytes.baseAddress, bytes.count, decodeAny | allowNUL, &failure)
    }
    guard let root else {
      let reason = withUnsafeBytes(of: failure.text) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw JSONTextError(line: Int(failure.line), column: Int(failure.column), reason: reason)
    }
    defer { one4all_json_decref(root) }
    return value(of: root)
  }

  /// How many values a document has, and rather more: each but the first stands behind a bracket or a comma.
  private static func valueCount(of text: [UInt8]) -> Int {
    var count = 1
    var isInString = false
    var isEscaped = false
    for byte in text {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\"") {
        isInString.toggle()
      } else if isInString {
        isEscaped = byte == UInt8(ascii: "\\")
      } else if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
        count += 1
      }
    }
    return count
  }

  /// The document in that string.
  public static func parse(_ text: String) throws(JSONTextError) -> JSONValue { try parse(Array(text.utf8)) }

  /// The text of a document: one line, members in their order, or several indented lines.
  /// A number that JSON cannot write (infinite, not a number) becomes `null`; fractions are written with 15
  /// significant digits, so that 46.2 stays 46.2.
  public static func write(_ document: JSONValue, indented: Bool = false) -> String {
    let root = node(of: document)
    defer { one4all_json_decref(root) }
    let flags = encodeAny | fifteenDigits | (indented ? 2 : compact)
    guard let text = json_dumps(root, flags) else { return "null" }
    defer { free(text) }
    return String(cString: text)
  }

  // jansson's flags, which are macros that do not import: JSON_DECODE_ANY, JSON_ALLOW_NUL, JSON_ENCODE_ANY,
  // JSON_COMPACT, JSON_REAL_PRECISION(15).
  private static let decodeAny: Int = 0x4
  private static let allowNUL: Int = 0x10
  private static let encodeAny = 0x200
  private static let compact = 0x20
  private static let fifteenDigits = 15 << 11

  private static func value(of node: UnsafeMutablePointer<json_t>) -> JSONValue {
    switch node.pointee.type {
    case JSON_OBJECT:
      var object = JSONObject()
      var iterator = json_object_iter(node)
      while let position = iterator {
        if let name = json_object_iter_key(position), let member = json_object_iter_value(position) {
          object.append(String(cString: name), value(of: member))
        }
        iterator = json_object_iter_next(node, position)
      }
      return .object(object)
    case JSON_ARRAY:
      return .array((0..<json_array_size(node)).compactMap { json_array_get(node, $0).map(value(of:)) })
    case JSON_STRING:
      let bytes = UnsafeRawBufferPointer(start: json_string_value(node), count: json_string_length(node))
      return .string(String(decoding: bytes, as: UTF8.self))
    case JSON_INTEGER: return .integer(Int64(json_integer_value(node)))
    case JSON_REAL: return .number(json_real_value(node))
    case JSON_TRUE: return .bool(true)
    case JSON_FALSE: return .bool(false)
    default: return .null
    }
  }

  private static func node(of document: JSONValue) -> UnsafeMutablePointer<json_t>? {
    switch document {
    case .null: return json_null()
    case .bool(let flag): return flag ? json_true() : json_false()
    case .integer(let value): return json_integer(json_int_t(value))
    case .number(let value): return json_real(value) ?? json_null()
    case .string(let text):
      var text = text
      return text.withUTF8 { one4all_json_string($0.baseAddress, $0.count) }
    case .array(let values):
      let array = json_array()
      for value in values { json_array_append_new(array, node(of: value)) }
      return array
    case .object(let object):
      let node = json_object()
      for member in object.members { json_object_set_new(node, member.name, self.node(of: member.value)) }
      return node
    }
  }
}
