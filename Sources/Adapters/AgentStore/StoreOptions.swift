import LinuxSystem

/// How the store is to work.
public struct StoreOptions: Sendable {
  /// Milliseconds to wait for a transaction of a person's tool.
  public var busyTimeout: Int32
  /// Bytes that stay free on the disk: with less, what the cloud has confirmed is removed, oldest first. 0: the disk is
  /// not looked at.
  public var minimumFree: Int64
  /// The plain backup; nil: none is written.
  public var backup: BackupLimits?
  /// How much room the disk has at a path, in bytes; nil when it does not tell.
  var freeBytes: @Sendable (_ path: String) -> Int64? = { path in try? FreeSpace.bytes(at: path) }

  /// Options.
  public init(busyTimeout: Int32 = 5000, minimumFree: Int64 = 0, backup: BackupLimits? = nil) {
    self.busyTimeout = busyTimeout
    self.minimumFree = minimumFree
    self.backup = backup
  }
}

/// How much of the plain backup is kept.
public struct BackupLimits: Equatable, Sendable {
  /// Bytes of all its files; beyond, those go that were not written to for longest.
  public var totalBytes: Int64
  /// Days after which a file that is not written to any more goes.
  public var days: Int

  /// Limits; by default 1 GiB and a year.
  public init(totalBytes: Int64 = 1 << 30, days: Int = 365) {
    self.totalBytes = totalBytes
    self.days = days
  }
}
