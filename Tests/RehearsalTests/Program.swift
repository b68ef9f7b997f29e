import Glibc
import LinuxSystem

/// A program that a test runs beside itself; killed when the test lets go of it.
final class Program {
  private let child: pid_t
  private var status: Int32?

  /// Starts a program, found in PATH unless it has a slash.
  /// - Parameter output: where its standard output goes; its standard error is thrown away.
  init(_ words: [String], output: String = "/dev/null") throws(SystemError) {
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var started = pid_t()
    let result = posix_spawnp(&started, words[0], &actions, nil, &arguments, environ)
    guard result == 0 else { throw SystemError("posix_spawn", words[0], number: result) }
    child = started
  }

  deinit {
    guard status == nil else { return }
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
  }

  /// Sends it a signal.
  func signal(_ number: Int32) { kill(child, number) }

  /// Waits for its end.
  /// - Returns: its exit code, or the negative number of the signal that ended it.
  func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while waitpid(child, &raw, 0) == -1 && errno == EINTR {}
    let code = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : -(raw & 0x7F)
    status = code
    return code
  }

  /// Runs a program to its end and gives its exit code.
  static func run(_ words: String...) throws(SystemError) -> Int32 { try Program(words).wait() }
}
