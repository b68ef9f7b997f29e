import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("A record of the reader's memory that cannot be read")
struct IntakeUnreadableTests {
  private static func summary(_ world: CaptureWorld, _ file: String) -> FileSummary {
    world.store.summary(of: world.key(file))
  }

  /// In a file's lists half a record comes in place of that number's frame.
  private static func spoil(_ number: Int, of file: String, in world: CaptureWorld, isHeard: Bool) {
    var isListing = false
    world.beforeCommand = {
      if $0.hasPrefix("GET") { isListing = $0.contains(file) || $0.hasPrefix("GETPASSINGS") }
    }
    world.tamper = { output in
      guard output.bytes.starts(with: Array("\(number);".utf8)) else { return output.bytes }
      if output.isPush { return isHeard ? output.bytes : nil }
      return isListing ? Array("\(number);MC;000\r\n".utf8) : output.bytes
    }
  }

  /// Lists that were asked for in the last seconds.
  private static func lists(_ world: CaptureWorld, of file: String = "", inLast seconds: Int64) -> Int {
    world.commands.count {
      $0.at > world.elapsed - seconds * 1000 && (file.isEmpty || $0.text.contains(file))
        && ($0.text.hasPrefix("GETFILE;") || $0.text.hasPrefix("GETPASSINGS;"))
    }
  }

  @Test(
    "It is lost when its passing was never heard: named, asked no more, and no other passing waits for it")
  func neverHeard() throws {
    let world = IntakeTests.connected()
    let file = world.files[0]
    world.tamper = { output in
      guard output.bytes.starts(with: Array("5;".utf8)) else { return output.bytes }
      return output.isPush ? nil : Array("5;MC;000\r\n".utf8)
    }
    var mostHeld = 0
    for chip in 1...80 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 2)
      mostHeld = max(mostHeld, IntakeUnreadableTests.summary(world, file).unconfirmed)
    }
    #expect(mostHeld <= 4)
    world.pass(seconds: 20)
    let summary = IntakeUnreadableTests.summary(world, file)
    #expect(summary.stored == 79 && summary.unconfirmed == 0 && summary.lost == 1)
    #expect(world.agent.problems.of(.capture).map(\.event) == [.passingsLost])
    #expect(world.entries(.passingDiffers).map(\.message).contains { $0.contains("\"5;MC;000\"") })
    #expect(!world.agent.intake.isDamaged(at: world.now.monotonic))
    #expect(
      world.commands.filter { $0.at > world.elapsed - 60_000 }.allSatisfy { !$0.text.contains(";5;") })
    // Its file is compared and settled; in the next one nothing is held for it.
    IntakeUnreadableTests.spoil(5, of: file, in: world, isHeard: false)
    try world.tellReader("newfile")
    for chip in 100..<120 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 1)
    }
    #expect(IntakeUnreadableTests.summary(world, file).isSettled)
    let next = world.files[1]
    #expect(
      world.frames(next) == world.truth[next]?.enumerated().filter { $0.offset != 4 }.map(\.element)
        || world.frames(next) == world.truth[next])
    #expect(!world.agent.intake.isDamaged(at: world.now.monotonic), "a known record is taken for damage")
  }

  @Test("It is kept and sent as it was heard, and its file is settled", arguments: ["stop", "newfile"])
  func heard(how: String) throws {
    let world = try IntakeMemoryTests.raced(30)
    let file = world.files[0]
    IntakeUnreadableTests.spoil(5, of: file, in: world, isHeard: true)
    try world.tellReader(how)
    #expect(world.pass(atMost: 60) { IntakeUnreadableTests.summary($0, file).isSettled })
    if how == "newfile" {
      for chip in 100..<140 {
        try world.tellReader("pass \(chip) 1")
        world.pass(seconds: 2)
      }
    }
    world.pass(seconds: 120)
    let summary = IntakeUnreadableTests.summary(world, file)
    #expect(summary.stored == 30 && summary.unconfirmed == 0 && summary.lost == 0)
    #expect(world.agent.problems.of(.capture).isEmpty)
    #expect(world.store.summaries.allSatisfy { $0.unconfirmed == 0 })
    #expect(IntakeUnreadableTests.lists(world, inLast: 60) == 0)
  }

  @Test(
    "It is the last one of an earlier file, whether or not the reader tells how many that has",
    arguments: [false, true])
  func lastOfEarlier(isCounted: Bool) throws {
    let world = try IntakeMemoryTests.raced(10)
    let file = world.files[0]
    if !isCounted { world.refused = ["GETFILEINFO"] }
    IntakeUnreadableTests.spoil(11, of: file, in: world, isHeard: false)
    try world.tellReader("pass 77 1")
    world.pass(seconds: 0.01)
    try world.tellReader("newfile")
    for chip in 100..<190 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 1)
    }
    let summary = IntakeUnreadableTests.summary(world, file)
    #expect(summary.stored == 10 && summary.unconfirmed == 0 && summary.lost == 1 && summary.isSettled)
    #expect(!world.agent.intake.isDamaged(at: world.now.monotonic))
    #expect(IntakeUnreadableTests.lists(world, of: file, inLast: 60) == 0)
  }

  @Test("While such a record is listed, what is damaged on the line is still seen")
  func otherDamage() throws {
    let world = try IntakeMemoryTests.raced(10)
    let file = world.files[0]
    IntakeUnreadableTests.spoil(5, of: file, in: world, isHeard: true)
    #expect(world.audit() == nil)
    world.pass(seconds: 100)
    #expect(!world.agent.intake.isDamaged(at: world.now.monotonic))
    #expect(world.audit() == nil)
    world.pass(seconds: 20)
    #expect(!world.agent.intake.isDamaged(at: world.now.monotonic))
    #expect(world.audit() == nil)
    try world.tellReader("cut-next 1")
    try world.tellReader("pass 12 1")
    world.pass(seconds: 5)
    #expect(world.agent.intake.isDamaged(at: world.now.monotonic))
    world.pass(seconds: 20)
    let summary = IntakeUnreadableTests.summary(world, file)
    #expect(summary.stored == 11 && summary.unconfirmed == 0 && summary.lost == 0)
  }

  @Test("A frame that comes damaged in another way each time is not lost: it is asked for, ever more rarely")
  func neverTheSame() throws {
    let world = IntakeTests.connected()
    let file = world.files[0]
    var times = 0
    world.tamper = { output in
      guard output.bytes.starts(with: Array("5;".utf8)) else { return output.bytes }
      if output.isPush { return nil }
      times += 1
      return Array("5;MC;\(times % 1000)\r\n".utf8)
    }
    var mostHeld = 0
    for chip in 1...100 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 2)
      mostHeld = max(mostHeld, IntakeUnreadableTests.summary(world, file).unconfirmed)
    }
    #expect(mostHeld <= 5)
    world.pass(seconds: 300)
    let summary = IntakeUnreadableTests.summary(world, file)
    #expect(summary.stored == 99 && summary.unconfirmed == 0 && summary.lost == 0)
    #expect((2...20).contains(IntakeUnreadableTests.lists(world, inLast: 300)))
    world.tamper = { $0.bytes }
    #expect(world.pass(atMost: 60) { $0.isComplete })
    world.expectComplete()
  }
}
