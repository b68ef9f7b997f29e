import Glibc
import JSONDocument
import LinuxSystem
import TestSupport
import Testing

@Suite("The daemon's beginning and end", .serialized, .timeLimit(.minutes(20)))
struct LifeTests {
  /// What the daemon's calls do instead of what they should, by a library that is loaded before the system's.
  private func hanging(_ code: String, in field: Field) throws -> [String: String] {
    let source = field.folder.write(
      "hang.c", "#include <unistd.h>\nstruct addrinfo;\nstatic void hang(void) { for (;;) pause(); }\n" + code
    )
    let library = field.folder.file("hang.so")
    try #require(try Program.run("clang", "-shared", "-fPIC", "-o", library, source) == 0)
    return ["LD_PRELOAD": library]
  }

  private let hangingResolver = """
    int getaddrinfo(const char *n, const char *s, const struct addrinfo *h, struct addrinfo **r) { hang(); return 0; }

    """
  private let hangingDisk =
    "int fsync(int d) { hang(); return 0; }\nint fdatasync(int d) { hang(); return 0; }\n"

  private func modes(_ folder: String) throws -> [String: UInt32] {
    var modes: [String: UInt32] = [:]
    for name in try Files.list(folder) { modes[name] = try Files.status("\(folder)/\(name)")?.permissions }
    return modes
  }

