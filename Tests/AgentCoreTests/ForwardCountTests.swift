import JSONDocument
import One4AllProtocol
import Testing

@testable import AgentCore

@Suite("The cloud's count against ours")
struct ForwardCountTests {
  let first = ForwardWorld.key("20171223-153055.csv")

  @Test(
    "It is asked for after everything was sent, every ten minutes while the file may grow, and once it is settled"
  )
  func rhythm() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...100, of: first)
    world.pass(seconds: 5)
    world.clearRequests()
    world.pass(seconds: 15)
    #expect(world.sent("/sessions/").count == 1)
    world.pass(seconds: 3600)
    #expect((6...8).contains(world.requests.count), "\(world.requests.map(\.request.path))")
    world.clearRequests()
    world.ask(.noteFile(first, readerCount: 100, isSettled: true))
    world.pass(seconds: 10)
    #expect(world.requests.count == 1)
    world.pass(seconds: 7200)
    // And once all of it is looked for by the second way in.
    #expect(world.sent("/sessions/").count == 1 && world.requests.count == 2)
    #expect(!world.isActive(.cloudCountDiffers))
  }

  @Test(
    "What the cloud has lost is found and sent again, and nothing else", arguments: [1, 5, 40])
  func lost(every step: Int) throws {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...12_000, of: first)
    world.pass(seconds: 5)
    #expect(world.file(first).acknowledged == 12_000)
    let lost = NumberSet(stride(from: 100, through: 11_000, by: step * 50).map { UInt32($0) })
    world.forget(lost, of: first)
    #expect(world.cloudNumbers(of: first).count == 12_000 - lost.count)
    world.clearRequests()
    world.pass(seconds: 120)
    world.expectComplete(first)
    var again = NumberSet()
    for batch in world.batches { again.formUnion(batch) }
    #expect(again == lost)
    #expect(world.sent("/passings/session/").count == 3)
    #expect(world.entries(.cloudCountDiffers).count == 1)
    #expect(world.entries(.cloudCountDiffers).first?.fields[.count] == "\(lost.count)")
  }

  @Test("Live passings do not wait for the comparison")
  func busy() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...20_000, of: first)
    world.pass(seconds: 3)
    world.forget(NumberSet(1...5000), of: first)
    world.cloudLatency = 300
    for step in 0..<60 {
      let number = UInt32(20_001 + step * 10)
      world.capture(number...number + 9, of: first)
      world.pass(seconds: 1)
      #expect(world.file(first).waiting < 8000)
    }
    world.pass(seconds: 60)
    world.expectComplete(first)
  }

  @Test("More than was sent is told once, and left")
  func surplus() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 3)
    world.insertInCloud(500...504, of: first)
    world.pass(seconds: 4000)
    #expect(world.entries(.cloudCountDiffers).count == 1)
    #expect(world.cloudNumbers(of: first).count == 15)
    #expect(world.file(first).waiting == 0)
  }

  @Test("A comparison that is broken off by a restart is made again")
  func restart() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...12_000, of: first)
    world.pass(seconds: 5)
    world.forget(NumberSet(11_000...11_100), of: first)
    world.cloudLatency = 1000
    world.pass(seconds: 12)
    world.restart()
    world.cloudLatency = 20
    world.pass(seconds: 120)
    world.expectComplete(first)
  }

  @Test("An alarm about a count does not outlive the cloud or the store that it was about")
  func goneAfterReload() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 3)
    world.tellCloud("unbind O4A5-00051")
    world.pass(seconds: 1500)
    #expect(world.isActive(.cloudCountDiffers))
    world.reload(cloud: "https://other.example/v0")
    #expect(!world.isActive(.cloudCountDiffers))
    world.reload(cloud: "https://cloud.example/v0")
    world.pass(seconds: 1500)
    #expect(world.isActive(.cloudCountDiffers))
    world.restoreStore()
    #expect(!world.isActive(.cloudCountDiffers))
  }

  @Test("Rejected passings are not looked for in the cloud")
  func rejected() {
    let world = ForwardWorld()
    world.view.current = first
    world.faults.bad = [50]
    world.capture(1...100, of: first)
    world.pass(seconds: 4000)
    #expect(world.file(first).rejected == 1)
    #expect(world.entries(.cloudCountDiffers).isEmpty)
    #expect(world.sent("/passings/session/").isEmpty)
  }

  @Test("A session that is gone is told once")
  func gone() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 3)
    world.tellCloud("unbind O4A5-00051")
    world.pass(seconds: 4000)
    #expect(world.entries(.cloudCountDiffers).count == 1)
    #expect(world.file(first).acknowledged == 10)
  }
}
