import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("The reader's memory has less than before")
struct IntakeShrunkTests {
  private static func summary(_ world: CaptureWorld, _ file: String) -> FileSummary {
    world.store.summary(of: world.key(file))
  }

  @Test(
    "A person cleared it and it still names the file: all that it had confirmed stays and waits, told once")
  func clearedButNamed() throws {
    let world = try IntakeMemoryTests.raced(6)
    let file = world.files[0]
    try world.tellReader("stop")
    world.pass(seconds: 15)
    #expect(IntakeShrunkTests.summary(world, file).isSettled)
    world.pull()
    world.pass(seconds: 1)
    world.otherHost("CLEARFILES")
    try world.tellReader("status-field 10 \(file)")
    world.isPlugged = true
    world.pass(seconds: 200)
    let summary = IntakeShrunkTests.summary(world, file)
    #expect(summary.stored == 6 && summary.waiting == 6 && summary.unconfirmed == 0)
    let told = world.entries(.passingDiffers).map(\.message)
    #expect(told.count == 1 && told[0].contains("1-6 no more") && told[0].contains("kept and sent"))
    let lists = world.commands.count {
      $0.at > world.now.monotonic.nanoseconds / 1_000_000 - 100_000
        && $0.text.hasPrefix("GETFILE;")
    }
    #expect(lists == 0, "what has been decided is asked again")
  }

  @Test(
    "It lost power and kept less of its file: the rest stays and waits; an alarm when it had never counted it",
    arguments: [false, true])
  func truncated(isCounted: Bool) throws {
    let world = try IntakeMemoryTests.raced(6, passings: PassingSettings(confirm: isCounted ? .auto : .never))
    let file = world.files[0]
    if isCounted { world.pass(seconds: 40) }
    world.pull()
    world.pass(seconds: 1)
    world.tamper = { output in
      let text = String(decoding: output.bytes, as: UTF8.self)
      if !output.isPush, "456".contains(text.first ?? " "), text.dropFirst().first == ";" { return nil }
      return text.hasSuffix(";6\r\n") ? Array("\(text.dropLast(2))3\r\n".utf8) : output.bytes
    }
    world.otherHost("NEWFILE")
    world.isPlugged = true
    #expect(world.pass(atMost: 60) { IntakeShrunkTests.summary($0, file).isSettled })
    // The store has it; the agent hears of that.
    world.pass(seconds: 1)
    let summary = IntakeShrunkTests.summary(world, file)
    #expect(summary.stored == 6 && summary.waiting == 6 && summary.unconfirmed == 0 && summary.lost == 0)
    let told = world.entries(.passingDiffers)
    #expect(told.count == 1 && told[0].message.contains("4-6"))
    #expect(told.first?.priority == (isCounted ? .warning : .alert))
    #expect(world.entries(.auditDone).last?.message.contains("3 kept") == true)
  }

  @Test(
    "A file is removed before all of it was fetched: its frames stay raw, and nothing says that it is fetched"
  )
  func gone() throws {
    let world = try IntakeMemoryTests.raced(3) { $0.refused = ["GETFILE", "GETPASSINGS"] }
    let file = world.files[0]
    try world.tellReader("lose-next 2")
    for chip in 10...13 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 40)
    #expect(world.store.doubtful.map(\.passing?.number) == [6])
    let before = world.agent.problems.of(.capture).map(\.event)
    #expect(before.contains(.gapFound) && before.contains(.memoryRefused))
    world.pull()
    world.pass(seconds: 1)
    for command in ["STOP", "CLEARFILES", "START"] { world.otherHost(command) }
    world.isPlugged = true
    #expect(world.pass(atMost: 1200) { IntakeShrunkTests.summary($0, file).isSettled })
    world.pass(seconds: 1)
    #expect(IntakeShrunkTests.summary(world, file).lost == 3)
    #expect(world.store.doubtful.map(\.passing?.number) == [6])
    #expect(world.agent.problems.of(.capture).map(\.event) == [.passingsLost])
  }

  @Test("Another reader on the line: nothing says any more that the former one's passings are fetched")
  func swapped() throws {
    let world = try IntakeMemoryTests.raced(3) { $0.refused = ["GETFILE", "GETPASSINGS"] }
    try world.tellReader("lose-next 2")
    for chip in 10...13 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 40)
    #expect(!world.agent.problems.of(.capture).isEmpty)
    world.pull()
    world.pass(seconds: 1)
    for command in ["STOP", "CLEARFILES", "START"] { world.otherHost(command) }
    try world.tellReader("serial-number O4A5-00052")
    world.isPlugged = true
    world.pass(seconds: 20)
    #expect(world.agent.intake.current?.serialNumber == "O4A5-00052")
    #expect(world.agent.problems.of(.capture).isEmpty)
  }

  @Test("Frames whose file is still being asked for are kept raw when the daemon ends")
  func farewell() throws {
    let world = try IntakeMemoryTests.raced(3)
    world.swallowed = ["GETSTATUS"]
    try world.tellReader("newfile")
    for chip in 11...12 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 0.2)
    #expect(world.agent.intake.waitingRows == 2)
    let frames = world.agent.farewell().flatMap { action -> [DoubtfulFrame] in
      if case .keep(.keepDoubtful(let frames)) = action { frames } else { [] }
    }
    #expect(frames.map(\.passing?.chip.number) == [11, 12])
    #expect(world.agent.intake.waitingRows == 0)
  }
}

@Suite("A comparison that cannot be ended")
struct IntakeAuditTests {
  private static func audit(_ world: CaptureWorld, _ file: String?) throws -> WorkList.Work {
    #expect(world.audit(file) == nil)
    let name = try #require(file ?? world.agent.intake.current?.file)
    let work = try #require(world.agent.wishes.audits[world.key(name)])
    #expect(world.pass(atMost: 600) { $0.agent.works[work]?.state != .running })
    return try #require(world.agent.works[work])
  }

  @Test("of a file that the reader does not have: it fails, says so, and leaves no trace")
  func unknownFile() throws {
    let world = IntakeTests.connected()
    let work = try IntakeAuditTests.audit(world, "20200101-000000.csv")
    #expect(work.state == .failed)
    #expect(work.message.contains("no such file"))
    #expect(world.store.summaries.map(\.key.file) == world.files)
  }

  @Test("because the reader does not list: it fails, and says what happens next")
  func refused() throws {
    let world = IntakeTests.connected()
    for chip in 1...3 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 2)
    world.refused = ["GETFILE", "GETPASSINGS"]
    let work = try IntakeAuditTests.audit(world, nil)
    #expect(work.state == .failed)
    #expect(work.message.contains("does not list its passings") && work.message.contains("in a minute"))
  }

  @Test("because no zone is known: it does not begin, and says what to do")
  func noZone() {
    let world = CaptureWorld { $0.timeZone = "Mars/Olympus" }
    world.pass(seconds: 5)
    #expect(world.audit()?.contains("time_zone") == true)
  }
}
