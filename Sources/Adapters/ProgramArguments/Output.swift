import CLinux
import Glibc

/// Words to the person at the terminal.
public enum Output {
  /// Writes to standard output as it is.
  public static func write(_ text: String) { put(text, 1) }
  /// Writes to standard error as it is.
  public static func complain(_ text: String) { put(text, 2) }
  /// Whether standard output is a terminal that wants colour (NO_COLOR is honoured).
  public static var isColourTerminal: Bool {
    isatty(1) == 1 && getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"
  }
  /// Whether standard error is a terminal.
  public static var isErrorTerminal: Bool { isatty(2) == 1 }

  private static func put(_ text: String, _ descriptor: Int32) {
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return }
      offset += count
    }
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
