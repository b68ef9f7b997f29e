import AgentCore
import JSONDocument
import Testing

@Suite("Long runs in which everything goes wrong")
struct WildRunTests {
  private static let cloudFaults = [
    "fail 503 for 5 requests", "fail rate 40%", "fail rate 40% 500 after-work", "reset after 3",
    "reset before 3",
    "portal on", "portal off", "fail 429 retry-after 20 for 2 requests", "slow 4s", "slow off",
    "fail 500 on device for 4 requests", "fail 500 on heartbeat for 4 requests", "envelope body",
    "envelope v0",
    "fields unknown", "fields null alias last_seen", "fields good", "error-body broken", "error-body empty",
    "error-body html", "error-body documented", "empty-lists 404", "empty-lists 200",
    "say 200 {} for 2 requests",
    "say 200 null after-work for 2 requests", "say 200 - for 1 requests", "patch-route 405",
    "patch-route 404", "patch-route on", "date-offset omit",
    "date-offset off", "date-offset 3600s", "date-offset -3600s", "date-offset 300000000000s",
    "set O4A5-00051 last_seen 2099-01-01T00:00:00.000Z",
    "key key:WRITE", "key key:READ", "key key:off", "key key:READ_WRITE",
    "set O4A5-00051 firmware 0.1", "set O4A5-00051 last_seen 2020-01-01T00:00:00.000Z",
    "set O4A5-00051 alias Start", "unbind O4A5-00051", "ok",
  ]
  private static let readerFaults = [
    "mute", "unmute", "reboot 3", "noise 0.2", "cut 0.1", "foreign on", "foreign off", "ok",
    "refuse GETSTATUS ERR", "refuse PING ERR", "status-without-crlf on", "status-without-crlf off",
    "firmware 1.1.4.0", "firmware 1.2.0.0", "serial-number O4A5-00051", "serial-number O4A5-00052",
    "serial-number O4A5-00053", "pass 17 1", "status-field 4 One4All 5 ©", "status-field 4 off",
    "status-field 7 MÉ", "status-field 8 46.2 °C", "status-field 8 hot", "status-field 10 RACE1.csv",
    "status-field 13 200", "status-field 19 América/Mexico_City", "status-length 5043", "status-length 29",
    "status-length off", "latin-1 on", "latin-1 off", "odd-files 3", "odd-files 9", "odd-files off",
    "more-files 3000", "more-files 20000", "more-files off",
  ]

  @Test(
    "Once it has ended reader and cloud agree, one device a serial number, nothing sent that should not be",
    arguments: WildSeeds.some(6))
  func converges(seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let world = World(seed: seed) { $0.cloud.rebind = true }
    for order in WildForm.orders(using: &random) { try world.tellReader(order) }
    // Where nobody knows better, a last_seen in the future is what can be said; it has to be corrected.
    var couldKnow = true
    for _ in 0..<80 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0...2: world.tellCloud(try #require(WildRunTests.cloudFaults.randomElement(using: &random)))
      case 3...5:
        try world.tellReader(try #require(WildRunTests.readerFaults.randomElement(using: &random)))
      case 6: stepClock(of: world, &random)
      case 7: world.isDiskFull.toggle()
      case 8:
        if world.plug == .plugged {
          world.pull()
        } else {
          world.plug = Bool.random(using: &random) ? .plugged : .busy
        }
      default:
        world.cloudLatency = Bool.random(using: &random) ? nil : Int64.random(in: 5...3000, using: &random)
      }
      if Int.random(in: 0..<12, using: &random) == 0 { world.take(.reloaded(world.settings, bindings: nil)) }
      world.pass(seconds: Double.random(in: 0...60, using: &random))
      if world.hostOffset > 0, world.status["clock"]?["trusted"] == true { couldKnow = false }
    }
    try mend(world)
    world.pass(seconds: 600)
    #expect(world.readerState == .connected)
    #expect(world.cloudState == .ok)
    #expect(world.agrees == true, "\(String(describing: world.status["device"]))")
    let bound = world.devices.compactMap { $0["serial_number"]?.string }
    #expect(Set(bound).count == bound.count)
    #expect(Set(bound).isSubset(of: ["O4A5-00051", "O4A5-00052", "O4A5-00053"]))
    let misuse = world.misuse.filter { couldKnow || $0["kind"] != "last_seen-in-the-future" }
    #expect(misuse.isEmpty, "\(misuse)")
    for device in world.devices {
      let shown = device["last_seen"]?.string.flatMap(WallTime.init(iso8601:))
      let isPresent = device["serial_number"]?.string == world.agent.session.identity?.serialNumber
      if isPresent { #expect((shown ?? world.now.wall) <= world.now.wall + .seconds(5)) }
    }
    #expect(world.status["conditions"] == [])
    WildRecord.note("everything", seed: seed, world)
  }

  /// A time server may be wrong, too: then the kernel vouches for a wrong clock.
  private func stepClock(of world: World, _ random: inout RandomSource) {
    world.hostOffset = [0, 0, 3000, -4000, 3_600_000, -86_400_000].randomElement(using: &random) ?? 0
    world.isKernelSynchronised = Bool.random(using: &random)
  }

  private func mend(_ world: World) throws {
    world.plug = .plugged
    world.hostOffset = 0
    world.isDiskFull = false
    world.cloudLatency = 20
    world.tellCloud("ok")
    world.tellCloud("key key:READ_WRITE")
    try world.tellReader("ok")
    world.take(.reloaded(world.settings, bindings: nil))
  }
}
