import JSONDocument
import Testing

@testable import AgentCore

@Suite("last_seen and the host's clock")
struct ClockTests {
  private func lastSeen(_ world: World) -> [WallTime] {
    world.sent(.patch).compactMap { $0.body?["last_seen"]?.string.flatMap(WallTime.init(iso8601:)) }
  }

  @Test("A frame keeps its time, however the clock is set while the reader is silent")
  func oneFrameOneTime() throws {
    let world = World.settled()
    world.pass(seconds: 60)
    try world.tellReader("mute")
    world.pass(seconds: 60)
    let before = lastSeen(world).last
    world.clearRequests()
    for step in [3_600_000, 700, -5000, 0] as [Int64] {
      world.hostOffset = step
      world.pass(seconds: 90)
    }
    #expect(lastSeen(world).count >= 8)
    #expect(Set(lastSeen(world)) == [before])
  }

  @Test("Binding again does not let the cloud's last_seen go back")
  func bindingAgain() {
    let world = World.settled()
    world.tellCloud("unbind O4A5-00051")
    #expect(world.pass(atMost: 60) { $0.cloudState == .unbound })
    #expect(
      world.pass(atMost: 30) { ($0.status["reader"]?["last_frame_age_seconds"]?.number ?? 0) > 6 })
    world.take(.bindRequested)
    var shown: [String] = []
    for _ in 0..<600 {
      world.pass(seconds: 0.1)
      if let text = world.devices.first?["last_seen"]?.string { shown.append(text) }
    }
    #expect(shown.count > 500)
    #expect(shown == shown.sorted())
    #expect(world.agrees == true)
  }

  @Test("A report whose answer was lost may have been taken: nothing older follows it")
  func lostAnswer() {
    let world = World.settled()
    world.hostOffset = 4000
    world.tellCloud("reset after 1 on heartbeat")
    #expect(world.pass(atMost: 60) { $0.cloudState == .failing })
    world.hostOffset = -4000
    world.pass(seconds: 90)
    #expect(world.misuse.isEmpty)
    #expect(lastSeen(world) == lastSeen(world).sorted())
    #expect(world.agrees == true)
  }

  @Test("A restart does not send last_seen back, even when the clock is a little behind by then")
  func restartBehind() {
    let first = World.settled()
    first.pass(seconds: 300)
    for action in first.agent.farewell() {
      if case .store(.noteLastSeen(_, _, let time)) = action { #expect(time == lastSeen(first).last) }
    }
    var bindings = first.disk
    bindings[0].lastSeen = lastSeen(first).last
    let second = World(bindings: bindings)
    second.cloud = first.cloud
    second.elapsed = first.elapsed
    second.hostOffset = -4000
    second.pass(seconds: 60)
    let times = lastSeen(second)
    #expect(times.count >= 2)
    #expect(times.allSatisfy { $0 >= bindings[0].lastSeen ?? $0 })
  }

  @Test("An offset that flickers is told once; one that changes is told again")
  func toldOnce() {
    let world = World()
    world.isKernelSynchronised = false
    for turn in 0..<20 {
      world.hostOffset = -86_400_000 + Int64(turn % 3) * 600
      world.pass(seconds: 31)
    }
    #expect(world.entries(.clockUntrusted).count == 1)
    #expect(world.entries(.clockUntrusted).last?.message.contains("behind") == true)
    world.hostOffset = 7_200_000
    world.pass(seconds: 62)
    #expect(world.entries(.clockUntrusted).count == 2)
    #expect(world.entries(.clockUntrusted).last?.message.contains("ahead") == true)
  }

  @Test("A WRITE key does not have to wait an hour for the clock to be trusted")
  func writeKey() {
    let world = World(access: World.writeOnly)
    world.isKernelSynchronised = false
    world.hostOffset = -86_400_000
    world.pass(seconds: 100)
    #expect(world.cloudState == .clock)
    world.hostOffset = 0
    world.pass(seconds: 40)
    #expect(world.cloudState == .unverified)
    #expect(!world.sent(.patch).isEmpty)
  }

  @Test(
    "An hour ahead and synchronised: nothing goes out, an alarm names both times, and the way back is told")
  func synchronisedAndWrong() throws {
    let world = World.settled()
    world.pass(seconds: 60)
    try world.tellReader("mute")
    world.clearRequests()
    world.hostOffset = 3_630_000
    world.pass(seconds: 120)
    #expect(world.cloudState == .clock)
    #expect(world.sent(.patch).isEmpty)
    #expect(world.status["clock"]?["verdict"] == "contradicted")
    #expect(world.status["well"] == false)
    let alarm = try #require(world.entries(.clockContradicted).first)
    #expect(world.entries(.clockContradicted).count == 1)
    #expect(alarm.priority == .alert)
    #expect(alarm.message.contains("2027-01-15 09:0") && alarm.message.contains("2027-01-15 08:0"))
    #expect(alarm.message.contains("1 h 0 min ahead of"))
    world.hostOffset = 0
    world.pass(seconds: 12)
    #expect(world.cloudState == .ok)
    #expect(world.entries(.clockTrusted).count == 1)
    world.pass(seconds: 60)
    // The reader is dead since, and looks so.
    #expect(Set(lastSeen(world)).count == 1)
    #expect(world.misuse.isEmpty)
  }

  @Test(
    "Wrong from the start, with the kernel's word: not one report in the future, before the first Date or after"
  )
  func wrongFromTheStart() {
    let world = World()
    world.hostOffset = 94_608_000_000
    world.pass(seconds: 300)
    #expect(world.sent(.patch).isEmpty)
    #expect(world.status["clock"]?["verdict"] == "contradicted")
    #expect(world.status["advice"]?.string?.contains("timedatectl") == true)
    world.hostOffset = 0
    world.pass(seconds: 30)
    #expect(world.agrees == true)
    #expect(world.misuse.isEmpty)
  }

  @Test(
    "A last_seen in the future that we made is corrected once the clock is right, in the cloud and on disk")
  func futureIsCorrected() throws {
    let world = World.settled()
    // Nobody contradicts: the cloud tells no time.
    world.tellCloud("date-offset omit")
    world.pass(seconds: 3 * 3600)
    world.hostOffset = 3_600_000
    world.pass(seconds: 700)
    let future = try #require(world.disk.first?.lastSeen)
    #expect(future > WallTime(milliseconds: World.start + world.elapsed))
    world.tellCloud("date-offset off")
    world.pass(seconds: 60)
    #expect(world.cloudState == .clock)
    world.kill()
    world.hostOffset = 0
    world.pass(seconds: 60)
    let shown = try #require(world.devices.first?["last_seen"]?.string.flatMap(WallTime.init(iso8601:)))
    let now = WallTime(milliseconds: World.start + world.elapsed)
    #expect(shown <= now && now - shown < .seconds(60))
    #expect(world.disk.first?.lastSeen.map { $0 <= now } == true)
    #expect(world.agrees == true)
  }

  @Test("One in the future that somebody else made is corrected")
  func foreignFuture() throws {
    let world = World.settled()
    world.tellCloud("set O4A5-00051 last_seen 2099-01-01T00:00:00.000Z")
    world.pass(seconds: 90)
    let shown = try #require(world.devices.first?["last_seen"]?.string.flatMap(WallTime.init(iso8601:)))
    #expect(shown <= WallTime(milliseconds: World.start + world.elapsed))
    #expect(world.agrees == true)
  }

  @Test("The kernel's word is enough, without any Date")
  func kernelIsEnough() {
    let world = World()
    world.isKernelSynchronised = false
    world.tellCloud("date-offset omit")
    world.pass(seconds: 100)
    #expect(world.cloudState == .clock)
    #expect(world.sent(.patch).isEmpty)
    #expect(world.status["clock"]?["offset_seconds"] == .null)
    world.isKernelSynchronised = true
    world.pass(seconds: 12)
    #expect(world.cloudState == .ok)
  }
}

