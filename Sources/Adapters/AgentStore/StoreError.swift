public import AgentCore
import CSQLite
public import LinuxSystem

/// Why the store cannot be opened or used.
public enum StoreError: Error, Equatable, Sendable {
  /// A file or folder cannot be used.
  case system(SystemError)
  /// SQLite refuses: what was done to which file, its extended result code and its words.
  case database(operation: String, path: String, number: Int32, reason: String)
  /// Another process has the store open; its number when it is known.
  case inUse(path: String, holder: Int32?)
  /// The file was written by a newer version of the agent; nothing of it was touched.
  case newerSchema(path: String, found: Int, known: Int)
  /// The store was closed before.
  case closed(path: String)
}

extension StoreError {
  /// Whether the file itself is at fault, not the way to it: SQLITE_CORRUPT or SQLITE_NOTADB.
  var isDamage: Bool {
    switch self {
    case .database(_, _, let number, _): [SQLITE_CORRUPT, SQLITE_NOTADB].contains(number & 0xFF)
    case .system, .inUse, .newerSchema, .closed: false
    }
  }

  /// Whether the file itself is at fault. When it is opened, nothing but what stands in it can make a statement fail
  /// that has always done.
  func isDamage(atOpening: Bool) -> Bool {
    guard case .database = self else { return false }
    return isDamage || (atOpening && !isPassing)
  }

  /// Whether it may be gone when the same is tried later: no room, no memory, no way to the file.
  var isPassing: Bool {
    switch self {
    case .database(_, _, let number, _):
      [
        SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_READONLY, SQLITE_INTERRUPT, SQLITE_IOERR,
        SQLITE_FULL,
        SQLITE_CANTOPEN, SQLITE_PROTOCOL, SQLITE_PERM,
      ].contains(number & 0xFF)
    case .system: true
    case .inUse, .newerSchema, .closed: false
    }
  }

  /// Whether the disk does not give what stands on it.
  var isUnreadable: Bool {
    guard case .database(_, _, let number, _) = self else { return false }
    return number & 0xFF == SQLITE_IOERR && (number >> 8 == 1 || number >> 8 == 2)
  }

  /// For the core.
  public var failure: StoreFailure {
    switch self {
    case .system(let error):
      StoreFailure(operation: error.operation, number: error.number, description: "\(self)")
    case .database(let operation, _, let number, _):
      StoreFailure(operation: operation, number: number, description: "\(self)")
    case .inUse: StoreFailure(operation: "lock", number: SQLITE_BUSY, description: "\(self)")
    case .newerSchema: StoreFailure(operation: "open", number: SQLITE_SCHEMA, description: "\(self)")
    case .closed: StoreFailure(operation: "open", number: SQLITE_MISUSE, description: "\(self)")
    }
  }
}

extension StoreError: CustomStringConvertible {
  /// One line for a person, with the remedy where there is one.
  public var description: String {
    switch self {
    case .system(let error): "\(error)"
    case .database(let operation, let path, let number, let reason):
      "\(operation) \(path): \(reason) (SQLite \(number))"
    case .inUse(let path, let holder?):
      "\(path) is in use by process \(holder): only one agent may use a store"
    case .inUse(let path, nil): "\(path) is in use by another process: only one agent may use a store"
    case .newerSchema(let path, let found, let known):
      "\(path) has schema version \(found), and this agent knows \(known): "
        + "install the newer agent again, or set another store directory"
    case .closed(let path): "\(path) is closed"
    }
  }
}
