import AgentCore
import One4AllProtocol
import Rehearsal
import Testing

@Suite("Passings from the reader to the store")
struct IntakeTests {
  /// A world with a reader that is connected and reads into its first file.
  static func connected(
    seed: UInt64 = 1, passings: PassingSettings = PassingSettings(),
    change: (inout ReaderSettings) -> Void = { _ in }
  ) -> CaptureWorld {
    let world = CaptureWorld(seed: seed, passings: passings, change: change)
    #expect(
      world.pass(atMost: 5) {
        $0.agent.session.isConnected && $0.agent.intake.openFiles.first?.readerCount != nil
      })
    return world
  }

  @Test("Pushed passings are on disk within 100 ms, in groups, and confirmed by few lists")
  func pushedPassings() throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 50")
    world.pass(seconds: 10)
    try world.tellReader("rate 0")
    world.pass(seconds: 0.2)
    var rows = world.store.files[world.key(world.files[0])]?.rows.values.map(\.kept) ?? []
    #expect(rows.count == world.frames(world.files[0]).count)
    world.pass(seconds: 1)
    world.expectComplete()
    rows = world.store.files[world.key(world.files[0])]?.rows.values.map(\.kept) ?? []
    #expect(rows.count > 400)
    #expect(
      rows.allSatisfy { $0.trust == .confirmed && $0.origin == .pushed && $0.zone == "America/Mexico_City" })
    #expect(world.commands.count { $0.text.hasPrefix("GETFILE;") } < 42)
    #expect(world.store.doubtful.isEmpty)
    let captures = world.requests.count { if case .capture = $0 { true } else { false } }
    #expect(captures < rows.count / 3)
  }

  @Test(
    "A damaged frame that looks whole is found by the memory before anything else shows damage, and is not sent"
  )
  func damageThatLooksWhole() throws {
    let world = CaptureWorld(confirmFirst: 100)
    #expect(world.pass(atMost: 5) { $0.agent.intake.openFiles.first?.readerCount != nil })
    try world.tellReader("pass 123 4")
    world.pass(seconds: 2)
    // Of the second one a digit changes on the line.
    try world.tellReader("lose-next 1")
    try world.tellReader("pass 456 4")
    let file = world.files[0]
    let frame = try #require(world.truth[file]?.last)
    world.interject(frame.replacing("00456", with: "00156") + "\r\n")
    world.pass(seconds: 5)
    let damaged = world.requests.flatMap { request -> [KeptPassing] in
      if case .capture(_, let rows) = request { rows.filter { $0.passing.chip.number == 156 } } else { [] }
    }
    #expect(!damaged.isEmpty && damaged.allSatisfy { $0.trust == .unconfirmed })
    world.expectComplete()
    #expect(world.agent.intake.isDamaged(at: world.now.monotonic))
  }

  @Test("On a line that loses a passing now and then the journal has a gap a minute, and the status each")
  func manyGaps() throws {
    let world = IntakeTests.connected()
    for order in ["rate 20", "lose 0.05"] { try world.tellReader(order) }
    world.pass(seconds: 185)
    for order in ["rate 0", "lose 0"] { try world.tellReader(order) }
    #expect(world.pass(atMost: 30) { $0.isComplete })
    let found = world.entries(.gapFound)
    #expect((3...4).contains(found.count) && world.entries(.gapFilled).count <= found.count)
    #expect(found.last?.message.contains("gaps before were filled and not told") == true)
    #expect(world.agent.problems.of(.capture).isEmpty)
  }

  @Test("Doubtful frames that the memory has settled are counted no more")
  func settledDoubtful() throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 20")
    world.pass(seconds: 5)
    try world.tellReader("digit 0.2")
    #expect(world.pass(atMost: 30) { $0.agent.ledger.doubtful > 0 })
    try world.tellReader("ok")
    world.pass(seconds: 5)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 120) { $0.isComplete })
    world.pass(seconds: 60)
    #expect(world.agent.ledger.doubtful == world.store.doubtful.count)
    #expect(world.store.doubtful.isEmpty)
  }

  @Test("A lost passing is named, fetched and told as filled; the ones behind it do not wait")
  func gap() throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 5")
    world.pass(seconds: 3)
    try world.tellReader("lose-next 3")
    world.pass(seconds: 10)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 5) { $0.isComplete })
    world.expectComplete()
    #expect(world.entries(.gapFound).count == 1)
    #expect(world.entries(.gapFilled).count == 1)
    #expect(world.agent.problems.of(.capture).isEmpty)
    #expect(world.store.doubtful.isEmpty)
    let fetched =
      world.store.files[world.key(world.files[0])]?.rows.values.count { $0.kept.origin == .fetched } ?? 0
    #expect((3...8).contains(fetched))
  }

  @Test("The last passings of all are missed by count, though nothing comes behind them")
  func lostTail() throws {
    let world = IntakeTests.connected()
    try world.tellReader("pass 17 1")
    world.pass(seconds: 1)
    try world.tellReader("lose-next 2")
    try world.tellReader("pass 18 1")
    try world.tellReader("pass 19 1")
    #expect(world.pass(atMost: 15) { $0.isComplete })
    world.expectComplete()
  }

  @Test("A number with a digit of noise in front is not believed and makes no gap of thousands")
  func digitOfNoise() throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 5")
    world.pass(seconds: 3)
    world.interject("9")
    world.pass(seconds: 5)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 10) { $0.isComplete })
    world.expectComplete()
    #expect(
      world.entries(.gapFound).allSatisfy { !$0.message.contains("9") || !$0.message.contains("thousand") })
    let asked = world.commands.filter { $0.text.hasPrefix("GETFILE;") }
      .compactMap { $0.text.split(separator: ";").last.flatMap { Int($0) } }
    #expect(asked.allSatisfy { $0 <= 50 }, "\(asked)")
  }

  @Test("NEWFILE in the middle: each passing is kept in its file, and the old one is compared and settled")
  func newFile() throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 20")
    world.pass(seconds: 5)
    try world.tellReader("newfile")
    world.pass(seconds: 5)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 20) { $0.isComplete })
    #expect(world.files.count == 2)
    world.expectComplete()
    #expect(world.store.summary(of: world.key(world.files[0])).isSettled)
    #expect(!world.store.summary(of: world.key(world.files[1])).isSettled)
    #expect(world.entries(.sessionStarted).count == 2)
    #expect(world.entries(.passingDiffers).isEmpty)
  }

  @Test("What happened while the line was down is fetched, whole files among it")
  func away() throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 20")
    world.pass(seconds: 3)
    world.pull()
    world.pass(seconds: 5)
    try world.tellReader("newfile")
    world.pass(seconds: 5)
    try world.tellReader("newfile")
    world.pass(seconds: 5)
    world.isPlugged = true
    world.pass(seconds: 5)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 60) { $0.isComplete })
    #expect(world.files.count == 3)
    world.expectComplete()
    #expect(world.store.summary(of: world.key(world.files[0])).isSettled)
    #expect(world.store.summary(of: world.key(world.files[1])).isSettled)
  }

  @Test("Files from before the first contact are left alone")
  func olderFiles() throws {
    let world = CaptureWorld {
      $0.isStarted = true
      $0.rate = 10
    }
    // Before the agent hears anything.
    world.pull()
    world.pass(seconds: 5)
    try world.tellReader("newfile")
    world.pass(seconds: 5)
    world.isPlugged = true
    world.pass(seconds: 20)
    #expect(world.files.count == 2)
    #expect(world.frames(world.files[0]).isEmpty)
    #expect(world.frames(world.files[1]).count > 100)
  }

  @Test("A damaged line: what is pushed waits until the reader's memory confirms it")
  func damage() throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 10")
    world.pass(seconds: 3)
    try world.tellReader("cut-next 1")
    world.pass(seconds: 1)
    #expect(world.agent.intake.isDamaged(at: world.now.monotonic))
    world.pass(seconds: 20)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 10) { $0.isComplete })
    world.expectComplete()
    let rows = world.store.files[world.key(world.files[0])]?.rows ?? [:]
    #expect(rows.values.allSatisfy { $0.kept.trust == .confirmed })
    world.pass(seconds: 61)
    #expect(!world.agent.intake.isDamaged(at: world.now.monotonic))
  }

  @Test("confirm = never believes on a damaged line, always confirms on a good one")
  func confirmSetting() throws {
    for confirm in [PassingSettings.Confirm.never, .always] {
      let world = IntakeTests.connected(passings: PassingSettings(confirm: confirm))
      try world.tellReader("rate 10")
      if confirm == .never { try world.tellReader("cut-next 1") }
      world.pass(seconds: 5)
      try world.tellReader("rate 0")
      #expect(world.pass(atMost: 10) { $0.isComplete })
      world.expectComplete()
      let rows = world.store.files[world.key(world.files[0])]?.rows.values.map(\.kept.trust) ?? []
      let confirmed = rows.count { $0 == .confirmed }
      #expect(confirm == .never ? confirmed < 6 : confirmed == rows.count)
    }
  }

  @Test("A stopped reader is started only when it is told so, once")
  func start() throws {
    for setting in [PassingSettings.SessionStart.follow, .start] {
      let world = CaptureWorld(passings: PassingSettings(session: setting)) { $0.isStarted = false }
      world.pass(seconds: 30)
      #expect(world.commands.count { $0.text == "START" } == (setting == .start ? 1 : 0))
      #expect(world.agent.intake.isReading == (setting == .start))
      try world.tellReader("stop")
      world.pass(seconds: 30)
      #expect(world.commands.count { $0.text == "START" } == (setting == .start ? 1 : 0))
    }
  }

  @Test("Killed at any moment, nothing is missed and nothing is captured twice")
  func killed() throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 50")
    for seed in 1...6 as ClosedRange<UInt64> {
      world.pass(seconds: 1.7)
      world.kill(seed: seed)
    }
    world.pass(seconds: 5)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 60) { $0.isComplete })
    world.expectComplete()
  }

  @Test("Without a time zone passings are kept raw, and fetched once it is set")
  func timeZone() throws {
    let world = CaptureWorld {
      $0.isStarted = true
      $0.rate = 5
    }
    try world.tellReader("status-field 19 Nowhere/Land")
    world.pass(seconds: 10)
    #expect(world.frames(world.files[0]).isEmpty)
    #expect(!world.store.doubtful.isEmpty)
    #expect(world.agent.problems.of(.capture).contains { $0.event == .timeZoneUnknown })
    world.reload(timeZone: "America/Mexico_City")
    world.pass(seconds: 5)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 3) { $0.isComplete })
    world.expectComplete()
    #expect(!world.agent.problems.of(.capture).contains { $0.event == .timeZoneUnknown })
  }
}
