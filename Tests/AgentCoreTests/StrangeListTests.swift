import AgentCore
import One4AllProtocol
import Rehearsal
import Testing

@Suite("A reader that lists strange files")
struct StrangeListTests {
  /// A reader that lists something strange and has begun a file that nobody heard.
  private static func met(_ orders: String...) throws -> CaptureWorld {
    let world = IntakeTests.connected()
    for order in orders { try world.tellReader(order) }
    for chip in 1...4 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 1)
    world.pull()
    world.pass(seconds: 2)
    try world.tellReader("newfile")
    for chip in 5...9 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 1)
    try world.tellReader("newfile")
    world.isPlugged = true
    return world
  }

  private static func told(_ world: CaptureWorld) -> [String] {
    world.agent.problems.of(.capture).filter { $0.event == .readerUnclear }.map(\.message)
  }

  @Test("Odd names are left out and told, how many and the first of them; the others are fetched")
  func oddNames() throws {
    let world = try Self.met("odd-files 9")
    let before = world.commands.count
    world.pass(seconds: 20)
    #expect(world.files.count == 3)
    world.expectComplete()
    // One name is empty, and none.
    #expect(
      Self.told(world) == [
        "the reader lists 8 files that are not fetched, as their names are none of session files: RACE1.csv, "
          + "20191112-090155.CSV, été.csv, 20191112-090155.csv.bak, 20191332-250000.csv, …"
      ])
    #expect(world.commands[before...].count { $0.text == "LISTFILES" } == 2)
    #expect(!world.commands.contains { $0.text.contains("RACE") })
    #expect(world.audit("RACE1.csv")?.contains("one4allctl import") == true)
    try world.tellReader("odd-files off")
    world.pass(seconds: 330)
    #expect(Self.told(world).isEmpty)
    #expect(world.entries(.readerUnclear).count == 1 && world.entries(.readerRefused).isEmpty)
  }

  @Test("Names that the line has damaged are not left out: the list is asked again")
  func damagedName() throws {
    let world = try Self.met()
    var lists = 0
    world.tamper = { output in
      let text = String(decoding: output.bytes, as: UTF8.self)
      guard text.hasPrefix("LISTFILES;") else { return output.bytes }
      lists += 1
      return lists == 1 ? Array(text.replacing(".csv", with: ".c\u{F3}v").utf8) : output.bytes
    }
    world.pass(seconds: 20)
    #expect(lists == 3)
    world.expectComplete()
    #expect(world.entries(.readerUnclear).isEmpty)
  }

  @Test("A list that is damaged otherwise each time is used in the end as it is")
  func damagedAlways() throws {
    let world = try Self.met()
    var lists = 0
    world.tamper = { output in
      let text = String(decoding: output.bytes, as: UTF8.self)
      guard text.hasPrefix("LISTFILES;") else { return output.bytes }
      lists += 1
      return Array(text.replacing("LISTFILES;", with: "LISTFILES;RACE\(lists).csv;").utf8)
    }
    world.pass(seconds: 30)
    #expect(lists == 5)
    world.expectComplete()
    #expect(world.entries(.readerUnclear).count == 1)
  }

  @Test("A list of a megabyte takes a minute and a half and is read", arguments: [false, true])
  func longList(isTooLong: Bool) throws {
    let world = try Self.met("more-files \(isTooLong ? 60_000 : 50_000)", "odd-files \(isTooLong ? 2 : 9)")
    world.pass(seconds: 260)
    #expect(world.entries(.readerRefused).isEmpty && world.entries(.readerForeign).isEmpty)
    #expect(world.entries(.readerSilent).isEmpty && world.agent.session.isConnected)
    if isTooLong {
      let cut = world.agent.problems.of(.capture).first { $0.event == .filesUnlisted }
      #expect(cut?.message.hasSuffix("is longer than 1024 KiB: those behind are not fetched") == true)
      #expect(PassingHealth(world.agent, at: world.now).causes.map(\.event).contains(.filesUnlisted))
      #expect(Self.told(world).first?.contains("a file that is not fetched") == true, "\(Self.told(world))")
    } else {
      world.expectComplete()
      #expect(!PassingHealth(world.agent, at: world.now).causes.map(\.event).contains(.filesUnlisted))
    }
    #expect(!world.agent.intake.isDamaged(at: world.now.monotonic))
  }

  @Test("Test reads between the passings of a list are damage that always comes, and hide none of them")
  func testReads() throws {
    let world = try Self.met("test-reads 0.5")
    #expect(world.pass(atMost: 120) { $0.isComplete })
    world.expectComplete()
  }

  @Test("A status of 30 kB comes whole over a serial line")
  func longStatus() throws {
    let world = CaptureWorld { $0.isStarted = true }
    for place in 43...46 {
      try world.tellReader("status-field \(place) \(String(repeating: "x", count: 9000))")
    }
    world.pass(seconds: 20)
    #expect(world.agent.session.isConnected && world.entries(.readerRefused).isEmpty)
    try world.tellReader("pass 17 1")
    world.pass(seconds: 30)
    world.expectComplete()
  }
}
