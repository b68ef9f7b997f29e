/// What the forwarder wants done, in order within each list.
public struct ForwardOrders: Equatable, Sendable {
  /// For the cloud; one of the forwarder's requests is under way at a time.
  public var cloud: [CloudRequest] = []
  /// For the store of passings.
  public var store: [PassingRequest] = []
  /// For the journal, and what is wrong with forwarding.
  public var log: Telling

  /// Nothing but what it tells.
  init(_ log: Telling) { self.log = log }
}

/// What the forwarder has to know beside what the store and the cloud tell it.
public struct ForwardView: Equatable, Sendable {
  /// The file that the reader writes to; nil while no reader has said so.
  public var current: FileKey?
  /// Whether a reader is there.
  public var isConnected: Bool
  /// Whether it is reading chips.
  public var isReading: Bool
  /// Serial number of a reader that has not told yet which files it has; nil: none is asked for them.
  public var searching: String?
  /// Files whose passings are being fetched from the reader's memory.
  public var fetching: Set<FileKey>
  /// Files that are over, of which everything is stored and may only be compared still.
  public var complete: Set<FileKey>
  /// The deviceid by serial number, of the devices of the configured cloud that may be used now.
  public var devices: [String: String]

  /// A view; without a reader and without devices by default.
  public init(
    current: FileKey? = nil, isConnected: Bool = false, isReading: Bool = false, searching: String? = nil,
    fetching: Set<FileKey> = [],
    complete: Set<FileKey> = [], devices: [String: String] = [:]
  ) {
    self.current = current
    self.isConnected = isConnected
    self.isReading = isReading
    self.searching = searching
    self.fetching = fetching
    self.complete = complete
    self.devices = devices
  }
}
