import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import TestSupport
import Testing

@Suite("one4allctl probe", .timeLimit(.minutes(20)))
struct ProbeTests {
  /// A simulated reader, and where it listens.
  private struct Reader {
    let program: Tool
    let address: String

    init(_ words: String...) throws {
      let program = try Tool(["reader"] + words, of: "one4all-sim")
      try #require(eventually { program.output.hasSuffix("\n") })
      let start = "reader: listening on "
      let line = try #require(program.output.split(separator: "\n").first { $0.hasPrefix(start) })
      address = String(line.dropFirst(start.count))
      self.program = program
    }
  }

  @Test("says who a reader on the network is, and how its clock stands") func network() throws {
    let reader = try Reader("--tcp", "0")
    let outcome = try Tool.run("probe", reader.address, "--json")
    #expect(outcome.code == 0 && outcome.complaint.isEmpty)
    let found = try JSONText.parse(outcome.output)
    #expect(found["port"]?.string == reader.address)
    #expect(found["serial_number"] == "O4A5-00051")
    #expect(found["model"] == "One4All 5")
    #expect(found["firmware"] == "1.1.3.0")
    #expect(found["time_zone"] == "America/Mexico_City")
    #expect(found["antennas"]?.array?.isEmpty == false)
    #expect(found["battery_percent"]?.integer != nil && found["mains_power"]?.bool != nil)
    #expect(found["notes"] == [])
    let offset = try #require(found["clock_offset_seconds"]?.number)
    let uncertainty = try #require(found["clock_uncertainty_seconds"]?.number)
    #expect(uncertainty >= 0.5 && abs(offset) <= uncertainty)
  }

  @Test("says it for a person, for a reader on a pty") func pty() throws {
    let folder = TemporaryFolder()
    let reader = try Reader("--pty", folder.file("reader"))
    let outcome = try Tool.run("probe", reader.address, "--baud-rate", "9600")
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("port           \(folder.file("reader")) (/dev/pts/"))
    for line in [
      "serial number  O4A5-00051\n", "model          One4All 5\n", "firmware       1.1.3.0\n",
      "against host   the same, ± 0.",
    ] { #expect(outcome.output.contains(line), "\(outcome.output)") }
  }

  @Test("tells what it got, when the reader leaves a command unanswered or says what makes no sense")
  func partly() throws {
    let reader = try Reader("--tcp", "0", "--then", "status-length 10")
    let outcome = try Tool.run("probe", reader.address)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("note           the answer to GETSTATUS cannot be read: GETSTATUS;3;"))
    #expect(outcome.output.contains("battery        100 %, 26.5 V\n"))
    #expect(outcome.output.contains("against host   not known: the zone is not\n"))
  }

  @Test("names who has the port, and ends with 69") func busy() throws {
    let folder = TemporaryFolder()
    let reader = try Reader("--pty", folder.file("reader"))
    let holder = Descriptor(
      owning: try system("open", reader.address) { open(reader.address, O_RDWR | O_NOCTTY | O_CLOEXEC) })
    try system("flock") { flock(holder.number, LOCK_EX | LOCK_NB) }
    let outcome = try Tool.run("probe", reader.address)
    #expect(outcome.code == 69)
    #expect(outcome.complaint.contains(" is in use by ") && outcome.complaint.contains("(pid \(getpid()))"))
    _ = consume holder
  }

  @Test("ends with 69 when there is no port, nothing listens or nobody speaks") func nobody() throws {
    let folder = TemporaryFolder()
    let absent = try Tool.run("probe", folder.file("none"))
    #expect(absent.code == 69 && absent.complaint.contains("no port"))
    let listener = try Sockets.listen(loopbackPort: 0)
    let address = "tcp://127.0.0.1:\(try Sockets.port(of: listener))"
    let silent = try Tool.run("probe", address)
    #expect(silent.code == 69)
    #expect(silent.complaint.hasPrefix("one4allctl: nothing is heard on \(address)"))
    _ = consume listener
    let refused = try Tool.run("probe", address)
    #expect(refused.code == 69 && refused.complaint.contains("cannot be reached"))
  }

  @Test("shows what a foreign device says, and ends with 69") func foreign() throws {
    let listener = try Sockets.listen(loopbackPort: 0)
    let address = "tcp://127.0.0.1:\(try Sockets.port(of: listener))"
    let tool = try Tool(["probe", address])
    #expect(try Poll.wait(for: listener.number, .read, milliseconds: 10_000).contains(.read))
    guard let connection = try Sockets.accept(listener) else {
      Issue.record("no connection")
      return
    }
    // What stood on the line before it was opened is thrown away, so the command must have come first.
    #expect(try Poll.wait(for: connection.number, .read, milliseconds: 10_000).contains(.read))
    try connection.writeAll(Array("$GPGGA,\u{1B}[2J\r\n".utf8))
    #expect(tool.outcome.code == 69)
    #expect(tool.outcome.complaint.contains("it said: $GPGGA,\\x1b[2J"))
  }
}
