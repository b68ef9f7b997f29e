import AgentCore
import JSONDocument
import JSONText
import One4AllProtocol
import TechnicianTool
import Testing

@Suite("The ledger for a person", .timeLimit(.minutes(20)))
struct LedgerTests {
  static let now = Moment(
    monotonic: MonotonicTime(nanoseconds: 0), wall: WallTime(milliseconds: 1_800_000_000_000),
    kernelSynchronised: true)

  static func file(
    _ name: String, of reader: String = "O4A5-00051", stored: Int, acknowledged: Int, rejected: Int = 0,
    unconfirmed: Int = 0, lost: Int = 0, sentDifferences: Int = 0, count: UInt32? = nil,
    gaps: NumberSet = NumberSet(), lostNumbers: NumberSet = NumberSet(), differences: Int = 0,
    isCurrent: Bool = false, isPresent: Bool = true, waits: Duration? = nil, perSecond: Double? = nil,
    hold: String? = nil
  ) -> LedgerDocument.File {
    let summary = FileSummary(
      key: FileKey(serialNumber: reader, file: name), stored: stored, acknowledged: acknowledged,
      rejected: rejected, unconfirmed: unconfirmed, lost: lost, sentDifferences: sentDifferences)
    let standing = FileStanding(
      summary: summary, isCurrent: isCurrent, readerCount: count, gapCount: gaps.count, gaps: gaps,
      acknowledgedPerSecond: perSecond, hold: hold)
    return .init(
      standing, isPresent: isPresent, lostNumbers: lostNumbers, differences: differences,
      oldestWaiting: waits.map { span in
        Arrival(
          monotonic: MonotonicTime(nanoseconds: now.monotonic.nanoseconds - span.wholeNanoseconds),
          wall: now.wall,
          isSynchronised: true)
      })
  }

  static func causes(_ causes: (EventName, String)...) -> [Problem] {
    causes.map { Problem($0.0, by: .accounts, message: $0.1, since: now.monotonic) }
  }

  static func document(
    _ files: [LedgerDocument.File], doubtful: Int = 0, isForwarding: Bool = true,
    causes: [Problem] = [], hold: String? = nil
  ) -> JSONValue {
    LedgerDocument.document(
      of: files, doubtful: doubtful, isForwarding: isForwarding, causes: causes, hold: hold, at: now)
  }

  static let done = document([
    file("20260517-060000.csv", stored: 1200, acknowledged: 1200, count: 1200),
    file("20260517-093000.csv", stored: 34, acknowledged: 34, count: 34, isCurrent: true),
  ])

  static let busy = document(
    [
      file(
        "20260517-093000.csv", stored: 1000, acknowledged: 400, unconfirmed: 12, count: 1004,
        gaps: NumberSet([3, 7, 8, 9]), isCurrent: true, waits: .seconds(90), perSecond: 20)
    ], doubtful: 4, hold: "the cloud cannot be reached")

  static let bad = document(
    [
      file(
        "20260517-060000.csv", stored: 97, acknowledged: 96, rejected: 1, lost: 3, sentDifferences: 1,
        count: 100, lostNumbers: NumberSet(41...43), differences: 2,
        hold: "the cloud says that its session is closed"),
      file("20260517-093000.csv", stored: 0, acknowledged: 0, isCurrent: true),
    ], doubtful: 5, isForwarding: false, causes: causes((.passingsLost, ""), (.passingsRejected, "")))

  static let held = document(
    [
      file("20260517-060000.csv", of: "O4A5-00052", stored: 97, acknowledged: 96, rejected: 1, count: 97),
      file(
        "20260517-093000.csv", stored: 1000, acknowledged: 400, count: 1000, isCurrent: true,
        waits: .seconds(420), perSecond: 20, hold: "the cloud has closed its session"),
    ], causes: causes((.cloudSessionClosed, ""), (.passingsRejected, "")))

  static let old = document(
    [
      file(
        "20260510-060000.csv", stored: 97, acknowledged: 96, rejected: 1, count: 97, isPresent: false),
      file("20260517-093000.csv", stored: 34, acknowledged: 34, count: 34, isCurrent: true),
    ])

