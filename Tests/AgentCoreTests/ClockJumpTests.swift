import AgentCore
import One4AllProtocol
import Rehearsal
import Testing

@Suite("A reader whose clock jumps in mid-race")
struct ClockJumpTests {
  /// How the clock jumps, and the orders that let it.
  enum Fall: String, CaseIterable, CustomTestStringConvertible {
    case toItsBeginning = "clock-fall"
    case aYearAhead = "clock-offset 31536000"
    case anHourAhead = "clock-offset 3600"
    case anHourBack = "clock-offset -3600"
    case aMinuteBack = "clock-offset -60"

    var testDescription: String { rawValue }
  }

  /// A world with passings that are right, and when each of them was made.
  final class Race {
    let world: CaptureWorld
    var moments: [Int64] = []

    init(passings: PassingSettings = PassingSettings(), isTrusted: Bool = true) throws {
      world = CaptureWorld(passings: passings)
      world.isKernelSynchronised = isTrusted
      #expect(
        world.pass(atMost: 5) {
          $0.agent.session.isConnected && $0.agent.intake.openFiles.first?.readerCount != nil
        })
      try pass(20)
    }

    /// So many passings, one in two seconds.
    func pass(_ count: Int) throws {
      for _ in 0..<count {
        moments.append(world.start + world.elapsed)
        try world.tellReader("pass \(moments.count % 90_000 + 1)")
        world.pass(seconds: 2)
      }
    }

    var key: FileKey { world.key(world.files[0]) }
    var rows: [UInt32: ModelStore.Row] { world.store.files[key]?.rows ?? [:] }
    var summary: FileSummary { world.store.summary(of: key) }

