import AgentCore
import JSONDocument
import JSONText
import One4AllProtocol
import Testing

@Suite("one4allctl follow", .timeLimit(.minutes(20)))
struct FollowTests {
  private static let key = FileKey(serialNumber: "O4A5-00051", file: "20191212-090000.csv")

  private static func page(isRestarted: Bool = false, isMore: Bool = false) throws -> JSONValue {
    let passing = try Passing(parsing: Array("7;MC;02976;2019-12-12;09:02:07.295;3;4;937f6".utf8))
    let kept = KeptPassing(
      passing: passing, zone: "America/Mexico_City",
      utc: WallTime(milliseconds: passing.localMilliseconds + 21_600_000),
      arrivedAt: MonotonicTime(nanoseconds: 0), arrivedWall: WallTime(milliseconds: 1_576_163_000_000),
      hostSynchronised: true, origin: .pushed, trust: .confirmed)
    let stored = StoredPassing(kept: kept, state: .acknowledged)
    func change(_ number: Int64, _ numbers: ClosedRange<UInt32>, _ content: PassingChange.Content)
      -> PassingChange
    {
      PassingChange(change: number, key: FollowTests.key, numbers: numbers, content: content)
    }
    return ChangeDocument.document(
      of: ChangePage(
        changes: [
          change(3, 1...3, .removed), change(4, 7...7, .passing(stored, isCorrected: false)),
          change(6, 7...7, .passing(stored, isCorrected: true)), change(7, 5...5, .withdrawn),
          change(9, 8...9, .lost),
        ], cursor: ChangeCursor(change: 9, epoch: "0123456789abcdef"), isRestarted: isRestarted,
        isMore: isMore))
  }

  @Test("shows what has become of passings within 80 columns, page by page")
  func table() throws {
    let daemon = try ControlSocketDaemon()
    var pages = [try FollowTests.page(isRestarted: true, isMore: true), try FollowTests.page()]
    let outcome = try daemon.run(
      ["-c", daemon.configuration, "follow", "--after", "77.fedcba9876543210", "--once"]
    ) { _ in pages.removeFirst() }
    #expect(outcome.code == 0, "\(outcome)")
    try Golden.expect(outcome.output, is: "follow.txt")
    #expect(
      daemon.requests == [
        ["after": "77.fedcba9876543210", "request": "changes", "wait": 0],
        ["after": "9.0123456789abcdef", "request": "changes", "wait": 0],
      ])
  }

  @Test("--json gives one object a line, and a cursor to go on with")
  func json() throws {
    let daemon = try ControlSocketDaemon()
    let outcome = try daemon.run(
      ["-c", daemon.configuration, "follow", "--all", "--once", "--json"], answer: FollowTests.page())
    let lines = try outcome.output.split(separator: "\n").map { try JSONText.parse(Array($0.utf8)) }
    #expect(lines.map { $0["what"]?.string } == ["removed", "stored", "corrected", "withdrawn", "lost", nil])
    #expect(lines.map { $0["change"]?.integer } == [3, 4, 6, 7, 9, nil])
    #expect(lines[1]["raw"] == "7;MC;02976;2019-12-12;09:02:07.295;3;4;937f6")
    #expect(lines.last == ["cursor": "9.0123456789abcdef"])
  }

  @Test(
    "Wrong arguments are told", arguments: [["--after", "x"], ["--after", "7"], ["--all", "--after", "0"]])
  func arguments(words: [String]) throws {
    let outcome = try Tool(["follow"] + words).outcome
    #expect(outcome.code == 64, "\(outcome)")
  }

  @Test("A daemon that is not there is told at once")
  func absent() throws {
    let daemon = try ControlSocketDaemon()
    let outcome = try daemon.run(
      ["-c", daemon.configuration + ".none", "follow"], answer: FollowTests.page())
    #expect(outcome.code == 78, "\(outcome)")
  }
}
