import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import ProgramArguments

/// The real programs in a folder of their own: a simulated reader and cloud, and the daemon between them, each a
/// process. The benchmark is the daemon's service manager.
final class RehearsedAgent {
  private static let key = "ror-rehearsal"

  let scratch: ScratchFolder
  private let daemonPath: String
  private let simulatorPath: String
  private var reader: ChildProgram?
  private var cloud: ChildProgram?
  private(set) var daemon: ChildProgram?
  private(set) var cloudAddress = "http://127.0.0.1:9/v0"

  var storeFolder: String { scratch.file("state") }

  /// Nothing runs yet.
  init(_ arguments: ParsedArguments) throws(BenchmarkError) {
    scratch = try Subcommand.scratchFolder(arguments)
    do throws(SystemError) {
      let own = Files.parent(of: try Files.resolve("/proc/self/exe"))
      daemonPath = arguments.value("daemon") ?? "\(own)/one4alld"
      simulatorPath = "\(Files.parent(of: daemonPath))/one4all-sim"
      for path in [daemonPath] where access(path, X_OK) != 0 {
        throw SystemError("run", path, number: errno)
      }
    } catch { throw .system(error) }
  }

  /// Starts a cloud; its connections can be asked for.
  func startCloud() throws(BenchmarkError) {
    cloud = try start(
      [simulatorPath, "cloud", "--port", "0", "--key", "\(RehearsedAgent.key):READ_WRITE", "--control"],
      "cloud")
    cloudAddress = try address(in: "cloud.out", after: "cloud: listening on ")
  }

  /// Starts a reader that records nothing before it is told to.
  /// - Returns: the TCP port that it listens on.
  func startReader(options: [String]) throws(BenchmarkError) -> UInt16 {
    reader = try start(
      [simulatorPath, "reader", "--tcp", "0", "--rate", "0"] + options + ["--control"], "reader")
    let address = try address(in: "reader.out", after: "reader: listening on tcp://127.0.0.1:")
    guard let port = UInt16(address) else { throw .wrongResult("no port: \(address)") }
    return port
  }

  private func start(_ words: [String], _ name: String) throws(BenchmarkError) -> ChildProgram {
    do throws(SystemError) {
      return try ChildProgram(
        words + [scratch.file("\(name).control")], output: scratch.file("\(name).out"),
        errors: scratch.file("\(name).log"))
    } catch { throw .system(error) }
  }

  private func address(in file: String, after words: String) throws(BenchmarkError) -> String {
    var found: String?
    try wait(seconds: 10, "one4all-sim does not start") {
      let lines = self.scratch.text(file).split(separator: "\n")
      found = lines.first { $0.hasPrefix(words) }.map { String($0.dropFirst(words.count)) }
      return found != nil
    }
    return found ?? ""
  }

  /// Starts the daemon and waits until it says that it is ready.
  /// - Parameter readerPort: TCP port of 127.0.0.1.
  /// - Returns: nanoseconds from start to ready.
  @discardableResult
  func startDaemon(readerPort: UInt16) throws(BenchmarkError) -> Int64 {
    do throws(SystemError) {
      try scratch.write("key", RehearsedAgent.key + "\n", mode: 0o600)
      try scratch.write(
        "one4alld.conf",
        """
        [reader]
        port = tcp://127.0.0.1:\(readerPort)
        [store]
        directory = \(storeFolder)
        [control]
        socket = \(scratch.file("control.sock"))
        [cloud]
        url = \(cloudAddress)
        api_key_file = \(scratch.file("key"))

        """)
      let notify = try NotifySocket(path: scratch.file("notify"))
      let start = SystemClock.monotonicNanoseconds
      daemon = try ChildProgram(
        [daemonPath, "--config", scratch.file("one4alld.conf")], errors: scratch.file("one4alld.log"),
        notify: notify.path)
      if let ready = try notify.waitForReady(milliseconds: 20_000) { return ready - start }
    } catch { throw .system(error) }
    throw .wrongResult("one4alld was not ready in time: \(scratch.text("one4alld.log"))")
  }

  /// Ends the daemon in good order.
  func stopDaemon() {
    daemon?.stop()
    daemon = nil
  }

  /// A command to a simulated part; its answer.
  @discardableResult
  func tell(_ part: String, _ command: String) throws(BenchmarkError) -> String {
    do throws(SystemError) {
      let words = command.split(separator: " ").map(String.init)
      let program = try ChildProgram(
        [simulatorPath, "tell", scratch.file("\(part).control")] + words, output: scratch.file("tell.out"))
      guard program.wait() else { throw SystemError("tell \(part)", command, number: EINVAL) }
      return scratch.text("tell.out")
    } catch { throw .system(error) }
  }

  /// What the cloud has: passings in sessions of their own numbers, how many were sent again, sessions, connections.
  func cloudCounts() throws(BenchmarkError) -> (
    passings: Int, duplicates: Int, sessions: Int, connections: Int
  ) {
    let text = try tell("cloud", "sessions")
    let sessions = (try? JSONText.parse(text))?.array ?? []
    let sum = { (name: String) in sessions.reduce(0) { $0 + Int($1[name]?.integer ?? 0) } }
    let connections = try tell("cloud", "connections").split(separator: "\n").first.flatMap { Int($0) } ?? 0
    return (sum("passings"), sum("duplicates"), sessions.count, connections)
  }

  /// How many passings the reader has recorded.
  func recordedCount() throws(BenchmarkError) -> Int {
    let text = try tell("reader", "count")
    guard let count = (try? JSONText.parse(text))?["recorded"]?.integer else {
      throw .wrongResult("the reader does not tell its count: \(text)")
    }
    return Int(count)
  }

  /// Waits until something is so.
  func wait(seconds: Double, _ complaint: String, until condition: () -> Bool) throws(BenchmarkError) {
    let end = SystemClock.monotonicNanoseconds + Int64(seconds * 1e9)
    while !condition() {
      guard SystemClock.monotonicNanoseconds < end else { throw .wrongResult(complaint) }
      Subcommand.pause(milliseconds: 20)
    }
  }

  deinit {
    daemon?.stop()
    reader?.stop()
    cloud?.stop()
  }
}

extension Subcommand {
  /// Does nothing for so long.
  static func pause(milliseconds: Int32) { poll(nil, 0, milliseconds) }

  static let daemonOption = Option(
    "daemon", argument: "PATH",
    help: "the one4alld to measure, one4all-sim beside it; default: beside this program")
}
