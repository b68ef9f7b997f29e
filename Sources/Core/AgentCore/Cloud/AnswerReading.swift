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

  /// How many pages a list has; nil when the answer does not say, or says what cannot be.
  var pages: Int64? { content?["pagination"]?["pages"]?.count.flatMap { $0 > 0 ? $0 : nil } }

  /// What it says of itself, for people and for judging errors, in one line: the `description`, or what other services
  /// call it. The vendor's error bodies are not always JSON: there it is looked for in the text. At most 2 kB.
  var explanation: String? {
    switch self {
    case .json(let value):
      let said = value["body"]?.object ?? value.object
      return ["description", "errorMessage", "message", "error"].lazy
        .compactMap { said?[$0]?.plainText?.inOneLine() }.first { !$0.isEmpty }
    case .other(let text):
      guard let said = text.looseField("description") else { return text.inOneLine(limit: 200) }
      return said.isEmpty ? nil : said.inOneLine()
    case .empty: return nil
    }
  }

  /// A field of an error, though the body be no JSON; nil when it is empty.
  func looseField(_ name: String) -> String? {
    guard case .other(let text) = self else { return field(name)?.plainText }
    return text.looseField(name).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// What came, in a few words, for a message about an answer that makes no sense.
  var sketch: String {
    switch self {
    case .empty: "no body"
    case .json(let value): value.sketch(depth: 2).inOneLine(limit: 120)
    case .other(let text): text.inOneLine(limit: 120)
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

  /// Roughly how it is written, for people; what lies deep is left out.
  fileprivate func sketch(depth: Int) -> String {
    switch self {
    case .null: return "null"
    case .bool(let flag): return "\(flag)"
    case .integer(let number): return "\(number)"
    case .number(let number): return "\(number)"
    case .string(let text): return "\"\(text.cut(toBytes: 80))\""
    case .array(let values):
      guard depth > 0, !values.isEmpty else { return values.isEmpty ? "[]" : "[...]" }
      return "[" + values.prefix(3).map { $0.sketch(depth: depth - 1) }.joined(separator: ", ") + "]"
    case .object(let object):
      guard depth > 0, !object.members.isEmpty else { return object.members.isEmpty ? "{}" : "{...}" }
      let members = object.members.prefix(6).map { member in
        "\"\(member.name.cut(toBytes: 40))\": \(member.value.sketch(depth: depth - 1))"
      }
      return "{" + members.joined(separator: ", ") + "}"
    }
  }
}
