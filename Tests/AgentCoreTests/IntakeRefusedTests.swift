import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("The reader refuses some lists and gives others")
struct IntakeRefusedTests {
  /// The reader refuses each list with that number, or never gives it.
  private static func refuse(_ number: Int, isSilent: Bool = false, in world: CaptureWorld) {
    world.beforeCommand = { [unowned world] command in
      let fields = command.split(separator: ";")
      guard fields.count > 2, fields[0] == "GETFILE" || fields[0] == "GETPASSINGS",
        let first = Int(fields[fields.count - 2]), let last = Int(fields[fields.count - 1])
      else { return }
      let isRefused = (first...last).contains(number)
      world.refused = isRefused && !isSilent ? ["GETFILE", "GETPASSINGS"] : []
      world.swallowed = isRefused && isSilent ? [command] : []
    }
  }

  private static func lists(_ world: CaptureWorld, inLast seconds: Int64) -> Int {
    world.commands.count {
      $0.at > world.elapsed - seconds * 1000
        && ($0.text.hasPrefix("GETFILE;") || $0.text.hasPrefix("GETPASSINGS;"))
    }
  }

  @Test("Numbers that are missing later do not wait behind those that it refuses")
  func later() throws {
    let world = try IntakeMemoryTests.raced(4)
    let file = world.files[0]
    IntakeRefusedTests.refuse(5, in: world)
    world.tamper = { output in
      let isLost = ["5;", "6;", "40;", "41;"].contains { output.bytes.starts(with: Array($0.utf8)) }
      return output.isPush && isLost ? nil : output.bytes
    }
    for chip in 50..<110 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 1)
    }
    world.pass(seconds: 120)
    let truth = world.truth[file] ?? []
    #expect(world.frames(file) == truth.enumerated().filter { $0.offset != 4 }.map(\.element))
    let summary = world.store.summary(of: world.key(file))
    #expect(summary.lost == 0 && summary.unconfirmed == 0)
    #expect(world.agent.problems.of(.capture).map(\.event).contains(.memoryRefused))
    #expect((1...30).contains(IntakeRefusedTests.lists(world, inLast: 120)))
    world.beforeCommand = { _ in }
    world.refused = []
    #expect(world.pass(atMost: 130) { $0.isComplete })
    world.expectComplete()
    world.pass(seconds: 120)
    #expect(world.agent.problems.of(.capture).isEmpty)
  }

  @Test("A single number that it refuses is found among many", arguments: [false, true])
  func amongMany(isSilent: Bool) throws {
    let world = IntakeTests.connected()
    try world.tellReader("rate 20")
    world.pass(seconds: 1)
    world.pull()
    world.pass(seconds: 20)
    try world.tellReader("rate 0")
    IntakeRefusedTests.refuse(137, isSilent: isSilent, in: world)
    world.isPlugged = true
    world.pass(seconds: 200)
    let file = world.files[0]
    let truth = world.truth[file] ?? []
    #expect(truth.count > 300)
    #expect(world.frames(file) == truth.enumerated().filter { $0.offset != 136 }.map(\.element))
    #expect(IntakeRefusedTests.lists(world, inLast: 60) <= 10)
  }

  @Test("What was heard under such a number is sent as it was heard, and the others are confirmed")
  func unconfirmed() throws {
    let world = try IntakeMemoryTests.raced(3, passings: PassingSettings(confirm: .always))
    IntakeRefusedTests.refuse(5, in: world)
    for chip in 10..<30 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 2)
    }
    world.pass(seconds: 100)
    let file = world.files[0]
    let rows = world.store.files[world.key(file)]?.rows ?? [:]
    #expect(world.frames(file) == world.truth[file])
    #expect(rows[5]?.kept.trust == .believed)
    #expect(rows.filter { $0.key > 10 && $0.value.kept.trust != .confirmed }.isEmpty)
  }

  @Test(
    "A number that it refuses in a comparison has an end: the file is settled, and no minute asks for it again"
  )
  func comparedFile() throws {
    let world = try IntakeMemoryTests.raced(20)
    let file = world.files[0]
    IntakeRefusedTests.refuse(5, in: world)
    try world.tellReader("newfile")
    world.pass(seconds: 600)
    #expect(world.store.summary(of: world.key(file)).isSettled)
    let told = world.entries(.passingDiffers).map(\.message)
    #expect(told.count == 1 && told[0].contains("refuses to list passing 5"), "\(told)")
    #expect(IntakeRefusedTests.lists(world, inLast: 200) == 0)
  }

  @Test("One that was never heard is lost, and told")
  func neverHeard() throws {
    let world = try IntakeMemoryTests.raced(4)
    IntakeRefusedTests.refuse(5, in: world)
    try world.tellReader("lose-next 1")
    for chip in 10..<15 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 500)
    #expect(world.store.summary(of: world.key(world.files[0])).lost == 1)
    #expect(world.agent.problems.of(.capture).map(\.event) == [.passingsLost])
  }

  @Test("Once it is given up, those that come later are received twice as before, on a proven line too")
  func laterOnProvenLine() throws {
    let world = CaptureWorld()
    world.pass(seconds: 700)
    try world.tellReader("pass 16 1")
    world.pass(seconds: 5)
    IntakeRefusedTests.refuse(2, in: world)
    try world.tellReader("pass 17 1")
    world.pass(seconds: 600)
    #expect(world.entries(.passingDiffers).contains { $0.message.contains("refuses to list passing 2") })
    try world.tellReader("pass 18 1")
    world.pass(seconds: 0.3)
    let row = world.store.files[world.key(world.files[0])]?.rows[3]
    #expect(row?.kept.trust == .unconfirmed)
    world.pass(seconds: 5)
    #expect(world.store.files[world.key(world.files[0])]?.rows[3]?.kept.trust == .confirmed)
  }
}