@Suite("Trust in the host's clock")
struct ClockTrustTests {
  /// 2026-01-01T12:00:00Z.
  private let noon: Int64 = 1_767_268_800_000

  private func moment(_ seconds: Int64, wall: Int64, kernel: Bool = false) -> Moment {
    Moment(
      monotonic: MonotonicTime(nanoseconds: seconds * 1_000_000_000), wall: WallTime(milliseconds: wall),
      kernelSynchronised: kernel)
  }

  private func answer(date: Int64?, host: Int64) -> CloudAnswer {
    CloudAnswer(
      status: 200, body: .empty, date: date.map { WallTime(milliseconds: $0) },
      hostTime: WallTime(milliseconds: host))
  }

  @Test("Nobody is trusted before anybody has spoken, but the kernel")
  func atFirst() {
    let trust = ClockTrust()
    #expect(trust.verdict(at: moment(0, wall: 0)) == .unknown)
    #expect(!trust.isTrusted(at: moment(0, wall: 0)))
    #expect(trust.isTrusted(at: moment(0, wall: 0, kernel: true)))
    #expect(trust.offset(at: moment(0, wall: 0)) == nil)
  }

  @Test(
    "Within 5 s of the middle of the Date's second",
    arguments: [(5499, true), (5501, false), (-4499, true), (-4501, false), (500, true)] as [(Int64, Bool)])
  func tolerance(difference: Int64, isTrusted: Bool) {
    var trust = ClockTrust()
    let now = moment(10, wall: noon)
    trust.learn(from: answer(date: noon, host: noon + difference), at: now)
    #expect(trust.isTrusted(at: now) == isTrusted)
    #expect(trust.offset(at: now) == .milliseconds(difference - 500))
  }

