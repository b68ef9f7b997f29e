public import AgentCore
import CSQLite
import Glibc
import LinuxSystem

/// The agent's state on disk: a SQLite database that one process at a time uses.
public struct AgentDatabase: ~Copyable {
  /// Name of the database in its folder.
  public static let fileName = "one4all.db"
  /// Name of the lock in its folder.
  public static let lockName = "one4all.lock"

  /// Path of the database.
  public let path: String
  /// Where the former database was put because it was damaged; nil when it was not, or when that was noted before.
  public private(set) var setAside: String?
  /// Why it was damaged; nil when that is not known.
  private(set) var damage: String?
  /// Whether the rows must still be read to know that they are whole.
  let isUnchecked: Bool

  // Members end in this order: statements before their connection, the connection before the lock.
  let bindings: BindingTable
  var passings: PassingStore
  let connection: Connection
  private let lock: StoreLock

  /// Opens the database in that folder and brings it to the schema that this agent knows. A missing folder is made
  /// (mode 0750); a damaged database is set aside and a new one made.
  /// - Parameter busyTimeout: milliseconds to wait for a transaction of a person's tool.
  /// - Throws: when the folder or file cannot be used, another process has it, or a newer agent wrote it.
  public static func open(directory: String, busyTimeout: Int32 = 5000) throws(StoreError) -> AgentDatabase {
    do { try Files.makeFolder(directory, mode: 0o750) } catch { throw .system(error) }
    let lock = try StoreLock("\(directory)/\(lockName)")
    return try open(directory: directory, busyTimeout: busyTimeout, lock: lock)
  }

  static func open(directory: String, busyTimeout: Int32, lock: StoreLock) throws(StoreError) -> AgentDatabase
  {
    let path = "\(directory)/\(fileName)"
    var damage: String?
    var aside: String?
    var isUnchecked = false
    do {
      isUnchecked = try IntegrityCheck.run(path, busyTimeout: busyTimeout)
      try sealPages(of: path, busyTimeout: busyTimeout)
    } catch {
      guard error.isDamage(atOpening: true) else { throw error }
      damage = "\(error)"
      aside = try setAside(path)
    }
    var opened: AgentDatabase?
    do {
      opened = try AgentDatabase(path, busyTimeout: busyTimeout, isUnchecked: isUnchecked, lock: lock)
    } catch {
      // A new file that cannot be used is no damage: another one would not do better.
      guard aside == nil, error.isDamage(atOpening: true) else { throw error }
      damage = "\(error)"
      aside = try setAside(path)
    }
    var database =
      if let opened = opened.take() { opened } else {
        try AgentDatabase(path, busyTimeout: busyTimeout, isUnchecked: false, lock: lock)
      }
    // Before anything is kept: whatever happens, what can be read of the damaged one will be taken over. It may have
    // been set aside by a process that did not come as far as this.
    let noted = try SalvageTable.noteAll(in: directory, database.connection)
    if let aside { try SalvageTable.note(aside, reason: damage, in: database.connection) }
    database.setAside = aside ?? noted.last
    database.damage = damage
    return database
  }

  private static func setAside(_ path: String) throws(StoreError) -> String {
    try DamagedFile.setAside(path, at: WallTime(milliseconds: SystemClock.wallMilliseconds))
  }

  /// Seals the pages of a database that was made before seals were introduced, in a copy that takes its place. Where
  /// there is no room for that it is used as it is.
  private static func sealPages(of path: String, busyTimeout: Int32) throws(StoreError) {
    guard Files.exists(path) else { return }
    let copy = "\(path).sealing"
    unlink(copy)
    do {
      let connection = try Connection(path, busyTimeout: busyTimeout)
      guard !connection.isSealed else { return }
      do throws(StoreError) {
        let name = UInt32.random(in: 1...UInt32(Int32.max))
        try connection.run(
          "PRAGMA application_id = \(name); PRAGMA wal_checkpoint(TRUNCATE)", for: "seal the store")
        try connection.copySealed(to: copy)
      } catch {
        unlink(copy)
        guard !error.isPassing else { return }
        throw error
      }
    }
    // The last connection has taken the log with it.
    guard !Files.exists("\(path)-wal") else { return }
    do { try Files.move(copy, to: path) } catch { throw .system(error) }
  }

  private init(_ path: String, busyTimeout: Int32, isUnchecked: Bool, lock: StoreLock) throws(StoreError) {
    try StoreFiles.prepare(path)
    let connection = try Connection(path, busyTimeout: busyTimeout)
    try AgentDatabase.configure(connection)
    try Schema.migrate(connection)
    let bindings = try BindingTable(connection)
    let passings = try PassingStore(connection, boot: BootIdentity.current)
    self.bindings = bindings
    self.passings = passings
    self.path = path
    setAside = nil
    damage = nil
    self.isUnchecked = isUnchecked
    self.connection = connection
    self.lock = lock
  }

