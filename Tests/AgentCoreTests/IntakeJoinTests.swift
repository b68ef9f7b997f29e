import AgentCore
import One4AllProtocol
import Rehearsal
import Testing

@Suite("Two cut frames that look like one")
struct IntakeJoinTests {
  /// The first bytes of the one number's pushed frame come with the rest of the next one's.
  private static func join(_ number: Int, in world: CaptureWorld) {
    var head: [UInt8] = []
    world.tamper = { output in
      guard output.isPush else { return output.bytes }
      if output.bytes.starts(with: Array("\(number);".utf8)) {
        head = Array(output.bytes.prefix(10))
        return nil
      }
      guard output.bytes.starts(with: Array("\(number + 1);".utf8)) else { return output.bytes }
      return head + output.bytes.dropFirst(10)
    }
  }

  @Test("The frame in front of a gap is compared with the memory when the gap is fetched")
  func joined() throws {
    let world = try IntakeMemoryTests.raced(4, passings: PassingSettings(confirm: .never))
    IntakeJoinTests.join(5, in: world)
    for chip in 50..<53 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 1)
    }
    world.pass(seconds: 5)
    world.expectComplete()
    #expect(world.entries(.passingDiffers).count == 1)
    let lists = world.commands.map(\.text).filter { $0.hasPrefix("GETFILE;") }
    #expect(lists.first?.hasSuffix(";5;7") == true, "\(lists)")
  }

  @Test("So it is when nothing comes behind it and the count shows the gap")
  func lastTwo() throws {
    let world = try IntakeMemoryTests.raced(4)
    IntakeJoinTests.join(5, in: world)
    for chip in 50..<52 { try world.tellReader("pass \(chip) 1") }
    world.pass(seconds: 40)
    world.expectComplete()
    #expect(world.entries(.passingDiffers).count == 1)
  }

  @Test("In minutes of a line that joins frames none stays wrong", arguments: WildSeeds.some(1))
  func run(seed: UInt64) throws {
    let world = IntakeTests.connected(seed: seed)
    for order in ["join 0.004", "rate 20"] { try world.tellReader(order) }
    world.pass(seconds: 200)
    try world.tellReader("rate 0")
    world.pass(seconds: 60)
    world.expectComplete("seed \(seed)")
    WildRecord.note("joined-frames", seed: seed, world)
    #expect(!world.entries(.passingDiffers).isEmpty)
  }
}
