import ControlSocket
import JSONDocument
import LinuxSystem
import TestSupport
import Testing

/// A program of the package, run by a test, with what it says.
final class Tool {
  /// What came of it.
  struct Outcome {
    let code: Int32
    let output: String
    let complaint: String
  }

  private let folder = TemporaryFolder()
  private let program: Program

  /// Starts it.
  /// - Parameter output: where its standard output goes; nil for a file of its own.
  init(_ words: [String], of name: String = "one4allctl", output: String? = nil) throws {
    program = try Program(
      ["\(Program.builtFolder)/\(name)"] + words, output: output ?? folder.file("output"),
      errors: folder.file("complaint"))
  }

  /// Its standard output so far.
  var output: String { text("output") }

  /// Whether it has ended.
  var isOver: Bool { program.isOver }

  /// What came of it; waits for its end.
  var outcome: Outcome { Outcome(code: program.wait(), output: output, complaint: text("complaint")) }

  /// Runs `one4allctl` to its end.
  static func run(_ words: String...) throws -> Outcome { try Tool(words).outcome }

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

  /// - Parameter more: lines of the configuration beside those that it needs.
  init(more: String = "") throws {
    let socket = folder.file("control.sock")
    // The key file is not there: the tool has no business with it.
    configuration = folder.write(
      "one4alld.conf", "[cloud]\napi_key_file = \(folder.file("key"))\n[control]\nsocket = \(socket)\n\(more)"
    )
    server = try ControlServer(path: socket, group: nil)
  }

  deinit { server.close() }

  /// Runs `one4allctl` to its end, and gives that answer to what it asks.
  func run(_ words: [String], answer: JSONValue) throws -> Tool.Outcome {
    try run(words) { _ in answer }
  }

  /// Runs `one4allctl` to its end, and answers what it asks.
  func run(_ words: [String], output: String? = nil, answer: (JSONValue) -> JSONValue) throws -> Tool.Outcome
  {
    let tool = try Tool(words, output: output)
    let deadline = Deadline()
    while !tool.isOver {
      try #require(!deadline.isOver)
      var poll = Poll()
      server.addDescriptors(to: &poll)
      try poll.wait(milliseconds: 10)
      server.service(poll) { request, _ in
        requests.append(request)
        return .now(answer(request))
      }
    }
    return tool.outcome
  }
}
