public import JSONDocument
import One4AllProtocol

/// Stored passings as a document: the contract `one4all.passings/1`. docs/control.md describes it.
public enum PassingDocument {
  /// Names the contract and its version.
  public static let schema = "one4all.passings/1"
  /// Most passings of one answer.
  public static let limit = 500
  /// Most bytes of reasons in one answer; each is cut so that all fit.
  static let reasonLimit = 384_000

  /// The document of passings of one file, by number, ascending.
  /// - Parameter more: whether there are more behind the last one.
  public static func document(of key: FileKey, _ passings: [StoredPassing], more: Bool) -> JSONValue {
    let share = min(String.cloudTextLimit, reasonLimit / max(1, passings.count))
    return [
      "schema": .string(schema),
      "serial_number": .string(key.serialNumber),
      "file": .string(key.file),
      "passings": .array(passings.map { row($0, reasonLimit: share) }),
      "more": .bool(more),
    ]
  }

  static func row(_ stored: StoredPassing, reasonLimit: Int) -> JSONValue {
    let kept = stored.kept
    let passing = kept.passing
    return [
      "number": .integer(Int64(passing.number)),
      "chip": .string(passing.chipText),
      "utc": .string(kept.utc.iso8601),
      "local": .string("\(passing.localDateTime.dateText) \(passing.localDateTime.preciseTimeText)"),
      "zone": .string(kept.zone),
      "antenna": .integer(Int64(passing.antenna)),
      "reads": .integer(Int64(passing.reads)),
      "epc": .text(passing.epcFields?.epc),
      "reserved": passing.epcFields.map { .array($0.reserved.map { .string($0) }) } ?? .null,
      "state": .string(stored.state.rawValue),
      "origin": .string(name(of: kept.origin)),
      "trust": .string(name(of: kept.trust)),
      "stamp": .string(name(of: kept.stamp)),
      "certainty": .string(kept.certainty.rawValue),
      "reason": .text(stored.reason?.cut(toBytes: reasonLimit)),
      "arrived_at": .string(kept.arrivedWall.iso8601),
      "raw": .string(passing.text),
    ]
  }

  private static func name(of origin: KeptPassing.Origin) -> String {
    switch origin {
    case .pushed: "pushed"
    case .fetched: "fetched"
    case .imported: "imported"
    }
  }

  private static func name(of stamp: KeptPassing.Stamp) -> String {
    switch stamp {
    case .steady: "steady"
    case .undecided: "undecided"
    case .accepted: "accepted"
    }
  }

  private static func name(of trust: KeptPassing.Trust) -> String {
    switch trust {
    case .believed: "believed"
    case .unconfirmed: "unconfirmed"
    case .confirmed: "confirmed"
    case .released: "released"
    }
  }
}
