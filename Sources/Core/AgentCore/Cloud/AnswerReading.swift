import JSONDocument

// What stands in an answer. Both envelopes are read: the fields in `result`, or beside `description`, each of them
// also inside `body` (cloud reference, "Envelopes").
extension CloudAnswer.Body {
  /// The object that was asked for: an object in `result`, the first of an array there, or the fields beside
  /// `description`; nil when there is no object.
  var payload: JSONObject? {
    guard let content else { return nil }
    if let result = content["result"], !result.isNull { return result.object ?? result.array?.first?.object }
    return content.object ?? content.array?.first?.object
  }

  /// A field of the payload, or one beside `result`.
  func field(_ name: String) -> JSONValue? { payload?[name] ?? content?[name] }

  /// The list in `result`; nil when there is none.
  var list: [JSONValue]? { content.flatMap { $0["result"]?.array ?? $0.array } }

  /// How many pages a list has; nil when the answer does not say.
  var pages: Int64? { content?["pagination"]?["pages"]?.count }

  /// The `description`, or the text that is no JSON, for people.
  var explanation: String? {
    switch self {
    case .json(let value): (value["body"]?.object ?? value.object)?["description"]?.plainText
    case .other(let text): text
    case .empty: nil
    }
  }

  private var content: JSONValue? {
    guard case .json(let document) = self else { return nil }
    if let inner = document["body"], inner.object != nil || inner.array != nil { return inner }
    return document
  }
}

extension JSONValue {
  /// A text or a number as text; nil for an empty text and for anything else.
  var plainText: String? {
    switch self {
    case .string(let text): text.isEmpty ? nil : text
    case .integer(let number): String(number)
    case .number(let number): "\(number)"
    case .null, .bool, .array, .object: nil
    }
  }
}
