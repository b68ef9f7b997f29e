public import JSONDocument

/// Changes of stored passings as a document: the contract `one4all.changes/1`. docs/control.md describes it.
public enum ChangeDocument {
  /// Names the contract and its version.
  public static let schema = "one4all.changes/1"

  /// What has become of passings, as it is written.
  public enum What: String, CaseIterable, Sendable {
    /// It is believed.
    case stored
    /// It is believed, and another one than it was told to be.
    case corrected
    /// What was told of them is so no more.
    case withdrawn
    /// The reader has them no more.
    case lost
    /// They are believed; their rows were removed to make room.
    case removed
  }

  /// The document of a page.
  public static func document(of page: ChangePage) -> JSONValue {
    let share = min(String.cloudTextLimit, PassingDocument.reasonLimit / max(1, page.changes.count))
    return [
      "schema": .string(schema),
      "changes": .array(page.changes.map { row($0, reasonLimit: share) }),
      "cursor": .string(page.cursor.description),
      "restarted": .bool(page.isRestarted),
      "more": .bool(page.isMore),
    ]
  }

  private static func row(_ change: PassingChange, reasonLimit: Int) -> JSONValue {
    switch change.content {
    case .passing(let stored, let isCorrected):
      var object = head(of: change, isCorrected ? .corrected : .stored)
      let row = PassingDocument.row(stored, reasonLimit: reasonLimit)
      for member in row.object?.members ?? [] { object[member.name] = member.value }
      return .object(object)
    case .withdrawn: return range(change, .withdrawn)
    case .lost: return range(change, .lost)
    case .removed: return range(change, .removed)
    }
  }

  private static func range(_ change: PassingChange, _ what: What) -> JSONValue {
    var object = head(of: change, what)
    object["from"] = .integer(Int64(change.numbers.lowerBound))
    object["to"] = .integer(Int64(change.numbers.upperBound))
    return .object(object)
  }

  private static func head(of change: PassingChange, _ what: What) -> JSONObject {
    JSONObject([
      .init(name: "change", value: .integer(change.change)),
      .init(name: "what", value: .string(what.rawValue)),
      .init(name: "serial_number", value: .string(change.key.serialNumber)),
      .init(name: "file", value: .string(change.key.file)),
    ])
  }
}
