import AgentCore
import One4AllProtocol
import Rehearsal
import TestSupport
import Testing
import ZoneDatabase

@Suite("Passings while the clocks are changed, by the system's zone database")
struct LiveZoneTests {
  static let database: ZoneLookup = { local, zone in
    switch ZoneDatabase.utc(local: local, zone: zone) {
    case nil: nil
    case .once(let utc): .once(WallTime(milliseconds: utc))
    case .twice(let earlier, let later):
      .twice(earlier: WallTime(milliseconds: earlier), later: WallTime(milliseconds: later))
    case .never(let jump, _): .never(jump: WallTime(milliseconds: jump))
    }
  }

  /// A world that begins so many milliseconds from the change.
  private func world(_ change: ZoneChange, from offset: Int64, seed: UInt64 = 1) -> CaptureWorld {
    CaptureWorld(
      seed: seed, start: change.moment + offset,
      change: { reader in
        reader.timeZone = change.zone
        reader.localClock = { ZoneDatabase.local(utc: $0, zone: $1) }
      }, zones: LiveZoneTests.database)
  }

  /// One that begins an hour and a quarter before the change, and is asked rarely.
  private func world(_ change: ZoneChange, seed: UInt64 = 1) -> CaptureWorld {
    let world = world(change, from: -75 * 60_000, seed: seed)
    world.askRarely()
    return world
  }

  /// One passing now.
  private func pass(in world: CaptureWorld, _ moments: inout [Int64]) throws {
    moments.append(world.start + world.elapsed)
    try world.tellReader("pass \(moments.count)")
  }

