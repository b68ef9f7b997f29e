import AgentCore
import JSONDocument
import Rehearsal
import Testing

@Suite("One lost answer stops nothing")
struct LostAnswerTests {
  /// What becomes of one answer.
  private static let losses = [
    "reset before 1", "reset after 1", "fail 500 for 1 requests", "fail 500 after-work for 1 requests",
    "fail 404 for 1 requests", "fail 404 after-work for 1 requests", "say 200 - for 1 requests",
    "say 200 - after-work for 1 requests", "say 200 null for 1 requests",
    "say 200 {} after-work for 1 requests",
    "say 200 {\"body\":null} after-work for 1 requests", "say 200 [] for 1 requests",
  ]

  /// Every kind of request that the agent makes, and what makes it so.
  struct Kind: CustomTestStringConvertible, Sendable {
    let route: String
    var before: [String] = []
    var access: Rehearsal.CloudAccess = [.read, .write, .unbind]
    var testDescription: String { "\(route) \(before) \(access)" }
  }

  private static let uncounted = "say 200 {} after-work for 1 requests on passings-insert"
  static let kinds = [
    Kind(route: "bind"), Kind(route: "device"), Kind(route: "heartbeat"),
    Kind(route: "bind", before: ["patch-route 404"]), Kind(route: "session-open"),
    Kind(route: "sessions"), Kind(route: "sessions", before: ["reset after 1 on session-open"]),
    Kind(route: "passings-insert"), Kind(route: "passings-session", before: [uncounted]),
    Kind(route: "session"),
    Kind(route: "bind", access: .write), Kind(route: "device", access: .write),
    Kind(route: "heartbeat", access: .write), Kind(route: "session-open", access: .write),
    Kind(route: "sessions", access: .write), Kind(route: "passings-insert", access: .write),
    Kind(route: "passings-session", before: [uncounted], access: .write),
  ]

  @Test(
    "From a fresh device, and over a restart, every passing is acknowledged, in the cloud once, and all is well",
    arguments: kinds)
  func everyRequest(kind: Kind) throws {
    let place = LostAnswerTests.kinds.firstIndex { "\($0)" == "\(kind)" } ?? 0
    for (index, loss) in LostAnswerTests.losses.enumerated() {
      // Each kind of request and each loss comes with restarts and without them, if not both with both.
      let isKilled = (index + place) % 2 == 0
      let world = World(access: kind.access, seed: 3) { $0.passings.forward = true }
      for order in kind.before { world.tellCloud(order) }
      #expect(world.tellCloud("\(loss) on \(kind.route)").string?.hasPrefix("refused") == false)
      try world.tellReader("rate 5")
      for moment in 0..<20 {
        world.pass(seconds: 0.25)
        if isKilled, moment % 7 == 6 { world.kill(seed: UInt64(moment)) }
      }
      try world.tellReader("rate 0")
      let expected = world.truth.values.reduce(0) { $0 + $1.count }
      #expect(expected > 10)
      var seconds = 0
      while seconds < 150, !LostAnswerTests.isDone(world, expected) {
        world.pass(seconds: 1)
        seconds += 1
      }
      #expect(seconds < 150, "\(loss), killed \(isKilled): \(world.status)")
      LostAnswerTests.expectOnce(world, expected, "\(loss), killed \(isKilled)")
    }
  }

  /// All that the reader has is acknowledged, and all is well.
  private static func isDone(_ world: World, _ expected: Int) -> Bool {
    let acknowledged = world.passings.summaries.reduce(0) { $0 + $1.acknowledged }
    return acknowledged == expected && world.status["well"] == true
  }

  private static func expectOnce(_ world: World, _ expected: Int, _ what: String) {
    let sessions = world.tellCloud("passings")["sessions"]?.array ?? []
    let numbers = sessions.flatMap { session in
      (session["passings"]?.array ?? []).compactMap { $0["num_passing"]?.integer }
    }
    #expect(
      numbers.count == expected && Set(numbers).count == expected, "\(what): \(numbers.count) of \(expected)")
    #expect(world.misuse.isEmpty, "\(what): \(world.misuse)")
  }

  @Test(
    "The first session of a new device is made at once: a device without sessions is answered 404",
    arguments: ["v0", "body"], ["404", "200"])
  func firstSession(envelope: String, lists: String) {
    let world = ForwardWorld()
    world.tellCloud("envelope \(envelope)")
    world.tellCloud("empty-lists \(lists)")
    let key = ForwardWorld.key("20171223-153055.csv")
    world.capture(1...10, of: key)
    let isSent = world.pass(atMost: 1.2) { $0.file(key).acknowledged == 10 }
    #expect(isSent)
    #expect(world.sent("/sessions/device/").count == 1 && world.sessions.count == 1)
  }

  @Test("When its answer is lost, it is made again as soon as the list shows that it is not there")
  func firstSessionLost() {
    let world = ForwardWorld()
    world.tellCloud("reset before 1 on session-open")
    let key = ForwardWorld.key("20171223-153055.csv")
    world.capture(1...10, of: key)
    let isSent = world.pass(atMost: 4) { $0.file(key).acknowledged == 10 }
    #expect(isSent)
    #expect(world.sessions.count == 1)
  }

  @Test("A 404 that does not say what is missing is believed only after a while, one about the device never")
  func unsaid() {
    let world = ForwardWorld()
    world.tellCloud("reset before 1 on session-open")
    world.tellCloud("say 404 <html> for 9 requests on sessions")
    let key = ForwardWorld.key("20171223-153055.csv")
    world.capture(1...10, of: key)
    let isSent = world.pass(atMost: 30) { $0.file(key).acknowledged == 10 }
    #expect(isSent && world.sessions.count == 1)
    let other = ForwardWorld()
    other.tellCloud("reset after 1 on session-open")
    other.tellCloud("unbind O4A5-00051")
    other.capture(1...10, of: key)
    other.pass(seconds: 300)
    #expect(other.file(key).session?.standing == .asked && other.sessions.isEmpty)
    #expect(other.isActive(.backlogOld))
  }
}
