import AgentCore
import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@Suite("Passings on their way to the cloud")
struct ForwardTests {
  let first = ForwardWorld.key("20171223-153055.csv")

  @Test("A passing is sent with everything that the cloud takes of it")
  func content() throws {
    let world = ForwardWorld {
      $0.coordinates = .init(latitude: "19.43", longitude: "-99.13")
    }
    world.capture(2976...2976, of: first)
    world.pass(seconds: 2)
    let token = try #require(world.file(first).session?.token)
    let passing = try #require(world.cloudPassings(token)[2976])
    #expect(passing["bib"] == "2976")
    #expect(passing["chip"] == "MC02976")
    #expect(passing["timestamp"]?.string == WallTime(milliseconds: ForwardWorld.start + 297_600).iso8601)
    #expect(passing["timezone"] == "America/Mexico_City")
    #expect(passing["latitude"] == "19.43")
    #expect(passing["longitude"] == "-99.13")
    #expect(world.aliases == ["O4A5-00051 20171223-153055.csv"])
    world.expectComplete(first)
    #expect(world.misuse.isEmpty)
  }

  @Test(
    "The bib is the chip's number, the chip, or what the table says",
    arguments: [
      (PassingSettings.Bib.chipNumber, "7", "0"), (.chip, "MC00007", "MC00000"),
      (.map(BibMap(["MC00007": "A12"])), "A12", "0"),
    ])
  func bib(bib: PassingSettings.Bib, seventh: String, zeroth: String) throws {
    let world = ForwardWorld { $0.bib = bib }
    world.capture(7...7, of: first)
    world.capture(3000...3000, of: first)
    world.pass(seconds: 2)
    let token = try #require(world.file(first).session?.token)
    let passings = world.cloudPassings(token)
    #expect(passings[7]?["bib"]?.string == seventh)
    #expect(passings[3000]?["bib"]?.string == zeroth)
  }

  @Test(
    "The bib of a FREE reader's chip is its digits, the chip, or what the table says; its EPC is not sent",
    arguments: [
      (PassingSettings.Bib.chipNumber, "R7", "R8"), (.chip, "EV2026R7", "MCR8"),
      (.map(BibMap(["EV2026R7": "A12"])), "A12", "R8"),
    ])
  func freeBib(bib: PassingSettings.Bib, seventh: String, eighth: String) throws {
    let world = ForwardWorld { $0.bib = bib }
    world.isFree = true
    world.capture(7...8, of: first)
    world.pass(seconds: 2)
    let passings = world.cloudPassings(try #require(world.file(first).session?.token))
    #expect(passings[7]?["bib"]?.string == seventh && passings[7]?["chip"] == "EV2026R7")
    #expect(passings[8]?["bib"]?.string == eighth && passings[8]?["chip"] == "MCR8")
    for body in world.sent("/passings").compactMap(\.body) {
      for entry in body["passings_list"]?.array ?? [] {
        let names = Set(entry.object?.members.map(\.name) ?? [])
        #expect(
          names.isSubset(of: ["bib", "num_passing", "timestamp", "chip", "timezone", "latitude", "longitude"])
        )
      }
    }
    #expect(world.misuse.isEmpty)
  }

  @Test("Live passings are sent together, none later than max_latency")
  func latency() {
    let world = ForwardWorld()
    world.view.current = first
    world.view.isReading = true
    world.capture(1...1, of: first)
    world.pass(seconds: 3)
    world.clearRequests()
    var next: UInt32 = 2
    for _ in 0..<50 {
      world.capture(next...next + 9, of: first)
      next += 10
      world.pass(seconds: 0.1)
      let late = world.store.numbers(of: first) { row in
        row.state == .waiting && world.now.wall - row.kept.arrivedWall > .milliseconds(600)
      }
      #expect(late.isEmpty, "late: \(late)")
    }
    world.pass(seconds: 1)
    #expect((8...14).contains(world.batches.count), "\(world.batches)")
    world.expectComplete(first)
  }

  @Test("A full batch is sent at once, and no batch is larger than batch_size")
  func fullBatch() {
    let world = ForwardWorld { $0.maxLatency = .seconds(30) }
    world.view.current = first
    world.capture(1...1250, of: first)
    world.pass(seconds: 5)
    #expect(world.batches.map(\.count) == [500, 500])
    world.pass(seconds: 30)
    #expect(world.batches.map(\.count) == [500, 500, 250])
    world.expectComplete(first)
  }

  @Test("forward = no sends nothing and keeps all; turned on, all is sent")
  func off() {
    let world = ForwardWorld { $0.forward = false }
    world.capture(1...700, of: first)
    world.pass(seconds: 600)
    #expect(world.requests.isEmpty)
    #expect(world.file(first).waiting == 700)
    #expect(world.forwarder.status(of: first, at: world.now)?.reason?.contains("off") == true)
    world.reload { $0.forward = true }
    world.pass(seconds: 5)
    world.expectComplete(first)
  }

