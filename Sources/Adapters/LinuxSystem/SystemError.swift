import CLinux
import Glibc

/// A system call that failed: which, on what, and the number that the kernel gave.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The call, e.g. `open`.
  public let operation: String
  /// What it was done to, e.g. a path; empty when there is nothing to name.
  public let subject: String
  /// The kernel's error number (errno).
  public let number: Int32

  /// In place of the kernel's number: what should be an ordinary file is none.
  public static let notOrdinary: Int32 = -2

  /// An error of that call.
  public init(_ operation: String, _ subject: String = "", number: Int32) {
    self.operation = operation
    self.subject = subject
    self.number = number
  }

  /// One line for a person, e.g. `open /dev/ttyUSB0: No such file or directory`.
  public var description: String {
    subject.isEmpty ? "\(operation): \(reason)" : "\(operation) \(subject): \(reason)"
  }

  /// The number in words.
  public var reason: String { SystemError.text(for: number) }

  /// An error number in words.
  public static func text(for number: Int32) -> String {
    if number == notOrdinary { return "it is not an ordinary file" }
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Runs a system call, again while a signal interrupts it, and throws its error number.
/// - Parameters:
///   - operation: the call's name, for the error.
///   - subject: what it is done to, for the error.
///   - body: the call; -1 means failure.
@discardableResult
public func system<Result: SignedInteger>(
  _ operation: String, _ subject: String = "", _ body: () -> Result
) throws(SystemError) -> Result {
  while true {
    let result = body()
    if result != -1 { return result }
    let number = errno
    if number != EINTR { throw SystemError(operation, subject, number: number) }
  }
}
