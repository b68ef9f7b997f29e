import Glibc
import LinuxSystem

/// A program that a test runs beside itself; killed when the test lets go of it.
public final class Program {
  /// Where the programs of this build are: beside the tests.
  public static let builtFolder: String = Files.parent(of: (try? Files.resolve("/proc/self/exe")) ?? "")

  private let child: pid_t
  private var status: Int32?

  /// Starts a program, found in PATH unless it has a slash.
  /// - Parameters:
  ///   - output: where its standard output goes.
  ///   - errors: where its standard error goes.
  ///   - variables: what it finds in its environment beside that of the tests.
  public init(
    _ words: [String], output: String = "/dev/null", errors: String = "/dev/null",
    variables: [String: String] = [:]
  ) throws(SystemError) {
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var environment = variables.map { strdup("\($0.key)=\($0.value)") }
    defer { for variable in environment.prefix(variables.count) { free(variable) } }
    for place in 0... {
      guard let variable = environ[place] else { break }
      environment.append(variable)
    }
    environment.append(nil)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    var started = pid_t()
    let result = posix_spawnp(&started, words[0], &actions, nil, &arguments, &environment)
    guard result == 0 else { throw SystemError("posix_spawn", words[0], number: result) }
    child = started
  }

  deinit {
    guard status == nil else { return }
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
  }

  /// Its number.
  public var processID: Int32 { child }

  /// Sends it a signal.
  public func signal(_ number: Int32) { kill(child, number) }

  /// Whether it has ended. Does not wait.
  public var isOver: Bool {
    if status != nil { return true }
    var raw: Int32 = 0
    guard waitpid(child, &raw, WNOHANG) == child else { return false }
    status = Program.code(raw)
    return true
  }

  /// Waits for its end.
  /// - Returns: its exit code, or the negative number of the signal that ended it.
  public func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while waitpid(child, &raw, 0) == -1 && errno == EINTR {}
    let code = Program.code(raw)
    status = code
    return code
  }

  /// Runs a program to its end and gives its exit code.
  public static func run(_ words: String...) throws(SystemError) -> Int32 { try Program(words).wait() }

  private static func code(_ raw: Int32) -> Int32 { raw & 0x7F == 0 ? (raw >> 8) & 0xFF : -(raw & 0x7F) }
}
