import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("Lists on a slow line")
struct IntakeSlowLineTests {
  @Test(
    "At 9600 baud a list takes about half a second, and what is pushed meanwhile does not wait longer"
  )
  func slow() throws {
    let world = IntakeTests.connected()
    world.bytesPerSecond = 960
    for chip in 1...5 {
      try world.tellReader("pass \(chip) 1")
      world.pass(seconds: 1)
    }
    world.pull()
    try world.tellReader("rate 10")
    world.pass(seconds: 30)
    try world.tellReader("rate 1")
    world.isPlugged = true
    let before = world.commands.count
    world.pass(seconds: 60)
    try world.tellReader("rate 0")
    #expect(world.pass(atMost: 60) { $0.isComplete })
    world.expectComplete()
    let lists = world.commands[before...].compactMap { command -> Int? in
      let fields = command.text.split(separator: ";")
      guard fields.first == "GETFILE", let first = Int(fields[2]), let last = Int(fields[3]) else {
        return nil
      }
      return last - first + 1
    }
    #expect(lists.count > 20)
    // The one in front of a gap comes along with it.
    #expect(lists[0] <= 21 && lists.dropFirst().allSatisfy { $0 <= 11 }, "\(lists)")
    let rows = world.store.files[world.key(world.files[0])]?.rows.values.map(\.kept) ?? []
    let waits = rows.filter { $0.origin == .pushed }.map { $0.arrivedWall - $0.utc }
    #expect(waits.count > 30)
    #expect(waits.allSatisfy { $0 < .seconds(2.5) }, "\(waits.max() as Any)")
  }

  @Test("The largest list is what the line carries in half a second, within bounds")
  func largest() {
    func at(_ milliseconds: Int64) -> MonotonicTime {
      MonotonicTime(nanoseconds: milliseconds * 1_000_000)
    }
    var pace = FetchPace()
    #expect(pace.largestSlice == FetchPace.firstSlice)
    _ = pace.pause(after: .seconds(1), frames: 20, at: at(1000))
    #expect(pace.largestSlice == 10)
    _ = pace.pause(after: .seconds(1), frames: 100, at: at(2000))
    #expect(pace.largestSlice == 50)
    _ = pace.pause(after: .milliseconds(430), frames: 100, at: at(3000))
    #expect(pace.largestSlice == 100)
  }
}
