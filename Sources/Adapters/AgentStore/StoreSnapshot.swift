public import AgentCore

/// What the store knows, as far as the core needs it at its start.
public struct StoreSnapshot: Equatable, Sendable {
  /// The bindings of the cloud, by serial number.
  public var bindings: [DeviceBinding]
  /// Every session file in numbers, in the order of first contact.
  public var files: [FileSummary]
  /// How many doubtful frames are kept.
  public var doubtfulTotal: Int
  /// When each reader was first heard of, by serial number.
  public var firstContacts: [String: FirstContact]
  /// What has befallen the store in the last 12 hours, the oldest first.
  public var damages: [StoreDamage]

  /// A snapshot; of a new store by default.
  public init(
    bindings: [DeviceBinding] = [], files: [FileSummary] = [], doubtfulTotal: Int = 0,
    firstContacts: [String: FirstContact] = [:], damages: [StoreDamage] = []
  ) {
    self.bindings = bindings
    self.files = files
    self.doubtfulTotal = doubtfulTotal
    self.firstContacts = firstContacts
    self.damages = damages
  }
}
