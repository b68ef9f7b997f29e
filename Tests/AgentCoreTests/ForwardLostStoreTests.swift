import AgentCore
import JSONDocument
import Rehearsal
import Testing

@Suite("Cloud sessions that a lost store has forgotten")
struct ForwardLostStoreTests {
  private let first = ForwardWorld.key("20171223-153055.csv")
  private let second = ForwardWorld.key("20171223-170000.csv")

  /// One whose first file has passings 1 to 10 in a session that the cloud has closed.
  private func closedWorld(_ onClosedSession: PassingSettings.ClosedSession = .new) -> ForwardWorld {
    let world = ForwardWorld { $0.onClosedSession = onClosedSession }
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.tellCloud("close-session O4A5-00051")
    return world
  }

  @Test("A store that was lost finds the session in the cloud, and nothing is there twice")
  func lostStore() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.loseStore()
    world.restart()
    world.clearRequests()
    world.capture(1...20, of: first)
    world.pass(seconds: 30)
    world.expectComplete(first)
    #expect(world.sessions.count == 1)
    #expect(world.sent("/sessions").filter { $0.method == .post }.isEmpty)
    #expect(world.entries(.cloudCountDiffers).isEmpty)
  }

  @Test(
    "A store that was lost sends nothing of an earlier file again, though the cloud has closed its session")
  func lostStoreOfTwo() {
    let world = ForwardWorld()
    for key in [first, second] {
      world.view.current = key
      world.capture(1...10, of: key)
      world.pass(seconds: 5)
      world.ask(.noteFile(key, readerCount: 10, isSettled: true))
      world.pass(seconds: 5)
    }
    #expect(world.sessions.count == 2)
    world.loseStore()
    world.restart()
    world.clearRequests()
    // The memory is fetched little by little; the current file goes on.
    world.capture(1...4, of: first)
    world.capture(1...12, of: second)
    world.pass(seconds: 5)
    world.capture(5...10, of: first)
    world.pass(seconds: 600)
    for key in [first, second] { world.expectComplete(key) }
    #expect(world.sessions.count == 2)
    #expect(world.sent("/sessions").filter { $0.method == .post }.isEmpty)
    #expect(world.entries(.cloudSessionClosed).map(\.priority) == [.notice])
    #expect(!world.isActive(.cloudSessionClosed))
  }

  @Test(
    "What a closed session lacks after the store was lost goes as on_closed_session says",
    arguments: [true, false])
  func lostStoreOfClosed(isHeld: Bool) {
    let world = closedWorld(isHeld ? .hold : .new)
    world.loseStore()
    world.restart()
    world.capture(1...15, of: first)
    world.pass(seconds: 60)
    #expect(world.file(first).acknowledged == (isHeld ? 10 : 15))
    #expect(world.isActive(.cloudSessionClosed) == isHeld)
    #expect(world.sessions.count == (isHeld ? 1 : 2))
    if !isHeld { #expect(world.cloudNumbers(of: first).description == "11-15") }
  }

  @Test(
    "What closed sessions have goes to no other one, also what the memory brings only later",
    arguments: [1, 3], [true, false])
  func lostStoreOfFormer(closings: Int, isOpenLast: Bool) {
    let world = ForwardWorld { $0.onClosedSession = .new }
    world.view.current = first
    for turn in 0..<UInt32(closings) {
      world.capture(turn * 10 + 1...turn * 10 + 10, of: first)
      world.pass(seconds: 60)
      world.tellCloud("close-session O4A5-00051")
    }
    let last = UInt32(closings) * 10
    // That it is closed shows by what comes then; that goes to a new one.
    if isOpenLast { world.capture(last + 1...last + 5, of: first) }
    world.pass(seconds: 700)
    let before = world.sessions.count
    world.loseStore()
    world.restart()
    world.clearRequests()
    world.capture(last + 6...last + 8, of: first)
    world.pass(seconds: 60)
    world.capture(1...4, of: first)
    world.pass(seconds: 30)
    world.capture(5...last + 5, of: first)
    world.pass(seconds: 700)
    #expect(world.file(first).waiting == 0)
    let tokens = world.sessions.compactMap { $0["token_session"]?.string }
    #expect(tokens.count == before + (isOpenLast ? 0 : 1))
    let there = tokens.flatMap { world.cloudPassings($0).keys }.sorted()
    #expect(there == Array(1...last + 8))
    #expect(world.entries(.cloudSessionClosed).contains { $0.message.contains("does not know") })
  }

  @Test("A closed session of the same name with other chips says nothing of this file")
  func formerOfOthers() {
    let world = closedWorld()
    world.loseStore()
    world.restart()
    world.isFree = true
    world.capture(1...10, of: first)
    world.pass(seconds: 60)
    #expect(world.cloudNumbers(of: first).description == "1-10")
    #expect(world.sessions.count == 2)
  }

  @Test("Where the cloud does not show what a closed session has, nothing waits for that for ever")
  func formerNotShown() {
    let world = closedWorld()
    world.capture(11...12, of: first)
    world.pass(seconds: 60)
    world.loseStore()
    world.restart()
    world.tellCloud("fail 500 on passings-session")
    world.capture(1...20, of: first)
    world.pass(seconds: 600)
    #expect(world.file(first).waiting == 0)
    #expect(world.cloudNumbers(of: first).description == "1-20")
  }

  @Test("A closed session that was not shown at first is read when something of it is to be sent")
  func formerShownLater() {
    let world = closedWorld()
    world.loseStore()
    world.restart()
    world.tellCloud("fail 500 on passings-session for 9 requests")
    world.capture(1...20, of: first)
    world.pass(seconds: 900)
    #expect(world.file(first).waiting == 0)
    let tokens = world.sessions.compactMap { $0["token_session"]?.string }
    #expect(tokens.flatMap { world.cloudPassings($0).keys }.sorted() == Array(1...20))
  }
}
