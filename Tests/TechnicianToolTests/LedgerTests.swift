import AgentCore
import JSONDocument
import JSONText
import One4AllProtocol
import TechnicianTool
import Testing

@Suite("The ledger for a person", .timeLimit(.minutes(1)))
struct LedgerTests {
  static let now = WallTime(milliseconds: 1_800_000_000_000)

  static func file(
    _ name: String, stored: Int, acknowledged: Int, rejected: Int = 0, unconfirmed: Int = 0, lost: Int = 0,
    readerCount: UInt32? = nil
  ) -> FileSummary {
    FileSummary(
      key: FileKey(serialNumber: "O4A5-00051", file: name), stored: stored, acknowledged: acknowledged,
      rejected: rejected, unconfirmed: unconfirmed, lost: lost, readerCount: readerCount)
  }

  static let done = LedgerDocument.document(
    of: [
      .init(summary: file("20260517-060000.csv", stored: 1200, acknowledged: 1200, readerCount: 1200)),
      .init(
        summary: file("20260517-093000.csv", stored: 34, acknowledged: 34, readerCount: 34), isCurrent: true),
    ], doubtful: 0, isForwarding: true, hold: nil, at: now)

  static let busy = LedgerDocument.document(
    of: [
      .init(
        summary: file(
          "20260517-093000.csv", stored: 1000, acknowledged: 400, unconfirmed: 12, readerCount: 1004),
        isCurrent: true, gaps: NumberSet([3, 7, 8, 9]), oldestWaiting: now - .seconds(90),
        acknowledgedPerSecond: 20)
    ], doubtful: 4, isForwarding: true, hold: "the cloud cannot be reached", at: now)

  static let bad = LedgerDocument.document(
    of: [
      .init(
        summary: file(
          "20260517-060000.csv", stored: 97, acknowledged: 96, rejected: 1, lost: 3, readerCount: 100),
        lostNumbers: NumberSet(41...43), differences: 2, sentDifferences: 1,
        hold: "the cloud says that its session is closed"),
      .init(summary: file("20260517-093000.csv", stored: 0, acknowledged: 0), isCurrent: true),
    ], doubtful: 5, isForwarding: false, hold: nil, at: now)

  static let all = [("done", done), ("busy", busy), ("bad", bad)]

  @Test("is what was looked at and found good, within 80 columns", arguments: all.map(\.0))
  func golden(name: String) throws {
    let document = try #require(LedgerTests.all.first { $0.0 == name }?.1)
    let text = LedgerPage(document).text(isColoured: false)
    try Golden.expect(text, is: "ledger-\(name).txt")
    for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  @Test("is well only when nothing is lost, refused or different, and the sums add up")
  func verdict() throws {
    #expect(LedgerPage(LedgerTests.done).isWell)
    #expect(LedgerPage(LedgerTests.busy).isWell)
    #expect(!LedgerPage(LedgerTests.bad).isWell)
    let wrong: JSONValue = ["total": ["stored": 5, "acknowledged": 3, "waiting": 1, "rejected": 0]]
    #expect(!LedgerPage(wrong).isWell)
    #expect(LedgerPage(wrong).text(isColoured: false).hasPrefix("THE LEDGER DOES NOT ADD UP"))
  }

  @Test("ends with 0 or 1 by its verdict; --json prints the document and its sums")
  func command() throws {
    let daemon = try ControlSocketDaemon()
    let well = try daemon.run(["-c", daemon.configuration, "ledger"], answer: LedgerTests.done)
    #expect(well.code == 0 && well.output.hasPrefix("Every passing is in the cloud\n"))
    let ill = try daemon.run(["-c", daemon.configuration, "ledger"], answer: LedgerTests.bad)
    #expect(ill.code == 1 && ill.output.hasPrefix("LOST: 3 passings"))
    let json = try daemon.run(["-c", daemon.configuration, "ledger", "--json"], answer: LedgerTests.bad)
    let document = try JSONText.parse(json.output)
    #expect(json.code == 0 && document["total"]?["lost"]?.integer == 3)
    #expect(document["total"]?["waiting"]?.integer == 0)
    #expect(daemon.requests.allSatisfy { $0 == ["request": "ledger"] })
  }

  @Test("A daemon that answers in another way is named as of another version")
  func otherVersion() throws {
    let daemon = try ControlSocketDaemon()
    let outcome = try daemon.run(
      ["-c", daemon.configuration, "ledger"], answer: ["schema": "one4all.ledger/9"])
    #expect(outcome.code == 69 && outcome.complaint.contains("one4all.ledger/9"))
  }
}
