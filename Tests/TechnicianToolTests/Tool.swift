import ControlSocket
import Glibc
import JSONDocument
import LinuxSystem
import TestSupport
import Testing

/// A program of the package, run by a test; the build puts it beside the tests.
final class Tool {
  /// What came of it.
  struct Outcome {
    let code: Int32
    let output: String
    let complaint: String
  }

  let folder: TemporaryFolder
  private let child: pid_t
  private var code: Int32?

  /// Starts it with its standard output and error in files.
  init(_ name: String = "one4allctl", _ words: [String]) throws {
    let folder = TemporaryFolder()
    let program = Files.parent(of: try Files.resolve("/proc/self/exe")) + "/\(name)"
    var arguments = ([program] + words).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, file) in [(Int32(1), "output"), (2, "complaint")] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, folder.file(file), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    }
    var started = pid_t()
    let result = posix_spawn(&started, program, &actions, nil, &arguments, environ)
    guard result == 0 else { throw SystemError("posix_spawn", program, number: result) }
    self.folder = folder
    child = started
  }

  deinit {
    guard code == nil else { return }
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
  }

  /// Its standard output so far.
  var output: String { text("output") }

  /// Whether it has ended.
  var isOver: Bool {
    if code != nil { return true }
    var status: Int32 = 0
    guard waitpid(child, &status, WNOHANG) == child else { return false }
    code = status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
    return true
  }

  /// What came of it, once it is over.
  var outcome: Outcome { Outcome(code: code ?? -1, output: output, complaint: text("complaint")) }

  /// Runs `one4allctl` to its end.
  static func run(_ words: String...) throws -> Outcome {
    let tool = try Tool("one4allctl", words)
    try #require(eventually(within: 30) { tool.isOver })
    return tool.outcome
  }

  private func text(_ name: String) -> String {
    (try? Files.read(folder.file(name))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

/// A daemon of which there is only the control socket, and its configuration.
final class ControlSocketDaemon {
  let folder = TemporaryFolder()
  let configuration: String
  private let server: ControlServer
  private(set) var requests: [JSONValue] = []

  init() throws {
    let socket = folder.file("control.sock")
    // The key file is not there: the tool has no business with it.
    configuration = folder.write(
      "one4alld.conf", "[cloud]\napi_key_file = \(folder.file("key"))\n[control]\nsocket = \(socket)\n")
    server = try ControlServer(path: socket, group: nil)
  }

  deinit { server.close() }

  /// Runs `one4allctl` to its end, and answers what it asks.
  func run(_ words: [String], answer: JSONValue) throws -> Tool.Outcome {
    let tool = try Tool("one4allctl", words)
    let end = SystemClock.monotonicNanoseconds + 30_000_000_000
    while !tool.isOver {
      try #require(SystemClock.monotonicNanoseconds < end)
      var poll = Poll()
      server.addDescriptors(to: &poll)
      try poll.wait(milliseconds: 10)
      server.service(poll) { request in
        requests.append(request)
        return answer
      }
    }
    return tool.outcome
  }
}
