/// Reader and cloud, field by field.
public struct DeviceComparison: Equatable, Sendable {
  /// One field.
  public struct Field: Equatable, Sendable {
    /// Its name in the cloud.
    public let name: Name
    /// What the reader (or the configuration, for the alias) says; nil when it says nothing.
    public let reader: String?
    /// What the cloud says; nil when it says nothing.
    public let cloud: String?
    /// Whether they agree; nil when that cannot be said.
    public let agrees: Bool?
  }

  /// The fields that are compared.
  public enum Name: String, Sendable, CaseIterable {
    /// The serial number; a difference is a conflict.
    case serialNumber = "serial_number"
    /// The model.
    case model
    /// The firmware version.
    case firmware
    /// The alias; only compared when the configuration sets it.
    case alias
    /// The last sign of life.
    case lastSeen = "last_seen"
  }

  /// Times this close are the same: the cloud may cut to whole seconds.
  static let lastSeenTolerance = Duration.seconds(2)

  /// The fields, in their fixed order.
  public let fields: [Field]

  /// - Parameters:
  ///   - identity: who the reader is.
  ///   - alias: the configured alias.
  ///   - lastSeen: the reader's last frame, labelled now.
  ///   - confirmed: the last_seen that the cloud has taken; nil when the way of reporting carries none.
  ///   - latest: a last_seen behind that lies in the future; nil when that cannot be said.
  ///   - document: what the cloud says.
  init(
    identity: ReaderIdentity, alias: String?, lastSeen: WallTime?, confirmed: WallTime?, latest: WallTime?,
    document: DeviceDocument?
  ) {
    func field(_ name: Name, _ reader: String?, _ cloud: String?) -> Field {
      let agrees: Bool? = document == nil ? nil : reader == cloud
      return Field(name: name, reader: reader, cloud: cloud, agrees: agrees)
    }
    let serial = field(.serialNumber, identity.serialNumber, document?.serialNumber)
    let aliasField = field(.alias, alias, document?.alias)
    let seen = document?.lastSeen.flatMap(WallTime.init(iso8601:))
    let seenAgrees: Bool? =
      if let seen, let latest, seen > latest {
        false
      } else if let confirmed, document != nil {
        seen.map { $0 >= confirmed - DeviceComparison.lastSeenTolerance }
      } else { nil }
    fields = [
      // A cloud that says no serial number contradicts nothing.
      Field(
        name: .serialNumber, reader: serial.reader, cloud: serial.cloud,
        agrees: serial.cloud == nil ? nil : serial.agrees),
      field(.model, identity.model, document?.model),
      field(.firmware, identity.firmware, document?.firmware),
      // Not configured: the cloud's alias is the right one, whatever it is.
      Field(
        name: .alias, reader: alias, cloud: aliasField.cloud,
        agrees: alias == nil && document != nil ? true : aliasField.agrees),
      Field(name: .lastSeen, reader: lastSeen?.iso8601, cloud: document?.lastSeen, agrees: seenAgrees),
    ]
  }

  /// Whether the cloud names another serial number.
  var isConflict: Bool { fields.contains { $0.name == .serialNumber && $0.agrees == false } }

  /// The fields that differ and that a report can put right.
  var correctable: [Field] { fields.filter { $0.agrees == false && $0.name != .serialNumber } }

  /// True when nothing differs and something was compared, false when something differs, nil when unverified.
  public var agrees: Bool? {
    if fields.contains(where: { $0.agrees == false }) { return false }
    return fields.contains { $0.name != .alias && $0.agrees == true } ? true : nil
  }
}
