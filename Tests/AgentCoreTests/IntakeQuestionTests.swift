import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("How often the reader is asked how much it has, and in which file")
struct IntakeQuestionTests {
  /// Ten seconds of a rush on a bad line that carries 115200 bits a second, and what comes after it.
  private func rush(seed: UInt64, refusing refused: Set<String> = []) throws -> CaptureWorld {
    let world = IntakeTests.connected(seed: seed)
    world.refused = refused
    for order in ["rate 200", "lose 0.02", "noise 0.02", "cut 0.02"] { try world.tellReader(order) }
    let bytes = (world.lineBytes, world.questionBytes)
    let commands = world.commands.count
    world.pass(seconds: 10)
    let share = Double(world.questionBytes - bytes.1) / Double(world.lineBytes - bytes.0)
    #expect(share < 0.1, "questions took \(share) of the line")
    let questions = world.commands[commands...].count { $0.text == "GETSTATUS" || $0.text == "PASSINGS" }
    #expect((5...50).contains(questions), "\(questions) questions")
    try world.tellReader("rate 0")
    return world
  }

  @Test(
    "On a bad line questions take less than a tenth of it, and all is there soon afterwards",
    arguments: WildSeeds.some(1))
  func badLine(seed: UInt64) throws {
    let world = try rush(seed: seed)
    let start = world.elapsed
    #expect(world.pass(atMost: 60) { $0.isComplete }, "\(world.agent.intake.openFiles)")
    #expect(world.elapsed - start < 40_000, "\(world.elapsed - start) ms")
    world.expectComplete()
  }

  @Test("So they do when the reader does not list its current file by name", arguments: WildSeeds.some(1))
  func unnamedLists(seed: UInt64) throws {
    let world = try rush(seed: seed, refusing: ["GETFILE"])
    let start = world.elapsed
    #expect(world.pass(atMost: 90) { $0.isComplete }, "\(world.agent.intake.openFiles)")
    #expect(world.elapsed - start < 50_000, "\(world.elapsed - start) ms")
    world.expectComplete()
    let lists = world.commands.count { $0.text.hasPrefix("GETPASSINGS;") }
    let names = world.commands.count { $0.text == "GETSTATUS" }
    #expect(lists > 10 && names < lists * 4, "\(lists) lists, \(names) names")
  }

  @Test("Lists that do not name their file are taken several at a time, and none when the file has changed")
  func severalLists() throws {
    let world = IntakeTests.connected()
    world.refused = ["GETFILE"]
    try world.tellReader("rate 20")
    world.pass(seconds: 2)
    world.pull()
    try world.tellReader("rate 200")
    world.pass(seconds: 5)
    try world.tellReader("rate 0")
    world.isPlugged = true
    let before = world.commands.count
    #expect(world.pass(atMost: 60) { $0.isComplete })
    world.expectComplete()
    let later = world.commands[before...]
    let lists = later.count { $0.text.hasPrefix("GETPASSINGS;") }
    let names = later.count { $0.text == "GETSTATUS" }
    #expect(lists >= 10 && names <= lists, "\(lists) lists, \(names) names")
  }

  @Test("A question waits nine times as long as the former one took, at least 250 ms and at most 2 s")
  func pace() {
    func at(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }
    var pace = QuestionPace()
    #expect(pace.from == nil)
    pace.answered(after: .milliseconds(2), at: at(1000))
    #expect(pace.from == at(1250))
    pace.answered(after: .milliseconds(40), at: at(2000))
    #expect(pace.from == at(2360))
    // A count and the name that goes with it are two answers.
    pace.answered(after: .milliseconds(50), at: at(2050))
    #expect(pace.from == at(2810))
    pace.answered(after: .seconds(3), at: at(5000))
    #expect(pace.from == at(7000))
    pace.answered(after: nil, at: at(9000))
    #expect(pace.from == at(9250))
  }
}
