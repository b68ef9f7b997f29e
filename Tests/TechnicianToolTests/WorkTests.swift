import AgentCore
import JSONDocument
import Testing

@testable import TechnicianTool

@Suite("Long work that a technician asks for", .timeLimit(.minutes(1)))
struct WorkTests {
  /// Answers a request for work, then tells its progress, then its end.
  private func run(_ words: [String], end: WorkList.Work.State, message: String) throws -> (
    Tool.Outcome, [JSONValue]
  ) {
    let daemon = try ControlSocketDaemon()
    var list = WorkList()
    let number = list.begin("audit", total: 10)
    var questions = 0
    let outcome = try daemon.run(["-c", daemon.configuration] + words) { request in
      guard request["request"] == "work" else { return ["work": .integer(Int64(number))] }
      questions += 1
      if questions == 1 {
        list.update(number) { $0.done = 5 }
      } else {
        list.end(number, end, message)
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
    #expect(requests.dropFirst().allSatisfy { $0 == ["request": "work", "work": 1] })
  }

  @Test("Work that fails ends with 1 and says why")
  func failure() throws {
    let (outcome, _) = try run(["audit"], end: .failed, message: "the reader went away")
    #expect(outcome.code == 1 && outcome.complaint == "one4allctl: the reader went away\n")
  }

  @Test("rewind sends a range in UTC, ends included")
  func rewind() throws {
    let (outcome, requests) = try run(
      ["rewind", "2026-05-17T07:30Z", "2026-05-17T07:45Z", "--dry-run"], end: .done, message: "12 passings")
    #expect(outcome.code == 0 && outcome.output == "12 passings\n")
    #expect(
      requests.first == [
        "request": "rewind", "from": "2026-05-17T07:30:00.000Z", "to": "2026-05-17T07:45:59.999Z",
        "dry_run": true,
      ])
  }

  @Test("rewind takes times by the reader's clock; of a doubled hour all that they may mean")
  func localTimes() throws {
    let (_, requests) = try run(
      ["rewind", "2026-10-25T02:30", "2026-10-25T02:30:00", "--time-zone", "Europe/Berlin"], end: .done,
      message: "")
    #expect(requests.first?["from"] == "2026-10-25T00:30:00.000Z")
    #expect(requests.first?["to"] == "2026-10-25T01:30:00.999Z")
  }

  @Test("rewind asks the daemon for the reader's zone when none is named")
  func readersZone() throws {
    let daemon = try ControlSocketDaemon()
    var list = WorkList()
    let number = list.begin("rewind")
    list.end(number, .done, "done")
    _ = try daemon.run(
      ["-c", daemon.configuration, "rewind", "2026-01-17T09:00", "2026-01-17T10:00:00.500"]
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
      ["rewind", "yesterday", "2026-05-17T07:45Z"], ["rewind", "2026-05-17T07:45Z"],
      ["rewind", "2026-05-17T08:45Z", "2026-05-17T07:45Z"],
      ["rewind", "2026-05-17T08:45", "2026-05-17T09:45", "--time-zone", "Europe/Nowhere"],
      ["rewind", "2026-02-30T08:45Z", "2026-05-17T09:45Z"], ["audit", "extra"],
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
