public import JSONDocument
import One4AllProtocol

/// Where the reader's memory says otherwise than what was stored, as a document: the contract `one4all.differences/1`.
/// docs/control.md describes it.
public enum DifferenceDocument {
  /// Names the contract and its version.
  public static let schema = "one4all.differences/1"

  /// The document of the differences of one file.
  /// - Parameters:
  ///   - all: how many the file has.
  ///   - wrong: how many of them are wrong in the cloud.
  ///   - more: whether there are more behind the last one.
  public static func document(
    of key: FileKey, _ differences: [PassingDifference], all: Int, wrong: Int, more: Bool
  ) -> JSONValue {
    [
      "schema": .string(schema),
      "serial_number": .string(key.serialNumber),
      "file": .string(key.file),
      "count": .integer(Int64(all)),
      "wrong_in_cloud": .integer(Int64(wrong)),
      "differences": .array(differences.map(row)),
      "more": .bool(more),
    ]
  }

  private static func row(_ difference: PassingDifference) -> JSONValue {
    [
      "number": .integer(Int64(difference.number)),
      "stored": .string(difference.stored.text),
      "memory": .text(difference.memory?.text),
      "fields": .array(difference.fields.map { .string($0.rawValue) }),
      "sent": .bool(difference.wasSent),
      "wrong_in_cloud": .bool(difference.isWrongInCloud),
      "kept": .bool(difference.isKept),
    ]
  }
}