    /// Numbers of rows whose time is not that at which they were made.
    var wrong: NumberSet {
      NumberSet(
        rows.filter { number, row in
          abs(row.kept.utc.milliseconds - moments[Int(number) - 1]) > 2000
        }.keys.sorted())
    }
    /// Numbers of rows that could be sent, or are.
    var free: NumberSet {
      NumberSet(
        rows.filter { $0.value.kept.stamp != .undecided && $0.value.kept.trust != .unconfirmed }.keys.sorted()
      )
    }
  }

  @Test(
    "From the first wrong passing on they wait for a person, who is told within 5 s; the right ones go on",
    arguments: Fall.allCases, [true, false])
  func held(fall: Fall, isTrusted: Bool) throws {
    let race = try Race(isTrusted: isTrusted)
    try race.world.tellReader(fall.rawValue)
    let before = race.world.elapsed
    try race.pass(1)
    #expect(race.world.pass(atMost: 4) { !$0.entries(.readerClockJumped).isEmpty })
    #expect(race.world.elapsed - before <= 5000)
    try race.pass(30)
    race.world.pass(seconds: 60)
    #expect(race.wrong == NumberSet(21...51))
    #expect(race.free == NumberSet(1...20))
    #expect(race.summary.undecided == 31)
    #expect(!PassingHealth(race.world.agent, at: race.world.now).isWell)
    // The clock is right again.
    try race.world.tellReader("clock-offset 0")
    try race.pass(20)
    race.world.pass(seconds: 60)
    #expect(race.wrong == NumberSet(21...51))
    #expect(race.summary.undecided == 31 && race.summary.stored == 71 && race.summary.unconfirmed == 0)
    #expect(race.free.intersection(NumberSet(52...71)).count == 20)
    #expect(race.world.entries(.readerClockJumped).count == 2)
    #expect(!PassingHealth(race.world.agent, at: race.world.now).isWell)
  }

  @Test(
    "Passings that go on as ever are right, whatever GETTIME says of the clock meanwhile",
    arguments: ["946684800", "-800000000", "3600", "-60"])
  func lie(seconds: String) throws {
    let race = try Race()
    try race.world.tellReader("time-told \(seconds)")
    // The next routine GETTIME.
    race.world.pass(seconds: 700)
    #expect(!race.world.entries(.readerClockJumped).isEmpty)
    try race.pass(10)
    try race.world.tellReader("lose-next 3")
    try race.pass(10)
    race.world.pass(seconds: 30)
    try race.world.tellReader("time-told 0")
    race.world.pass(seconds: 60)
    try race.pass(5)
    race.world.pass(seconds: 60)
    #expect(race.wrong.isEmpty && race.free == NumberSet(1...45))
    #expect(race.summary.undecided == 0)
    #expect(race.world.entries(.readerClockJumped).count == 2)
  }

  @Test("Passings of a jump that the line lost, or that nobody listened to, are held when they are fetched")
  func fetched() throws {
    for fall in Fall.allCases {
      let race = try Race()
      try race.world.tellReader(fall.rawValue)
      try race.pass(3)
      try race.world.tellReader("lose-next 3")
      try race.pass(6)
      race.world.pull()
      try race.pass(5)
      race.world.isPlugged = true
      race.world.pass(seconds: 60)
      #expect(race.wrong == NumberSet(21...34), "\(fall)")
      #expect(race.free == NumberSet(1...20), "\(fall)")
    }
  }

  @Test("A clock that jumped while nobody listened is found out at once, before anything is fetched")
  func jumpedUnheard() throws {
    for fall in Fall.allCases where fall != .aMinuteBack {
      let race = try Race()
      race.world.pull()
      race.world.pass(seconds: 30)
      try race.world.tellReader(fall.rawValue)
      try race.pass(10)
      race.world.isPlugged = true
      race.world.pass(seconds: 60)
      #expect(race.wrong == NumberSet(21...30), "\(fall)")
      #expect(race.free == NumberSet(1...20), "\(fall)")
    }
  }

  @Test("They are still held after a restart, and so is what comes then", arguments: [true, false])
  func restart(isOfThisBoot: Bool) throws {
    let race = try Race()
    try race.world.tellReader("clock-fall")
    try race.pass(10)
    race.world.store.isOfThisBoot = isOfThisBoot
    race.world.kill()
    try race.pass(10)
    race.world.pass(seconds: 30)
    #expect(race.wrong == NumberSet(21...40))
    #expect(race.free == NumberSet(1...20))
    #expect(race.summary.undecided == 20)
  }

  @Test("With `send` they go as they are, and are marked; a reload sends what waits already")
  func send() throws {
    let race = try Race(passings: PassingSettings(onClockJump: .send))
    try race.world.tellReader("clock-fall")
    try race.pass(10)
    race.world.pass(seconds: 30)
    #expect(race.free == NumberSet(1...30) && race.summary.undecided == 0)
    #expect(race.rows.values.count { $0.kept.stamp == .accepted } == 10)
    #expect(!race.world.entries(.readerClockJumped).isEmpty)
    race.world.settings.passings.onClockJump = .hold
    race.world.reload(timeZone: race.world.settings.reader.timeZone)
    try race.pass(3)
    #expect(race.summary.undecided == 3)

    let held = try Race()
    try held.world.tellReader("clock-fall")
    try held.pass(10)
    held.world.pass(seconds: 30)
    #expect(held.summary.undecided == 10)
    held.world.settings.passings.onClockJump = .send
    held.world.reload(timeZone: held.world.settings.reader.timeZone)
    held.world.pass(seconds: 5)
    #expect(held.summary.undecided == 0 && held.free == NumberSet(1...30))
  }

  @Test("A person lets some of them go; those that come later wait again")
  func release() throws {
    let race = try Race()
    try race.world.tellReader("clock-fall")
    try race.pass(10)
    race.world.pass(seconds: 30)
    race.world.release(21...25, of: race.key)
    race.world.pass(seconds: 5)
    #expect(race.free == NumberSet(1...25) && race.summary.undecided == 5)
    try race.pass(3)
    race.world.pass(seconds: 30)
    #expect(race.free == NumberSet(1...25) && race.summary.undecided == 8)
  }

  @Test("A clock that is wrong from the first contact on, or drifts, has not jumped")
  func constant() throws {
    for order in ["clock-fall", "clock-offset -7200", "clock-offset 90000", "clock-drift 200"] {
      let world = CaptureWorld(change: { $0.isStarted = false })
      try world.tellReader(order)
      try world.tellReader("start")
      #expect(world.pass(atMost: 10) { $0.agent.session.isConnected })
      for number in 1...100 {
        try world.tellReader("pass \(number)")
        world.pass(seconds: 30)
      }
      world.pass(seconds: 60)
      let summary = world.store.summary(of: world.key(world.files[0]))
      #expect(summary.stored == 100 && summary.undecided == 0, "\(order)")
      #expect(world.entries(.readerClockJumped).isEmpty, "\(order)")
    }
  }

  @Test("A reader that is set right, by a host clock that is trusted, has not jumped")
  func setRight() throws {
    let race = try Race()
    try race.world.tellReader("clock-offset 7200")
    try race.pass(3)
    try race.world.tellReader("clock-offset 0")
    try race.pass(5)
    race.world.pass(seconds: 60)
    #expect(race.summary.undecided == 3)
    #expect(race.wrong == NumberSet(21...23))
  }

  @Test("A reader that does not tell its time is not waited for: what does not fit waits, the rest goes on")
  func noAnswer() throws {
    let race = try Race()
    race.world.swallowed.insert("GETTIME")
    try race.world.tellReader("clock-fall")
    try race.pass(10)
    race.world.pass(seconds: 60)
    #expect(race.summary.stored == 30 && race.free == NumberSet(1...20))
  }

  @Test("A single answer that was damaged on the line is no jump")
  func damagedAnswer() throws {
    let race = try Race()
    var isDamaged = true
    race.world.tamper = { output in
      guard isDamaged, output.bytes.starts(with: "GETTIME;20".utf8) else { return output.bytes }
      isDamaged = false
      var bytes = output.bytes
      bytes[11] ^= 1
      return bytes
    }
    race.world.pass(seconds: 700)
    try race.pass(10)
    #expect(!isDamaged)
    #expect(race.summary.undecided == 0 && race.world.entries(.readerClockJumped).isEmpty)
  }

  @Test(
    "Whatever the clock does, nothing with a wrong time is free, and in the end all is stored",
    arguments: WildSeeds.some(2))
  func wild(seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let race = try Race(isTrusted: Bool.random(using: &random))
    for _ in 0..<40 {
      switch Int.random(in: 0..<12, using: &random) {
      case 0...1:
        try race.world.tellReader(try #require(Fall.allCases.randomElement(using: &random)).rawValue)
      case 2...4: try race.world.tellReader("clock-offset 0")
      case 5:
        race.world.pull()
        try race.pass(Int.random(in: 0...5, using: &random))
        race.world.isPlugged = true
        race.world.pass(seconds: 3)
      case 6: race.world.kill(seed: random.next())
      case 7: try race.world.tellReader("lose-next \(Int.random(in: 1...3, using: &random))")
      default: break
      }
      try race.pass(Int.random(in: 1...6, using: &random))
    }
    try race.world.tellReader("clock-offset 0")
    race.world.pass(seconds: 120)
    #expect(race.summary.stored == race.moments.count && race.summary.unconfirmed == 0)
    let escaped = race.wrong.intersection(race.free)
    #expect(escaped.isEmpty, "seed \(seed): \(escaped)")
    WildRecord.note("clock-jumps", seed: seed, race.world)
  }
}
