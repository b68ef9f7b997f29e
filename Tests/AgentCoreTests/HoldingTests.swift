import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("Pushed passings wait for the reader's memory to give them again")
struct HoldingTests {
  private static func summary(_ world: CaptureWorld) -> FileSummary {
    world.store.summary(of: world.key(world.files[0]))
  }

  private static func isList(_ command: String) -> Bool {
    command.hasPrefix("GETFILE;") || command.hasPrefix("GETPASSINGS;")
  }

  /// No list is answered any more.
  private static func silence(_ world: CaptureWorld) {
    world.beforeCommand = { [unowned world] command in
      if HoldingTests.isList(command) { world.swallowed.insert(command) }
    }
  }

  private static func endSilence(_ world: CaptureWorld) {
    world.beforeCommand = { _ in }
    world.swallowed = []
  }

  /// A reader whose line has been without damage for so long.
  private static func connected(
    for seconds: Double, confirmFirst: Int = 100, confirm: PassingSettings.Confirm = .auto
  ) -> CaptureWorld {
    let world = CaptureWorld(passings: PassingSettings(confirm: confirm), confirmFirst: confirmFirst)
    world.pass(seconds: seconds)
    return world
  }

  @Test(
    "Each is confirmed within three quarters of a second, by lists of several", arguments: [1.0, 20, 60])
  func soon(rate: Double) throws {
    let world = HoldingTests.connected(for: 5)
    try world.tellReader("rate \(rate)")
    world.pass(seconds: 5)
    var longest = 0.0
    for _ in 0..<100 {
      world.pass(seconds: 0.1)
      longest = max(longest, Double(HoldingTests.summary(world).unconfirmed) / rate)
    }
    #expect(longest < 0.75 || rate == 1, "\(longest)")
    try world.tellReader("rate 0")
    world.pass(seconds: 1)
    let summary = HoldingTests.summary(world)
    #expect(summary.unconfirmed == 0 && summary.stored == world.frames(world.files[0]).count)
    #expect(world.commands.count { HoldingTests.isList($0.text) } < 60)
  }

