/// What the store tells without being asked.
public enum StoreNotice: Equatable, Sendable {
  /// The database was damaged or taken away, and a new one is in use; or something has become of a damaged one. Every
  /// file as it is now: passings of a damaged one come back as they are salvaged. Of those that were not acknowledged,
  /// what could not be read is not stored any more: the reader has to be asked for them.
  case damaged(StoreDamage, [FileSummary])
  /// The store's folder cannot be used any more, and nothing takes its place yet; told again when the reason changes.
  case unreachable(reason: String)
  /// The store's folder can be used again.
  case reachable
  /// The disk has less room than `min_free`; so many acknowledged passings were removed since the last notice. In bytes.
  case diskLow(free: Int64, removed: Int)
  /// The disk has less room than `min_free`, and there is nothing left that could be removed. In bytes.
  case diskFull(free: Int64)
  /// The disk has room again. In bytes.
  case diskEnough(free: Int64)
  /// The plain backup cannot be written; said once.
  case backupFailing(StoreFailure)
  /// The plain backup is written again, and what was missing in it was added.
  case backupWritten
}
