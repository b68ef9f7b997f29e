import JSONDocument
import One4AllProtocol
import TechnicianTool
import Testing

@Suite("What a probe has found")
struct ProbeFindingsTests {
  /// 2019-11-17T19:17:17Z, which is 13:17:17 in Mexico City.
  private let host: Int64 = 1_574_018_237_000

  private func status(zone: String = "America/Mexico_City") throws -> CommandOutcome {
    let line =
      "GETSTATUS;3;192.168.1.13;O4A5-00051;One4All 5;1234678;Macsha Mexico;MC;46.2;True;20191117-131717.csv;0;True;"
      + "100;26.5;True;False;False;True;\(zone);False;never;960122610340BFDD;Motorola;OK;fcc;5;3;False;1.1.3.0"
    return CommandOutcome(command: .getStatus, reply: try #require(Reply(line: line)))
  }

  private func time(_ text: String) throws -> CommandOutcome {
    CommandOutcome(command: .getTime, reply: try #require(Reply(line: "GETTIME;\(text)")))
  }

  private func findings(
    zone: String = "America/Mexico_City", clock: String, roundTrip: Duration = .milliseconds(200),
    isSynchronised: Bool = true
  ) throws -> ProbeFindings {
    let now = ProbeFindings.HostTime(
      milliseconds: host, roundTrip: roundTrip, isSynchronised: isSynchronised)
    var findings = ProbeFindings(port: "/dev/by-name", device: "/dev/ttyUSB0")
    findings.take(.getStatus, try status(zone: zone), host: now)
    findings.take(.getTime, try time(clock), host: now)
    return findings
  }

  @Test("compares the clocks in the reader's zone: half a second for whole seconds, half the round trip")
  func clock() throws {
    let same = try #require(try findings(clock: "2019-11-17;13:17:16").clock)
    // The reader said 16.5 ± 0.5 when the host's clock stood at 16.9 ± 0.1.
    #expect(abs(same.seconds + 0.4) < 0.0001 && abs(same.uncertainty - 0.6) < 0.0001)
    let ahead = try #require(try findings(clock: "2019-11-17;13:19:22", roundTrip: .zero).clock)
    #expect(ahead.seconds == 125.5 && ahead.uncertainty == 0.5)
  }

  @Test(
    "says it in words",
    arguments: [
      ("2019-11-17;13:17:17", "the same, ± 0.6 s"), ("2019-11-17;13:17:26", "9.6 s ahead, ± 0.6 s"),
      ("2019-11-17;13:16:56", "20.4 s behind, ± 0.6 s"), ("2019-11-17;12:17:16", "1 h 0 min behind, ± 0.6 s"),
    ])
  func words(clock: String, words: String) throws {
    #expect(try findings(clock: clock).page.contains("against host   \(words)\n"))
  }

  @Test("does not trust a host whose clock is not synchronised") func unsynchronised() throws {
    let findings = try findings(clock: "2019-11-17;13:17:26", isSynchronised: false)
    #expect(
      findings.page.contains(
        "against host   9.6 s ahead, ± 0.6 s; but the host's clock is not synchronised\n"))
    #expect(findings.document["host_clock_synchronised"] == false)
  }

  @Test("compares no clocks without a zone that is known", arguments: ["", "Nowhere/Nothing"])
  func noZone(zone: String) throws {
    let findings = try findings(zone: zone, clock: "2019-11-17;13:17:26")
    #expect(findings.clock == nil)
    #expect(
      findings.page.contains(
        "clock          2019-11-17 13:17:26\nagainst host   not known: the zone is not\n"))
  }

  @Test("tells what was refused or cannot be read, and keeps the rest") func partly() throws {
    let now = ProbeFindings.HostTime(milliseconds: host, roundTrip: .zero, isSynchronised: true)
    var findings = ProbeFindings(port: "tcp://a:1", device: "tcp://a:1")
    findings.take(.getStatus, try status(), host: now)
    findings.take(.readBattery, .refused(.err), host: now)
    findings.take(.getProtocol, .unexpected(.fields), host: now)
    findings.note("GETTIME was not answered")
    #expect(findings.document["serial_number"] == "O4A5-00051")
    #expect(
      findings.document["notes"] == [
        "READBATTERY was refused: ERR", "the answer to GETPROTOCOL cannot be read",
        "GETTIME was not answered",
      ])
    #expect(findings.page.hasPrefix("port           tcp://a:1\nserial number  O4A5-00051\n"))
    #expect(findings.page.hasSuffix("note           GETTIME was not answered\n"))
  }
}
