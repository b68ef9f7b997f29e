import CSQLite
import LinuxSystem

/// Whether a database can be trusted, looked at before it is used.
///
/// Reading every page takes seconds once there are millions of rows, so it is not done at a start. While the file is
/// small, all of it is checked, indexes included. Of a large one only what costs next to nothing is: the header, the
/// page count against the file's length, the schema, and the small tables. SQLite removes the log (`-wal`) when the last
/// connection closes in order, and this process holds the store's lock: a log that is there at opening means that its
/// last owner was killed or lost power. Then the rows of a large file are read once the agent is at work (`RowCheck`).
enum IntegrityCheck {
  // Up to that size a full check takes some ten milliseconds.
  private static let smallSize: Int64 = 4 << 20
  // The smallest page that SQLite knows.
  private static let smallestSize: Int64 = 512
  private static let largeTables = ["passing", "doubtful_frame"]

  /// Throws SQLITE_CORRUPT or SQLITE_NOTADB for a damaged file. A file that a newer agent wrote is not looked into
  /// further. Neither the file nor its log is changed.
  /// - Returns: whether the rows must still be read to know that they are whole.
  static func run(_ path: String, busyTimeout: Int32) throws(StoreError) -> Bool {
    let size: Int64?
    let hasLog: Bool
    do {
      size = try Files.status(path)?.size
      hasLog = (try Files.status("\(path)-wal")?.size ?? 0) > 0
    } catch { throw .system(error) }
    guard let size else {
      if hasLog { throw damage(path, "there is a log without its database") }
      return false
    }
    // SQLite would take such a file for a new one, and what was in it would be gone without a word.
    guard size >= smallestSize else { throw damage(path, "the file is cut off at \(size) bytes") }
    let connection = try Connection(path, busyTimeout: busyTimeout)
    connection.setKeepsLogOnClose(hasLog)
    let version = try Schema.version(of: connection)
    guard version <= Schema.version else {
      throw .newerSchema(path: path, found: version, known: Schema.version)
    }
    let tables = try tables(of: connection)
    guard !tables.isEmpty else { return false }
    if size <= smallSize {
      try expectOK(connection, "PRAGMA integrity_check(1)")
      return false
    }
    for table in tables where !largeTables.contains(table) {
      try expectOK(connection, "PRAGMA quick_check(\(table))")
    }
    return hasLog
  }

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

  private static func damage(_ path: String, _ reason: String) -> StoreError {
    let line = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
    return .database(operation: "check", path: path, number: SQLITE_CORRUPT, reason: line)
  }
}
