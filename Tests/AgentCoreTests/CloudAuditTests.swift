import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("The second way in: what is acknowledged is in the cloud once, by device and time")
struct CloudAuditTests {
  let first = ForwardWorld.key("20171223-153055.csv")
  let second = ForwardWorld.key("20171223-170000.csv")

  /// A file that is over, of which all is acknowledged.
  private func settled(_ count: UInt32 = 100, access: Rehearsal.CloudAccess = [.read, .write]) -> ForwardWorld
  {
    let world = ForwardWorld(access: access)
    world.view.current = first
    world.capture(1...count, of: first)
    world.pass(seconds: 5)
    world.ask(.noteFile(first, readerCount: count, isSettled: true))
    world.pass(seconds: 1)
    return world
  }

  private func message(_ world: ForwardWorld) -> String? {
    world.problems.first { $0.event == .cloudAuditDiffers }?.message
  }

  @Test("A file that is settled is compared once, by itself", arguments: [100, 4100])
  func once(count: UInt32) {
    let world = settled(count)
    world.pass(seconds: 7200)
    #expect(world.sent("/passings/device/").count == Int((count + 1999) / 2000))
    #expect(world.entries(.cloudAuditDone).count == 1 && message(world) == nil)
    #expect(
      world.entries(.cloudAuditDone).first?.message.contains("all \(count) acknowledged passings") == true)
    // It is compared again after a start, as the alarm of a difference would not outlive it.
    world.restart()
    world.pass(seconds: 120)
    #expect(world.entries(.cloudAuditDone).count == 2)
    #expect(world.misuse.isEmpty, "\(world.misuse)")
  }

  @Test("What is missing is named and sent again, and once it is there the alarm is over")
  func missing() {
    let world = settled(4100)
    for number in [7, 8, 3000] { world.tellCloud("spoil missing O4A5-00051 \(number)") }
    world.clearRequests()
    world.pass(seconds: 60)
    // The count tells that some are missing, too; whichever comes first has them sent.
    world.expectComplete(first)
    #expect(world.batches.reduce(0) { $0 + $1.count } <= 6)
    world.pass(seconds: 1300)
    #expect(message(world) == nil)
  }

  @Test(
    "A passing in two sessions, and one with another chip, are named with what to do; other files are not confused"
  )
  func twiceAndOther() throws {
    let world = settled()
    // Another file has the same numbers at nearly the same times.
    world.view.current = second
    world.capture(1...50, of: second)
    world.pass(seconds: 5)
    #expect(world.file(second).waiting == 0)
    world.ask(.noteFile(second, readerCount: 50, isSettled: true))
    for (what, number) in [("twice", 60), ("other", 70), ("missing", 80)] {
      #expect(world.tellCloud("spoil \(what) O4A5-00051 \(number)").string?.hasPrefix("refused") == false)
    }
    world.pass(seconds: 60)
    let told = try #require(message(world))
    #expect(told.contains("of 100 acknowledged passings of \(first.file)"), "\(told)")
    #expect(told.contains("has 60 twice") && told.contains("has 70 with another chip or time"), "\(told)")
    // Its session is closed: nothing may come to another one.
    #expect(told.contains("lacks 80: enter them there"), "\(told)")
    #expect(EventName.cloudAuditDiffers.priority <= .error)
    world.clearRequests()
    world.pass(seconds: 1800)
    #expect(world.batches.isEmpty)
    #expect(world.entries(.cloudAuditDiffers).count == 1 && message(world) != nil)
  }

  @Test("What was acknowledged in another cloud is not missing in this one")
  func otherCloud() {
    let world = settled(50)
    world.reload(cloud: "https://other.example/v0")
    world.capture(51...80, of: first)
    world.pass(seconds: 5)
    world.ask(.noteFile(first, readerCount: 80, isSettled: false))
    world.ask(.noteFile(first, readerCount: 80, isSettled: true))
    world.pass(seconds: 120)
    #expect(message(world) == nil && world.file(first).acknowledged == 80)
    let told = world.entries(.cloudAuditDone).last?.message
    #expect(told?.contains("all 30 acknowledged passings") == true, "\(told ?? "")")
    world.tellCloud("spoil missing O4A5-00051 60")
    world.pass(seconds: 1)
    _ = world.forwarder.audit(first, at: world.now.monotonic)
    world.pass(seconds: 5)
    #expect(message(world) != nil)
  }

  @Test("A person may ask for it at any time, and hears what came of it")
  func asked() throws {
    let world = ForwardWorld()
    world.view.current = first
    #expect(world.forwarder.audit(first, at: world.now.monotonic)?.contains("no session file") == true)
    world.capture(1...30, of: first)
    #expect(world.pass(atMost: 5) { $0.file(first).acknowledged == 30 })
    #expect(world.forwarder.audit(second, at: world.now.monotonic) != nil)
    #expect(world.forwarder.audit(first, at: world.now.monotonic) == nil)
    world.pass(seconds: 1)
    let result = try #require(world.forwarder.takeAuditResults().first)
    #expect((result.key, result.agreeing, result.compared, result.failure) == (first, 30, 30, nil))
    world.capture(31...40, of: first, trust: .unconfirmed)
    world.pass(seconds: 1)
    #expect(world.forwarder.audit(first, at: world.now.monotonic) == nil)
    world.pass(seconds: 5)
    let part = try #require(world.forwarder.takeAuditResults().first)
    #expect(part.summary.hasSuffix("each once; 10 more wait to be sent, and were not looked for"))
    world.ask(.believe(first))
    #expect(world.pass(atMost: 5) { $0.file(first).acknowledged == 40 })
    world.tellCloud("spoil twice O4A5-00051 9")
    #expect(world.forwarder.audit(first, at: world.now.monotonic) == nil)
    world.pass(seconds: 1)
    let other = try #require(world.forwarder.takeAuditResults().first)
    #expect((other.agreeing, other.compared) == (39, 40) && other.summary.contains("has 9 twice"))
    world.reload { $0.forward = false }
    #expect(world.forwarder.audit(first, at: world.now.monotonic)?.contains("forward = no") == true)
  }

  @Test(
    "It has an end whatever the cloud does",
    arguments: [
      "fail 500 on passings-device", "fail 404 on passings-device", "reset after on passings-device",
      "fail 503",
      "say 200 {} on passings-device", "key key:WRITE",
    ])
  func ends(fault: String) throws {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...30, of: first)
    world.pass(seconds: 5)
    world.tellCloud(fault)
    #expect(world.forwarder.audit(first, at: world.now.monotonic) == nil)
    var results: [CloudAuditResult] = []
    let hasEnded = world.pass(atMost: 300) { world in
      results += world.forwarder.takeAuditResults()
      return !results.isEmpty
    }
    #expect(hasEnded)
    #expect(results.first?.failure?.contains("was not compared with the cloud") == true, "\(results)")
    #expect(world.file(first).acknowledged == 30)
    #expect(message(world) == nil)
  }

  @Test("With a key that may not read it is not done, and that is said")
  func writeKey() {
    let world = settled(access: .write)
    world.pass(seconds: 7200)
    #expect(world.sent("/passings/device/").count <= 2)
    #expect(world.isActive(.forwardUnverified))
    #expect(world.entries(.cloudAuditDone).isEmpty && message(world) == nil)
    #expect(world.forwarder.audit(first, at: world.now.monotonic)?.contains("may not read") == true)
  }

  @Test(
    "Pages are read to an end, whatever the cloud says of them",
    arguments: [nil, 0, -5, 9_000_000_000_000_000_000] as [Int64?], [true, false])
  func pages(claimed: Int64?, isRepeated: Bool) {
    func page(_ numbers: [Int64]) -> PassingPage {
      var body: [JSONObject.Member] = [
        .init(name: "result", value: .array(numbers.map { ["num_passing": .integer($0)] }))
      ]
      if let claimed { body.append(.init(name: "pagination", value: ["pages": .integer(claimed)])) }
      return PassingPage(.json(.object(JSONObject(body)))) ?? .empty
    }
    var walk = PageWalk()
    var count = 1
    while !walk.take(page(isRepeated || count < 3 ? [1, 2, Int64(isRepeated ? 3 : count + 2)] : [])),
      count < 10
    {
      count += 1
    }
    #expect(count == (isRepeated ? 2 : 3) && walk.found.count == (isRepeated ? 3 : 4))
    var endless = PageWalk()
    var number: Int64 = 0
    repeat { number += 1 } while !endless.take(page([number]))
    #expect(number == PageWalk.limit)
  }
}
