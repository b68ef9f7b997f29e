import AgentCore
import One4AllProtocol

/// Reads every passing once, in slices, to see whether all can be read: after an end that was not orderly, of a file
/// that is too large to be checked before it is used.
struct RowCheck {
  private static let slice = 2000
  private var next: Int64 = 0

  /// Reads the next rows.
  /// - Returns: whether there are more.
  /// - Throws: SQLITE_CORRUPT for rows that cannot be read.
  mutating func step(_ database: borrowing AgentDatabase) throws(StoreError) -> Bool {
    guard let last = try database.passings.rows.check(after: next, limit: RowCheck.slice) else {
      return false
    }
    next = last
    return true
  }
}