  /// All passings are stored, each with the moment when it was made.
  private func expect(_ moments: [Int64], in world: CaptureWorld, _ comment: String) throws {
    #expect(world.pass(atMost: 120) { $0.isComplete }, "\(comment)")
    let rows = world.store.files[world.key(try #require(world.files.first))]?.rows ?? [:]
    #expect(world.files.count == 1 && rows.count == moments.count, "\(comment)")
    let wrong = moments.indices.filter {
      rows[UInt32($0 + 1)]?.kept.utc != WallTime(milliseconds: moments[$0])
    }
    let held = NumberSet(rows.filter { $0.value.kept.stamp != .steady }.keys.sorted())
    #expect(held.isEmpty, "\(comment): \(held) are held")
    let minutes = wrong.map { (moments[$0] - world.start) / 60_000 - 75 }
    #expect(wrong.isEmpty, "\(comment): wrong \(minutes) minutes from the change")
  }

  @Test(
    "Pushed as they happen, lost on the line, or made while nobody listened: exact UTC",
    arguments: ZoneChange.some)
  func throughTheChange(change: ZoneChange) throws {
    for seed in WildSeeds.some(1) {
      var random = RandomSource(seed: seed)
      let world = world(change, seed: seed)
      world.pass(seconds: 5)
      var moments: [Int64] = []
      while world.elapsed < 150 * 60_000 {
        switch Int.random(in: 0..<12, using: &random) {
        case 0...1: try world.tellReader("lose-next \(Int.random(in: 1...3, using: &random))")
        case 2:
          world.pull()
          for _ in 0..<Int.random(in: 1...12, using: &random) {
            try pass(in: world, &moments)
            world.pass(seconds: Double.random(in: 1...120, using: &random))
          }
          world.isPlugged = true
        case 3: world.kill(seed: random.next())
        default: break
        }
        try pass(in: world, &moments)
        world.pass(seconds: Double.random(in: 1...120, using: &random))
      }
      try expect(moments, in: world, "seed \(seed)")
    }
  }

  @Test(
    "Heard by a host that only the cloud vouches for, from the second pass on: exact UTC, also of what the line lost",
    arguments: ZoneChange.some.filter { $0.minutes > 0 }, [true, false])
  func secondPass(change: ZoneChange, isLossy: Bool) throws {
    let world = world(change, from: 60_000)
    world.isKernelSynchronised = false
    world.isCloudThere = true
    world.askRarely()
    world.pass(seconds: 20)
    var moments: [Int64] = []
    while moments.count < 60 {
      if isLossy, moments.count % 4 == 1 { try world.tellReader("lose-next 2") }
      try pass(in: world, &moments)
      world.pass(seconds: 13)
    }
    try expect(moments, in: world, "")
    #expect(world.entries(.timeGuessed).isEmpty)
  }

  @Test(
    "Heard in the second pass before anybody vouched for the host's clock: exact UTC once the cloud does, unsent or not",
    arguments: ZoneChange.some.filter { $0.minutes > 0 }, [true, false])
  func secondPassBeforeTrust(change: ZoneChange, isKilled: Bool) throws {
    let world = world(change, from: 60_000)
    world.isKernelSynchronised = false
    world.askRarely()
    world.pass(seconds: 5)
    var moments: [Int64] = []
    while moments.count < 80 {
      if moments.count == 20, isKilled { world.kill(seed: 7) }
      if moments.count == 40 { world.isCloudThere = true }
      if moments.count % 9 == 4 { try world.tellReader("lose-next 2") }
      try pass(in: world, &moments)
      world.pass(seconds: 3)
    }
    try expect(moments, in: world, "")
    #expect(world.entries(.timeGuessed).count <= 2)
    #expect(!world.entries(.zoneCorrected).isEmpty)
  }

  @Test(
    "All that the line lost before the first was heard lies behind the count that the reader told: exact UTC",
    arguments: ZoneChange.some.filter { $0.minutes > 0 })
  func fetchedFirst(change: ZoneChange) throws {
    let world = world(change, from: -60_000)
    world.isCloudThere = true
    // The reader tells its count, none, through the change and a third of the second pass.
    world.pass(seconds: Double(60 + change.minutes * 25))
    var moments: [Int64] = []
    try world.tellReader("lose-next 20")
    for _ in 0..<20 {
      try pass(in: world, &moments)
      world.pass(seconds: 7)
    }
    try expect(moments, in: world, "")
    #expect(world.entries(.timeGuessed).isEmpty)
  }

  @Test(
    "Made in the second pass while the reader is being connected, or before, and fetched: exact UTC",
    arguments: ZoneChange.some.filter { $0.minutes > 0 }, [true, false])
  func whileConnecting(change: ZoneChange, isBefore: Bool) throws {
    let world = world(change, from: 60_000)
    world.isCloudThere = true
    var moments: [Int64] = []
    if isBefore {
      world.pull()
      try pass(in: world, &moments)
      world.pass(seconds: 1)
      world.isPlugged = true
    }
    #expect(world.pass(atMost: 10) { $0.agent.session.isConnected })
    if isBefore {
      // Nothing tells of the first by itself; the next one does.
      world.pass(seconds: 10)
      for _ in 0..<3 { try pass(in: world, &moments) }
    } else {
      try world.tellReader("lose-next 1")
      try pass(in: world, &moments)
    }
    world.pass(seconds: 10)
    try expect(moments, in: world, "")
  }

  @Test(
    "The hour ends while nobody vouches for the host's clock: the reader's clock has not jumped",
    arguments: ZoneChange.some.filter { $0.minutes > 0 })
  func endWithoutTrust(change: ZoneChange) throws {
    let world = world(change, from: -change.minutes * 20_000)
    world.isKernelSynchronised = false
    world.pass(seconds: 3)
    var moments: [Int64] = []
    while moments.count < 40 {
      if moments.count == 15 || moments.count == 30 { world.kill(seed: 3) }
      try pass(in: world, &moments)
      world.pass(seconds: Double(change.minutes))
    }
    try expect(moments, in: world, "")
    #expect(world.entries(.readerClockJumped).isEmpty)
  }

  @Test(
    "A zone is corrected in the second pass, and then the cloud vouches for the host's clock: exact UTC",
    arguments: ZoneChange.some.filter { $0.minutes > 0 })
  func correctedZone(change: ZoneChange) throws {
    let world = world(change, from: 60_000)
    world.isKernelSynchronised = false
    world.reload(timeZone: "Asia/Tokyo")
    world.pass(seconds: 5)
    var moments: [Int64] = []
    while moments.count < 30 {
      if moments.count == 20 {
        world.reload(timeZone: change.zone)
        world.isCloudThere = true
      }
      try pass(in: world, &moments)
      world.pass(seconds: 3)
    }
    try expect(moments, in: world, "")
  }

  @Test("A guess is marked, and told once")
  func guess() throws {
    let change = try #require(ZoneChange.some.first { $0.minutes == 60 })
    let world = world(change, from: 60_000)
    world.isKernelSynchronised = false
    world.pass(seconds: 5)
    var moments: [Int64] = []
    for _ in 0..<10 {
      try pass(in: world, &moments)
      world.pass(seconds: 13)
    }
    world.pass(seconds: 5)
    let rows = world.store.files[world.key(try #require(world.files.first))]?.rows ?? [:]
    #expect(rows.count == 10 && rows.values.allSatisfy { $0.kept.certainty == .assumedFirst })
    #expect(world.entries(.timeGuessed).count == 1)
  }

  @Test(
    "All of it fetched afterwards, when nobody has listened through the change: exact UTC",
    arguments: ZoneChange.some.filter { $0.minutes > 0 }
  )
  func fetchedAfterwards(change: ZoneChange) throws {
    let world = world(change)
    world.pass(seconds: 5)
    var moments: [Int64] = []
    try pass(in: world, &moments)
    world.pass(seconds: 60)
    world.pull()
    while world.elapsed < 150 * 60_000 {
      try pass(in: world, &moments)
      world.pass(seconds: 97)
    }
    world.isPlugged = true
    try expect(moments, in: world, "")
  }

  @Test(
    "A clock that nobody set forward shows times that never were: they are read by the offset before",
    arguments: ZoneChange.some.filter { $0.minutes < 0 })
  func skipped(change: ZoneChange) throws {
    let before = try #require(ZoneDatabase.local(utc: change.moment - 1, zone: change.zone)) + 1
    let world = CaptureWorld(
      start: change.moment - 600_000,
      change: { reader in
        reader.timeZone = change.zone
        let offset = before - change.moment
        reader.localClock = { utc, _ in utc + offset }
      }, zones: LiveZoneTests.database)
    world.pass(seconds: 5)
    var moments: [Int64] = []
    while world.elapsed < 600_000 - change.minutes * 60_000 - 60_000 {
      if moments.count % 7 == 3 { try world.tellReader("lose-next 1") }
      try pass(in: world, &moments)
      world.pass(seconds: 53)
    }
    try expect(moments, in: world, "")
  }
}
