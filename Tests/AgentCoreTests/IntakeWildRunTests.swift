import AgentCore
import One4AllProtocol
import Rehearsal
import Testing

@Suite("Long runs in which the line loses, cuts and adds")
struct IntakeWildRunTests {
  /// What a reader may say otherwise than ours, whatever else goes wrong.
  static let strangeWords = [
    "odd-files 4", "more-files 500", "status-field 4 One4All 5 ©", "status-field 7 MÉ",
    "status-field 5 Macsha\u{1B}[31m",
    "status-field 8 46.2 °C",
    "status-field 8 hot", "status-length 200", "latin-1 on", "test-reads 0.02",
  ]

  @Test(
    "In the end the store holds exactly what the reader holds, file by file, and nothing is lost",
    arguments: WildSeeds.some(2))
  func converges(seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let confirm = try #require(PassingSettings.Confirm.allCases.dropLast().randomElement(using: &random))
    let world = IntakeTests.connected(seed: seed, passings: PassingSettings(confirm: confirm))
    for order in WildForm.orders(using: &random) { try world.tellReader(order) }
    for order in ["rate 150", "lose 0.02", "noise 0.02", "cut 0.02"] { try world.tellReader(order) }
    for order in Self.strangeWords where Int.random(in: 0..<3, using: &random) == 0 {
      try world.tellReader(order)
    }
    for _ in 0..<12 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0...1: world.kill(seed: random.next())
      case 2: try world.tellReader("newfile")
      case 3:
        world.pull()
        world.pass(seconds: Double.random(in: 0...5, using: &random))
        if Bool.random(using: &random) { try world.tellReader("newfile") }
        world.isPlugged = true
      case 4:
        world.isStoreStalled = true
        world.pass(seconds: Double.random(in: 0...3, using: &random))
        world.isStoreStalled = false
      case 5:
        world.isStoreFailing = true
        world.pass(seconds: Double.random(in: 0...3, using: &random))
        world.isStoreFailing = false
      case 6: world.storeLatency = Int64.random(in: 1...300, using: &random)
      default: break
      }
      world.pass(seconds: Double.random(in: 0...2, using: &random))
    }
    world.isPlugged = true
    try world.tellReader("rate 0")
    // The line stays as bad as it is until all is there.
    #expect(world.pass(atMost: 900) { $0.isComplete }, "\(world.agent.intake.openFiles)")
    world.expectComplete("seed \(seed)")
    #expect(world.agent.intake.droppedRows == 0)
    #expect(world.largestGroup <= 500)
    let older = world.files.dropLast()
    #expect(
      world.pass(atMost: 120) { world in
        older.allSatisfy { world.store.summary(of: world.key($0)).isSettled }
      })
    WildRecord.note("capture", seed: seed, world)
  }

  @Test(
    "Session files that follow each other within seconds: each passing is in its own, and none was ever in another",
    arguments: WildSeeds.some(3, from: 200))
  func rapidFiles(seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let confirm = PassingSettings.Confirm.allCases[Int(seed % 3)]
    let world = IntakeTests.connected(seed: seed, passings: PassingSettings(confirm: confirm))
    for order in WildForm.orders(using: &random, isFlipping: confirm != .never) {
      try world.tellReader(order)
    }
    for order in ["rate 150", "lose 0.02", "noise 0.02", "cut 0.02"] { try world.tellReader(order) }
    for _ in 0..<10 {
      switch Int.random(in: 0..<7, using: &random) {
      case 0: world.kill(seed: random.next())
      case 1...3: try world.tellReader("newfile")
      case 4:
        try world.tellReader("reboot 1")
        world.pass(seconds: 3)
        try world.tellReader("start")
      case 5:
        try world.tellReader("stop")
        world.pass(seconds: 1)
        try world.tellReader("start")
      default: break
      }
      world.pass(seconds: Double.random(in: 0...3, using: &random))
    }
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 600) { $0.isComplete }, "\(world.agent.intake.openFiles)")
    world.expectComplete("seed \(seed)")
    // What a flipped bit changed, and nothing else.
    #expect(world.entries(.passingDiffers).allSatisfy { !$0.message.contains("no such passing") })
    WildRecord.note("rapid-files", seed: seed, world)
  }

  @Test("The store stalls for 10 s and for a minute at the line's full rate: nothing is lost")
  func stalledStore() throws {
    for seconds in [10.0, 60.0] {
      let world = IntakeTests.connected()
      try world.tellReader("rate 200")
      world.pass(seconds: 2)
      world.isStoreStalled = true
      world.pass(seconds: seconds)
      #expect(Double(world.agent.intake.waitingRows) > seconds * 190)
      world.isStoreStalled = false
      try world.tellReader("rate 0")
      // What the line had no room to compare is compared now.
      #expect(world.pass(atMost: 120) { $0.isComplete })
      world.pass(seconds: 0.5)
      world.expectComplete()
      #expect(world.agent.intake.droppedRows == 0)
      #expect(world.largestGroup == 500)
      let rows = world.store.files[world.key(world.files[0])]?.rows.values.map(\.kept) ?? []
      #expect(rows.allSatisfy { $0.origin == .pushed && $0.trust == .confirmed })
    }
  }
}
