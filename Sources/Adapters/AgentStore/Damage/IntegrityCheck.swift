import AgentCore
import CSQLite
import Glibc
import LinuxSystem

/// Whether a database can be trusted, looked at before it is used.
///
/// Reading every page takes seconds once there are millions of rows, so it is not done at a start. While the file is
/// small, all of it is checked, indexes included. Of a large one only what costs next to nothing is: the header, the
/// page count against the file's length, the schema, the counters against the spans, and the small tables. Every page
/// that is read later is held against its seal. SQLite removes the log (`-wal`) when the last connection closes in
/// order, and this process holds the store's lock: a log that is there at opening means that its last owner was killed
/// or lost power. Then the rows of a large file are read once the agent is at work (`RowCheck`).
enum IntegrityCheck {
  // Up to that size a full check takes some ten milliseconds.
  private static let smallSize: Int64 = 4 << 20
  private static let largeTables = ["passing", "doubtful_frame"]

  /// Throws SQLITE_CORRUPT or SQLITE_NOTADB for a damaged file, or what is none. A file that a newer agent wrote is not
  /// looked into further. Neither the file nor its log is changed.
  /// - Returns: whether the rows must still be read to know that they are whole.
  static func run(_ path: String, busyTimeout: Int32) throws(StoreError) -> Bool {
    guard let size = try plainFile(path) else { return false }
    let hasLog = (try status("\(path)-wal")?.size ?? 0) > 0
    try checkFirstPage(path)
    let connection = try Connection(path, busyTimeout: busyTimeout)
    connection.setKeepsLogOnClose(hasLog)
    try checkVersion(connection)
    let tables = try tables(of: connection)
    guard !tables.isEmpty else { return false }
    if size <= smallSize {
      try expectOK(connection, "PRAGMA integrity_check(1)")
    } else {
      for table in tables where !largeTables.contains(table) {
        try expectOK(connection, "PRAGMA quick_check(\(table))")
      }
    }
    // Of an earlier schema they may stand otherwise; it is brought up to date next.
    if try Schema.version(of: connection) == Schema.version { try checkCounters(connection) }
    return hasLog && size > smallSize
  }

  // MARK: What stands there

  /// What should be the store's own file, with nothing odd beside it.
  /// - Returns: its size; nil when there is none, and no log either.
  private static func plainFile(_ path: String) throws(StoreError) -> Int64? {
    for ending in ["-wal", "-shm"] {
      guard let beside = try status(path + ending), beside.kind != .file else { continue }
      throw damage(path, "beside it, \(Files.name(of: path + ending)) is no file")
    }
    guard let status = try status(path) else {
      guard (try self.status("\(path)-wal")?.size ?? 0) == 0 else {
        throw damage(path, "there is a log without its database")
      }
      return nil
    }
    guard status.kind == .file else { throw damage(path, "it is no file but \(words(status.kind))") }
    // SQLite would take such a file for a new one, and what was in it would be gone without a word.
    guard status.size >= Int64(PageFile.pageSize) else {
      throw damage(path, "the file is cut off at \(status.size) bytes")
    }
    guard access(path, R_OK | W_OK) == 0 || errno != EACCES else {
      throw damage(path, "it belongs to user \(status.owner), who lets nobody else use it")
    }
    return status.size
  }

  private static func status(_ path: String) throws(StoreError) -> FileStatus? {
    do { return try Files.status(path, followingLinks: false) } catch { throw .system(error) }
  }

  private static func words(_ kind: FileStatus.Kind) -> String {
    switch kind {
    case .file: "a file"
    case .folder: "a folder"
    case .characterDevice: "a device"
    case .socket: "a socket"
    case .link: "a link"
    case .other: "something else"
    }
  }

  /// Looks at the header before SQLite goes by it.
  private static func checkFirstPage(_ path: String) throws(StoreError) {
    let opened: PageFile?
    do { opened = try PageFile(path) } catch { throw .system(error) }
    guard let file = opened else { throw damage(path, "nothing of it can be read") }
    guard let first = file.page(1).map(PageBytes.init) else {
      throw damage(path, "its first page is damaged")
    }
    guard first.slice(0..<16).map(Array.init) == Array("SQLite format 3\0".utf8),
      first.number16(16) == PageFile.pageSize
    else { throw damage(path, "it is no database of the agent") }
    guard Int(first.byte(20) ?? 0) == PageFile.pageSize - file.usableSize,
      file.beginning == first.slice(0..<21).map(Array.init)
    else {
      throw damage(path, "its header is damaged")
    }
    if let damage = file.log.damage { throw self.damage(path, damage) }
    guard !file.hasForeignLog else { throw damage(path, "the log beside it is another database's") }
  }

  /// A version is believed when a seal vouches for it. All agents that know more than this one seal their pages.
  private static func checkVersion(_ connection: borrowing Connection) throws(StoreError) {
    let version = try Schema.version(of: connection)
    if version > Schema.version, connection.isSealed {
      throw .newerSchema(path: connection.path, found: version, known: Schema.version)
    }
    guard 0...Schema.version ~= version else {
      throw damage(connection.path, "it says that it is of version \(version), which no seal vouches for")
    }
    let isOurs = try tables(of: connection).contains("device_binding")
    let isEmpty = try tables(of: connection).isEmpty
    guard isOurs ? version > 0 : isEmpty && version == 0 else {
      throw damage(connection.path, "it is no database of the agent")
    }
  }

  // MARK: What it says

  private static func tables(of connection: borrowing Connection) throws(StoreError) -> [String] {
    let names = try connection.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'", for: "check")
    var tables: [String] = []
    while try names.step() { tables.append(names.text(0)) }
    return tables
  }

  private static func expectOK(_ connection: borrowing Connection, _ sql: String) throws(StoreError) {
    let verdict = try connection.text(sql, for: "check")
    guard verdict == "ok" else { throw damage(connection.path, verdict) }
  }

  /// The counters of each file change in the transactions that change its spans.
  private static func checkCounters(_ connection: borrowing Connection) throws(StoreError) {
    var spans: [Int64: StoredSpans] = [:]
    let rows = try connection.prepare(
      "SELECT file_id, kind, low, high FROM span", for: "check")
    while try rows.step() {
      guard let kind = SpanKind(rawValue: rows.integer(1)), let low = UInt32(exactly: rows.integer(2)),
        let high = UInt32(exactly: rows.integer(3)), low <= high
      else { throw damage(connection.path, "a span of numbers is none") }
      spans[rows.integer(0), default: StoredSpans()].insert(kind, low...high)
    }
    for file in try FileTable(connection).all() {
      let found = spans.removeValue(forKey: file.id) ?? StoredSpans()
      guard found.isConsistent, found.agree(with: file) else {
        throw damage(connection.path, "what is counted of \(file.key) is not what is there")
      }
    }
    guard spans.isEmpty else { throw damage(connection.path, "there are passings of no session file") }
  }

  private static func damage(_ path: String, _ reason: String) -> StoreError {
    let line = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
    return .database(operation: "check", path: path, number: SQLITE_CORRUPT, reason: line)
  }
}
