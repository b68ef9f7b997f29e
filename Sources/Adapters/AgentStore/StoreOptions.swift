public import AgentCore
import LinuxSystem

/// How the store is to work.
public struct StoreOptions: Sendable {
  /// Milliseconds to wait for a transaction of a person's tool.
  public var busyTimeout: Int32
  /// What is done about a full disk, and the plain backup.
  public var settings: StoreSettings
  /// What turns local times into UTC when the zone of stored passings is corrected.
  public var zones: ZoneLookup
  /// How much room the disk has at a path, in bytes; nil when it does not tell.
  var freeBytes: @Sendable (_ path: String) -> Int64? = { path in try? FreeSpace.bytes(at: path) }
  /// How often it is looked whether the store still stands where it is used, in nanoseconds.
  var placeInterval = StorePlace.interval

  /// Options; by default the disk is not looked at, and no backup is written.
  public init(
    _ settings: StoreSettings = StoreSettings(minFree: 0, backup: false), busyTimeout: Int32 = 5000,
    zones: @escaping ZoneLookup = onlyUTC
  ) {
    self.settings = settings
    self.busyTimeout = busyTimeout
    self.zones = zones
  }
}
