/// Which device of which cloud a reader is.
public struct DeviceBinding: Equatable, Sendable {
  /// Base address of the cloud that gave the deviceid.
  public let cloud: String
  /// The reader's serial number.
  public let serialNumber: String
  /// The cloud's name for the device, 64 hex digits as a rule.
  public let deviceid: String
  /// When it was bound, by the host's wall clock.
  public let boundAt: WallTime
  /// The newest last_seen that the cloud has confirmed.
  public var lastSeen: WallTime?

  /// A binding.
  public init(
    cloud: String, serialNumber: String, deviceid: String, boundAt: WallTime, lastSeen: WallTime? = nil
  ) {
    self.cloud = cloud
    self.serialNumber = serialNumber
    self.deviceid = deviceid
    self.boundAt = boundAt
    self.lastSeen = lastSeen
  }
}
