import JSONDocument
import One4AllProtocol
import Testing

@testable import AgentCore

@Suite("Reports while something else goes wrong")
struct ReportTroubleTests {
  @Test("A cloud that only fails to show the device still gets its heartbeats")
  func readingFails() {
    let world = World.settled()
    world.tellCloud("fail 500 on device")
    world.pass(seconds: 40)
    world.clearRequests()
    world.pass(seconds: 300)
    #expect(world.sent(.patch).count >= 8)
    #expect(world.requests.count < 40)
    #expect(world.cloudState == .failing)
    #expect(world.agrees == nil)
    #expect(world.entries(.cloudFailing).count == 1)
    world.tellCloud("ok")
    world.pass(seconds: 65)
    #expect(world.agrees == true)
    #expect(world.entries(.cloudRecovered).count == 1)
  }

  @Test("Retry-After on a read is a floor for everything")
  func retryAfterOnRead() {
    let world = World.settled()
    world.tellCloud("fail 429 retry-after 120 for 1 requests on device")
    #expect(world.pass(atMost: 60) { $0.cloudState == .failing })
    world.clearRequests()
    world.pass(seconds: 118)
    #expect(world.requests.isEmpty)
  }

  @Test("A store that does not answer is asked once, and nothing goes out meanwhile")
  func stalledStore() {
    let world = World()
    world.isDiskStalled = true
    world.pass(seconds: 120)
    #expect(world.requests.count == 1)
    #expect(world.storeRequests.count == 1)
    #expect(world.cloudState == .binding)
  }

  @Test("A binding of the former cloud that is kept late is not taken for one of the new cloud")
  func lateBindingOfFormerCloud() throws {
    let world = World()
    world.isDiskStalled = true
    world.pass(seconds: 5)
    guard case .keep(let former)? = world.storeRequests.first else {
      Issue.record("nothing was to be kept")
      return
    }
    world.settings.cloud.url = "https://other.example/v0"
    world.cloudLatency = nil
    world.take(.reloaded(world.settings, bindings: []))
    world.take(.store(.kept(former)))
    world.pass(seconds: 5)
    #expect(world.agent.report.binding == nil)
    #expect(world.sent(.get).isEmpty)
  }

  @Test("A binding that was kept for a reader no longer there is remembered, not used")
  func lateBindingOfFormerReader() throws {
    let world = World()
    world.isDiskStalled = true
    world.pass(seconds: 5)
    guard case .keep(let former)? = world.storeRequests.first else {
      Issue.record("nothing was to be kept")
      return
    }
    try world.tellReader("serial-number O4A5-00099")
    world.pass(seconds: 15)
    world.isDiskStalled = false
    world.take(.store(.kept(former)))
    world.pass(seconds: 5)
    #expect(world.agent.report.bindings["O4A5-00051"] == former)
    #expect(world.sent(.patch).isEmpty)
  }

  @Test("Where POST /devices is the configured request nothing is posted for a silent reader")
  func configuredDocumentedRoute() throws {
    let world = World.settled { $0.cloud.heartbeatRequest = .documented }
    #expect(world.agrees == true)
    world.pass(seconds: 120)
    #expect(world.sent(.post).count >= 4)
    try world.tellReader("mute")
    world.pass(seconds: 60)
    world.clearRequests()
    world.pass(seconds: 300)
    #expect(world.sent(.post).isEmpty)
    #expect(!world.sent(.get).isEmpty)
    #expect(world.entries(.reportRoute).isEmpty)
  }

  @Test("Where POST /devices is the configured request a removed device is not made anew")
  func configuredDocumentedRouteAfterUnbinding() {
    let world = World.settled { $0.cloud.heartbeatRequest = .documented }
    world.tellCloud("unbind O4A5-00051")
    world.pass(seconds: 120)
    #expect(world.devices.isEmpty)
    #expect(world.cloudState == .unbound)
  }

  @Test("Where the device cannot be shown, the documented route waits until it can")
  func documentedRouteWhileReadingFails() {
    let world = World.settled { $0.cloud.heartbeatRequest = .documented }
    world.tellCloud("fail 500 on device")
    world.pass(seconds: 60)
    world.clearRequests()
    world.pass(seconds: 300)
    #expect(world.sent(.post).isEmpty)
    #expect(world.requests.count < 20)
    world.tellCloud("ok")
    world.pass(seconds: 90)
    #expect(world.agrees == true)
  }

  @Test(
    "With a WRITE key a removed device is held, however its 404 is worded",
    arguments: ["json", "broken", "empty", "html"])
  func writeKeyAndRemovedDevice(body: String) {
    let world = World.settled(access: World.writeOnly)
    world.tellCloud("error-body \(body)")
    world.tellCloud("unbind O4A5-00051")
    world.pass(seconds: 300)
    #expect(world.devices.isEmpty)
    #expect(world.cloudState == .unbound)
    #expect(world.entries(.deviceUnbound).count == 1)
  }

