import AgentCore
import One4AllProtocol
import Rehearsal
import Testing

@Suite("Session files, and lists that the reader is asked for")
struct IntakeSessionTests {
  @Test("Numbers that start again mean a new file: GETSTATUS names it, and nothing goes to the old one")
  func numbersStartAgain() throws {
    let world = IntakeTests.connected()
    for chip in 1...6 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 0.3)
    }
    try world.tellReader("newfile")
    // The first of the new file is lost on the line.
    try world.tellReader("lose-next 1")
    for chip in 11...14 { try world.tellReader("pass \(chip) 1") }
    let asked = world.commands.count
    world.pass(seconds: 0.4)
    #expect(world.commands[asked...].first?.text == "GETSTATUS")
    #expect(world.agent.intake.current?.file == world.files[1])
    #expect(world.pass(atMost: 20) { $0.isComplete })
    world.expectComplete()
    #expect(world.entries(.passingDiffers).isEmpty)
    #expect(world.requests.contains { if case .contradict = $0 { true } else { false } } == false)
  }

  @Test(
    "Passings that were taken for the old file's tail are found there by the comparison, and in the new one")
  func takenForTheTail() throws {
    let world = IntakeTests.connected()
    for chip in 1...3 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 1)
    try world.tellReader("newfile")
    // Its first three are lost: the fourth looks like the next one of the old file.
    try world.tellReader("lose-next 3")
    for chip in 11...16 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 1)
    #expect(world.pass(atMost: 30) { $0.isComplete })
    world.pass(seconds: 5)
    world.expectComplete()
    #expect(world.store.summary(of: world.key(world.files[0])).isSettled)
  }

  @Test("The reader restarts: no file is open, then a new one; the old one is fetched and settled")
  func reboot() throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 10")
    world.pass(seconds: 3)
    try world.tellReader("lose-next 5")
    world.pass(seconds: 0.5)
    try world.tellReader("reboot 3")
    world.pass(seconds: 20)
    #expect(world.agent.intake.current == nil)
    #expect(!world.agent.intake.isReading)
    try world.tellReader("start")
    world.pass(seconds: 15)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 30) { $0.isComplete })
    #expect(world.files.count == 2)
    world.expectComplete()
    #expect(world.store.summary(of: world.key(world.files[0])).isSettled)
  }

  @Test("A file that ended empty is settled too")
  func emptyFile() throws {
    let world = IntakeTests.connected()
    world.pass(seconds: 2)
    try world.tellReader("newfile")
    world.pass(seconds: 12)
    try world.tellReader("pass 1 1")
    world.pass(seconds: 20)
    world.expectComplete()
    #expect(world.store.summary(of: world.key(world.files[0])).isSettled)
  }

  @Test("What is pushed before the reader has said who it is is kept raw, and fetched")
  func beforeNames() throws {
    let world = CaptureWorld()
    world.swallowed = ["GETSTATUS"]
    // Push mode is on before the status is known.
    world.pass(seconds: 8)
    for chip in 1...4 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 0.2)
    }
    #expect(world.store.doubtful.count == 4)
    #expect(world.store.doubtful.allSatisfy { $0.key == nil && $0.reason == .file })
    world.swallowed = []
    world.pass(seconds: 10)
    world.expectComplete()
  }

  @Test(
    "A list whose end is lost ends by time although passings are pushed all the while; nothing is asked meanwhile"
  )
  func endlessList() throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 20")
    world.pass(seconds: 2)
    world.tamper = { $0.isPush || $0.bytes != [13, 10] ? $0.bytes : nil }
    let before = world.commands.count
    try world.tellReader("lose-next 2")
    world.pass(seconds: 8)
    let lists = world.commands[before...].filter { $0.text.hasPrefix("GETFILE;") }
    #expect(lists.count >= 2)
    // Its last passing has come: its end would have come at once.
    let gaps = zip(lists, lists.dropFirst()).map { $1.at - $0.at }
    #expect(gaps.allSatisfy { (900...3500).contains($0) }, "\(lists)")
    world.tamper = { $0.bytes }
    world.pass(seconds: 8)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 20) { $0.isComplete })
    world.expectComplete()
  }

  @Test("The store opens slowly: passings wait in memory for what it holds")
  func slowOpening() throws {
    let world = CaptureWorld { $0.rate = 20 }
    world.isStoreStalled = true
    world.pass(seconds: 20)
    #expect(world.agent.intake.waitingRows > 300)
    world.isStoreStalled = false
    world.pass(seconds: 5)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 10) { $0.isComplete })
    world.expectComplete()
    #expect(world.store.doubtful.isEmpty)
  }

  @Test("A failing store is an alarm; what it refused is written once it can be")
  func failingStore() throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 20")
    world.isStoreFailing = true
    world.pass(seconds: 30)
    #expect(world.agent.problems.of(.capture).map(\.event) == [.storeFailing])
    #expect(world.entries(.storeFailing).count == 1)
    world.isStoreFailing = false
    world.pass(seconds: 15)
    try world.tellReader("rate 0")
    world.pass(seconds: 1)
    world.expectComplete()
    #expect(world.entries(.storeRecovered).count == 1)
  }
}
