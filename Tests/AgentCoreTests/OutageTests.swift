import AgentCore
import JSONDocument
import Rehearsal
import Testing

@Suite("C8: keys, limits, outages")
struct OutageTests {
  @Test("A WRITE key reports unverified, and asks again once an hour")
  func writeKey() {
    let world = World.settled(access: .write)
    #expect(world.cloudState == .unverified)
    #expect(world.agrees == nil)
    #expect(world.devices.first?["firmware"] == "1.1.3.0")
    world.clearRequests()
    world.pass(seconds: 3500)
    #expect(world.sent(.get).isEmpty)
    #expect(world.sent(.patch).count > 100)
    world.pass(seconds: 200)
    #expect(world.sent(.get).count == 1)
    #expect(world.entries(.deviceUnverified).count == 1)
    #expect(world.misuse.isEmpty)
  }

  @Test("A key that may not write holds everything, alarms once and is tried slowly")
  func readKey() {
    let world = World(access: .read)
    world.pass(seconds: 3600)
    #expect(world.cloudState == .refused)
    #expect(world.devices.isEmpty)
    #expect((10...15).contains(world.requests.count))
    #expect(world.entries(.cloudKeyRefused).count == 1)
    #expect(world.entries(.cloudKeyRefused).first?.priority == .alert)
    world.tellCloud("key key:READ_WRITE")
    world.pass(seconds: 400)
    #expect(world.cloudState == .ok)
  }

  @Test("A key that is withdrawn in the middle holds everything")
  func withdrawnKey() {
    let world = World.settled()
    world.tellCloud("key key:off")
    world.pass(seconds: 60)
    #expect(world.cloudState == .refused)
    world.tellCloud("key key:READ_WRITE")
    world.pass(seconds: 400)
    #expect(world.agrees == true)
  }

  @Test("Retry-After is a floor")
  func retryAfter() {
    let world = World.settled()
    world.tellCloud("fail 429 retry-after 120 for 1 requests")
    #expect(world.pass(atMost: 60) { $0.cloudState == .failing })
    world.clearRequests()
    world.pass(seconds: 118)
    #expect(world.requests.isEmpty)
    world.pass(seconds: 5)
    #expect(world.cloudState == .ok)
  }

  @Test(
    "An outage is told once, tried with growing waits, and its end is told once",
    arguments: [
      "fail 503", "fail 500", "reset before", "reset after", "portal on", "redirect http://portal.example/",
    ])
  func outage(fault: String) {
    let world = World.settled()
    world.tellCloud(fault)
    world.pass(seconds: 600)
    #expect(world.cloudState == .failing)
    #expect(world.agrees == nil)
    #expect(world.status["cloud"]?["last_error"]?.string != nil)
    #expect(world.entries(.cloudFailing).count == 1)
    let times = world.requests.map(\.at).filter { $0 > 30_000 }
    #expect((8...40).contains(times.count), "\(times.count) attempts")
    world.tellCloud("ok")
    world.pass(seconds: 65)
    #expect(world.cloudState == .ok)
    #expect(world.agrees == true)
    #expect(world.entries(.cloudRecovered).count == 1)
    #expect(world.devices.count == 1)
    #expect(world.misuse.isEmpty)
  }

  @Test("A cloud that never answers is an outage too")
  func noAnswer() {
    let world = World.settled()
    world.cloudLatency = nil
    world.pass(seconds: 200)
    #expect(world.cloudState == .failing)
    world.cloudLatency = 20
    world.pass(seconds: 120)
    #expect(world.agrees == true)
  }

  @Test("Error bodies that nobody can read decide nothing", arguments: ["broken", "empty", "html"])
  func unreadableErrors(body: String) {
    let world = World.settled()
    world.tellCloud("error-body \(body)")
    world.tellCloud("unbind O4A5-00051")
    world.pass(seconds: 60)
    #expect(world.cloudState == .unbound)
  }

  @Test("A certificate that the clock cannot accept is named as such")
  func wrongClockCertificate() {
    let world = World()
    let identifier = world.requests.last?.request.ticket ?? CloudTicket(.device, 1)
    world.pass(seconds: 0.02)
    let request = world.requests.last?.request.ticket ?? identifier
    world.take(.cloud(CloudOutcome(ticket: request, result: .failure(.certificateNotYetValid))))
    #expect(world.status["cloud"]?["last_error"]?.string?.contains("clock") == true)
  }
}

@Suite("Long runs with chance")
struct LongRunTests {
  @Test(
    "After any run of faults reader and cloud agree, with one device a serial number and nothing malformed sent",
    arguments: 1...12 as ClosedRange<UInt64>)
  func converges(seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let world = World(seed: seed)
    let faults = [
      "fail 503 for 3 requests", "fail rate 30%", "reset after 2", "reset before 2", "portal on", "ok",
      "fail 429 retry-after 7 for 1 requests", "slow 3s", "fail 500 for 2 requests after-work",
      "envelope body",
      "envelope v0", "fields unknown", "error-body broken",
    ]
    var serials: Set<String> = ["O4A5-00051"]
    for step in 0..<40 {
      switch Int.random(in: 0..<8, using: &random) {
      case 0: try world.tellReader("firmware 1.\(step).0")
      case 1: try world.tellReader(Bool.random(using: &random) ? "mute" : "unmute")
      case 2: world.pull()
      case 3: world.plug = .plugged
      case 4: try world.tellReader("reboot 2")
      case 5:
        let serial = "O4A5-0010\(Int.random(in: 0..<3, using: &random))"
        serials.insert(serial)
        try world.tellReader("serial-number \(serial)")
      default: world.tellCloud(faults.randomElement(using: &random) ?? "ok")
      }
      world.pass(seconds: Double.random(in: 0...40, using: &random))
    }
    world.plug = .plugged
    world.tellCloud("ok")
    try world.tellReader("ok")
    world.pass(seconds: 300)
    #expect(world.readerState == .connected)
    #expect(world.cloudState == .ok)
    #expect(world.agrees == true)
    let bound = world.devices.compactMap { $0["serial_number"]?.string }
    #expect(Set(bound).count == bound.count)
    #expect(serials.isSuperset(of: bound))
    #expect(world.misuse.isEmpty, "\(world.misuse)")
  }
}
