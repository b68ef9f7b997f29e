public import AgentCore
import CSQLite
import LinuxSystem

/// The agent's state on disk: a SQLite database that one process at a time uses.
public struct AgentDatabase: ~Copyable {
  /// Name of the database in its folder.
  public static let fileName = "one4all.db"
  /// Name of the lock in its folder.
  public static let lockName = "one4all.lock"

  /// Path of the database.
  public let path: String
  /// Where the former database was put because it was damaged; nil when it was not.
  public let setAside: String?

  // Members end in this order: statements before their connection, the connection before the lock.
  private let bindings: BindingTable
  private let connection: Connection
  private let lock: StoreLock

  /// Opens the database in that folder and brings it to the schema that this agent knows. A missing folder is made
  /// (mode 0750); a damaged database is set aside and a new one made.
  /// - Parameter busyTimeout: milliseconds to wait for a transaction of a person's tool.
  /// - Throws: when the folder or file cannot be used, another process has it, or a newer agent wrote it.
  public static func open(directory: String, busyTimeout: Int32 = 5000) throws(StoreError) -> AgentDatabase {
    do { try Files.makeFolder(directory, mode: 0o750) } catch { throw .system(error) }
    let lock = try StoreLock("\(directory)/\(lockName)")
    let path = "\(directory)/\(fileName)"
    var aside: String?
    do { try IntegrityCheck.run(path, busyTimeout: busyTimeout) } catch {
      guard error.isDamage else { throw error }
      aside = try DamagedFile.setAside(path, at: WallTime(milliseconds: SystemClock.wallMilliseconds))
    }
    return try AgentDatabase(path, busyTimeout: busyTimeout, setAside: aside, lock: lock)
  }

  private init(_ path: String, busyTimeout: Int32, setAside: String?, lock: consuming StoreLock)
    throws(StoreError)
  {
    let connection = try Connection(path, busyTimeout: busyTimeout)
    try AgentDatabase.configure(connection)
    try Schema.migrate(connection)
    bindings = try BindingTable(connection)
    self.path = path
    self.setAside = setAside
    self.connection = connection
    self.lock = lock
  }

  private static func configure(_ connection: borrowing Connection) throws(StoreError) {
    let mode = try connection.text("PRAGMA journal_mode = WAL", for: "switch to WAL")
    guard mode == "wal" else {
      throw .database(
        operation: "switch to WAL", path: connection.path, number: SQLITE_ERROR,
        reason: "the file system allows only \(mode)")
    }
    // FULL: a transaction is on the disk when its COMMIT returns. 1 MiB of cache is plenty for what is read.
    try connection.run(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -1024", for: "configure")
  }

  /// All bindings of that cloud, by serial number.
  public borrowing func bindings(cloud: String) throws(StoreError) -> [DeviceBinding] {
    try bindings.read(cloud: cloud)
  }

  /// Does all of that in one transaction, or nothing of it. When this returns, what was done is on the disk.
  public borrowing func apply(_ requests: [StoreRequest]) throws(StoreError) {
    try connection.run("BEGIN IMMEDIATE", for: "begin")
    do {
      for request in requests {
        switch request {
        case .keep(let binding): try bindings.keep(binding)
        case .forget(let cloud, let serialNumber):
          try bindings.forget(cloud: cloud, serialNumber: serialNumber)
        case .noteLastSeen(let cloud, let serialNumber, let time):
          try bindings.noteLastSeen(cloud: cloud, serialNumber: serialNumber, time)
        }
      }
      try connection.run("COMMIT", for: "commit")
    } catch {
      // SQLite has rolled back by itself after some errors; then this fails and changes nothing.
      try? connection.run("ROLLBACK", for: "roll back")
      throw error
    }
  }
}
