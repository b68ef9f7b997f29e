import Glibc
import LinuxSystem

/// One of the product's programs, run beside the benchmark; killed when the benchmark lets go of it.
final class ChildProgram {
  private let child: pid_t
  private var isOver = false

  /// Starts a program.
  /// - Parameters:
  ///   - output: where its standard output goes.
  ///   - errors: where its standard error goes.
  ///   - notify: path of the socket to which it says that it is ready.
  init(
    _ words: [String], output: String = "/dev/null", errors: String = "/dev/null", notify: String? = nil
  ) throws(SystemError) {
    var arguments = words.map { strdup($0) } + [nil]
    var environment = ChildProgram.environment(notify: notify).map { strdup($0) } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    var started = pid_t()
    let result = posix_spawn(&started, words[0], &actions, nil, &arguments, &environment)
    guard result == 0 else { throw SystemError("posix_spawn", words[0], number: result) }
    child = started
  }

  deinit {
    guard !isOver else { return }
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
  }

  /// The benchmark's environment, but for whom a program reports to.
  private static func environment(notify: String?) -> [String] {
    var words: [String] = []
    var place = environ
    while let word = place.pointee {
      let text = String(cString: word)
      if !text.hasPrefix("NOTIFY_SOCKET=") && !text.hasPrefix("CREDENTIALS_DIRECTORY=") { words.append(text) }
      place += 1
    }
    return words + (notify.map { ["NOTIFY_SOCKET=\($0)"] } ?? [])
  }

  /// Ends it in good order and waits for that.
  func stop() {
    guard !isOver else { return }
    kill(child, SIGTERM)
    while waitpid(child, nil, 0) == -1 && errno == EINTR {}
    isOver = true
  }

  /// Waits for its end.
  /// - Returns: whether it ended with exit code 0.
  func wait() -> Bool {
    var status: Int32 = 0
    while waitpid(child, &status, 0) == -1 && errno == EINTR {}
    isOver = true
    return status == 0
  }

  /// Whether it has ended by itself.
  var hasEnded: Bool {
    if !isOver, waitpid(child, nil, WNOHANG) == child { isOver = true }
    return isOver
  }

  /// What it has used of the processor so far, in nanoseconds, all threads together.
  var processorNanoseconds: Int64 {
    var clock = clockid_t()
    guard clock_getcpuclockid(child, &clock) == 0 else { return 0 }
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// What it holds in memory now (`VmRSS`), in KiB.
  var residentKiB: Int { status("VmRSS:") }

  /// The most that it has held in memory so far (`VmHWM`), in KiB.
  var mostResidentKiB: Int { status("VmHWM:") }

  /// A line of `/proc/PID/status` that is a number of KiB; 0 when it is not there.
  private func status(_ name: String) -> Int {
    let text = String(decoding: (try? Files.read("/proc/\(child)/status")) ?? [], as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
