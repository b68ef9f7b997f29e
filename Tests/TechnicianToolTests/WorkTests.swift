import AgentCore
import JSONDocument
import JSONText
import One4AllProtocol
import Testing

@testable import TechnicianTool

@Suite("Long work that a technician asks for", .timeLimit(.minutes(20)))
struct WorkTests {
  /// Answers a request for work, then tells its progress, then its end.
  private func run(
    _ words: [String], end: WorkList.Work.State, message: String, total: Int = 10,
    done: Int? = nil, differences: JSONValue = WorkTests.differences([])
  ) throws -> (Tool.Outcome, [JSONValue]) {
    let daemon = try ControlSocketDaemon()
    var list = WorkList()
    let number = list.begin("audit", total: total)
    var questions = 0
    let outcome = try daemon.run(["-c", daemon.configuration] + words) { request in
      switch request["request"]?.string {
      case "work": break
      case "status": return ["reader": ["time_zone": "Europe/Berlin"]]
      case "differences": return differences
      default:
        return [
          "work": .integer(Int64(number)), "file": "20191212-090000.csv", "serial_number": "O4A5-00051",
          "stored_from": "2026-05-17T05:00:00.000Z", "stored_to": "2026-05-17T06:00:00.000Z",
        ]
      }
      questions += 1
      if questions == 1 {
        list.update(number) { $0.done = 5 }
      } else {
        list.end(number, end, message)
        if let done { list.update(number) { $0.done = done } }
      }
      return list[number]?.document ?? .null
    }
    return (outcome, daemon.requests)
  }

