import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import Rehearsal
import RehearsalTool
import TestSupport
import Testing

@Suite("one4all-sim as a program", .timeLimit(.minutes(20)))
struct RehearsalProgramTests {
  private let folder = TemporaryFolder()
  /// The build puts it beside the tests.
  private let program: String

  init() throws {
    program = Files.parent(of: try Files.resolve("/proc/self/exe")) + "/one4all-sim"
    try #require(Files.exists(program))
  }

  private func text(_ name: String) -> String {
    (try? Files.read(folder.file(name))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  @Test("The cloud says where it listens, takes commands, and ends on SIGTERM or SIGINT with 0")
  func cloud() throws {
    for signal in [SIGTERM, SIGINT] {
      let socket = folder.file("control.sock")
      let cloud = try Program(
        [
          program, "cloud", "--port", "0", "--control", socket, "--then", "fail 503 for 1 request",
          "--base", "/v9",
        ], output: folder.file("out"))
      #expect(eventually { text("out").contains("faults: 1\n") })
      let lines = text("out").split(separator: "\n").map(String.init)
      let start = "cloud: listening on http://127.0.0.1:"
      let first = try #require(lines.first)
      #expect(first.hasPrefix(start) && first.hasSuffix("/v9"))
      #expect(
        lines.dropFirst() == [
          "cloud: no --key given; the key is ror-rehearsal (READ_WRITE)", "cloud: faults: 1",
        ])
      let port = try #require(UInt16(first.dropFirst(start.count).dropLast(3)))
      let connection = try LoopbackConnection(port: port)
      let headers = [("api_key", "ror-rehearsal")]
      #expect(try connection.request("GET", "/v9/devices", headers: headers).status == 503)
      // There is no device yet, and an empty list is a 404.
      #expect(try connection.request("GET", "/v9/devices", headers: headers).status == 404)
      #expect(
        try Program([program, "tell", socket, "requests", "1"], output: folder.file("answer")).wait() == 0)
      #expect(try JSONText.parse(text("answer"))["count"] == 2)
      #expect(try Program.run(program, "tell", socket, "nonsense") == 1)
      cloud.signal(signal)
      #expect(cloud.wait() == 0)
      #expect(!Files.exists(socket))
      #expect(try Program.run(program, "tell", socket, "devices") == 69)
    }
  }

  @Test(
    "Arguments that make no sense end with 64",
    arguments: [
      "", "nonsense", "--nonsense", "tell", "tell socket", "cloud", "cloud --port x", "cloud --port 65536",
      "cloud --port 0 extra", "cloud --port 0 --tls-cert a", "cloud --port 0 --key a",
      "cloud --port 0 --key a:ALL", "cloud --port 0 --envelope v1", "cloud --port 0 --seed -1",
      "cloud --port 0 --base v0", "cloud --port 0 --then nonsense",
    ])
  func usage(line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    #expect(try Program([program] + words).wait() == 64)
  }

  @Test("Help and version end with 0", arguments: ["--help", "--version", "cloud --help", "tell --help"])
  func help(line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    #expect(try Program([program] + words, output: folder.file("out")).wait() == 0)
    #expect(
      text("out").hasPrefix(line == "--version" ? "one4all-sim \(RehearsalCommand.version)" : "Usage: "))
  }

  @Test("The help over the control socket lists every command")
  func commands() throws {
    let service = try CloudService(.init())
    let help = service.tell("help")
    for command in CloudService.commands { #expect(help.contains(command.syntax)) }
  }

  @Test("A certificate that is not there ends with 1")
  func noCertificate() throws {
    let none = folder.file("none")
    #expect(try Program.run(program, "cloud", "--port", "0", "--tls-cert", none, "--tls-key", none) == 1)
  }
}
