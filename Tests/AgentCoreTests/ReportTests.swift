import AgentCore
import JSONDocument
import Testing

@Suite("C2: the cloud is read back and held against the reader")
struct ReadBackTests {
  @Test("Every report is followed by a read")
  func readsAfterEveryReport() {
    let world = World.settled()
    world.pass(seconds: 300)
    let methods = world.requests.map(\.request.method)
    for (index, method) in methods.enumerated() where method == .patch {
      #expect(index + 1 < methods.count && methods[index + 1] == .get)
    }
  }

  @Test("New firmware is reported when the reader says so")
  func firmwareChange() throws {
    let world = World.settled()
    try world.tellReader("firmware 1.2.0.0")
    #expect(world.pass(atMost: 11) { $0.devices.first?["firmware"] == "1.2.0.0" })
    world.pass(seconds: 2)
    #expect(world.agrees == true)
    #expect(world.entries(.readerChanged).contains { $0.message.contains("1.2.0.0") })
  }

  @Test(
    "A change on the cloud's side is put right by the next report",
    arguments: ["firmware 0.9", "model Other"])
  func correctsCloud(edit: String) {
    let world = World.settled()
    world.tellCloud("set O4A5-00051 \(edit)")
    world.pass(seconds: 40)
    #expect(world.devices.first?["firmware"] == "1.1.3.0")
    #expect(world.devices.first?["model"] == "One4All 5")
    #expect(world.agrees == true)
  }

  @Test("A difference found after a report is told, reported at once, and told again when it is gone")
  func correctsAtOnce() {
    let world = World.settled()
    world.tellCloud("fields null model")
    #expect(world.pass(atMost: 40) { !$0.entries(.deviceDiffers).isEmpty })
    world.pass(seconds: 0.5)
    let times = world.requests.filter { $0.request.method == .patch }.map(\.at).suffix(2)
    #expect((times.last ?? 0) - (times.first ?? 0) < 100, "not reported again at once: \(times)")
    world.tellCloud("fields good")
    #expect(world.pass(atMost: 10) { $0.agrees == true })
    #expect(world.entries(.deviceDiffers).count == 1)
    #expect(world.entries(.deviceAgrees).count == 1)
  }

  @Test("A difference that stays is reported ever more slowly, and stays visible")
  func stubbornDifference() {
    let world = World.settled()
    world.tellCloud("fields null firmware")
    world.pass(seconds: 300)
    #expect(world.agrees == false)
    #expect(world.entries(.deviceDiffers).count == 1)
    let patches = world.requests.filter { $0.request.method == .patch }.map(\.at)
    let early = patches.filter { $0 < 60_000 }.count
    let late = patches.filter { $0 >= 240_000 }.count
    #expect(early > late)
    #expect(late <= 5)
    world.tellCloud("fields good")
    world.pass(seconds: 60)
    #expect(world.agrees == true)
  }

  @Test("Without an alias in the configuration the cloud's is shown and never overwritten")
  func cloudOwnsAlias() {
    let world = World.settled()
    world.tellCloud("set O4A5-00051 alias Start")
    world.pass(seconds: 120)
    #expect(world.agrees == true)
    #expect(world.devices.first?["alias"] == "Start")
    let alias = world.status["device"]?["fields"]?.array?.first { $0["name"] == "alias" }
    #expect(alias?["cloud"] == "Start")
    #expect(world.sent(.patch).allSatisfy { $0.body?["alias"] == nil })
  }

  @Test("A configured alias is put right in the cloud")
  func configurationOwnsAlias() {
    let world = World.settled { $0.device.alias = "Finish" }
    world.tellCloud("set O4A5-00051 alias Start")
    world.pass(seconds: 60)
    #expect(world.devices.first?["alias"] == "Finish")
    #expect(world.agrees == true)
  }

  @Test("A last_seen that was set back in the cloud is restored")
  func restoresLastSeen() {
    let world = World.settled()
    world.tellCloud("set O4A5-00051 last_seen 2020-01-01T00:00:00.000Z")
    world.pass(seconds: 60)
    #expect(world.devices.first?["last_seen"]?.string?.hasPrefix("2027") == true)
    #expect(world.agrees == true)
  }

  @Test(
    "Both envelopes, unknown and missing fields are read",
    arguments: [
      "envelope body", "envelope v0", "fields unknown", "fields missing last_seen alias creation_date",
      "fields null alias",
    ])
  func envelopes(order: String) {
    let world = World()
    world.tellCloud(order)
    world.pass(seconds: 40)
    #expect(world.agrees == true, "with \(order)")
    #expect(world.devices.count == 1)
  }
}

@Suite("C3: the heartbeat")
struct HeartbeatTests {
  @Test("It comes every interval, ten per cent more or less")
  func rhythm() {
    let world = World.settled()
    world.clearRequests()
    world.pass(seconds: 3600)
    let times = world.requests.filter { $0.request.method == .patch }.map(\.at)
    let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
    #expect(gaps.allSatisfy { (26_900...33_200).contains($0) })
    #expect(Set(gaps).count > 20, "no jitter")
  }