  static let all = [("done", done), ("busy", busy), ("bad", bad), ("held", held), ("old", old)]

  @Test("is what was looked at and found good, within 80 columns", arguments: all.map(\.0))
  func golden(name: String) throws {
    let document = try #require(LedgerTests.all.first { $0.0 == name }?.1)
    let text = LedgerPage(document).text(isColoured: false)
    try Golden.expect(text, is: "ledger-\(name).txt")
    for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  @Test("fits 40 columns, and loses nothing there", arguments: all.map(\.0))
  func narrow(name: String) throws {
    let document = try #require(LedgerTests.all.first { $0.0 == name }?.1)
    let text = LedgerPage(document, width: 40).text(isColoured: false)
    try Golden.expect(text, is: "ledger-\(name)-40.txt")
    for line in text.split(separator: "\n") { #expect(line.count <= 40 && !line.contains("…"), "\(line)") }
    func words(_ text: String) -> Set<Substring> {
      Set(text.split { $0.isWhitespace || $0 == "," || $0 == "…" })
    }
    #expect(
      words(text).isSuperset(of: words(LedgerPage(document).text(isColoured: false)).subtracting(["file"])))
  }

  @Test("speaks of what is held before what is refused, and of no time in which it is sent")
  func heldFirst() {
    let lines = LedgerPage(LedgerTests.held).text(isColoured: false).split(separator: "\n")
    #expect(lines[0] == "HELD: 600 passings are not sent, see below")
    #expect(
      lines.contains("    the oldest waits for 7 min") && !lines.contains { $0.contains("all sent in") })
  }

  @Test("names the readers where there is more than one")
  func readers() {
    let lines = LedgerPage(LedgerTests.held).text(isColoured: false).split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("Reader ") } == ["Reader O4A5-00052", "Reader O4A5-00051"])
    #expect(!LedgerPage(LedgerTests.done).text(isColoured: false).contains("Reader "))
  }

  @Test("an old file's refusal is shown, and no alarm")
  func oldFile() {
    let page = LedgerPage(LedgerTests.old)
    #expect(page.isWell)
    #expect(page.text(isColoured: false).hasPrefix("Every passing of the present event is in the cloud\n"))
    #expect(page.text(isColoured: true).contains("\u{1B}[31m  20260510-060000.csv"))
  }

  @Test("says what the daemon says is wrong, whatever that is")
  func otherCause() {
    let document = LedgerTests.document(
      [LedgerTests.file("20260517-093000.csv", stored: 34, acknowledged: 34)],
      causes: LedgerTests.causes((.diskFull, "only 9 MiB free on the disk")))
    let page = LedgerPage(document)
    #expect(!page.isWell && page.text(isColoured: false).hasPrefix("only 9 MiB free on the disk\n"))
  }

  @Test("is well when the daemon says so and the sums add up")
  func verdict() throws {
    #expect(LedgerPage(LedgerTests.done).isWell)
    #expect(LedgerPage(LedgerTests.busy).isWell)
    #expect(!LedgerPage(LedgerTests.bad).isWell)
    let wrong: JSONValue = [
      "well": true, "total": ["stored": 5, "acknowledged": 3, "waiting": 1, "rejected": 0],
    ]
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
    _ = try daemon.run(
      ["-c", daemon.configuration, "ledger", "--session", "20260517-060000.csv", "--serial-number", "R2"],
      answer: LedgerTests.bad)
    #expect(
      daemon.requests.last
        == ["request": "ledger", "file": "20260517-060000.csv", "serial_number": "R2"])
  }

  @Test("A daemon that answers in another way is named as of another version")
  func otherVersion() throws {
    let daemon = try ControlSocketDaemon()
    let outcome = try daemon.run(
      ["-c", daemon.configuration, "ledger"], answer: ["schema": "one4all.ledger/9"])
    #expect(outcome.code == 69 && outcome.complaint.contains("one4all.ledger/9"))
  }
}