  @Test("audit waits for the end and says what came of it")
  func audit() throws {
    let (outcome, requests) = try run(
      ["audit", "--session", "20191212-090000.csv"], end: .done, message: "ok")
    #expect(outcome.code == 0 && outcome.output == "ok\n" && outcome.complaint.isEmpty)
    #expect(requests.first == ["request": "audit", "file": "20191212-090000.csv"])
    #expect(requests.dropFirst().dropLast().allSatisfy { $0 == ["request": "work", "work": 1] })
    #expect(
      requests.last == [
        "request": "differences", "file": "20191212-090000.csv", "serial_number": "O4A5-00051", "skip": 0,
      ])
  }

  private static func differences(_ all: [PassingDifference], count: Int? = nil) -> JSONValue {
    DifferenceDocument.document(
      of: FileKey(serialNumber: "O4A5-00051", file: "20191212-090000.csv"), all, all: count ?? all.count,
      wrong: all.filter(\.isWrongInCloud).count, more: false)
  }

  private static func difference(
    _ stored: String, _ memory: String?, wasSent: Bool = true, isKept: Bool = false
  )
    throws -> PassingDifference
  {
    let stored = try Passing(parsing: Array(stored.utf8))
    return PassingDifference(
      number: stored.number, stored: stored, memory: try memory.map { try Passing(parsing: Array($0.utf8)) },
      wasSent: wasSent, isKept: isKept)
  }

  @Test("audit names what differs, and ends with 1 when the cloud has a wrong time or chip")
  func auditDifferences() throws {
    let frame = "7;MC;02976;2019-12-12;09:02:07.295;3;4;937f6"
    let harmless = try Self.difference(frame, "7;MC;02976;2019-12-12;09:02:07.295;3;4;937f7")
    let wrong = try Self.difference(frame, "7;MC;02976;2019-12-12;09:02:08.295;3;4;937f6")
    let (right, _) = try run(["audit"], end: .done, message: "ok", differences: Self.differences([harmless]))
    #expect(right.code == 0)
    #expect(right.output.hasPrefix("ok\n1 passing differs from the reader's memory; what the cloud was sent"))
    #expect(right.output.contains("7: check; the cloud has the same time and chip\n"), "\(right.output)")
    let (bad, _) = try run(
      ["audit"], end: .done, message: "ok", differences: Self.differences([wrong, harmless]))
    #expect(bad.code == 1 && bad.output.contains("1 of them WRONG IN THE CLOUD"), "\(bad.output)")
    let many = try (1...20).map { number in
      try Self.difference("\(number);MC;02976;2019-12-12;09:02:07.295;3;4;937f6", nil)
    }
    let (cut, _) = try run(
      ["audit"], end: .done, message: "ok", differences: Self.differences(many, count: 25))
    #expect(cut.code == 1 && cut.output.hasSuffix("  and 5 more: one4allctl differences\n"), "\(cut.output)")
  }

  @Test("differences shows those of all files, and ends with 1 when the cloud has one wrong")
  func differences() throws {
    let daemon = try ControlSocketDaemon()
    let frame = "7;MC;02976;2019-12-12;09:02:07.295;3;4;937f6"
    let document = Self.differences([
      try Self.difference(frame, "7;MC;02976;2019-12-12;09:02:08.295;3;4;937f6"),
      try Self.difference("8" + frame.dropFirst(), nil),
      try Self.difference(
        "9" + frame.dropFirst(), "9;MC;02977;2019-12-12;09:02:07.295;4;4;937f6", wasSent: false),
      try Self.difference("10" + frame.dropFirst(), nil, wasSent: false),
      try Self.difference("11" + frame.dropFirst(), nil, wasSent: false, isKept: true),
    ])
    let answer = { (request: JSONValue) in request["request"] == "ledger" ? LedgerTests.bad : document }
    let outcome = try daemon.run(["-c", daemon.configuration, "differences"], answer: answer)
    #expect(outcome.code == 1)
    try Golden.expect(outcome.output, is: "differences.txt")
    for line in outcome.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    #expect(daemon.requests.map { $0["file"]?.string } == [nil, "20260517-060000.csv"])
    let json = try daemon.run(["-c", daemon.configuration, "differences", "--json"], answer: answer)
    let lines = try json.output.split(separator: "\n").map { try JSONText.parse(String($0)) }
    #expect(lines.map { $0["wrong_in_cloud"]?.bool } == [true, true, false, false, false])
    #expect(lines.map { $0["kept"]?.bool } == [false, false, false, false, true])
    #expect(lines.first?["fields"] == ["time"] && lines[1]["memory"] == .null)
    let none = try daemon.run(["-c", daemon.configuration, "differences"], answer: LedgerTests.done)
    #expect(none.code == 0 && none.output == "no passing differs from the reader's memory\n")
  }

  @Test("A daemon that does not know a request is asked for its version")
  func olderDaemon() throws {
    let daemon = try ControlSocketDaemon()
    let outcome = try daemon.run(
      ["-c", daemon.configuration, "passings", "--doubtful"],
      answer: ["error": "no request 'doubtful'; there are status, bind, ledger"])
    #expect(outcome.code == 69 && outcome.complaint.contains("are tool and daemon of the same version?"))
  }

  @Test("Work that fails ends with 1 and says why")
  func failure() throws {
    let (outcome, _) = try run(["audit"], end: .failed, message: "the reader went away")
    #expect(outcome.code == 1 && outcome.complaint == "one4allctl: the reader went away\n")
  }

  @Test("resend sends a range in UTC, ends included")
  func rewind() throws {
    let (outcome, requests) = try run(
      ["resend", "2026-05-17T07:30Z", "2026-05-17T07:45Z", "--dry-run"], end: .done, message: "12 passings")
    #expect(outcome.code == 0)
    #expect(
      outcome.output == """
        from  2026-05-17 09:30:00.000 Europe/Berlin = 2026-05-17T07:30:00.000Z
        to    2026-05-17 09:45:59.999 Europe/Berlin = 2026-05-17T07:45:59.999Z
        12 passings

        """)
    #expect(
      requests[1] == [
        "request": "resend", "from": "2026-05-17T07:30:00.000Z", "to": "2026-05-17T07:45:59.999Z",
        "dry_run": true,
      ])
  }

  @Test("resend that finds nothing says which times are stored, and ends with 1")
  func rewindOfNothing() throws {
    let (outcome, requests) = try run(
      ["rewind", "2026-05-17T07:30", "2026-05-17T07:45", "-z", "GMT-06:00", "-s", "a.csv"], end: .done,
      message: "0 passings are sent again", total: 0)
    #expect(outcome.code == 1)
    #expect(
      outcome.output == """
        from  2026-05-17 07:30:00.000 GMT-06:00 = 2026-05-17T13:30:00.000Z
        to    2026-05-17 07:45:59.999 GMT-06:00 = 2026-05-17T13:45:59.999Z
        0 passings are sent again
        stored are passings
          from  2026-05-16 23:00:00.000 GMT-06:00 = 2026-05-17T05:00:00.000Z
          to    2026-05-17 00:00:00.000 GMT-06:00 = 2026-05-17T06:00:00.000Z

        """)
    #expect(requests.first?["file"] == "a.csv")
  }

  @Test("resend that sends nothing of what it finds ends with 1")
  func rewindOfClosed() throws {
    let (none, _) = try run(
      ["resend", "2026-05-17T07:30Z", "2026-05-17T07:45Z"], end: .done,
      message: "0 passings; NOT sent again: 10", done: 0)
    #expect(none.code == 1 && none.output.hasSuffix("\n0 passings; NOT sent again: 10\n"), "\(none)")
    let (some, _) = try run(
      ["resend", "2026-05-17T07:30Z", "2026-05-17T07:45Z"], end: .done, message: "2 passings", done: 2)
    #expect(
      some.code == 0
        && some.output.hasSuffix("\n2 passings\nThe cloud drops what it has, and changes nothing of it.\n"))
  }

  @Test("resend takes times by the reader's clock; of a doubled hour all that they may mean")
  func localTimes() throws {
    let (_, requests) = try run(
      ["resend", "2026-10-25T02:30", "2026-10-25T02:30:00", "--time-zone", "Europe/Berlin"], end: .done,
      message: "")
    #expect(requests.first?["from"] == "2026-10-25T00:30:00.000Z")
    #expect(requests.first?["to"] == "2026-10-25T01:30:00.999Z")
  }

  @Test("resend asks the daemon for the reader's zone when none is named")
  func readersZone() throws {
    let daemon = try ControlSocketDaemon()
    var list = WorkList()
    let number = list.begin("rewind")
    list.end(number, .done, "done")
    _ = try daemon.run(
      ["-c", daemon.configuration, "resend", "2026-01-17T09:00", "2026-01-17T10:00:00.500"]
    ) { request in
      switch request["request"]?.string {
      case "status": ["reader": ["time_zone": "America/Mexico_City"]]
      case "work": list[number]?.document ?? .null
      default: ["work": .integer(Int64(number))]
      }
    }
    #expect(daemon.requests[1]["from"] == "2026-01-17T15:00:00.000Z")
    #expect(daemon.requests[1]["to"] == "2026-01-17T16:00:00.500Z")
  }

  @Test(
    "ends with 64 when a time makes no sense, and names it",
    arguments: [
      ["resend", "yesterday", "2026-05-17T07:45Z"], ["resend", "2026-05-17T07:45Z"],
      ["resend", "2026-05-17T08:45Z", "2026-05-17T07:45Z"],
      ["resend", "2026-05-17T08:45", "2026-05-17T09:45", "--time-zone", "Europe/Nowhere"],
      ["resend", "2026-02-30T08:45Z", "2026-05-17T09:45Z"], ["audit", "extra"], ["differences", "extra"],
      ["resend", "2026-05-17T07:45Z", "2026-05-17T08:45Z", "--serial-number", "O4A5-00051"],
    ])
  func usage(words: [String]) throws {
    let outcome = try Tool(words).outcome
    #expect(outcome.code == 64 && outcome.output.isEmpty && !outcome.complaint.isEmpty)
  }

  @Test("What has ended is remembered for a while, what runs always")
  func memory() {
    var list = WorkList()
    let running = list.begin("import", total: 5)
    for _ in 0..<100 { list.end(list.begin("audit"), .done, "") }
    #expect(list[running]?.state == .running)
    #expect(list[2] == nil)
    #expect(list[101]?.state == .done)
  }
}
