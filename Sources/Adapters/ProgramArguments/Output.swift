import CLinux
import Glibc
import Synchronization

/// Words to the person at the terminal.
///
/// Work goes on when its words cannot be written; `ending` says so at its end. Whoever only shows something looks at
/// `isLost` and stops.
public enum Output {
  /// The error number of the first write to standard output that failed; 0 while none has.
  private static let failure = Atomic<Int32>(0)

  /// Writes to standard output as it is. After a write that failed nothing more is written.
  public static func write(_ text: String) {
    guard !isLost else { return }
    let number = put(text, 1)
    if number != 0 { failure.store(number, ordering: .relaxed) }
  }
  /// Writes to standard error as it is.
  public static func complain(_ text: String) { _ = put(text, 2) }
  /// Whether something could not be written to standard output.
  public static var isLost: Bool { failure.load(ordering: .relaxed) != 0 }
  /// Whether standard output is a terminal that wants colour (NO_COLOR is honoured).
  public static var isColourTerminal: Bool {
    isatty(1) == 1 && getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"
  }
  /// Whether standard error is a terminal.
  public static var isErrorTerminal: Bool { isatty(2) == 1 }

  /// The exit code of a program that came to `code`: 71 when its words could not be written, which is told. Whoever
  /// closes the pipe has read enough, and is told nothing.
  /// - Parameter program: its name, for the complaint.
  public static func ending(_ program: String, _ code: Int32) -> Int32 {
    let number = failure.load(ordering: .relaxed)
    guard number != 0, number != EPIPE else { return code }
    complain("\(program): write standard output: \(String(cString: strerror(number)))\n")
    return ExitCode.systemError.rawValue
  }

  /// Writes everything.
  /// - Returns: 0, or the error number.
  private static func put(_ text: String, _ descriptor: Int32) -> Int32 {
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        offset += count
        continue
      }
      guard count < 0 else { return EIO }
      if errno == EINTR { continue }
      guard errno == EAGAIN else { return errno }
      // A terminal may have been set not to block by another program.
      var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&wanted, 1, -1)
    }
    return 0
  }
}

/// Exit codes of all programs.
public enum ExitCode: Int32, Sendable {
  /// It went well.
  case success = 0
  /// It ran, and something is wrong: not all is well, or the work failed.
  case failure = 1
  /// The arguments make no sense (sysexits EX_USAGE).
  case usage = 64
  /// Input data is wrong (EX_DATAERR).
  case dataError = 65
  /// An input file cannot be read (EX_NOINPUT).
  case noInput = 66
  /// The daemon, the reader or the port is not there (EX_UNAVAILABLE).
  case unavailable = 69
  /// A system call failed that should not (EX_OSERR).
  case systemError = 71
  /// Permission is missing (EX_NOPERM).
  case noPermission = 77
  /// The configuration is wrong (EX_CONFIG).
  case configuration = 78
}
