import AgentCore
import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@Suite("A race in which everything goes wrong, from the reader's line to the cloud")
struct RaceWildTests {
  private static let cloudFaults = [
    "fail rate 20%", "fail rate 20% 500 after-work", "reset after 2", "reset before 2",
    "fail 503 for 3 requests",
    "empty-lists 404", "empty-lists 200", "error-body json", "error-body documented", "envelope body",
    "envelope v0",
    "say 200 {} for 2 requests on passings-insert", "say 200 - after-work for 2 requests on write",
    "say 200 null after-work for 1 requests on session-open",
    "fail 429 retry-after 5 for 1 requests", "slow 2s", "slow off", "portal on", "portal off", "ok",
  ]

  @Test(
    "Every passing is in the cloud once, with its exact time, in one session a file, and the ledger adds up",
    arguments: WildSeeds.some(4))
  func everythingArrives(seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let world = World(seed: seed) {
      $0.passings.forward = true
      $0.passings.batchSize = 50
    }
    world.pass(seconds: 3)
    for order in WildForm.orders(using: &random) { try world.tellReader(order) }
    for order in ["rate 20", "lose 0.02", "noise 0.02", "cut 0.02"] { try world.tellReader(order) }
    for order in IntakeWildRunTests.strangeWords where Int.random(in: 0..<3, using: &random) == 0 {
      try world.tellReader(order)
    }
    for _ in 0..<20 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0...1: world.kill(seed: random.next())
      case 2: try world.tellReader("newfile")
      case 3:
        world.pull()
        world.pass(seconds: Double.random(in: 0...5, using: &random))
        world.plug = .plugged
      case 4...7: world.tellCloud(try #require(RaceWildTests.cloudFaults.randomElement(using: &random)))
      case 8:
        world.isDiskFull = true
        world.isPassingStoreFailing = true
        world.pass(seconds: Double.random(in: 0...3, using: &random))
        world.isDiskFull = false
        world.isPassingStoreFailing = false
      default: world.cloudLatency = Int64.random(in: 5...2000, using: &random)
      }
      world.pass(seconds: Double.random(in: 0...3, using: &random))
    }
    world.tellCloud("ok")
    world.tellCloud("portal off")
    // As this test reads it.
    world.tellCloud("envelope v0")
    world.cloudLatency = 20
    try world.tellReader("rate 0")
    let expected = world.truth.values.reduce(0) { $0 + $1.count }
    #expect(expected > 200)
    let isSent = world.pass(atMost: 1800) { world in
      world.passings.summaries.reduce(0) { $0 + $1.acknowledged } == expected
        && world.agent.intake.unsettledButReachable.isEmpty
    }
    #expect(isSent, "\(world.passings.summaries) of \(expected)")
    // The agent hears of what the store has done.
    world.pass(seconds: 1)
    try world.expectTruth()
    WildRecord.note("race", seed: seed, world)
  }
}
