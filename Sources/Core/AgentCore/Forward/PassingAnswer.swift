import JSONDocument

/// What an answer to `POST /passings` says it has done. Only a count confirms: every documented success has
/// `inserted_count` (cloud reference, "Passings").
struct PassingReceipt: Equatable, Sendable {
  /// So many passings were new, from 0 to as many as were sent.
  let inserted: Int
  /// So many were there already; nil when that is not said.
  let duplicates: Int?
  /// How many were sent.
  let sent: Int

  /// Whether all that was sent is accounted for.
  var isComplete: Bool { inserted + (duplicates ?? 0) >= sent }

  /// Nil when it counts nothing, counts what cannot be, or speaks of another session.
  /// - Parameters:
  ///   - sent: how many passings were sent.
  ///   - token: the session that they were sent to.
  init?(_ body: CloudAnswer.Body, sent: Int, token: String) {
    func count(_ value: JSONValue?) -> Int? {
      value?.integer.flatMap(Int.init(exactly:)).flatMap { (0...sent).contains($0) ? $0 : nil }
    }
    guard let inserted = count(body.field("inserted_count")) else { return nil }
    let told = body.field("duplicate_count").flatMap { $0.isNull ? nil : $0 }
    let duplicates = count(told)
    guard told == nil || duplicates != nil, inserted + (duplicates ?? 0) <= sent else { return nil }
    guard body.field("token_session")?.plainText ?? token == token else { return nil }
    self.inserted = inserted
    self.duplicates = duplicates
    self.sent = sent
  }
}

/// What a refusal of `POST /passings` (400) is about. A passing is rejected only when it is about the passing.
enum PassingRefusal: Equatable, Sendable {
  /// The session is closed, or not there.
  case session
  /// The request as a whole: no passing is to blame.
  case request
  /// A passing, or one of its fields.
  case passing
  /// It does not say.
  case unsaid

  init(_ body: CloudAnswer.Body) {
    let words = PassingRefusal.words(body.explanation?.lowercased() ?? "")
    func says(_ phrases: [[Substring]]) -> Bool {
      phrases.contains { phrase in
        words.indices.contains { words[$0...].starts(with: phrase) }
      }
    }
    let isOfSession = words.contains { $0 == "session" || $0 == "sessions" }
    if isOfSession && (says([["not", "found"]]) || words.contains("closed")) {
      self = .session
    } else if says(PassingRefusal.ofRequest) {
      self = .request
    } else if says(PassingRefusal.ofPassing) || PassingRefusal.namesEntry(words) {
      self = .passing
    } else {
      self = .unsaid
    }
  }

  /// What is said of requests: it is looked for first.
  private static let ofRequest: [[Substring]] = [
    ["token_session"], ["session"], ["api_key"], ["api", "key"], ["apikey"], ["x", "api", "key"], ["schema"],
    ["additional", "property"], ["additional", "properties"], ["additionalproperties"], ["unknown", "field"],
    ["unknown", "fields"], ["unexpected", "field"], ["content", "type"], ["json"], ["body"], ["payload"],
    ["header"], ["access"], ["permission"], ["forbidden"], ["unauthorized"], ["device"], ["deviceid"],
    ["rate"], ["too", "many"],
  ]
  /// The fields of a passing, as documented, and what the vendor calls it.
  private static let ofPassing: [[Substring]] = [
    ["bib"], ["num_passing"], ["timestamp"], ["chip"], ["chips"], ["participant_id"], ["timezone"],
    ["gender"],
    ["latitude"], ["longitude"], ["passing"],
  ]

  /// Whether an entry of the list is named: `passings_list[3]`.
  private static func namesEntry(_ words: [Substring]) -> Bool {
    zip(words, words.dropFirst()).contains { $0 == "passings_list" && Int($1) != nil }
  }

  /// Letters, digits and underscores make words.
  private static func words(_ text: String) -> [Substring] {
    text.split { character in
      !(character.isLetter || character.isNumber || character == "_")
    }
  }
}