  @Test("A line that was opened just now: without the memory nothing is free, however long that lasts")
  func unproven() throws {
    let world = HoldingTests.connected(for: 5)
    HoldingTests.silence(world)
    try world.tellReader("rate 2")
    world.pass(seconds: 15)
    #expect(HoldingTests.summary(world).unconfirmed > 20)
    #expect(HoldingTests.summary(world).unconfirmed == HoldingTests.summary(world).stored)
    HoldingTests.endSilence(world)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 90) { HoldingTests.summary($0).unconfirmed == 0 })
    world.expectComplete()
  }

  @Test(
    "Ten minutes without damage: what the memory does not give goes after two seconds, and is compared later")
  func proven() throws {
    let world = HoldingTests.connected(for: 700)
    HoldingTests.silence(world)
    try world.tellReader("pass 17 1")
    world.pass(seconds: 1.5)
    #expect(HoldingTests.summary(world).unconfirmed == 1)
    world.pass(seconds: 1)
    #expect(HoldingTests.summary(world).unconfirmed == 0)
    // The memory is behind: nobody waits for it again.
    try world.tellReader("pass 18 1")
    world.pass(seconds: 0.3)
    #expect(HoldingTests.summary(world).stored == 2 && HoldingTests.summary(world).unconfirmed == 0)
    HoldingTests.endSilence(world)
    world.pass(seconds: 10)
    let rows = world.store.files[world.key(world.files[0])]?.rows.values.map(\.kept) ?? []
    #expect(rows.count == 2 && rows.allSatisfy { $0.trust == .confirmed && $0.origin == .pushed })
    // And it keeps up again.
    try world.tellReader("pass 19 1")
    world.pass(seconds: 0.2)
    #expect(HoldingTests.summary(world).unconfirmed == 1)
    world.pass(seconds: 1)
    world.expectComplete()
  }

  @Test("One damaged byte: for ten minutes nothing goes by one reception")
  func damaged() throws {
    let world = HoldingTests.connected(for: 700)
    world.interject("\u{1}\r\n")
    world.pass(seconds: 1)
    HoldingTests.silence(world)
    for _ in 0..<20 {
      try world.tellReader("pass 17 1")
      world.pass(seconds: 20)
    }
    #expect(HoldingTests.summary(world).unconfirmed == HoldingTests.summary(world).stored)
    HoldingTests.endSilence(world)
    world.pass(seconds: 400)
    #expect(HoldingTests.summary(world).unconfirmed == 0)
  }

  @Test(
    "More passings than the line has room to confirm: none is later than five seconds, all are compared in the end"
  )
  func rush() throws {
    let world = HoldingTests.connected(for: 5)
    try world.tellReader("rate 200")
    var largest = 0
    for _ in 0..<300 {
      world.pass(seconds: 0.1)
      largest = max(largest, HoldingTests.summary(world).unconfirmed)
    }
    #expect(largest < 5 * 200, "\(largest)")
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 60) { $0.isComplete })
    // What confirms the last ones is on its way to the store.
    world.pass(seconds: 0.5)
    world.expectComplete()
    let rows = world.store.files[world.key(world.files[0])]?.rows.values.map(\.kept) ?? []
    #expect(rows.count > 5000 && rows.allSatisfy { $0.trust == .confirmed && $0.origin == .pushed })
  }

  @Test(
    "The memory is written seconds late: nothing is called lost or absent, and all is confirmed",
    arguments: [3, 20])
  func lag(seconds: Int) throws {
    let world = HoldingTests.connected(for: 5)
    try world.tellReader("memory-lag \(seconds)")
    for chip in 1...60 {
      if chip % 7 == 0 { try world.tellReader("lose-next 1") }
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 1)
    }
    #expect(world.commands.count { HoldingTests.isList($0.text) } < 150)
    world.pass(seconds: 30)
    world.expectComplete()
    #expect(HoldingTests.summary(world).unconfirmed == 0)
    #expect(world.entries(.passingsLost).isEmpty && world.entries(.passingDiffers).isEmpty)
  }

  @Test(
    "Damage between the reader's first word and the store's: what waits is confirmed, and not held for good")
  func damageBeforeOpening() throws {
    let world = HoldingTests.connected(for: 5, confirm: .never)
    for chip in 1...5 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 1)
    #expect(HoldingTests.summary(world).waiting == 5 && HoldingTests.summary(world).unconfirmed == 0)
    world.settings.passings.confirm = .auto
    world.kill()
    world.isStoreStalled = true
    #expect(world.pass(atMost: 5) { $0.agent.session.isConnected })
    world.interject("\u{1}\r\n")
    world.pass(seconds: 1)
    world.isStoreStalled = false
    world.pass(seconds: 60)
    #expect(HoldingTests.summary(world).unconfirmed == 0)
    let rows = world.store.files[world.key(world.files[0])]?.rows.values.map(\.kept) ?? []
    #expect(rows.count == 5 && rows.allSatisfy { $0.trust == .confirmed })
  }

  @Test("With `confirm = never` nothing is held, and no list asked for")
  func never() throws {
    let world = HoldingTests.connected(for: 5, confirm: .never)
    try world.tellReader("rate 20")
    for _ in 0..<50 {
      world.pass(seconds: 0.1)
      #expect(HoldingTests.summary(world).unconfirmed == 0)
    }
    #expect(!world.commands.contains { HoldingTests.isList($0.text) })
  }

  @Test("With `confirm = always` a proven line is no excuse")
  func always() throws {
    let world = HoldingTests.connected(for: 700, confirm: .always)
    HoldingTests.silence(world)
    try world.tellReader("pass 17 1")
    world.pass(seconds: 5)
    #expect(HoldingTests.summary(world).unconfirmed == 1)
  }

  @Test("Which are taken, when a list is due, and what is so new that the memory may lack it")
  func holding() {
    func at(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }
    var holding = Holding()
    #expect(holding.isEmpty && holding.dueAt == nil && holding.fresh(at: at(0)) == nil)
    for number in UInt32(1)...10 {
      holding.note(number, at: at(Int64(number) * 50))
      holding.hold(number, at: at(Int64(number) * 50))
    }
    #expect(holding.count == 10 && holding.since == at(50) && holding.dueAt == at(450))
    holding.remove(NumberSet([3, 9, 10]))
    #expect(holding.numbers == NumberSet([1, 2, 4, 5, 6, 7, 8]) && holding.count == 7)
    #expect(holding.late(heldFor: .seconds(2), at: at(2060)) == NumberSet([1, 2]))
    holding.remove(NumberSet([1, 2]))
    #expect(holding.count == 5 && holding.numbers.contains(4) && !holding.numbers.contains(1))
    for number in UInt32(11)...60 { holding.hold(number, at: at(600)) }
    #expect(holding.dueAt == holding.since)
    #expect(holding.fresh(at: at(20_000)) == 1)
    holding.note(11, at: at(25_000))
    holding.note(12, at: at(29_000))
    #expect(holding.fresh(at: at(31_000)) == 11)
    #expect(holding.fresh(at: at(58_000)) == 12)
    #expect(holding.fresh(at: at(60_000)) == nil)
    // Numbers start again.
    holding.note(1, at: at(61_000))
    #expect(holding.fresh(at: at(61_000)) == 1)
  }
}

@Suite("Passings that nothing confirms go by a person's decision")
struct ReleaseTests {
  /// Passings of a reader that went away before its memory was asked.
  private static func orphaned() throws -> CaptureWorld {
    let world = CaptureWorld(passings: PassingSettings(confirm: .always))
    world.pass(seconds: 5)
    world.refused = ["GETFILE", "GETPASSINGS"]
    for chip in 1...6 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 0.3)
    world.pull()
    world.pass(seconds: 200)
    #expect(world.store.summaries.map(\.unconfirmed) == [6])
    return world
  }

  @Test("They are sent as they were heard, marked, and confirmed when the reader comes back")
  func release() throws {
    let world = try ReleaseTests.orphaned()
    let key = world.key(world.files[0])
    let work = world.releaseUnconfirmed(of: [key])
    world.pass(seconds: 1)
    #expect(world.agent.works[work]?.state == .done && world.agent.works[work]?.done == 6)
    #expect(world.store.summary(of: key).unconfirmed == 0)
    let rows = { world.store.files[key]?.rows.values.map(\.kept.trust) ?? [] }
    #expect(rows() == Array(repeating: .released, count: 6))
    // Damage changes no decision.
    world.refused = []
    world.isPlugged = true
    world.pass(seconds: 5)
    world.interject("\u{1}\r\n")
    world.pass(seconds: 60)
    #expect(rows() == Array(repeating: .confirmed, count: 6))
  }

  @Test("A backup of the reader's memory confirms them without it")
  func backup() throws {
    let world = try ReleaseTests.orphaned()
    let file = world.files[0]
    let passings = try (world.truth[file] ?? []).map { try Passing(parsing: Array($0.utf8)) }
    #expect(world.importPassings(passings, of: world.key(file)) == 6)
    world.pass(seconds: 1)
    #expect(world.store.summary(of: world.key(file)).unconfirmed == 0)
    #expect(world.store.files[world.key(file)]?.rows[3]?.kept.trust == .confirmed)
  }
}