  @Test("What waits for the reader's memory is not sent before it is confirmed")
  func unconfirmed() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.capture(11...20, of: first, trust: .unconfirmed)
    world.capture(21...30, of: first)
    world.pass(seconds: 5)
    #expect(world.cloudNumbers(of: first).description == "1-10, 21-30")
    world.capture(11...20, of: first, trust: .confirmed)
    world.pass(seconds: 2)
    world.expectComplete(first)
  }

  @Test("A gap that is filled later is sent")
  func gap() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.capture(15...20, of: first)
    world.pass(seconds: 3)
    world.capture(11...14, of: first, trust: .confirmed)
    world.pass(seconds: 2)
    world.expectComplete(first)
  }

  @Test(
    "What the reader's memory corrects before it was sent is sent as corrected; damage holds back what was read"
  )
  func corrected() throws {
    let world = ForwardWorld()
    world.view.current = first
    world.tellCloud("fail 503 on passings-insert")
    world.capture(1...600, of: first)
    world.pass(seconds: 2)
    // 1 to 500 were sent and stay as they were; 501 to 600 are only read.
    var mended = world.kept(550, trust: .confirmed)
    mended.utc = WallTime(milliseconds: ForwardWorld.start)
    mended.passing = ForwardWorld.passing(550, chip: 17)
    world.ask(.capture(first, [mended]))
    world.ask(.doubt(first))
    world.pass(seconds: 1)
    world.tellCloud("ok")
    world.pass(seconds: 60)
    #expect(world.cloudNumbers(of: first).description == "1-500, 550")
    world.capture(501...549, of: first, trust: .confirmed)
    world.capture(551...600, of: first, trust: .confirmed)
    world.capture(1...500, of: first, trust: .confirmed)
    world.pass(seconds: 5)
    world.expectComplete(first)
    let token = try #require(world.file(first).session?.token)
    #expect(world.cloudPassings(token)[550]?["chip"] == "MC00017")
    #expect(world.misuse.isEmpty)
  }

  @Test("What could not be sent is corrected before it is sent, however often it was tried")
  func correctedWhileDown() throws {
    let world = ForwardWorld()
    world.view.current = first
    world.tellCloud("fail 503 on passings-insert")
    world.capture(1...8, of: first)
    world.capture(9...9, of: first, trust: .unconfirmed)
    world.ask(.believe(first))
    world.capture(10...20, of: first)
    world.pass(seconds: 30)
    var mended = world.kept(7, trust: .confirmed)
    mended.passing = ForwardWorld.passing(7, chip: 17)
    world.ask(.capture(first, [mended]))
    // Never believed, and not in the reader's memory.
    world.ask(.doubt(first))
    world.ask(.contradict(first, NumberSet([9])))
    world.ask(.believe(first))
    world.pass(seconds: 1)
    world.tellCloud("ok")
    world.pass(seconds: 90)
    world.expectComplete(first)
    #expect(world.cloudNumbers(of: first).description == "1-8, 10-20")
    let token = try #require(world.file(first).session?.token)
    #expect(world.cloudPassings(token)[7]?["chip"] == "MC00017")
    // The cloud had nothing of 7; of 9 nobody can tell.
    #expect(world.store.files[first]?.differences.map(\.wasSent) == [false, true])
    #expect(world.entries(.passingDiffers).count == 1)
  }

  @Test(
    "What the cloud may have as it was before it was corrected counts as sent",
    arguments: [
      "fail 500 after-work on passings-insert for 1 requests", "slow 3s",
    ])
  func correctedTooLate(fault: String) throws {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...5, of: first)
    world.pass(seconds: 3)
    world.tellCloud(fault)
    world.capture(6...20, of: first)
    world.pass(seconds: 0.8)
    var mended = world.kept(7, trust: .confirmed)
    mended.passing = ForwardWorld.passing(7, chip: 17)
    world.ask(.capture(first, [mended]))
    world.tellCloud("ok")
    world.pass(seconds: 30)
    #expect(world.file(first).waiting == 0)
    #expect(world.cloudNumbers(of: first) == NumberSet(1...20))
    let token = try #require(world.file(first).session?.token)
    #expect(world.cloudPassings(token)[7]?["chip"] == "MC00007")
    #expect(world.store.files[first]?.differences.map(\.wasSent) == [true])
    let told = world.entries(.passingDiffers)
    #expect(told.count == 1 && told.first?.priority == .alert && told.first?.message.hasSuffix(": 7") == true)
  }

  @Test("A correction that the store has before the cloud's word on what was sent counts as too late")
  func correctedBeforeWrittenDown() throws {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...5, of: first)
    world.pass(seconds: 3)
    world.cloudLatency = 200
    world.capture(6...20, of: first)
    #expect(world.pass(atMost: 3) { $0.sent("/passings").count == 2 })
    // The store has this in front of what the cloud is about to answer, and is slow.
    world.storeLatency = 400
    var mended = world.kept(7, trust: .confirmed)
    mended.passing = ForwardWorld.passing(7, chip: 17)
    world.ask(.capture(first, [mended]))
    world.pass(seconds: 10)
    #expect(world.file(first).acknowledged == 20)
    let token = try #require(world.file(first).session?.token)
    #expect(world.cloudPassings(token)[7]?["chip"] == "MC00007")
    #expect(world.store.files[first]?.differences.map(\.wasSent) == [true])
    #expect(world.entries(.passingDiffers).map(\.priority) == [.alert])
  }

  @Test("A passing that the cloud refused as it was is sent as it was corrected")
  func correctedBeforeRefusalIsWrittenDown() throws {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...5, of: first)
    world.pass(seconds: 3)
    world.faults.bad = [6]
    world.cloudLatency = 200
    world.capture(6...6, of: first)
    #expect(world.pass(atMost: 3) { $0.sent("/passings").count == 2 })
    world.storeLatency = 400
    var mended = world.kept(6, trust: .confirmed)
    mended.passing = ForwardWorld.passing(6, chip: 17)
    world.ask(.capture(first, [mended]))
    world.pass(seconds: 0.3)
    world.faults.bad = []
    world.pass(seconds: 10)
    world.expectComplete(first)
    let token = try #require(world.file(first).session?.token)
    #expect(world.cloudPassings(token)[6]?["chip"] == "MC00017")
  }

  @Test(
    "What a former run brought to the cloud before it was corrected is found there",
    arguments: [(access: Rehearsal.CloudAccess([.read, .write]), isTold: true), (.write, false)])
  func correctedAfterRestart(access: Rehearsal.CloudAccess, isTold: Bool) throws {
    let world = ForwardWorld(access: access)
    world.view.current = first
    world.capture(1...5, of: first)
    world.pass(seconds: 3)
    world.cloudLatency = 200
    world.capture(6...20, of: first)
    #expect(world.pass(atMost: 3) { $0.sent("/passings").count { $0.method == .post } == 2 })
    world.restart()
    #expect(world.file(first).acknowledged == 5)
    for (number, chip) in [(7, 17), (21, 21)] as [(UInt32, UInt32)] {
      if number == 21 { world.capture(21...21, of: first) }
      var mended = world.kept(number, trust: .confirmed)
      mended.passing = ForwardWorld.passing(number, chip: chip + 50)
      world.ask(.capture(first, [mended]))
    }
    world.pass(seconds: 10)
    #expect(world.file(first).acknowledged == 21)
    let token = try #require(world.file(first).session?.token)
    #expect(world.cloudPassings(token)[7]?["chip"] == "MC00007")
    #expect(world.cloudPassings(token)[21]?["chip"] == "MC00071")
    #expect(world.store.files[first]?.differences.map(\.wasSent) == [isTold, false])
    let told = world.entries(.passingDiffers)
    #expect(told.count == (isTold ? 1 : 0) && told.allSatisfy { $0.message.hasSuffix(": 7") })
  }

  @Test(
    "A cloud that does not show what it counts holds nothing up, and what was sent as corrected is no alarm",
    arguments: ["fail 500 on passings-session", "fail 404 on passings-session", "ok"])
  func correctedAndCountedTwice(fault: String) throws {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...5, of: first)
    world.pass(seconds: 3)
    world.capture(6...20, of: first, trust: .unconfirmed)
    var mended = world.kept(7, trust: .confirmed)
    mended.passing = ForwardWorld.passing(7, chip: 17)
    world.ask(.capture(first, [mended]))
    world.tellCloud("fail 500 after-work on passings-insert for 1 requests")
    world.ask(.believe(first))
    world.pass(seconds: 0.8)
    world.tellCloud(fault)
    world.pass(seconds: 60)
    world.expectComplete(first)
    #expect(world.entries(.passingDiffers).isEmpty)
    #expect(world.store.files[first]?.differences.map(\.wasSent) == [false])
  }

  @Test("A reader that is no device yet waits")
  func unbound() {
    let world = ForwardWorld()
    world.view.devices = [:]
    world.capture(1...10, of: first)
    world.pass(seconds: 60)
    #expect(world.requests.isEmpty)
    world.view.devices = [ForwardWorld.serialNumber: world.deviceid]
    world.pass(seconds: 3)
    world.expectComplete(first)
  }

  @Test("After an outage live passings go in front of those that wait")
  func liveFirst() throws {
    let world = ForwardWorld()
    world.view.current = first
    world.view.isReading = true
    world.capture(1...1, of: first)
    world.pass(seconds: 2)
    world.tellCloud("fail 503")
    world.capture(2...20_000, of: first)
    world.pass(seconds: 60)
    world.cloudLatency = 400
    world.tellCloud("ok")
    #expect(world.pass(atMost: 60) { $0.file(first).acknowledged > 1000 })
    let before = world.elapsed
    world.capture(20_001...20_001, of: first)
    #expect(world.pass(atMost: 5) { $0.store.files[first]?.rows[20_001]?.state == .acknowledged })
    #expect(world.elapsed - before < 2500, "\(world.elapsed - before) ms")
    #expect(world.file(first).waiting > 5000)
    world.pass(seconds: 60)
    world.expectComplete(first)
    #expect(world.misuse.isEmpty)
  }

  @Test("A backlog is told in numbers of now; it is not well after a minute, and well when it is worked off")
  func oldBacklog() throws {
    let world = ForwardWorld()
    world.tellCloud("fail 503")
    world.capture(1...1200, of: first)
    world.pass(seconds: 31)
    var shown = try #require(world.problems.first { $0.event == .backlog })
    #expect(shown.message.hasPrefix("1200 passings wait for the cloud, the oldest for 3"))
    world.pass(seconds: 28)
    #expect(world.entries(.backlog).count == 1 && world.entries(.backlogOld).isEmpty)
    world.pass(seconds: 2)
    #expect(world.entries(.backlogOld).count == 1 && EventName.backlogOld.priority <= .error)
    #expect(!world.isActive(.backlog) && world.isActive(.backlogOld))
    world.capture(1201...5000, of: first)
    world.pass(seconds: 190)
    shown = try #require(world.problems.first { $0.event == .backlogOld })
    #expect(shown.message.hasPrefix("5000 passings wait for the cloud, the oldest for 4 min "))
    #expect(shown.message.contains(": the cloud fails (HTTP 503); tried again at 20"), "\(shown.message)")
    // After a restart it is there as soon as the store has been read.
    world.restart()
    world.pass(seconds: 1)
    #expect(world.isActive(.backlogOld))
    world.tellCloud("ok")
    world.pass(seconds: 120)
    #expect(!world.isActive(.backlog) && !world.isActive(.backlogOld))
    #expect(world.entries(.backlogDrained).count == 1)
    world.expectComplete(first)
  }

  @Test(
    "A step of the host's clock makes no backlog old, and hides none",
    arguments: [200, -1, 36_500, -36_500] as [Int64])
  func backlogAndSteps(days: Int64) {
    let world = ForwardWorld()
    world.capture(1...10, of: first)
    world.pass(seconds: 30)
    world.tellCloud("fail 503")
    world.capture(11...12, of: first)
    world.pass(seconds: 5)
    world.hostOffset = days * 86_400_000
    world.pass(seconds: 5)
    #expect(!world.isActive(.backlog) && !world.isActive(.backlogOld))
    world.pass(seconds: 295)
    #expect(world.isActive(.backlogOld))
    world.hostOffset = -world.hostOffset
    world.restart()
    world.pass(seconds: 1)
    #expect(world.isActive(.backlogOld))
  }

  @Test("A backlog is told once when it begins and once when it is worked off")
  func backlog() {
    let world = ForwardWorld()
    world.tellCloud("fail 503")
    world.capture(1...3000, of: first)
    world.pass(seconds: 300)
    #expect(world.entries(.backlog).count == 1)
    #expect(world.entries(.forwardFailing).count == 1)
    world.tellCloud("ok")
    world.pass(seconds: 120)
    #expect(world.entries(.backlog).count == 1)
    #expect(world.entries(.backlogDrained).count == 1)
    #expect(world.entries(.backlogDrained).first?.fields[.count] == "3000")
    #expect(world.entries(.forwardRecovered).count == 1)
    world.expectComplete(first)
  }

  @Test("Ten thousand a second are possible: a batch goes out as soon as the former is answered")
  func drain() {
    let world = ForwardWorld()
    world.cloudLatency = 10
    world.storeLatency = 2
    world.capture(1...20_000, of: first)
    world.pass(seconds: 1.5)
    #expect(world.file(first).acknowledged == 20_000)
    let status = world.forwarder.status(of: first, at: world.now)
    #expect(status?.waiting == 0)
    world.expectComplete(first)
  }

  @Test("The rate and the time to drain are shown while it drains")
  func rate() throws {
    let world = ForwardWorld()
    world.cloudLatency = 100
    world.capture(1...40_000, of: first)
    world.pass(seconds: 7)
    let status = try #require(world.forwarder.status(of: first, at: world.now))
    let rate = try #require(status.perSecond)
    #expect((3500...5500).contains(rate), "\(rate)")
    #expect(status.timeToDrain != nil)
    #expect(status.oldestArrival != nil)
  }
}