  @Test(
    "An answer without a Date says nothing, nor does one whose Date is no time",
    arguments: [nil, 0, .max, .min])
  func noDate(date: Int64?) {
    var trust = ClockTrust()
    let now = moment(0, wall: noon, kernel: true)
    trust.learn(from: answer(date: date, host: noon), at: now)
    #expect(trust.verdict(at: now) == .kernel)
    #expect(trust.offset(at: now) == nil)
  }

  @Test("A clock that stepped while the request was under way was compared with nothing")
  func stepUnderWay() {
    var trust = ClockTrust()
    trust.ask(at: moment(10, wall: noon + 500))
    let stepped = moment(11, wall: noon + 3_601_500)
    trust.learn(from: answer(date: noon, host: noon + 500), at: stepped)
    #expect(trust.offset(at: stepped) == nil)
    trust.ask(at: moment(20, wall: noon + 10_500))
    let now = moment(21, wall: noon + 11_500)
    trust.learn(from: answer(date: noon + 10_000, host: noon + 10_600), at: now)
    #expect(trust.offset(at: now) == .milliseconds(100))
  }

  @Test("A step is seen at once, and so is that it is over; the cloud need not be asked again")
  func step() {
    var trust = ClockTrust()
    trust.learn(from: answer(date: noon, host: noon + 500), at: moment(10, wall: noon + 500))
    for (step, verdict) in [
      (0, .cloud), (1400, .cloud), (-4900, .cloud), (5100, .wrong), (-3_600_000, .wrong), (0, .cloud),
    ] as [(Int64, ClockTrust.Verdict)] {
      #expect(trust.verdict(at: moment(70, wall: noon + 60_500 + step)) == verdict, "\(step)")
    }
  }

  @Test("Two witnesses that contradict each other: one answer is a doubt, the second one settles it")
  func contradiction() {
    var trust = ClockTrust()
    let hour: Int64 = 3_600_000
    for (second, verdict) in [(10, .doubted), (11, .contradicted), (41, .contradicted)]
      as [(Int64, ClockTrust.Verdict)]
    {
      let now = moment(second, wall: noon + hour + second * 1000, kernel: true)
      trust.learn(from: answer(date: noon + second * 1000, host: now.wall.milliseconds), at: now)
      #expect(trust.verdict(at: now) == verdict)
      #expect(!trust.isTrusted(at: now))
    }
    // The host is set right: nobody has to be asked.
    let now = moment(50, wall: noon + 50_000, kernel: true)
    #expect(trust.verdict(at: now) == .agreed)
    // No label is later than the cloud's own time.
    let ahead = moment(60, wall: noon + hour, kernel: true)
    #expect(trust.bounded(ahead.wall, at: ahead) <= WallTime(milliseconds: noon + 60_500))
    #expect(trust.bounded(WallTime(milliseconds: noon + 59_000), at: ahead).milliseconds == noon + 59_000)
  }

  @Test("A slow answer leaves open what it leaves open, and contradicts nobody by it")
  func latency() {
    var trust = ClockTrust()
    let now = moment(40, wall: noon + 40_000, kernel: true)
    trust.ask(at: moment(10, wall: noon + 10_000, kernel: true))
    // Made at the beginning of 30 s, and compared with their middle.
    trust.learn(from: answer(date: noon + 10_000, host: noon + 25_000), at: now)
    #expect(trust.verdict(at: now) == .agreed)
  }

  @Test("A Date that jumps from answer to answer is no witness")
  func jumpingDate() {
    var trust = ClockTrust()
    for second in 0..<200 as Range<Int64> {
      let now = moment(second, wall: noon + second * 1000, kernel: true)
      let jump = second == 0 || second % 7 == 0 ? 0 : second * 60_000
      trust.learn(from: answer(date: now.wall.milliseconds + jump, host: now.wall.milliseconds), at: now)
      #expect(trust.verdict(at: now) == .agreed)
    }
  }

  @Test("The first answer is another's, a captive portal's: the cloud's own wins with the host")
  func portalFirst() {
    var trust = ClockTrust()
    let first = moment(0, wall: noon, kernel: true)
    trust.learn(from: answer(date: noon - 9_000_000, host: noon), at: first)
    #expect(trust.verdict(at: first) == .doubted)
    let second = moment(5, wall: noon + 5000, kernel: true)
    trust.learn(from: answer(date: noon + 5000, host: noon + 5000), at: second)
    #expect(trust.verdict(at: second) == .agreed)
  }

  @Test("The cloud's word is good for two hours, and less exact with time")
  func old() {
    var trust = ClockTrust()
    trust.learn(from: answer(date: noon, host: noon), at: moment(0, wall: noon))
    #expect(trust.verdict(at: moment(7000, wall: noon + 7_000_000, kernel: true)) == .agreed)
    #expect(trust.verdict(at: moment(7300, wall: noon + 7_300_000, kernel: true)) == .kernel)
    #expect(trust.verdict(at: moment(7300, wall: noon + 7_300_000)) == .unknown)
  }
}
