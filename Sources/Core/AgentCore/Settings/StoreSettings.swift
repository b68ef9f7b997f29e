/// `[store]`, beside its folder: what the store does about a full disk, and the plain backup beside it.
public struct StoreSettings: Equatable, Sendable {
  /// `min_free`, in bytes: with less free on the disk, acknowledged passings are removed, oldest first. 0: never.
  public var minFree: Int64
  /// `backup`: whether every session file is also kept as a CSV file in the reader's own format.
  public var backup: Bool
  /// `backup_max_size`, in bytes: most that the backup takes in all; the oldest files go first.
  public var backupMaxSize: Int64
  /// `backup_max_age`: backup files that nothing was added to for so long are removed.
  public var backupMaxAge: Duration

  /// Settings of the store.
  public init(
    minFree: Int64 = 100 << 20, backup: Bool = true, backupMaxSize: Int64 = 100 << 20,
    backupMaxAge: Duration = .seconds(90 * 86_400)
  ) {
    self.minFree = minFree
    self.backup = backup
    self.backupMaxSize = backupMaxSize
    self.backupMaxAge = backupMaxAge
  }
}
