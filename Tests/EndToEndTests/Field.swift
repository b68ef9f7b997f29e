import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import TestSupport

/// A field to try the real programs in: a simulated reader and cloud, and the daemon between them, each a process.
final class Field {
  static let key = "ror-0123456789abcdef"

  let folder = TemporaryFolder()
  private var cloud: Program?
  private var reader: Program?
  private(set) var daemon: Program?
  private(set) var cloudAddress = ""
  private(set) var port = ""

  /// Starts cloud and reader.
  /// - Parameters:
  ///   - overTCP: whether the reader is on the network instead of a pty.
  ///   - access: what the key may do.
  ///   - rate: passings a second.
  ///   - baud: bits a second of the pty; nil for those of a real line.
  ///   - readerOptions: further ones of the simulated reader.
  init(
    overTCP: Bool = false, access: String = "READ_WRITE", rate: Int = 2, baud: Int? = nil,
    readerOptions: [String] = [], cloudOrders: [String] = []
  ) throws {
    cloud = try Program(
      [
        program("one4all-sim"), "cloud", "--port", "0", "--key", "\(Field.key):\(access)", "--control",
        folder.file("cloud.control"),
      ] + cloudOrders.flatMap { ["--then", $0] }, output: folder.file("cloud.out"))
    reader = try Program(
      [program("one4all-sim"), "reader"]
        + (overTCP ? ["--tcp", "0"] : ["--pty", folder.file("reader")]) + [
          "--started", "--rate", "\(rate)", "--control", folder.file("reader.control"),
        ] + (baud.map { ["--baud", "\($0)"] } ?? []) + readerOptions,
      output: folder.file("reader.out"))
    cloudAddress = try address(in: "cloud.out", after: "cloud: listening on ")
    port = try address(in: "reader.out", after: "reader: listening on ")
    folder.write("key", Field.key + "\n", mode: 0o600)
    configure()
  }

  private func program(_ name: String) -> String { "\(Program.builtFolder)/\(name)" }

  private func address(in file: String, after words: String) throws -> String {
    var found: String?
    _ = eventually(within: 20) {
      let lines = text(file).split(separator: "\n")
      found = lines.first { $0.hasPrefix(words) }.map { String($0.dropFirst(words.count)) }
      return found != nil
    }
    guard let found else { throw SystemError("start", file, number: ETIMEDOUT) }
    return found
  }

  /// Writes the configuration; `more` has further lines under `[cloud]`.
  func configure(
    more: String = "", port: String? = nil, store: String = "state", socket: String = "control.sock"
  ) {
    folder.write(
      "one4alld.conf",
      """
      [reader]
      port = \(port ?? self.port)
      poll_interval = 1s
      silence_timeout = 2s
      [store]
      directory = \(folder.file(store))
      [control]
      socket = \(folder.file(socket))
      [cloud]
      url = \(cloudAddress)
      api_key_file = \(folder.file("key"))
      heartbeat_interval = 1s
      \(more)
      """)
  }

  /// Starts the daemon.
  /// - Parameters:
  ///   - clock: that of its host; nil for the real one.
  ///   - variables: what it finds in its environment.
  func start(on clock: HostClock? = nil, variables: [String: String] = [:]) throws {
    daemon = try Program(
      (clock?.prefix ?? []) + [program("one4alld"), "--config", folder.file("one4alld.conf")],
      errors: folder.file("daemon.log"), variables: variables)
  }

  /// Ends the daemon by a signal; its exit code.
  func stop(_ signal: Int32 = SIGTERM) -> Int32? {
    daemon?.signal(signal)
    defer { daemon = nil }
    return daemon?.wait()
  }

  /// Runs a program to its end: exit code and what it wrote.
  func run(_ name: String, _ words: String...) throws -> (code: Int32, output: String, errors: String) {
    unlink(folder.file("run.err"))
    let code = try Program(
      [program(name)] + words, output: folder.file("run.out"), errors: folder.file("run.err")
    ).wait()
    return (code, text("run.out"), text("run.err"))
  }

  /// Runs `one4allctl` with the daemon's configuration to its end.
  func tool(_ words: String...) throws -> (code: Int32, output: String, errors: String) {
    unlink(folder.file("run.err"))
    let code = try Program(
      [program("one4allctl"), "--config", folder.file("one4alld.conf")] + words,
      output: folder.file("run.out"), errors: folder.file("run.err")
    ).wait()
    return (code, text("run.out"), text("run.err"))
  }

  /// `one4allctl follow`, which writes to follower.out until it is ended.
  func follower(_ words: String...) throws -> Program {
    try Program(
      [program("one4allctl"), "--config", folder.file("one4alld.conf"), "follow"] + words,
      output: folder.file("follower.out"), errors: folder.file("follower.err"))
  }

  /// The changes that a follower has written, without the cursors.
  func follows(_ file: String) -> [JSONValue] {
    text(file).split(separator: "\n").compactMap { try? JSONText.parse(Array($0.utf8)) }
      .filter { $0["what"] != nil }
  }

  /// A command to one of the simulated parts; its answer.
  @discardableResult
  func tell(_ part: String, _ words: String) throws -> String {
    let arguments = words.split(separator: " ").map(String.init)
    let code = try Program(
      [program("one4all-sim"), "tell", folder.file("\(part).control")] + arguments,
      output: folder.file("tell.out")
    ).wait()
    guard code == 0 else { throw SystemError("tell \(part)", words, number: EINVAL) }
    return text("tell.out")
  }

  /// What `one4allctl status --json` says; null while the daemon does not answer.
  var status: JSONValue {
    let answer = try? run("one4allctl", "--config", folder.file("one4alld.conf"), "status", "--json")
    guard let answer, answer.code == 0 else { return .null }
    return (try? JSONText.parse(answer.output)) ?? .null
  }

  /// Waits until the status is as wanted.
  func waits(_ seconds: Double = 15, until condition: (JSONValue) -> Bool) -> Bool {
    eventually(within: seconds) { condition(status) }
  }

  /// The devices that the cloud has.
  var devices: [JSONValue] { (try? JSONText.parse(tell("cloud", "devices")))?.array ?? [] }
  /// What was sent that no good client sends.
  var misuse: JSONValue { (try? JSONText.parse(tell("cloud", "misuse"))) ?? .null }

  /// A session of the cloud, by a word of its name: what it holds.
  func session(_ word: String) -> [JSONValue] {
    let sessions = (try? JSONText.parse(tell("cloud", "passings")))?["sessions"]?.array ?? []
    return sessions.filter { $0["alias"]?.string?.contains(word) ?? false }
      .flatMap { $0["passings"]?.array ?? [] }
  }
  /// All sessions that the cloud has had.
  var sessions: [JSONValue] { (try? JSONText.parse(tell("cloud", "sessions")))?.array ?? [] }
  /// The ledger of a session file; null while there is none.
  func ledger(_ file: String) -> JSONValue {
    guard let answer = try? tool("ledger", "--json"), let ledger = try? JSONText.parse(answer.output) else {
      return .null
    }
    return (ledger["files"]?.array ?? []).first { $0["file"]?.string == file } ?? .null
  }

  func text(_ file: String) -> String {
    String(decoding: (try? Files.read(folder.file(file))) ?? [], as: UTF8.self)
  }

  deinit {
    for program in [daemon, reader, cloud] {
      program?.signal(SIGTERM)
      _ = program?.wait()
    }
  }
}
