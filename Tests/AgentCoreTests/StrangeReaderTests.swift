import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("A reader that says strange things")
struct StrangeReaderTests {
  private func unclear(_ world: World) -> [String] {
    (world.status["conditions"]?.array ?? []).filter { $0["event"] == "reader-unclear" }
      .compactMap { $0["message"]?.string }
  }

  @Test(
    "One strange field costs nothing but itself: it is told once, and passings are taken",
    arguments: [
      (5, "1x8"), (7, "MÉ"), (8, "hot"), (9, "perhaps"), (11, "many"), (12, "mains"), (13, "200"),
      (14, "full"),
    ])
  func strangeField(_ field: Int, _ text: String) throws {
    let world = World()
    world.pull()
    try world.tellReader("status-field \(field) \(text)")
    world.plug = .plugged
    world.pass(seconds: 60)
    #expect(world.agrees == true && world.entries(.readerRefused).isEmpty)
    #expect(world.entries(.readerUnclear).count == 1)
    #expect(unclear(world).first?.contains("field \(field), ") == true)
    #expect(unclear(world).first?.contains("\"\(text)\"") == true, "\(unclear(world))")
    for chip in 1...3 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 5)
    #expect(world.passings.summaries.map(\.stored) == [3])
    try world.tellReader("status-field \(field) off")
    world.pass(seconds: 12)
    #expect(unclear(world).isEmpty && world.entries(.readerUnclear).count == 1)
  }

  @Test("A field that says something else each time is told once")
  func changingField() throws {
    let world = World.settled()
    for text in ["hot", "hotter", "hottest"] {
      try world.tellReader("status-field 8 \(text)")
      world.pass(seconds: 12)
    }
    #expect(world.entries(.readerUnclear).count == 1)
    #expect(unclear(world).first?.contains("hottest") == true)
    try world.tellReader("status-field 14 full")
    world.pass(seconds: 12)
    #expect(world.entries(.readerUnclear).count == 2)
  }

  @Test(
    "Letters beyond ASCII in what the cloud is told, and fields without end, are read as they are",
    arguments: [
      "status-field 4 One4All 5 ©", "status-field 29 1.1.3.0 β", "status-field 6 Macsha México",
      "status-length 5043", "status-field 42 \(String(repeating: "x", count: 9000))",
    ], [false, true])
  func readAsItIs(_ order: String, isLatin1: Bool) throws {
    let world = World()
    world.pull()
    try world.tellReader(order)
    if isLatin1 { try world.tellReader("latin-1 on") }
    world.plug = .plugged
    world.pass(seconds: 10)
    let text = isLatin1 ? order.replacing("β", with: "?") : order
    let words = text.split(separator: " ", maxSplits: 2).map(String.init)
    #expect(world.status["reader"]?["model"]?.string == (words[1] == "4" ? words[2] : "One4All 5"))
    #expect(world.status["reader"]?["firmware"]?.string == (words[1] == "29" ? words[2] : "1.1.3.0"))
    #expect(world.agrees == true && unclear(world).isEmpty, "\(world.status)")
    #expect(world.misuse.isEmpty)
    try world.tellReader("pass 17 1")
    world.pass(seconds: 1)
    #expect(world.passings.summaries.map(\.stored) == [1])
  }

  @Test("One damaged status makes no other reader, and no other session file", arguments: [3, 10, 19, 29])
  func damagedOnce(field: Int) throws {
    let world = CaptureWorld()
    world.pass(seconds: 30)
    let connected = world.entries(.readerConnected).count
    var count = 0
    world.tamper = { output in
      var fields = String(decoding: output.bytes, as: UTF8.self).split(
        separator: ";", omittingEmptySubsequences: false
      ).map(String.init)
      guard fields[0] == "GETSTATUS", fields.count > 30 else { return output.bytes }
      count += 1
      guard count % 3 == 1 else { return output.bytes }
      fields[field] = String(fields[field].dropLast() + (fields[field].last == "1" ? "3" : "1"))
      return Array(fields.joined(separator: ";").utf8)
    }
    world.pass(seconds: 300)
    #expect(count >= 9)
    #expect(world.entries(.readerSwapped).isEmpty && world.entries(.readerChanged).isEmpty)
    #expect(world.entries(.readerConnected).count == connected)
  }

  @Test("A serial number that the line may have damaged is believed when it comes a second time")
  func serialNumberTwice() throws {
    let world = World.settled()
    let before = world.commands.count
    try world.tellReader("status-field 3 O4A5-0é051")
    #expect(world.pass(atMost: 12) { !$0.entries(.readerSwapped).isEmpty })
    #expect(world.status["reader"]?["serial_number"] == "O4A5-0é051")
    let asked = world.commands.dropFirst(before).filter { $0.text == "GETSTATUS" }.map(\.at)
    #expect(asked.count >= 2 && asked[1] - asked[0] < 100, "\(asked)")
  }

  @Test("What may be damage is asked for again at once, but not without end")
  func sureness() throws {
    var evidence = StatusEvidence()
    func status(_ serialNumber: String) throws -> ReaderStatus {
      let known = try #require(World.settled().agent.session.status).rawLine
      return try ReaderStatus(
        reply: #require(Reply(line: known.replacing("O4A5-00051", with: serialNumber))))
    }
    let (plain, odd, other) = (try status("O4A5-00051"), try status("O4A5-0é051"), try status("O4A5-ä0051"))
    func isBelieved(_ status: ReaderStatus) -> Bool { evidence.receive(status) }
    func isRepeated() -> Bool { evidence.asksAgain() }
    // Nothing acts that came once.
    #expect(!isBelieved(plain))
    #expect(isRepeated())
    #expect(isBelieved(plain))
    #expect(!isBelieved(odd))
    #expect(isRepeated())
    // Damage is not the same twice.
    #expect(isBelieved(plain))
    #expect(!isBelieved(odd))
    #expect(isRepeated())
    #expect(!isBelieved(other))
    #expect(!isRepeated())
    #expect(isBelieved(other))
    #expect(isBelieved(other))
    #expect(!isBelieved(plain))
    // The same reader on a line that was opened again is known by one.
    evidence.beginAgain()
    #expect(isBelieved(other))
    evidence.beginAgain()
    #expect(!isBelieved(plain))
    #expect(isBelieved(plain))
  }

  @Test(
    "A reply that came and cannot be used is no missing reply: it is shown, with what is wrong",
    arguments: [
      ("status-length 12", "as it has 12 fields and not 30: GETSTATUS;3;"),
      ("status-field 3", "as it names no serial number: GETSTATUS;3;"),
      ("status-field 4", "as it names no model: "),
      ("status-field 29", "as it names no firmware: "),
    ])
  func unusable(_ order: String, _ words: String) throws {
    let world = World.settled()
    try world.tellReader(order)
    world.pass(seconds: 30)
    let entries = world.entries(.readerRefused)
    #expect(entries.count == 1 && entries.first?.message.contains(words) == true, "\(entries)")
    #expect(entries.first?.message.hasPrefix("the reader's reply to GETSTATUS cannot be used, ") == true)
    // It is there all the same.
    try world.tellReader("pass 17 1")
    world.pass(seconds: 1)
    #expect(world.status["passings"]?["captured"] == 1)
  }

  @Test("A session file of a strange name: that is said, and passings are kept raw until it has another")
  func strangeSessionFile() throws {
    let world = World()
    world.pull()
    try world.tellReader("status-field 10 RACE1.csv")
    world.plug = .plugged
    world.pass(seconds: 5)
    try world.tellReader("pass 17 1")
    world.pass(seconds: 30)
    let entry = try #require(world.entries(.sessionUnknown).first)
    #expect(entry.message.hasSuffix("into which session file: \"RACE1.csv\" is no name of one"))
    #expect(world.status["well"] == false)
    try world.tellReader("status-field 10 off")
    world.pass(seconds: 30)
    #expect(world.passings.summaries.map(\.stored) == [1])
  }

  @Test("A zone of a strange name is said as it came")
  func strangeZone() throws {
    let world = World()
    world.pull()
    try world.tellReader("status-field 19 América/Mexico_City")
    world.plug = .plugged
    world.pass(seconds: 5)
    #expect(world.entries(.timeZoneUnknown).first?.message.contains("'América/Mexico_City'") == true)
    try world.tellReader("pass 17 1")
    try world.tellReader("status-field 19 off")
    world.pass(seconds: 30)
    #expect(world.passings.summaries.map(\.stored) == [1])
  }
}
