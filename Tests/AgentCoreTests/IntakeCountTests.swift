import AgentCore
import One4AllProtocol
import Rehearsal
import Testing

@Suite("The reader's count, whatever it answers")
struct IntakeCountTests {
  @Test(
    "A reader that does not answer PASSINGS: the current file is counted by its name, finished and settled")
  func noPassings() throws {
    let world = CaptureWorld { $0.isStarted = true }
    world.refused = ["PASSINGS"]
    world.pass(seconds: 5)
    for chip in 1...4 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 1)
    try world.tellReader("lose-next 2")
    for chip in 5...6 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 45)
    world.expectComplete()
    #expect(world.store.summary(of: world.key(world.files[0])).readerCount == 6)
    #expect(world.audit() == nil)
    world.pass(seconds: 20)
    #expect(world.entries(.auditDone).count == 1)
    try world.tellReader("stop")
    world.pass(seconds: 20)
    #expect(world.store.summary(of: world.key(world.files[0])).isSettled)
  }

  @Test("A reader that answers neither PASSINGS nor GETFILEINFO: lists find the end of its current file")
  func noCountAtAll() throws {
    let world = CaptureWorld { $0.isStarted = true }
    world.refused = ["PASSINGS", "GETFILEINFO"]
    world.pass(seconds: 5)
    for chip in 1...4 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 1)
    #expect(world.audit() == nil)
    world.pass(seconds: 60)
    #expect(world.entries(.auditDone).count == 1)
    world.expectComplete()
  }

  @Test(
    "The last passings are missed by count although the status says that it does not read, and counts nothing"
  )
  func lostTailOfAStoppedReader() throws {
    let world = IntakeTests.connected()
    try world.tellReader("status-field 9 False")
    try world.tellReader("status-field 11 0")
    world.pass(seconds: 12)
    try world.tellReader("pass 17 1")
    world.pass(seconds: 1)
    try world.tellReader("lose-next 2")
    for chip in 18...19 { try world.tellReader("pass \(chip) 1") }
    #expect(world.pass(atMost: 40) { $0.isComplete })
    world.expectComplete()
    // Not one of these is heard.
    try world.tellReader("lose-next 2")
    for chip in 20...21 { try world.tellReader("pass \(chip) 1") }
    let asked = world.commands.count
    #expect(world.pass(atMost: 240) { $0.isComplete })
    #expect(world.commands[asked...].count { $0.text == "PASSINGS" } < 5)
    world.expectComplete()
  }

  @Test("One damaged count opens no gap, loses nothing, and is no alarm", arguments: ["74408", "9", "1"])
  func damagedCount(count: String) throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 20")
    world.pass(seconds: 20)
    var counts = 0
    world.tamper = { output in
      let text = String(decoding: output.bytes, as: UTF8.self)
      guard text.hasPrefix("PASSINGS;") else { return output.bytes }
      counts += 1
      guard counts % 2 == 1 else { return output.bytes }
      return Array("PASSINGS;\(count);\(text.split(separator: ";").dropFirst(2).joined(separator: ";"))".utf8)
    }
    world.pass(seconds: 120)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 120) { $0.isComplete })
    world.expectComplete()
    #expect(world.entries(.gapFound).isEmpty && world.entries(.passingsLost).isEmpty)
    #expect(world.entries(.passingDiffers).isEmpty)
  }

  @Test("A discarded import from another race leaves the live passings believed")
  func discardedImport() throws {
    let world = IntakeTests.connected()
    for chip in 1...3 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 1)
    let key = world.key(world.files[0])
    // Hours later, and with higher numbers, than what this reader has.
    let frame = try #require(world.truth[key.file]?.last)
    let date = frame.split(separator: ";")[3]
    let passings = try (10...12).map { number in
      try Passing(parsing: Array("\(number);MC;00077;\(date);23:59:0\(number - 10).000;1;1;00000".utf8))
    }
    #expect(world.importPassings(passings, of: key) == 3)
    world.pass(seconds: 40)
    #expect(world.store.summary(of: key).stored == 3)
    for chip in 4...8 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 1)
    }
    world.expectComplete()
    let rows = world.store.files[key]?.rows ?? [:]
    #expect((4...8).allSatisfy { rows[$0]?.kept.origin == .pushed && rows[$0]?.kept.trust == .confirmed })
  }
}
