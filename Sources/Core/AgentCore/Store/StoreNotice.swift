/// What the store tells without being asked.
public enum StoreNotice: Equatable, Sendable {
  /// The database was damaged: it is kept under that path, and a new one is in use. Every file as it is now: its
  /// passings come back as they are salvaged.
  case setAside(path: String, reason: String, [FileSummary])
  /// What could be read of a damaged database is in the new one: so many passings. Of those that were not acknowledged,
  /// `unreadable` are not stored any more: the reader has to be asked for them. Every file as it is now.
  case salvaged(passings: Int, unreadable: Int, [FileSummary])
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
