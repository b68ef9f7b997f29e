import AgentCore
import CSQLite

/// A prepared statement. Places of parameters count from 1, columns from 0, as SQLite counts them.
struct Statement: ~Copyable {
  private let handle: OpaquePointer
  private let operation: String
  private let path: String

  init(owning handle: OpaquePointer, operation: String, path: String) {
    self.handle = handle
    self.operation = operation
    self.path = path
  }

  deinit { sqlite3_finalize(handle) }

  func bind(_ place: Int32, _ value: Int64) throws(StoreError) {
    try check(sqlite3_bind_int64(handle, place, value))
  }

  func bind(_ place: Int32, _ value: Int64?) throws(StoreError) {
    if let value { try bind(place, value) } else { try check(sqlite3_bind_null(handle, place)) }
  }

  func bind(_ place: Int32, _ value: String) throws(StoreError) {
    var value = value
    let result = value.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        // A null pointer would be NULL, not the empty text.
        $0.baseAddress.map { one4all_sqlite_bind_text(handle, place, $0, Int32(bytes.count)) }
          ?? one4all_sqlite_bind_text(handle, place, "", 0)
      }
    }
    try check(result)
  }

  func bind(_ place: Int32, _ value: String?) throws(StoreError) {
    if let value { try bind(place, value) } else { try check(sqlite3_bind_null(handle, place)) }
  }

  func bind(_ place: Int32, _ value: Int) throws(StoreError) { try bind(place, Int64(value)) }

  func bind(_ place: Int32, _ value: UInt32) throws(StoreError) { try bind(place, Int64(value)) }

  /// Binds bytes as text.
  func bind(_ place: Int32, utf8 bytes: [UInt8]) throws(StoreError) {
    let result = bytes.withUnsafeBytes { buffer in
      one4all_sqlite_bind_text(
        handle, place, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
    }
    try check(result)
  }

  /// Goes on to the next row.
  /// - Returns: whether there is one.
  func step() throws(StoreError) -> Bool {
    let result = sqlite3_step(handle)
    if result == SQLITE_ROW { return true }
    try check(result == SQLITE_DONE ? SQLITE_OK : result)
    return false
  }

  /// Runs a statement that gives no rows, and makes it ready for the next time.
  func run() throws(StoreError) {
    defer { reset() }
    _ = try step()
  }

  /// Runs a statement that gives no rows, and makes it ready for the next time.
  /// - Returns: how many rows it inserted, changed or deleted.
  func runCounting() throws(StoreError) -> Int {
    try run()
    return Int(sqlite3_changes(sqlite3_db_handle(handle)))
  }

  /// Makes the statement ready for the next time; what is bound stays.
  func reset() { sqlite3_reset(handle) }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  /// How many there are of something, 0 to 2^40, whatever a damaged row holds.
  func count(_ column: Int32) -> Int { Int(clamping: min(max(0, integer(column)), FileSummary.mostCounted)) }

  /// The same for SQL that goes on counting: a sum that overflows would be refused for good.
  static func counted(_ column: String) -> String { "max(0, min(\(column), \(FileSummary.mostCounted)))" }

  func integerOrNil(_ column: Int32) -> Int64? {
    sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : integer(column)
  }

  func text(_ column: Int32) -> String {
    guard let text = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
  }

  func textOrNil(_ column: Int32) -> String? {
    sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : text(column)
  }

  /// The bytes of a text, valid until the next step.
  func withText<Result>(_ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    guard let text = sqlite3_column_text(handle, column) else {
      return body(UnsafeBufferPointer(start: nil, count: 0))
    }
    return body(UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(handle, column))))
  }

  /// The error that says that what was read cannot have been written so.
  func damage(_ reason: String) -> StoreError {
    .database(operation: operation, path: path, number: SQLITE_CORRUPT, reason: reason)
  }

  private func check(_ result: Int32) throws(StoreError) {
    if result != SQLITE_OK {
      throw Connection.error(operation, path, result, sqlite3_db_handle(handle))
    }
  }
}
