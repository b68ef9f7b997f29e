import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("A cloud that fails on one batch, one passing, or one file")
struct ForwardFaultTests {
  let first = ForwardWorld.key("20171223-153055.csv")
  let second = ForwardWorld.key("20171223-170000.csv")

  @Test("What a narrow way does not carry in time goes in smaller batches, live passings too")
  func narrow() throws {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.faults.slowBatch = 100
    world.capture(11...2000, of: first)
    world.pass(seconds: 1800)
    #expect(world.file(first).waiting == 0)
    world.capture(2001...2010, of: first)
    world.pass(seconds: 5)
    world.expectComplete(first)
    // Once the way is wide again, so are the batches.
    world.faults.slowBatch = .max
    world.capture(2011...6000, of: first)
    world.pass(seconds: 60)
    world.expectComplete(first)
    #expect(world.batches.last { $0.count == 500 } != nil)
    #expect(world.misuse.isEmpty)
  }

  @Test("A gateway that gives up waiting is the same", arguments: [408, 502, 504])
  func gateway(status: Int) {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...5, of: first)
    world.pass(seconds: 5)
    world.tellCloud("fail \(status) on passings-insert")
    world.capture(6...2000, of: first)
    world.pass(seconds: 120)
    #expect(world.batches.last.map { $0.count < 100 } == true)
    world.tellCloud("ok")
    world.pass(seconds: 180)
    world.expectComplete(first)
  }

  @Test("A cloud that takes no larger batches is not offered any again")
  func tooLarge() {
    let world = ForwardWorld()
    world.view.current = first
    world.faults.largestBatch = 130
    world.capture(1...6000, of: first)
    world.pass(seconds: 60)
    world.expectComplete(first)
    #expect(world.batches.count { $0.count > 130 } <= 6, "\(world.batches.map(\.count))")
  }

  @Test("Passings that come after a quiet hour are not late")
  func quiet() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 3600)
    world.capture(11...11, of: first)
    world.pass(seconds: 30)
    world.expectComplete(first)
    #expect(world.entries(.backlog).isEmpty && world.entries(.backlogOld).isEmpty)
  }

  @Test("An outage while only the cloud's count was asked for is over when it is answered")
  func outageWhileCounting() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 60)
    world.faults.isAway = true
    world.pass(seconds: 1200)
    #expect(world.isActive(.forwardFailing) && world.forwarder.lastError != nil)
    world.faults.isAway = false
    world.pass(seconds: 900)
    #expect(!world.isActive(.forwardFailing) && world.forwarder.lastError == nil)
  }

  @Test("With a WRITE key a failure and then one unknown session do not close it")
  func unknownOnce() {
    let world = ForwardWorld(access: .write)
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.tellCloud("fail 500 for 1 requests")
    world.capture(11...20, of: first)
    #expect(world.pass(atMost: 5) { $0.batches.last == NumberSet(11...20) })
    world.pass(seconds: 0.1)
    world.tellCloud("fail 404 for 1 requests")
    world.pass(seconds: 600)
    world.expectComplete(first)
  }

  @Test("With a WRITE key passings that were sent twice need no count of duplicates")
  func noDuplicateCount() {
    let world = ForwardWorld(access: .write)
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.tellCloud("fields missing duplicate_count")
    world.tellCloud("fail 500 for 1 requests after-work")
    world.capture(11...20, of: first)
    world.pass(seconds: 120)
    world.expectComplete(first)
    #expect(!world.isActive(.forwardHeld))
  }

  @Test("A refusal of another kind holds only the file that it concerns", arguments: [402, 405, 409, 415])
  func oddRefusal(status: Int) {
    let world = ForwardWorld()
    world.view.current = second
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.view.complete = [first]
    world.faults.odd[15] = status
    world.capture(11...20, of: first)
    world.capture(1...10, of: second)
    world.pass(seconds: 1800)
    world.expectComplete(second)
    #expect(world.file(first).waiting == 10 && world.isActive(.forwardHeld))
    // The session of the second has closed its own.
    world.faults.odd = [:]
    world.pass(seconds: 300)
    #expect(!world.isActive(.forwardHeld) && world.isActive(.cloudSessionClosed))
  }

  @Test("Live passings do not wait while another file's session cannot be found out", arguments: [500, 404])
  func unlisted(status: Int) {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    let old = ForwardWorld.key("20171222-100000.csv")
    // It was asked for before a restart.
    world.ask(
      .keepSession(
        old,
        CloudSession(
          cloud: "https://cloud.example/v0", deviceid: world.deviceid, token: nil, alias: "x",
          standing: .asked, askedAt: world.now.wall)))
    world.faults.listStatus = status
    world.capture(1...10, of: old)
    world.view.isReading = true
    world.pass(seconds: 1)
    for start in stride(from: UInt32(11), to: 100, by: 10) {
      world.capture(start...start + 9, of: first)
      #expect(world.pass(atMost: 10) { $0.file(first).waiting == 0 }, "\(start)")
      world.pass(seconds: 20)
    }
  }

  @Test("A run of passings that the cloud refuses does not stop those behind it for good")
  func badRun() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    // A tag that the cloud does not take lies at the antenna.
    world.faults.bad = Set(11...45)
    for number in UInt32(11)...45 {
      world.capture(number...number, of: first)
      world.pass(seconds: 3)
    }
    #expect(world.isActive(.forwardHeld))
    world.capture(46...100, of: first)
    world.pass(seconds: 900)
    let file = world.file(first)
    #expect(file.acknowledged == 65 && file.rejected == 35 && file.waiting == 0)
    #expect(!world.isActive(.forwardHeld))
  }

  @Test("A passing that only shows that the cloud breaks down on it is not the only one that is tried")
  func probeBreaks() {
    let world = ForwardWorld()
    world.view.current = first
    world.faults.bad = Set(1...45)
    world.faults.poisoned = [100]
    world.capture(1...100, of: first)
    world.pass(seconds: 7200)
    let file = world.file(first)
    #expect(file.acknowledged == 54 && file.rejected == 45 && file.waiting == 1, "\(file)")
  }

  @Test("Where all are refused nothing is set aside, however often one is tried by itself")
  func allBad() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.faults.bad = Set(11...2000)
    world.capture(11...2000, of: first)
    world.pass(seconds: 3600)
    #expect(world.file(first).rejected == 0 && world.file(first).waiting == 1990)
    #expect(world.isActive(.forwardHeld))
    world.faults.bad = []
    world.pass(seconds: 400)
    world.expectComplete(first)
    // Nobody was told of single passings that were set aside in vain, again and again.
    #expect(world.entries(.passingRejected).count < Forwarder.mostRefusedInRow)
  }

  @Test("A count that lags once is asked for again, though the file is settled")
  func lagging() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.faults.lag = 3
    world.ask(.noteFile(first, readerCount: 10, isSettled: true))
    world.view.complete = [first]
    world.pass(seconds: 30)
    #expect(world.isActive(.cloudCountDiffers))
    world.faults.lag = 0
    world.pass(seconds: 900)
    #expect(!world.isActive(.cloudCountDiffers))
  }

  @Test("A refusal of what was corrected meanwhile does not concern the corrected passing")
  func refusedAsItWas() throws {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.faults.bad = [15]
    world.cloudLatency = 10_000
    world.capture(15...15, of: first)
    world.pass(seconds: 2)
    world.faults.bad = []
    var mended = world.kept(15, trust: .confirmed)
    mended.passing = ForwardWorld.passing(15, chip: 2500)
    world.ask(.capture(first, [mended]))
    world.pass(seconds: 60)
    world.expectComplete(first)
  }
}