  @Test("A signal that comes while the daemon starts waits until it is taken", arguments: [SIGHUP, SIGTERM])
  func earlySignal(signal: Int32) throws {
    let field = try Field()
    // It takes a while to read this.
    let map = (0..<20_000).map { "MC\(String(100_000 + $0).dropFirst()),\($0)\n" }.joined()
    let file = field.folder.write("bibs.csv", map)
    field.configure(more: "[passings]\nbib = map\nbib_map = \(file)")
    try field.start()
    let process = try #require(field.daemon?.processID)
    // In main, the signals are blocked first.
    let blocked = eventually {
      let status = (try? Files.read("/proc/\(process)/status")).map { String(decoding: $0, as: UTF8.self) }
      let line = status?.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }
      let mask = line.flatMap { UInt64($0.dropFirst(7).filter { !$0.isWhitespace }, radix: 16) } ?? 0
      return mask & (1 << UInt64(signal - 1)) != 0
    }
    #expect(blocked)
    #expect(!field.text("daemon.log").contains("daemon-started"))
    field.daemon?.signal(signal)
    if signal == SIGHUP {
      #expect(field.waits(30) { $0["reader"]?["state"]?.string == "connected" })
      #expect(field.text("daemon.log").contains("settings read again: nothing changed"))
      #expect(field.stop() == 0)
    } else {
      #expect(field.daemon?.wait() == 0)
    }
  }

  @Test("A name that nobody resolves does not hold up the stop")
  func hangingName() throws {
    let field = try Field()
    field.configure(port: "tcp://reader.invalid:10002")
    try field.start(variables: try hanging(hangingResolver, in: field))
    #expect(field.waits { $0["reader"]?["state"]?.string == "opening" })
    let deadline = Deadline(seconds: 7)
    #expect(field.stop() == 0)
    #expect(!deadline.isOver)
  }

  @Test("Nor does the name of the cloud")
  func hangingCloud() throws {
    let field = try Field()
    let variables = try hanging(hangingResolver, in: field)
    let configuration = field.text("one4alld.conf").replacingAddress(
      field.cloudAddress, "https://cloud.invalid/v0")
    field.folder.write("one4alld.conf", configuration)
    try field.start(variables: variables)
    #expect(field.waits { $0["reader"]?["state"]?.string == "connected" })
    let deadline = Deadline(seconds: 7)
    #expect(field.stop() == 0)
    #expect(!deadline.isOver)
  }

  @Test("A disk that never answers does not hold up the stop for more than eight seconds, and that is told")
  func hangingDiskAtTheStop() throws {
    let field = try Field()
    try field.start(variables: try hanging(hangingDisk, in: field))
    // It hangs in the first commit already, while it starts.
    #expect(eventually { field.daemon.map { Files.exists("/proc/\($0.processID)") } ?? false })
    #expect(eventually { (try? Files.list("/proc/\(field.daemon?.processID ?? 0)/task"))?.count ?? 0 > 1 })
    let deadline = Deadline(seconds: 12)
    #expect(field.stop() == 71)
    #expect(!deadline.isOver)
    #expect(field.text("daemon.log").contains("the stop took longer than 8 s"))
  }

  @Test("A configuration that is a pipe is told, not waited for")
  func pipes() throws {
    let field = try Field()
    let pipe = field.folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let result = try field.run("one4alld", "--config", pipe)
    #expect(result.code == 78)
    #expect(result.errors.contains("it is not an ordinary file"))
    #expect(try field.run("one4allctl", "--config", pipe, "status").code == 78)
  }

  @Test("What is on the disk is nobody's but the user's and the group's, whoever started the daemon")
  func permissions() throws {
    let field = try Field()
    let before = umask(0)
    defer { umask(before) }
    try field.start()
    #expect(field.waits { ($0["passings"]?["stored"]?.integer ?? 0) > 0 })
    let state = field.folder.file("state")
    #expect(try Files.status(state)?.permissions == 0o750)
    let modes = try modes(state)
    #expect(modes.keys.contains("one4all.db-wal") && modes.keys.contains("one4all.lock"))
    #expect(modes.filter { $0.value & 0o007 != 0 } == [:])
    #expect(try Files.status(field.folder.file("control.sock"))?.permissions == 0o660)
    #expect(field.stop() == 0)
  }

  @Test("A link in place of the lock is not followed")
  func lockLink() throws {
    let field = try Field()
    let precious = field.folder.write("precious", "keep me")
    try Files.makeFolder(field.folder.file("state"))
    #expect(symlink(precious, field.folder.file("state/one4all.lock")) == 0)
    try field.start()
    #expect(field.daemon?.wait() == 71)
    #expect(field.text("daemon.log").contains("one4all.lock: it is not an ordinary file"))
    #expect(field.text("precious") == "keep me")
  }

  @Test("A second daemon is kept out of the store, even when the lock's file was removed")
  func secondInstance() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { $0["reader"]?["state"]?.string == "connected" })
    unlink(field.folder.file("state/one4all.lock"))
    let second = try field.run("one4alld", "--config", field.folder.file("one4alld.conf"))
    #expect(second.code == 69)
    #expect(field.stop() == 0)
  }

  @Test("A store that is moved in the settings needs a restart, which is told; the tool works on")
  func movedStore() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { ($0["passings"]?["stored"]?.integer ?? 0) > 0 })
    field.configure(store: "elsewhere")
    field.daemon?.signal(SIGHUP)
    #expect(
      eventually {
        field.text("daemon.log").contains("NOT in force before `systemctl restart one4alld`: store.directory")
      })
    let passings = try field.tool("passings")
    #expect(passings.code == 0, "\(passings.errors)")
    #expect(!Files.exists(field.folder.file("elsewhere")))
    #expect(field.stop() == 0)
  }

  @Test("A control socket that is moved in the settings is served at its new place after a reload")
  func movedSocket() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { $0["reader"]?["state"]?.string == "connected" })
    field.configure(socket: "moved.sock")
    field.daemon?.signal(SIGHUP)
    #expect(field.waits { $0["reader"]?["state"]?.string == "connected" })
    #expect(!Files.exists(field.folder.file("control.sock")))
    #expect(field.stop() == 0)
    #expect(!Files.exists(field.folder.file("moved.sock")))
  }

  @Test("A control socket that was removed comes back, and idle connections keep nobody out")
  func controlSocket() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { $0["reader"]?["state"]?.string == "connected" })
    let path = field.folder.file("control.sock")
    let idle = try (0..<18).map { _ in Connection(try Sockets.connect(unix: path)) }
    #expect(field.waits { $0 != .null })
    withExtendedLifetime(idle) {}
    unlink(path)
    #expect(field.waits(12) { $0["reader"]?["state"]?.string == "connected" })
    #expect(field.text("daemon.log").contains("the control socket had been removed; it is served again"))
    #expect(field.stop() == 0)
  }

  private final class Connection {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }

  @Test("When the kernel refuses to wait, the daemon neither spins nor floods the log, and goes on")
  func refusedPoll() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { $0["reader"]?["state"]?.string == "connected" })
    let process = try #require(field.daemon?.processID)
    #expect(try Program.run("prlimit", "--pid", "\(process)", "--nofile=1:1024") == 0)
    #expect(eventually { field.text("daemon.log").contains("waiting for events fails") })
    func ticks() -> Double {
      let stat = String(decoding: (try? Files.read("/proc/\(process)/stat")) ?? [], as: UTF8.self)
      let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
      return fields.count > 12 ? (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0) : 0
    }
    let before = ticks()
    poll(nil, 0, 2000)
    let share = (ticks() - before) / Double(sysconf(Int32(_SC_CLK_TCK))) / 2
    #expect(share < 0.3, "\(share) of a core")
    let lines = field.text("daemon.log").split(separator: "\n").filter {
      $0.contains("waiting for events fails")
    }
    #expect(lines.count == 1)
    #expect(try Program.run("prlimit", "--pid", "\(process)", "--nofile=1024:1024") == 0)
    #expect(field.waits { $0["reader"]?["state"]?.string == "connected" })
    #expect(field.stop() == 0)
  }
}

extension String {
  fileprivate func replacingAddress(_ old: String, _ new: String) -> String {
    split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0 == "url = \(old)" ? "url = \(new)" : String($0) }.joined(separator: "\n")
  }
}