  @Test("With a WRITE key one 404 that calls the device gone is no word of a person", arguments: [1, 2])
  func writeKeyAndStrayAbsence(count: Int) {
    let world = World.settled(access: World.writeOnly)
    let words = #"{"description":"Device\u0020not\u0020found"}"#
    world.tellCloud("say 404 \(words) on heartbeat for \(count) requests")
    world.pass(seconds: 120)
    #expect((world.cloudState == .unbound) == (count == 2))
    #expect(world.entries(.deviceUnbound).count == count - 1)
  }

  @Test(
    "A last_seen that the cloud does not take is told once, though each report brings another",
    arguments: [
      "null", "{}", "[]", "0", #"{"result":null}"#, #"{"result":{}}"#, #"{"description":"Updated"}"#,
    ])
  func lastSeenNotTaken(answer: String) {
    let world = World.settled()
    world.tellCloud("say 200 \(answer) on heartbeat")
    world.pass(seconds: 1200)
    #expect(world.entries(.deviceDiffers).count <= 1)
  }

  @Test("With a WRITE key and no route for heartbeats the device is reported by POST")
  func writeKeyWithoutRoute() throws {
    let world = World(access: World.writeOnly)
    world.tellCloud("patch-route off")
    world.pass(seconds: 60)
    #expect(world.cloudState == .unverified)
    #expect(world.sent(.patch).count == 1)
    #expect(world.entries(.reportRoute).count == 1)
    try world.tellReader("firmware 1.2.0.0")
    world.pass(seconds: 15)
    #expect(world.devices.first?["firmware"] == "1.2.0.0")
  }

  @Test("A key that is accepted again is tried for reading at once")
  func restoredKeyReads() {
    let world = World.settled()
    world.tellCloud("key key:off")
    world.take(.reloaded(world.settings, bindings: nil))
    #expect(world.pass(atMost: 90) { $0.cloudState == .refused })
    world.tellCloud("key key:READ_WRITE")
    #expect(world.pass(atMost: 400) { $0.cloudState == .ok && $0.agrees == true })
    #expect(world.agent.problems.of(.device).isEmpty)
  }

  @Test("What changes while a report is under way is reported as soon as that has ended")
  func changeUnderWay() throws {
    let world = World.settled(access: World.writeOnly) { $0.reader.pollInterval = .seconds(1) }
    world.cloudLatency = 5000
    let before = world.sent(.patch).count
    #expect(world.pass(atMost: 40) { $0.sent(.patch).count > before })
    try world.tellReader("firmware 1.2.0.0")
    world.pass(seconds: 7)
    #expect(world.sent(.patch).last?.body?["firmware"] == "1.2.0.0")
  }

  @Test("A reader that is swapped while a request is under way calls it off")
  func swappedUnderWay() throws {
    let world = World.settled { $0.reader.pollInterval = .seconds(1) }
    world.cloudLatency = nil
    let before = world.requests.count
    #expect(world.pass(atMost: 40) { $0.requests.count > before })
    try world.tellReader("serial-number O4A5-00099")
    world.pass(seconds: 3)
    #expect(world.sent(.post).last?.body?["serial_number"] == "O4A5-00099")
    world.cloudLatency = 20
    world.pass(seconds: 120)
    #expect(world.agrees == true)
    #expect(world.misuse.isEmpty)
  }

  @Test("A last_seen that cannot be written is written with the next report")
  func lastSeenOnDisk() {
    let world = World()
    #expect(world.pass(atMost: 5) { !$0.disk.isEmpty })
    world.isDiskFull = true
    world.pass(seconds: 10)
    #expect(world.entries(.storeFailing).count == 1)
    world.isDiskFull = false
    world.pass(seconds: 40)
    #expect(world.disk.first?.lastSeen != nil)
    #expect(world.entries(.storeRecovered).count == 1)
    #expect(world.cloudState == .ok)
  }

  @Test(
    "Every way to get no answer is named and tried again",
    arguments: [
      (CloudFailure.unresolved(detail: "no such host"), "resolve"),
      (.unreachable(detail: "refused"), "reached"),
      (.timedOut(detail: "20 s"), "in time"), (.interrupted(detail: "reset"), "broke"),
      (.certificateNotYetValid, "behind"), (.certificateExpired, "ahead"),
      (.untrusted(detail: "self-signed"), "trusted"), (.tooLarge, "4 MiB"),
      (.redirected(to: "http://portal/"), "captive portal"), (.misconfigured(detail: "proxy"), "cannot work"),
      (.cancelled, "called off"),
    ])
  func failures(failure: CloudFailure, words: String) throws {
    let world = World.settled()
    world.cloudLatency = nil
    let before = world.requests.count
    #expect(world.pass(atMost: 40) { $0.requests.count > before })
    let identifier = try #require(world.requests.last?.request.ticket)
    world.take(.cloud(CloudOutcome(ticket: identifier, result: .failure(failure))))
    #expect(world.agent.report.lastError?.contains(words) == true)
    #expect(world.cloudState == .failing)
    world.cloudLatency = 20
    world.pass(seconds: 60)
    #expect(world.agrees == true)
    #expect(world.agent.report.lastError == nil)
  }
}
