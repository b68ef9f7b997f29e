import AgentCore
import One4AllProtocol
import Rehearsal
import Testing

@Suite("Which of the reader's files are fetched, and how they are looked for")
struct IntakeContactTests {
  /// A world whose reader has so many files from before the agent came, with three passings each.
  private static func later(than files: Int, isStarted: Bool = true) throws -> CaptureWorld {
    let world = CaptureWorld { $0.isStarted = true }
    world.pull()
    for file in 1...files {
      if file > 1 { try world.tellReader("newfile") }
      try passings(world, 3)
      world.pass(seconds: 1)
    }
    try world.tellReader("reboot 1")
    world.pass(seconds: 2)
    if isStarted { try world.tellReader("start") }
    world.isPlugged = true
    #expect(world.pass(atMost: 10) { $0.agent.session.isConnected })
    world.pass(seconds: 5)
    #expect(world.files.count == files + (isStarted ? 1 : 0))
    return world
  }

  /// Chips that were not there before, which the reader would ignore for a while.
  private static func passings(_ world: CaptureWorld, _ count: Int) throws {
    let first = Int(world.elapsed / 100) % 90_000
    for chip in first..<first + count { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 1)
  }

  /// While the line is away, something happens to the reader.
  private static func away(_ world: CaptureWorld, _ body: () throws -> Void) throws {
    world.pull()
    world.pass(seconds: 2)
    try body()
    world.isPlugged = true
    world.pass(seconds: 15)
  }

  private static func expect(_ world: CaptureWorld, old: Int, _ comment: String = "") {
    for (place, file) in world.files.enumerated() {
      let truth = place < old ? [] : world.truth[file]
      #expect(world.frames(file) == truth, "\(comment) \(place): \(file)")
    }
  }

  @Test("Files that a reader began shortly before it was first heard of are named once", arguments: [1, 5])
  func earlierFiles(count: Int) throws {
    let world = try IntakeContactTests.later(than: count)
    world.pass(seconds: 30)
    world.kill()
    world.pass(seconds: 30)
    let told = world.entries(.filesEarlier)
    #expect(told.count == 1)
    #expect(told.first?.message.contains("began \(count) session files") == true)
    #expect(told.first?.message.contains("audit --session \(world.files[count - 1])") == true)
  }

  @Test(
    "First met without a session file: what it begins unheard afterwards is fetched, what it had is not",
    arguments: [false, true])
  func metStopped(isKilled: Bool) throws {
    let world = try IntakeContactTests.later(than: 2, isStarted: false)
    #expect(world.store.firstFiles.count == 1)
    try IntakeContactTests.away(world) {
      if isKilled { world.kill() }
      try world.tellReader("start")
      try IntakeContactTests.passings(world, 5)
      try world.tellReader("newfile")
      try IntakeContactTests.passings(world, 1)
    }
    #expect(world.files.count == 4)
    IntakeContactTests.expect(world, old: 2)
  }

  @Test("A file that a wrong clock has named after the future does not hide what is begun unheard")
  func metWithAFileFromTheFuture() throws {
    let world = CaptureWorld { $0.isStarted = false }
    world.pull()
    for offset in [400_000_000, 0] {
      try world.tellReader("clock-offset \(offset)")
      try world.tellReader("start")
      try world.tellReader("stop")
      try world.tellReader("reboot 1")
      world.pass(seconds: 2)
    }
    world.isPlugged = true
    #expect(world.pass(atMost: 10) { !$0.store.firstFiles.isEmpty })
    try IntakeContactTests.away(world) {
      world.kill()
      try world.tellReader("start")
      try IntakeContactTests.passings(world, 5)
      try world.tellReader("newfile")
    }
    #expect(world.files.count == 4)
    IntakeContactTests.expect(world, old: 1)
    #expect(world.frames(world.files[1]).count == 5)
  }

  @Test("A file whose count was never told is finished all the same after the agent was killed")
  func neverCounted() throws {
    let world = CaptureWorld { $0.isStarted = true }
    world.refused = ["PASSINGS", "GETFILEINFO", "GETFILE", "GETPASSINGS"]
    world.pass(seconds: 3)
    try IntakeContactTests.passings(world, 4)
    try IntakeContactTests.away(world) {
      world.kill()
      world.refused = []
      try IntakeContactTests.passings(world, 5)
      try world.tellReader("newfile")
    }
    #expect(world.files.count == 2)
    world.expectComplete()
  }

  @Test("A store that is lost has all files again that were begun since the first contact, and no others")
  func lostStore() throws {
    let world = try IntakeContactTests.later(than: 1)
    for _ in 1...2 {
      try IntakeContactTests.passings(world, 3)
      try world.tellReader("newfile")
      world.pass(seconds: 10)
    }
    let first = world.store.firstFiles
    world.loseStore()
    world.pass(seconds: 15)
    #expect(world.files.count == 4)
    #expect(first.values.first == world.files[1] && world.store.firstFiles == first)
    IntakeContactTests.expect(world, old: 1)
  }

