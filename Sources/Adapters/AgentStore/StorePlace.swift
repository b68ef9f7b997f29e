import LinuxSystem

/// Whether the files that are open are those that stand in the store's folder. One that was removed or replaced is
/// written to as before, and nobody would find again what is written.
struct StorePlace {
  /// What is not as it was.
  enum Change {
    /// The database, or what SQLite keeps beside it.
    case database(words: String)
    /// Only the file that the lock is on.
    case lock

    var words: String {
      switch self {
      case .database(let words): words
      case .lock: "\(AgentDatabase.lockName) was removed"
      }
    }
  }

  /// So often it is looked at, in nanoseconds.
  static let interval: Int64 = 4_000_000_000

  private let path: String
  private let interval: Int64
  private var known: [String: FileStatus] = [:]
  private var lookedAt: Int64

  /// The place of a database that was opened just now.
  init(_ path: String, interval: Int64 = StorePlace.interval) {
    self.path = path
    self.interval = interval
    lookedAt = SystemClock.monotonicNanoseconds
    _ = lookForDatabase()
    _ = lookForLock()
  }

  /// Whether it is time to look.
  func isDue(at now: Int64) -> Bool { now - lookedAt >= interval }

  /// What has changed; nil for nothing. What the disk does not tell has not changed.
  mutating func change(at now: Int64) -> Change? {
    lookedAt = now
    if let words = lookForDatabase() { return .database(words: words) }
    return lookForLock() ? .lock : nil
  }

  /// The log and the shared memory appear when they are used first.
  private mutating func lookForDatabase() -> String? {
    for ending in ["", "-wal", "-shm"] {
      if let words = look("\(path)\(ending)") { return words }
    }
    return nil
  }

  private mutating func lookForLock() -> Bool {
    look("\(Files.parent(of: path))/\(AgentDatabase.lockName)") != nil
  }

  private mutating func look(_ path: String) -> String? {
    let now: FileStatus?
    do { now = try Files.status(path, followingLinks: false) } catch { return nil }
    guard let former = known[path] else {
      known[path] = now
      return nil
    }
    guard let now else {
      let folder = Files.parent(of: path)
      return Files.exists(folder) ? "\(path) was removed" : "the folder \(folder) was removed"
    }
    return now.isSame(as: former) ? nil : "\(path) was replaced by another file"
  }
}
