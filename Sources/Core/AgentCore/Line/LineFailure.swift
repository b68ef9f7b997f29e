/// Why a line cannot be used.
public enum LineFailure: Error, Equatable, Sendable {
  /// There is no such port; which ports there are instead.
  case absent(path: String, present: [String])
  /// Another process has it.
  case busy(path: String, holder: PortHolder?)
  /// The daemon may not open it (EACCES).
  case notPermitted(path: String)
  /// The path is no serial port and no pty.
  case notATerminal(path: String)
  /// The network port does not answer.
  case unreachable(address: String, reason: String)
  /// A system call failed.
  case failed(operation: String, path: String, number: Int32, reason: String)
  /// It was open and went away: unplugged, closed by the other end.
  case lost(reason: String)
}

/// A process that has a port open.
public struct PortHolder: Equatable, Sendable, CustomStringConvertible {
  /// Its number.
  public let processID: Int32
  /// Its name.
  public let name: String

  /// A holder.
  public init(processID: Int32, name: String) {
    self.processID = processID
    self.name = name
  }

  /// `NAME (pid N)`.
  public var description: String { "\(name) (pid \(processID))" }
}

extension LineFailure: CustomStringConvertible {
  /// One line for a person, with the remedy where there is one.
  public var description: String {
    switch self {
    case .absent(let path, let present):
      present.isEmpty
        ? "no port \(path), and no serial port at all: is the cable plugged in?"
        : "no port \(path); there is \(present.joined(separator: ", "))"
    case .busy(let path, let holder?): "\(path) is in use by \(holder)"
    case .busy(let path, nil): "\(path) is in use by another process"
    case .notPermitted(let path):
      "no permission to open \(path): the daemon's user must be in the group that owns it (dialout)"
    case .notATerminal(let path): "\(path) is neither a serial port nor a pty"
    case .unreachable(let address, let reason): "\(address) cannot be reached: \(reason)"
    case .failed(let operation, let path, _, let reason): "\(operation) \(path): \(reason)"
    case .lost(let reason): "the line was lost: \(reason)"
    }
  }
}
