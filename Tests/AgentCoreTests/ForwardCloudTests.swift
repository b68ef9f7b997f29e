import AgentCore
import One4AllProtocol
import Testing

@Suite("Passings on their way while the cloud or the device is changed")
struct ForwardCloudTests {
  let first = ForwardWorld.key("20171223-153055.csv")

  @Test("Another cloud, or another device there, is another session")
  func otherDevice() {
    let world = ForwardWorld()
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.tellCloud("unbind O4A5-00051")
    let again = world.bind("O4A5-00052")
    world.view.devices = [ForwardWorld.serialNumber: again]
    world.capture(11...20, of: first)
    world.pass(seconds: 10)
    #expect(world.file(first).session?.deviceid == again)
    #expect(world.cloudNumbers(of: first).description == "11-20")
    #expect(world.file(first).waiting == 0)
  }

  @Test("On the way to another cloud, what the former one has confirmed is written down and not sent there")
  func otherCloud() throws {
    let world = ForwardWorld { $0.batchSize = 100 }
    world.capture(1...1000, of: first)
    let hasBegun = world.pass(atMost: 20) { $0.file(first).acknowledged > 0 }
    #expect(hasBegun)
    world.isDiskFull = true
    world.pass(seconds: 2)
    let token = try #require(world.file(first).session?.token)
    let former = NumberSet(world.cloudPassings(token).keys.sorted())
    #expect(world.file(first).acknowledged < former.count && former.count < 1000)
    world.reload(cloud: "https://other.example/v0")
    world.pass(seconds: 2)
    world.isDiskFull = false
    world.pass(seconds: 60)
    #expect(world.file(first).acknowledged == 1000)
    #expect(world.sessions.count == 1)
    var rest = NumberSet(1...1000)
    rest.subtract(former)
    #expect(world.cloudNumbers(of: first) == rest)
  }

  @Test(
    "To another cloud and back: nothing is sent a second time, and every count is right",
    arguments: [0.1, 30])
  func thereAndBack(pause: Double) {
    let world = ForwardWorld { $0.batchSize = 100 }
    world.view.current = first
    world.capture(1...1000, of: first)
    world.pass(seconds: 1.2)
    #expect(world.file(first).acknowledged == 1000)
    world.capture(1001...1100, of: first)
    world.pass(seconds: pause)
    world.reload(cloud: "https://other.example/v0")
    world.capture(1101...1500, of: first)
    world.pass(seconds: 1500)
    let second = world.cloudNumbers(of: first)
    #expect(world.file(first).acknowledged == 1500)
    #expect(world.file(first).session?.acknowledged == second.count)
    #expect(!world.isActive(.cloudCountDiffers))
    world.reload(cloud: "https://cloud.example/v0")
    world.capture(1501...1600, of: first)
    world.clearRequests()
    world.pass(seconds: 1500)
    #expect(world.file(first).acknowledged == 1600)
    #expect(world.entries(.cloudCountDiffers).isEmpty)
    #expect(world.batches.allSatisfy { $0.first ?? 0 > 1500 }, "\(world.batches)")
    var both = world.cloudNumbers(of: first)
    #expect(both.count + second.count == 1600)
    both.formUnion(second)
    #expect(both == NumberSet(1...1600))
  }

  @Test(
    "What is confirmed at a change of the cloud and not written down yet is counted by the former one's session"
  )
  func unwrittenAtChange() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 3)
    world.capture(11...20, of: first)
    world.storeLatency = 1000
    world.pass(seconds: 1.2)
    let isSent = world.pass(atMost: 5) { $0.cloudNumbers(of: first).count == 20 }
    #expect(isSent)
    world.pass(seconds: 0.1)
    #expect(world.file(first).acknowledged == 10)
    world.reload(cloud: "https://other.example/v0")
    world.storeLatency = 5
    world.capture(21...30, of: first)
    world.pass(seconds: 1500)
    #expect(world.file(first).acknowledged == 30)
    #expect(world.cloudNumbers(of: first).description == "21-30")
    #expect(world.entries(.cloudCountDiffers).isEmpty)
  }

  @Test("An answer of the store that was on its way when the cloud changed brings no former session back")
  func staleAnswer() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.reload(cloud: "https://other.example/v0")
    world.capture(11...20, of: first)
    world.pass(seconds: 5)
    let session = world.file(first).session
    #expect(session?.cloud == "https://other.example/v0" && session?.standing == .open)
    world.reload(cloud: "https://cloud.example/v0")
    world.pass(seconds: 5)
    var stale = world.file(first)
    stale.stored += 10
    world.reload(cloud: "https://other.example/v0")
    world.clearRequests()
    world.deliver(.captured(CaptureResult(summary: stale, added: NumberSet(21...30))))
    world.capture(21...30, of: first)
    world.pass(seconds: 5)
    #expect(world.file(first).session?.askedAt == session?.askedAt)
    #expect(world.file(first).session?.token == session?.token)
    #expect(!world.requests.contains { $0.request.path.hasPrefix("/sessions") })
    #expect(world.cloudNumbers(of: first).description == "11-30")
  }
}
