import CPageSeals
import CSQLite
import Glibc
import LinuxSystem

/// An open SQLite database. Its pages are sealed, but for one that was made before seals were introduced.
struct Connection: ~Copyable {
  let path: String
  /// SQLite's, as long as this lives.
  let handle: OpaquePointer
  /// Whether its pages are sealed.
  let isSealed: Bool

  /// Opens a file, making it when it is not there.
  /// - Parameters:
  ///   - busyTimeout: milliseconds to wait for another process' transaction.
  ///   - readOnly: whether the file must be there and stays as it is.
  ///   - sealing: whether the pages of a new one carry seals.
  init(_ path: String, busyTimeout: Int32, readOnly: Bool = false, sealing: Bool = true) throws(StoreError) {
    var handle: OpaquePointer?
    // Used by one thread at a time, which the owner sees to.
    let access = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    guard Connection.sealing == SQLITE_OK else {
      throw Connection.error("register the seals", path, Connection.sealing, nil)
    }
    let result = sqlite3_open_v2(path, &handle, flags, sealing ? ONE4ALL_SEALING_VFS : nil)
    guard let handle, result == SQLITE_OK else {
      let error = Connection.error("open", path, result, handle)
      sqlite3_close_v2(handle)
      throw error
    }
    self.path = path
    self.handle = handle
    var isSealed: Int32 = 0
    sqlite3_file_control(handle, "main", ONE4ALL_IS_SEALED, &isSealed)
    self.isSealed = isSealed != 0
    sqlite3_busy_timeout(handle, busyTimeout)
    one4all_sqlite_harden(handle)
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Connection.longest)
    // For a new one; a file that is there keeps what it has.
    if sealing, isSealed != 0 { reserveSeals() }
    sqlite3_exec(handle, "PRAGMA cell_size_check = ON", nil, nil, nil)
  }

  /// Most bytes in a row or a value.
  private static let longest: Int32 = 16 << 20

  private static let sealing = one4all_register_sealing_vfs()

  /// Leaves room for seals in the pages that are made from now on.
  func reserveSeals() {
    var size = Int32(ONE4ALL_SEAL_SIZE)
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &size)
  }

  /// Writes all that is in it to a new file, with sealed pages, and makes sure that it is on the disk.
  func copySealed(to target: String) throws(StoreError) {
    reserveSeals()
    let quoted = target.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    try run("VACUUM INTO '\(quoted)'", for: "copy the store")
    do {
      let file = Descriptor(
        owning: try system("open", target) { open(target, O_RDONLY | O_CLOEXEC) })
      try system("fsync", target) { fsync(file.number) }
    } catch { throw .system(error) }
  }

  deinit { sqlite3_close_v2(handle) }

  /// Whether the log of changes stays beside the file when it is closed, not worked into it.
  func setKeepsLogOnClose(_ keeps: Bool) { one4all_sqlite_keep_log_on_close(handle, keeps ? 1 : 0) }

  /// Runs statements that give no rows.
  /// - Parameter operation: what it is done for, for the error.
  func run(_ sql: String, for operation: String) throws(StoreError) {
    let result = sqlite3_exec(handle, sql, nil, nil, nil)
    guard result == SQLITE_OK else { throw Connection.error(operation, path, result, handle) }
  }

  /// A statement to use many times.
  func prepare(_ sql: String, for operation: String) throws(StoreError) -> Statement {
    var statement: OpaquePointer?
    let result = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard result == SQLITE_OK, let statement else {
      throw Connection.error(operation, path, result, handle)
    }
    return Statement(owning: statement, operation: operation, path: path)
  }

  /// The whole number that a statement gives in its first row; 0 when it gives none.
  func integer(_ sql: String, for operation: String) throws(StoreError) -> Int64 {
    let statement = try prepare(sql, for: operation)
    return try statement.step() ? statement.integer(0) : 0
  }

  /// The text that a statement gives in its first row; empty when it gives none.
  func text(_ sql: String, for operation: String) throws(StoreError) -> String {
    let statement = try prepare(sql, for: operation)
    return try statement.step() ? statement.text(0) : ""
  }

  /// The statements that are prepared now.
  func statements() -> [String] {
    var statements: [String] = []
    var statement = sqlite3_next_stmt(handle, nil)
    while let current = statement {
      if let text = sqlite3_sql(current) { statements.append(String(cString: text)) }
      statement = sqlite3_next_stmt(handle, current)
    }
    return statements
  }

  static func error(_ operation: String, _ path: String, _ result: Int32, _ handle: OpaquePointer?)
    -> StoreError
  {
    // The handle's words are about the last call only when their number is that call's.
    let isLast = handle != nil && sqlite3_extended_errcode(handle) == result
    let words = isLast ? sqlite3_errmsg(handle) : sqlite3_errstr(result)
    return .database(
      operation: operation, path: path, number: result,
      reason: words.map { String(cString: $0) } ?? "SQLite error")
  }
}