  @Test("The reader's clock is set back: older files are left alone, and those with lower names are ours")
  func clockSetBack() throws {
    let world = try IntakeContactTests.later(than: 2)
    let old = Set(world.files.prefix(2))
    try world.tellReader("clock-offset -9000000")
    try world.tellReader("newfile")
    try IntakeContactTests.passings(world, 4)
    try IntakeContactTests.away(world) {
      // One that is never heard of, with a name below that of the first contact.
      try world.tellReader("newfile")
      try IntakeContactTests.passings(world, 2)
      try world.tellReader("newfile")
    }
    world.kill()
    world.pass(seconds: 15)
    #expect(world.files.count == 6)
    for (file, truth) in world.truth { #expect(world.frames(file) == (old.contains(file) ? [] : truth)) }
  }

  @Test("An old file that a person has had compared makes no other old file ours")
  func auditedOld() throws {
    let world = try IntakeContactTests.later(than: 3)
    #expect(world.audit(world.files[0]) == nil)
    world.pass(seconds: 5)
    #expect(world.frames(world.files[0]).count == 3)
    try IntakeContactTests.away(world) { world.kill() }
    for file in world.files[1...2] { #expect(world.store.files[world.key(file)] == nil) }
  }

  @Test("A file that the reader denies for a minute is fetched", arguments: [false, true])
  func deniedForAWhile(isKilled: Bool) throws {
    let (world, deny) = try IntakeContactTests.denying()
    world.pass(seconds: 60)
    #expect(!world.store.summary(of: world.key(world.files[0])).isSettled)
    // Its cloud session does not keep that of the current file waiting meanwhile.
    #expect(world.agent.intake.complete == [world.key(world.files[0])])
    if isKilled { world.kill() }
    deny(false)
    world.pass(seconds: 60)
    world.expectComplete()
    #expect(world.store.summary(of: world.key(world.files[0])).isSettled)
    #expect(world.commands.count { $0.text.hasPrefix("GETFILEINFO") } < 10)
  }

  @Test("A file that the reader denies for minutes is settled, until it is listed again")
  func deniedForLong() throws {
    for isKilled in [false, true] {
      let (world, deny) = try IntakeContactTests.denying()
      world.pass(seconds: 150)
      let summary = world.store.summary(of: world.key(world.files[0]))
      #expect(summary.isSettled && summary.isGone && summary.lost == 0)
      let asked = world.commands.count
      world.pass(seconds: 60)
      #expect(!world.commands[asked...].contains { $0.text.hasPrefix("GETFILEINFO") })
      deny(false)
      if isKilled { world.kill() } else { try world.tellReader("newfile") }
      world.pass(seconds: 30)
      world.expectComplete("killed: \(isKilled)")
      let again = world.store.summary(of: world.key(world.files[0]))
      #expect(again.isSettled && !again.isGone)
    }
  }

  /// A world in which the file before the current one has two passings more than were heard, and the reader denies it.
  private static func denying() throws -> (CaptureWorld, (Bool) -> Void) {
    let world = IntakeTests.connected()
    try passings(world, 4)
    var isDenied = true
    world.beforeCommand = { [unowned world] command in
      if isDenied, command.hasPrefix("GETFILEINFO") {
        try world.tellReader("refuse GETFILEINFO FILENOTFOUND")
      }
    }
    try away(world) {
      try passings(world, 2)
      try world.tellReader("newfile")
    }
    return (world, { isDenied = $0 })
  }

  @Test(
    "A reader that does not list its files: known ones are finished, that is told, it is asked every minute")
  func noList() throws {
    let world = IntakeTests.connected()
    world.refused = ["LISTFILES"]
    try IntakeContactTests.passings(world, 4)
    try IntakeContactTests.away(world) {
      world.kill()
      try IntakeContactTests.passings(world, 5)
      try world.tellReader("newfile")
      // This one is known to nobody.
      try IntakeContactTests.passings(world, 3)
      try world.tellReader("newfile")
    }
    #expect(world.truth[world.files[0]] == world.frames(world.files[0]))
    #expect(world.frames(world.files[0]).count > 4)
    #expect(world.frames(world.files[1]).isEmpty)
    #expect(world.agent.problems.of(.capture).map(\.event) == [.filesUnlisted])
    #expect(!PassingHealth(world.agent, at: world.now).isWell)
    #expect(world.agent.intake.unsettledButReachable.isEmpty)
    let asked = world.commands.count
    world.pass(seconds: 180)
    #expect((2...3).contains(world.commands[asked...].count { $0.text == "LISTFILES" }))
    world.refused = []
    world.pass(seconds: 70)
    world.expectComplete()
    #expect(world.agent.problems.of(.capture).isEmpty)
  }

  @Test(
    "A reader with two thousand files: its list takes seconds, is no damage, and finds what was begun unheard"
  )
  func manyFiles() throws {
    let world = CaptureWorld { $0.isStarted = true }
    world.pull()
    for _ in 1...2000 {
      try world.tellReader("newfile")
      world.pass(seconds: 1)
    }
    world.isPlugged = true
    world.pass(seconds: 15)
    try IntakeContactTests.away(world) {
      try world.tellReader("newfile")
      try IntakeContactTests.passings(world, 5)
      try world.tellReader("newfile")
    }
    world.pass(seconds: 10)
    #expect(world.files.count == 2003)
    world.expectComplete()
    #expect(!world.agent.intake.isDamaged(at: world.now.monotonic))
    #expect(world.commands.count { $0.text == "LISTFILES" } == 4)
  }
}
