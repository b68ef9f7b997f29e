import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import ProgramArguments
import TestSupport
import Testing

@Suite("one4allctl as a program", .timeLimit(.minutes(20)))
struct CommandTests {
  @Test(
    "explains itself",
    arguments: [
      "", "status", "bind", "check-config", "ports", "probe", "ledger", "passings", "audit", "differences",
      "resend", "release", "set-buzzer", "import", "decode",
    ])
  func help(command: String) throws {
    let words = command.isEmpty ? ["--help"] : [command, "--help"]
    let tool = try Tool(words)
    #expect(tool.outcome.code == 0 && tool.outcome.complaint.isEmpty)
    try Golden.expect(tool.output, is: "help\(command.isEmpty ? "" : "-\(command)").txt")
    for line in tool.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  @Test("says its version") func version() throws {
    let outcome = try Tool.run("--version")
    #expect(outcome.code == 0)
    #expect(outcome.output == "one4allctl \(Product.version)\n")
  }

  @Test(
    "ends with 64 when the arguments make no sense",
    arguments: [
      "", "nonsense", "--nonsense", "--config", "status extra", "status --nonsense", "bind extra",
      "set-buzzer loud",
      "check-config extra", "ports extra", "probe", "probe ttyUSB0", "probe tcp://", "probe /dev/null extra",
      "probe /dev/null --baud-rate fast", "probe /dev/null --baud-rate 0", "decode --format xml",
      "decode --time-zone Nowhere/Atall",
    ])
  func usage(line: String) throws {
    let tool = try Tool(line.split(separator: " ").map(String.init))
    #expect(tool.outcome.code == 64)
    let outcome = tool.outcome
    #expect(outcome.complaint.hasPrefix("one4allctl: ") && outcome.output.isEmpty)
    // The word that makes no sense is named.
    let lastWord = line.split(separator: " ").last ?? ""
    if line != "probe" { #expect(outcome.complaint.contains(lastWord), "\(outcome.complaint)") }
  }

  @Test("status ends with 0 when all is well and with 1 when not, the configuration named before or after")
  func status() throws {
    let daemon = try ControlSocketDaemon()
    let well = try daemon.run(
      ["--config", daemon.configuration, "status"], answer: StatusDocuments.healthy)
    #expect(well.code == 0)
    #expect(well.output.hasPrefix("All is well: ") && well.complaint.isEmpty)
    let ill = try daemon.run(["status", "-c", daemon.configuration], answer: StatusDocuments.conflict)
    #expect(ill.code == 1)
    #expect(ill.output.hasPrefix("Not well: ") && ill.complaint.isEmpty)
    #expect(daemon.requests == [["request": "status"], ["request": "status"]])
  }

  @Test("status --json prints the document as it came") func json() throws {
    let daemon = try ControlSocketDaemon()
    let strange = StatusDocuments.changed(StatusDocuments.conflict, [("schema", "one4all.status/7")])
    let outcome = try daemon.run(["--config", daemon.configuration, "status", "--json"], answer: strange)
    #expect(outcome.code == 0)
    #expect(outcome.output == JSONText.write(strange, indented: true) + "\n")
  }

  @Test("status does not explain a document that it does not know") func otherSchema() throws {
    let daemon = try ControlSocketDaemon()
    let outcome = try daemon.run(
      ["--config", daemon.configuration, "status"],
      answer: StatusDocuments.changed(StatusDocuments.healthy, [("schema", "one4all.status/7")]))
    #expect(outcome.code == 69)
    #expect(outcome.output.isEmpty && outcome.complaint.contains("one4all.status/7"))
  }

  @Test("bind says what comes of it, or why it cannot be done") func bind() throws {
    let daemon = try ControlSocketDaemon()
    let words = ["--config", daemon.configuration, "bind"]
    let bound = try daemon.run(words, answer: ["ok": true, "serial_number": "O4A5-00051"])
    #expect(bound.code == 0)
    #expect(bound.output.hasPrefix("O4A5-00051 is being bound"))
    let refused = try daemon.run(words, answer: ["error": "no reader has said who it is yet"])
    #expect(refused.code == 1)
    #expect(refused.complaint == "one4allctl: no reader has said who it is yet\n")
    #expect(daemon.requests == [["request": "bind"], ["request": "bind"]])
  }

  @Test("ends with 69 when no daemon runs", arguments: ["status", "bind"])
  func notRunning(command: String) throws {
    let folder = TemporaryFolder()
    let file = folder.write("a.conf", "[control]\nsocket = \(folder.file("none.sock"))\n")
    let outcome = try Tool.run("--config", file, command)
    #expect(outcome.code == 69)
    #expect(outcome.complaint.contains("the daemon does not run"))
  }

  @Test("ends with 77 when the socket is another group's", .enabled(if: geteuid() != 0))
  func notPermitted() throws {
    let daemon = try ControlSocketDaemon()
    chmod(daemon.folder.file("control.sock"), 0)
    let outcome = try daemon.run(["--config", daemon.configuration, "status"], answer: nil)
    #expect(outcome.code == 77)
    #expect(outcome.complaint.contains("usermod"))
  }

  @Test("check-config ends with 78 when the configuration is wrong, and names the line")
  func wrongConfiguration() throws {
    let folder = TemporaryFolder()
    let path = folder.write("a.conf", "[control]\nsokcet = /run/x\n")
    let outcome = try Tool.run("check-config", "--config", path)
    #expect(outcome.code == 78 && outcome.output.isEmpty)
    #expect(outcome.complaint.hasPrefix("\(path):2: ") && outcome.complaint.contains("socket"))
  }

  @Test("check-config names a group that does not exist, and says of a file that is none what stands there")
  func groupAndStrangeFile() throws {
    let folder = TemporaryFolder()
    let path = folder.write(
      "a.conf", "[reader]\nport = tcp://reader.example\n[control]\ngroup = no-such-group\n")
    let outcome = try Tool.run("check-config", "--config", path)
    #expect(outcome.code == 78 && outcome.output.isEmpty)
    #expect(outcome.complaint.hasPrefix("\(path):4: there is no group 'no-such-group'"), "\(outcome)")
    let strange = folder.write("a.csv", "7;MC;02976;2019-12-12;09:02:07.295;3;4;937f6 = 1\n")
    let other = try Tool.run("check-config", "--config", strange)
    #expect(other.complaint.hasPrefix("\(strange):1: a key of "), "\(other.complaint)")
  }

  @Test(
    "ends with 71 when its words cannot be written, help and version too", arguments: ["--help", "ports"])
  func fullOutput(word: String) throws {
    let outcome = try Tool([word], output: "/dev/full").outcome
    #expect(outcome.code == 71)
    #expect(outcome.complaint == "one4allctl: write standard output: No space left on device\n")
  }

  @Test("ends with 78 when the configuration cannot be read", arguments: ["status", "bind", "check-config"])
  func noConfiguration(command: String) throws {
    let folder = TemporaryFolder()
    let outcome = try Tool.run("--config", folder.file("none.conf"), command)
    #expect(outcome.code == 78 && outcome.output.isEmpty)
    #expect(outcome.complaint.contains("\(folder.file("none.conf")): cannot be read"))
    #expect(outcome.complaint.hasSuffix("\n") && !outcome.complaint.hasSuffix("\n\n"))
  }

  @Test("a slip in the configuration does not keep a person from asking the daemon, and is told")
  func slip() throws {
    let daemon = try ControlSocketDaemon(more: "[reader]\nbuad_rate = 9600\n")
    let outcome = try daemon.run(
      ["--config", daemon.configuration, "status"], answer: StatusDocuments.healthy)
    #expect(outcome.code == 0 && outcome.output.hasPrefix("All is well: "))
    #expect(outcome.complaint.contains("baud_rate"))
  }

  @Test("check-config prints the settings in force with their origin") func checkConfig() throws {
    let folder = TemporaryFolder()
    let path = folder.write("a.conf", "[reader]\nport = tcp://reader.example\n")
    let outcome = try Tool.run("check-config", "--config", path)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("port = tcp://reader.example:10002"))
    #expect(outcome.output.contains("; \(path):2\n"))
  }

  @Test("ports lists, also as JSON") func ports() throws {
    #expect(try Tool.run("ports").code == 0)
    let outcome = try Tool.run("ports", "--json")
    #expect(outcome.code == 0)
    #expect(try JSONText.parse(outcome.output).array != nil)
  }
}
