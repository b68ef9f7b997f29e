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
    second.hostOffset = first.elapsed - 4000
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
    #expect(!trust.isTrusted(at: moment(0, wall: 0)))
    #expect(trust.isTrusted(at: moment(0, wall: 0, kernel: true)))
    #expect(trust.offset == nil)
  }

  @Test(
    "Within 5 s of the middle of the Date's second",
    arguments: [(5499, true), (5501, false), (-4499, true), (-4501, false), (500, true)] as [(Int64, Bool)])
  func tolerance(difference: Int64, isTrusted: Bool) {
    var trust = ClockTrust()
    let now = moment(10, wall: 1_000_000)
    trust.learn(from: answer(date: 1_000_000, host: 1_000_000 + difference), at: now)
    #expect(trust.isTrusted(at: now) == isTrusted)
    #expect(trust.offset == .milliseconds(difference - 500))
  }

  @Test("An answer without a Date says nothing")
  func noDate() {
    var trust = ClockTrust()
    trust.learn(from: answer(date: nil, host: 5), at: moment(0, wall: 5))
    #expect(trust.offset == nil)
  }

  @Test("A clock that stepped while the request was under way was compared with nothing")
  func stepUnderWay() {
    var trust = ClockTrust()
    trust.ask(at: moment(10, wall: 1_000_500))
    trust.learn(from: answer(date: 1_000_000, host: 1_000_500), at: moment(11, wall: 4_601_500))
    #expect(trust.offset == nil)
    trust.ask(at: moment(20, wall: 1_010_500))
    trust.learn(from: answer(date: 1_010_000, host: 1_010_600), at: moment(21, wall: 1_011_500))
    #expect(trust.offset == .milliseconds(100))
  }

  @Test("A step since the comparison takes the trust away, slewing does not")
  func step() {
    var trust = ClockTrust()
    trust.learn(from: answer(date: 1_000_000, host: 1_000_500), at: moment(10, wall: 1_000_500))
    #expect(trust.isTrusted(at: moment(70, wall: 1_061_900)))
    #expect(!trust.isTrusted(at: moment(70, wall: 1_063_000)))
    #expect(!trust.isTrusted(at: moment(70, wall: 1_058_000)))
  }
}
