public import JSONDocument
public import One4AllProtocol

/// Stored passings as a document: the contract `one4all.passings/1`. docs/control.md describes it.
public enum PassingDocument {
  /// Names the contract and its version.
  public static let schema = "one4all.passings/1"
  /// Most passings of one answer.
  public static let limit = 500

  /// A stored passing, as it is shown.
  public struct Row: Equatable, Sendable {
    /// What became of it in the cloud.
    public enum State: String, Sendable {
      /// Not confirmed by the cloud yet.
      case waiting
      /// Confirmed by the cloud.
      case acknowledged
      /// Refused by the cloud.
      case rejected
    }

    /// The frame.
    public var passing: Passing
    /// Its time in UTC.
    public var utc: WallTime
    /// The zone of its local time.
    public var zone: String
    /// When it was heard by the host's wall clock.
    public var arrived: WallTime
    /// How it came.
    public var origin: KeptPassing.Origin
    /// How far it is believed.
    public var trust: KeptPassing.Trust
    /// What became of it.
    public var state: State
    /// Why the cloud refused it; nil when it did not.
    public var reason: String?

    /// A row.
    public init(
      passing: Passing, utc: WallTime, zone: String, arrived: WallTime, origin: KeptPassing.Origin,
      trust: KeptPassing.Trust, state: State, reason: String?
    ) {
      self.passing = passing
      self.utc = utc
      self.zone = zone
      self.arrived = arrived
      self.origin = origin
      self.trust = trust
      self.state = state
      self.reason = reason
    }
  }

  /// The document of passings of one file, by number, ascending.
  /// - Parameter more: whether there are more behind the last one.
  public static func document(of key: FileKey, _ rows: [Row], more: Bool) -> JSONValue {
    [
      "schema": .string(schema),
      "serial_number": .string(key.serialNumber),
      "file": .string(key.file),
      "passings": .array(rows.map(row)),
      "more": .bool(more),
    ]
  }

  private static func row(_ row: Row) -> JSONValue {
    let passing = row.passing
    return [
      "number": .integer(Int64(passing.number)),
      "chip": .string(passing.chipText),
      "utc": .string(row.utc.iso8601),
      "local": .string("\(passing.localDateTime.dateText) \(passing.localDateTime.preciseTimeText)"),
      "zone": .string(row.zone),
      "antenna": .integer(Int64(passing.antenna)),
      "reads": .integer(Int64(passing.reads)),
      "state": .string(row.state.rawValue),
      "origin": .string(name(of: row.origin)),
      "trust": .string(name(of: row.trust)),
      "reason": .text(row.reason),
      "arrived_at": .string(row.arrived.iso8601),
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

  private static func name(of trust: KeptPassing.Trust) -> String {
    switch trust {
    case .believed: "believed"
    case .unconfirmed: "unconfirmed"
    case .confirmed: "confirmed"
    }
  }
}
