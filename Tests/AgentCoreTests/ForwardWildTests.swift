import AgentCore
import JSONDocument
import One4AllProtocol
import Testing

@Suite("Passings through long runs in which everything goes wrong")
struct ForwardWildTests {
  private static let faults = [
    "fail 503 for 3 requests", "fail rate 30%", "fail rate 30% 500 after-work", "reset after 2",
    "reset before 2", "portal on", "portal off", "fail 429 retry-after 5 for 1 requests", "slow 3s",
    "slow off", "envelope body", "envelope v0", "fields unknown", "fields good",
    "fields missing inserted_count", "fields null token_session", "error-body broken", "error-body empty",
    "error-body html", "error-body documented", "empty-lists 404", "empty-lists 200",
    "say 200 {} for 2 requests",
    "say 200 null after-work for 2 requests", "say 200 - after-work for 1 requests",
    "say 200 {\"inserted_count\":-1} for 2 requests", "fail 404 for 1 requests", "fail 413 for 2 requests",
    "ok", "ok",
  ]

  @Test(
    "Every passing ends in the cloud once, in one session a file, with its exact time, and the law holds",
    arguments: WildSeeds.some(6))
  func everythingArrives(seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let world = ForwardWorld(seed: seed) { $0.batchSize = 50 }
    world.isFree = Bool.random(using: &random)
    var keys = [ForwardWorld.key("20171223-100000.csv")]
    var last: UInt32 = 0
    var gaps: [(FileKey, ClosedRange<UInt32>)] = []
    world.view.isReading = true
    for step in 0..<120 {
      let current = keys[keys.count - 1]
      world.view.current = current
      switch Int.random(in: 0..<14, using: &random) {
      case 0...4:
        let count = UInt32.random(in: 1...120, using: &random)
        let trust: KeptPassing.Trust = Bool.random(using: &random) ? .believed : .unconfirmed
        world.capture(last + 1...last + count, of: current, trust: trust)
        if trust == .unconfirmed { gaps.append((current, last + 1...last + count)) }
        last += count
      case 5:
        // Lost on the line: fetched later.
        let count = UInt32.random(in: 1...30, using: &random)
        gaps.append((current, last + 1...last + count))
        last += count
      case 6:
        if let gap = gaps.popLast() { world.capture(gap.1, of: gap.0, trust: .confirmed) }
      case 7...9: world.tellCloud(try #require(ForwardWildTests.faults.randomElement(using: &random)))
      case 10: world.restart(losingStoreRequests: Bool.random(using: &random))
      case 11: world.isDiskFull.toggle()
      case 12:
        world.storeLatency = Int64.random(in: 1...400, using: &random)
        world.cloudLatency = Int64.random(in: 5...2000, using: &random)
      default:
        if step % 3 == 0, keys.count < 4, last > 0 {
          settle(current, upTo: last, in: world)
          gaps.removeAll { $0.0 == current }
          keys.append(ForwardWorld.key("20171223-1\(keys.count)0000.csv"))
          last = 0
        }
      }
      world.pass(seconds: Double.random(in: 0...6, using: &random))
    }
    world.isDiskFull = false
    world.tellCloud("ok")
    world.tellCloud("fields good")
    world.storeLatency = 5
    world.cloudLatency = 20
    if last > 0 { world.capture(1...last, of: keys[keys.count - 1], trust: .confirmed) }
    world.pass(seconds: 900)
    // A file that had to stand back, because the cloud refused its session for long, goes once the reader stops.
    world.view.isReading = false
    world.pass(seconds: 900)
    for key in keys where world.file(key).stored > 0 {
      world.expectComplete(key)
      let alias = "O4A5-00051 \(key.file)"
      #expect(world.aliases.filter { $0 == alias }.count == 1, "\(world.aliases)")
    }
    #expect(world.misuse.isEmpty, "\(world.misuse)")
    #expect(world.problems.isEmpty, "\(world.problems)")
    WildRecord.note("forwarding", seed: seed, world)
  }

  @Test(
    "Though its session is closed again and again, every passing is in one of the file's sessions, and in no other",
    arguments: WildSeeds.some(3))
  func closedSessions(seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let world = ForwardWorld(seed: seed) {
      $0.batchSize = 50
      $0.onClosedSession = .new
    }
    let key = ForwardWorld.key("20171223-100000.csv")
    world.view.current = key
    world.view.isReading = true
    var last: UInt32 = 0
    for _ in 0..<60 {
      let count = UInt32.random(in: 1...120, using: &random)
      world.capture(last + 1...last + count, of: key)
      last += count
      switch Int.random(in: 0..<5, using: &random) {
      case 0: world.tellCloud("close-session \(ForwardWorld.serialNumber)")
      case 1: world.tellCloud("reset after 1")
      case 2: world.restart()
      case 3: world.tellCloud("fail 500 after-work for 2 requests")
      default: break
      }
      world.pass(seconds: Double.random(in: 0...6, using: &random))
      // What a restart lost on its way to the store the reader still has.
      world.capture(1...last, of: key, trust: .confirmed)
    }
    world.tellCloud("ok")
    world.pass(seconds: 2000)
    let summary = world.file(key)
    #expect((summary.stored, summary.acknowledged) == (Int(last), Int(last)))
    var union = NumberSet()
    var sum = 0
    for session in world.sessions {
      let numbers = world.cloudPassings(session["token_session"]?.string ?? "").keys
      sum += numbers.count
      union.formUnion(NumberSet(numbers.sorted()))
    }
    #expect(union == NumberSet(1...last))
    #expect(sum == Int(last), "\(sum - Int(last)) are in two sessions")
    #expect(world.misuse.isEmpty)
    WildRecord.note("closed-sessions", seed: seed, world)
  }

  /// The reader has gone on to another file, and all that it has of this one is fetched.
  private func settle(_ key: FileKey, upTo last: UInt32, in world: ForwardWorld) {
    world.isDiskFull = false
    while !world.file(key).isSettled {
      world.capture(1...last, of: key, trust: .confirmed)
      world.ask(.noteFile(key, readerCount: last, isSettled: true))
      world.pass(seconds: 2)
    }
  }
}