  private static func configure(_ connection: borrowing Connection) throws(StoreError) {
    // A number of its own, in the file before there is a log: so a log can be told from another database's.
    if try connection.integer("PRAGMA page_count", for: "configure") == 0 {
      let name = UInt32.random(in: 1...UInt32(Int32.max))
      try connection.run("PRAGMA application_id = \(name)", for: "configure")
    }
    let mode = try connection.text("PRAGMA journal_mode = WAL", for: "switch to WAL")
    guard mode == "wal" else {
      throw .database(
        operation: "switch to WAL", path: connection.path, number: SQLITE_CANTOPEN,
        reason: "the file system allows only \(mode)")
    }
    // FULL: a transaction is on the disk when its COMMIT returns. 1 MiB of cache is plenty for what is read. The log
    // is worked into the file every 1000 pages, so that it stays at about 4 MB, and is used again from its beginning.
    // What is deleted is not overwritten with zeros: that would be written to the SD card for nothing.
    try connection.run(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -1024; PRAGMA secure_delete = OFF; "
        + "PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 4194304", for: "configure")
  }

  /// All bindings of that cloud, by serial number.
  public borrowing func bindings(cloud: String) throws(StoreError) -> [DeviceBinding] {
    try bindings.read(cloud: cloud)
  }

  /// Everything that the core needs at its start, in the same time however many passings there are. From now on the
  /// summaries show the sessions of that cloud.
  public mutating func snapshot(cloud: String) throws(StoreError) -> StoreSnapshot {
    let former = passings.cloud
    passings.cloud = cloud
    do throws(StoreError) {
      return StoreSnapshot(
        bindings: try bindings.read(cloud: cloud), files: try passings.summaries(),
        doubtfulTotal: try passings.doubtful.count(), firstContacts: try passings.readers.all(),
        damages: try SalvageTable.recent(in: connection))
    } catch {
      passings.cloud = former
      throw error
    }
  }

  /// Does all of that in one transaction, or nothing of it. When this returns, what was done is on the disk.
  public mutating func apply(_ requests: [StoreRequest]) throws(StoreError) {
    _ = try perform(requests.map { .state($0) })
  }

  /// Does all of that in one transaction, or nothing of it. When this returns, what was done is on the disk.
  /// - Returns: one report for each request, in their order.
  public mutating func perform(_ requests: [PassingRequest]) throws(StoreError) -> [PassingReport] {
    try perform(requests.map { .passings($0) }).compactMap { answer in
      switch answer {
      case .passings(let report): report
      case .state: nil
      }
    }
  }

  mutating func perform(_ work: [StoreWork]) throws(StoreError) -> [StoreAnswer] {
    try transaction(isWriting: work.contains(where: \.isWriting)) { (database) throws(StoreError) in
      var answers: [StoreAnswer] = []
      answers.reserveCapacity(work.count)
      for work in work {
        switch work {
        case .state(let request): answers.append(.state(try database.perform(request)))
        case .passings(let request): answers.append(.passings(try database.passings.perform(request)))
        }
      }
      return answers
    }
  }

  /// Runs `body` in one transaction: all that it does is on disk when this returns, or nothing of it.
  mutating func transaction<Result>(
    isWriting: Bool = true, _ body: (inout AgentDatabase) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try connection.run(isWriting ? "BEGIN IMMEDIATE" : "BEGIN", for: "begin")
    do {
      let result = try body(&self)
      try connection.run("COMMIT", for: "commit")
      return result
    } catch {
      // SQLite has rolled back by itself after some errors; then this fails and changes nothing.
      try? connection.run("ROLLBACK", for: "roll back")
      passings.forgetUncommitted()
      throw error
    }
  }

  private borrowing func perform(_ request: StoreRequest) throws(StoreError) -> StoreReport {
    switch request {
    case .keep(let binding):
      try bindings.keep(binding)
      return .kept(binding)
    case .forget(let cloud, let serialNumber):
      try bindings.forget(cloud: cloud, serialNumber: serialNumber)
      return .forgotten(cloud: cloud, serialNumber: serialNumber)
    case .noteLastSeen(let cloud, let serialNumber, let time):
      try bindings.noteLastSeen(cloud: cloud, serialNumber: serialNumber, time)
      return .noted(cloud: cloud, serialNumber: serialNumber, time)
    }
  }
}
