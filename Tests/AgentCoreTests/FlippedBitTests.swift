import AgentCore
import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@Suite("A line that flips bits, in replies as in passings, and in commands")
struct FlippedBitTests {
  @Test(
    "One device, every passing once, none with another time or chip", arguments: WildSeeds.some(12))
  func confirmed(seed: UInt64) throws {
    let world = World(seed: seed) {
      $0.passings.forward = true
      $0.passings.confirm = seed % 5 == 0 ? .always : .auto
      $0.passings.confirmFirst = 100
    }
    world.pass(seconds: 3)
    // The reader draws what it flips from what it has done.
    for _ in 0..<seed % 64 { try world.tellReader("pass 1") }
    let share = seed % 2 == 0 ? "0.001" : "0.0003"
    for order in ["rate 50", "flip \(share)", "mishear \(seed % 4 < 2 ? share : "0")"] {
      try world.tellReader(order)
    }
    world.pass(seconds: 10)
    if seed % 3 == 0 { world.kill(seed: seed) }
    world.pass(seconds: 10)
    try world.tellReader("rate 0")
    // The line stays as bad as it is until all is there.
    let expected = world.truth.values.reduce(0) { $0 + $1.count }
    let isSent = world.pass(atMost: 900) { world in
      world.passings.summaries.reduce(0) { $0 + $1.acknowledged } == expected
        && world.agent.intake.unsettledButReachable.isEmpty
    }
    #expect(isSent && expected > 900, "\(world.passings.summaries) of \(expected)")
    #expect(world.devices.count == 1)
    #expect(world.entries(.passingsLost).isEmpty && world.entries(.readerSwapped).isEmpty)
    let sessions = world.tellCloud("passings")["sessions"]?.array ?? []
    #expect(sessions.count == 1 && sessions.first?["passings"]?.array?.count == expected)
    // The agent hears of what the store has done.
    world.pass(seconds: 1)
    try world.expectTruth()
    WildRecord.note("flipped-bits", seed: seed, world)
  }
}