  @Test("It carries identity, last_seen and telemetry")
  func content() throws {
    let world = World.settled()
    let body = try #require(world.sent(.patch).last?.body)
    #expect(body["serial_number"] == "O4A5-00051")
    #expect(body["model"] == "One4All 5")
    #expect(body["firmware"] == "1.1.3.0")
    #expect(body["last_seen"]?.string.flatMap(WallTime.init(iso8601:)) != nil)
    #expect(body["battery_percentage"] == 100)
    #expect(body["charging"] == true)
    #expect(body["buzzer"] == true)
    #expect(world.status["reader"]?["buzzer"] == true)
    #expect(world.misuse.isEmpty)
  }

  @Test(
    "A missing route falls back for good, told once, until the next reload", arguments: ["404", "405", "501"])
  func fallsBack(status: String) {
    let world = World()
    world.tellCloud("patch-route \(status)")
    world.pass(seconds: 5)
    #expect(world.agrees == true)
    #expect(world.status["cloud"]?["heartbeat_request"] == "POST /devices")
    world.pass(seconds: 300)
    #expect(world.entries(.reportRoute).count == 1)
    #expect(world.sent(.patch).count == 1)
    #expect(world.devices.count == 1)
    world.tellCloud("patch-route on")
    world.take(.reloaded(world.settings, bindings: nil))
    world.pass(seconds: 5)
    #expect(world.status["cloud"]?["heartbeat_request"] == "PATCH /devices/{deviceid}")
    #expect(world.sent(.patch).count > 1)
  }

  @Test("On the documented route a removed device is not made anew")
  func fallbackDoesNotRebind() {
    let world = World()
    world.tellCloud("patch-route 405")
    world.pass(seconds: 10)
    world.tellCloud("unbind O4A5-00051")
    world.pass(seconds: 120)
    #expect(world.devices.isEmpty)
    #expect(world.cloudState == .unbound)
  }

  @Test("On the documented route nothing is sent for a silent reader")
  func fallbackKeepsStill() throws {
    let world = World()
    world.tellCloud("patch-route 405")
    world.pass(seconds: 10)
    try world.tellReader("mute")
    world.pass(seconds: 120)
    let before = world.sent(.post).count
    world.pass(seconds: 300)
    #expect(world.sent(.post).count == before)
  }

  @Test("A cloud that does not take the telemetry gets less of it, then none")
  func telemetryRefused() {
    let world = World()
    world.tellCloud("fail 400 for 2 requests on heartbeat")
    world.pass(seconds: 10)
    let bodies = world.sent(.patch).map(\.body)
    #expect(bodies.count >= 3)
    let names = ["battery_percentage", "charging", "buzzer", "temperature"]
    let sent = bodies.prefix(3).map { body in names.filter { body?[$0] != nil } }
    #expect(sent == [names, ["battery_percentage", "charging"], []])
    #expect(world.agrees == true)
  }
}

@Suite("C4: last_seen is the reader's")
struct LastSeenTests {
  private func lastSeen(_ world: World) -> WallTime? {
    world.sent(.patch).last?.body?["last_seen"]?.string.flatMap(WallTime.init(iso8601:))
  }

  @Test("It stands still while the reader is silent, though heartbeats go on")
  func standsStill() throws {
    let world = World.settled()
    try world.tellReader("mute")
    world.pass(seconds: 60)
    let before = lastSeen(world)
    let count = world.sent(.patch).count
    world.pass(seconds: 300)
    #expect(world.sent(.patch).count > count)
    #expect(lastSeen(world) == before)
    #expect(world.readerState == .silent)
    try world.tellReader("unmute")
    world.pass(seconds: 120)
    #expect(world.readerState == .connected)
    let after = try #require(lastSeen(world))
    #expect(try after > #require(before))
  }

  @Test("A step of the host's clock neither forges it nor sends it back")
  func clockSteps() {
    let world = World.settled()
    for step in [3_600_000, -7_200_000, 1000] as [Int64] {
      world.hostOffset = step
      world.pass(seconds: 90)
    }
    world.hostOffset = 0
    world.pass(seconds: 60)
    let times = world.sent(.patch).compactMap {
      $0.body?["last_seen"]?.string.flatMap(WallTime.init(iso8601:))
    }
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test("While the host's clock is wrong and nobody vouches for it, reports wait")
  func untrustedClock() {
    let world = World()
    world.isKernelSynchronised = false
    world.hostOffset = -86_400_000
    world.pass(seconds: 120)
    #expect(world.sent(.patch).isEmpty)
    #expect(world.cloudState == .clock)
    #expect(world.status["clock"]?["offset_seconds"]?.number.map { $0 < -86_000 } == true)
    #expect(world.entries(.clockUntrusted).count == 1)
    world.hostOffset = 0
    world.pass(seconds: 60)
    #expect(world.cloudState == .ok)
    #expect(world.entries(.clockTrusted).count == 1)
    #expect(world.misuse.isEmpty)
  }

  @Test("A clock that agrees with the cloud's Date is trusted without the kernel's word")
  func dateIsEnough() {
    let world = World()
    world.isKernelSynchronised = false
    world.hostOffset = 3000
    world.pass(seconds: 5)
    #expect(world.cloudState == .ok)
  }

  @Test("A step takes the trust away until the clock is right again")
  func stepTakesTrustAway() {
    let world = World()
    world.isKernelSynchronised = false
    world.pass(seconds: 5)
    world.hostOffset = -3_600_000
    world.pass(seconds: 200)
    #expect(world.cloudState == .clock)
    #expect(world.misuse.isEmpty)
  }
}
