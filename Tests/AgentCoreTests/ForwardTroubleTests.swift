import AgentCore
import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@Suite("Passings and a cloud in trouble")
struct ForwardTroubleTests {
  let first = ForwardWorld.key("20171223-153055.csv")
  let second = ForwardWorld.key("20171223-170000.csv")

  @Test(
    "Whatever the cloud does with a request, every passing is there once, and the same however often it was sent",
    arguments: [
      "fail 503 for 7 requests", "fail 500 for 7 requests after-work", "reset after 6", "reset before 6",
      "fail rate 50%", "fail rate 50% 500 after-work", "fail 429 retry-after 3 for 3 requests",
      "fail 408 for 3 requests", "slow 2s", "envelope body", "fields unknown", "fields null duplicate_count",
      "fields missing inserted_count duplicate_count", "fields null token_session", "error-body broken",
      "redirect http://portal.example/",
    ])
  func faults(fault: String) {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    if !fault.hasPrefix("fields") { world.tellCloud(fault) }
    for round in 0..<30 {
      let number = UInt32(11 + round * 30)
      world.capture(number...number + 29, of: first)
      world.pass(seconds: 1)
      if fault.hasPrefix("fields"), round == 2 { world.tellCloud(fault) }
    }
    world.tellCloud("fields good")
    world.tellCloud("ok")
    world.pass(seconds: 120)
    world.expectComplete(first)
    #expect(world.sessions.filter { $0["passings"] != 0 }.count == 1)
    #expect(world.sessions.count == 1)
    #expect(world.misuse.isEmpty, "\(world.misuse)")
    #expect(!world.isActive(.forwardFailing))
  }

  @Test("A captive portal's page confirms nothing")
  func portal() {
    let world = ForwardWorld()
    world.capture(1...10, of: first)
    world.pass(seconds: 3)
    world.tellCloud("portal on")
    world.capture(11...20, of: first)
    world.pass(seconds: 60)
    #expect(world.file(first).acknowledged == 10)
    #expect(world.isActive(.forwardFailing))
    world.tellCloud("portal off")
    world.pass(seconds: 90)
    world.expectComplete(first)
  }

  @Test("An outage is tried with growing waits and told once")
  func outage() {
    let world = ForwardWorld()
    world.capture(1...10, of: first)
    world.pass(seconds: 20)
    world.clearRequests()
    world.tellCloud("fail 503")
    world.capture(11...20, of: first)
    world.pass(seconds: 600)
    #expect((10...25).contains(world.requests.count), "\(world.requests.count)")
    #expect(world.entries(.forwardFailing).count == 1)
    world.tellCloud("ok")
    world.pass(seconds: 70)
    world.expectComplete(first)
    #expect(world.entries(.forwardRecovered).count == 1)
  }

  @Test(
    "Retry-After is obeyed up to its limit and no longer, told with its end, and not well after a minute",
    arguments: [31_536_000, 400, 300, 200], [429, 503])
  func longRetryAfter(seconds: Int64, status: Int) throws {
    let world = ForwardWorld()
    world.capture(1...10, of: first)
    world.pass(seconds: 20)
    let start = world.elapsed
    world.tellCloud("fail \(status) retry-after \(seconds) for 1 requests")
    world.capture(11...20, of: first)
    world.pass(seconds: 2)
    world.clearRequests()
    let told = try #require(
      world.log.last { $0.event == .forwardFailing && $0.message.hasPrefix("passings wait") })
    let wait = min(seconds, 300)
    let end = WallTime(milliseconds: ForwardWorld.start + start + wait * 1000).iso8601.prefix(15)
    #expect(told.message.contains(" \(end)") && told.message.contains("retry_after_limit") == (seconds > 300))
    #expect(world.forwarder.hold(at: world.now)?.contains("; tried again at \(end)") == true)
    world.pass(seconds: 60)
    let old = try #require(world.problems.first { $0.event == .backlogOld })
    #expect(old.message.contains("; tried again at \(end)"), "\(old.message)")
    world.pass(seconds: Double(wait) - 63)
    #expect(world.requests.isEmpty)
    world.pass(seconds: 5)
    world.expectComplete(first)
    #expect(!world.isActive(.backlogOld) && !world.isActive(.forwardFailing))
  }

  @Test("Retry-After is a floor")
  func retryAfter() {
    let world = ForwardWorld()
    world.capture(1...10, of: first)
    world.pass(seconds: 20)
    world.tellCloud("fail 429 retry-after 100 for 1 requests")
    world.capture(11...20, of: first)
    world.pass(seconds: 2)
    world.clearRequests()
    world.pass(seconds: 97)
    #expect(world.requests.isEmpty)
    world.pass(seconds: 5)
    world.expectComplete(first)
  }

  @Test("The one bad passing among many is found, set aside with the reason, and the rest goes on")
  func bisect() {
    let world = ForwardWorld()
    world.faults.bad = [137]
    world.capture(1...900, of: first)
    world.pass(seconds: 30)
    let summary = world.file(first)
    #expect((summary.acknowledged, summary.rejected, summary.waiting) == (899, 1, 0))
    guard case .rejected(let reason)? = world.store.files[first]?.rows[137]?.state else {
      Issue.record("137 is not the one")
      return
    }
    #expect(reason.contains("Wrong field: bib"))
    #expect(world.entries(.passingRejected).count == 1)
    #expect(world.batches.count < 25)
    #expect(!world.cloudNumbers(of: first).contains(137))
  }

  @Test(
    "Passings that the cloud takes without keeping them wait, are told, and keep the others waiting no longer"
  )
  func swallowed() {
    let world = ForwardWorld()
    world.faults.swallowed = [7, 400]
    world.capture(1...600, of: first)
    world.pass(seconds: 70)
    let summary = world.file(first)
    #expect((summary.acknowledged, summary.rejected, summary.waiting) == (598, 0, 2))
    #expect(world.cloudNumbers(of: first).description == "1-6, 8-399, 401-600")
    let old = world.problems.first { $0.event == .backlogOld }
    #expect(old?.message.contains("takes a passing without a complaint and does not have it") == true)
    world.capture(601...700, of: first)
    world.pass(seconds: 5)
    #expect(world.file(first).acknowledged == 698)
    world.faults.swallowed = []
    world.pass(seconds: 70)
    world.expectComplete(first)
  }

  @Test("When the cloud refuses one passing after the other it is not the passings: they wait")
  func allRefused() {
    let world = ForwardWorld()
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.faults.bad = Set(1...2000)
    world.capture(11...1000, of: first)
    world.pass(seconds: 60)
    #expect(world.isActive(.forwardHeld))
    let held = world.file(first)
    #expect((held.acknowledged, held.rejected, held.waiting) == (10, 0, 990))
    #expect(world.forwarder.status(of: first, at: world.now)?.reason != nil)
    world.clearRequests()
    world.pass(seconds: 3600)
    #expect(world.requests.count < 300)
    world.faults.bad = []
    world.pass(seconds: 400)
    world.expectComplete(first)
    #expect(!world.isActive(.forwardHeld))
    #expect(world.entries(.forwardHeld).count == 1)
    #expect(world.entries(.passingRejected).count < 50)
  }

  @Test("A batch that is too large is halved, and later ones are smaller")
  func tooLarge() {
    let world = ForwardWorld()
    world.faults.largestBatch = 100
    world.capture(1...3000, of: first)
    world.pass(seconds: 30)
    world.expectComplete(first)
    #expect(world.batches.count < 80)
    #expect(world.file(first).rejected == 0)
  }

  @Test("One passing on which the cloud breaks down does not keep the others waiting for ever")
  func poison() {
    let world = ForwardWorld()
    world.capture(1...5, of: first)
    world.pass(seconds: 5)
    world.faults.poisoned = [8]
    world.capture(6...205, of: first)
    world.pass(seconds: 1200)
    #expect(world.file(first).waiting == 1)
    #expect(world.cloudNumbers(of: first).description == "1-7, 9-205")
    world.capture(206...300, of: first)
    world.pass(seconds: 130)
    #expect(world.file(first).waiting == 1)
    world.faults.poisoned = []
    world.pass(seconds: 130)
    world.expectComplete(first)
  }

  @Test("Nor does it keep the next file waiting")
  func poisonBefore() {
    let world = ForwardWorld()
    world.view.current = first
    world.view.isReading = true
    world.faults.poisoned = [8]
    world.capture(1...10, of: first)
    world.ask(.noteFile(first, readerCount: 10, isSettled: true))
    world.pass(seconds: 60)
    world.view.current = second
    world.capture(21...30, of: second)
    world.pass(seconds: 300)
    #expect(world.cloudNumbers(of: second).description == "21-30")
    #expect(world.file(first).waiting == 1)
  }

  @Test("A file whose device the cloud does not know is held, and those of others go on")
  func deviceGone() {
    let world = ForwardWorld()
    let other = FileKey(serialNumber: "O4A5-00052", file: "20171223-153055.csv")
    world.view.devices["O4A5-00052"] = world.bind("O4A5-00052")
    // One has a session already, the other is to get one.
    world.capture(1...5, of: first)
    world.pass(seconds: 5)
    world.tellCloud("unbind O4A5-00051")
    world.capture(6...10, of: first)
    world.capture(1...10, of: other)
    #expect(world.pass(atMost: 120) { $0.file(other).acknowledged == 10 })
    world.capture(1...10, of: second)
    world.capture(11...20, of: other)
    #expect(world.pass(atMost: 120) { $0.file(other).acknowledged == 20 })
    #expect(world.file(first).waiting + world.file(second).waiting == 15)
    world.pass(seconds: 400)
    #expect(world.isActive(.forwardHeld))
  }

  @Test("A key that may not write holds everything and is tried slowly")
  func readKey() {
    let world = ForwardWorld(access: .read)
    world.capture(1...10, of: first)
    world.pass(seconds: 3600)
    #expect((20...40).contains(world.requests.count), "\(world.requests.count)")
    #expect(world.entries(.cloudKeyRefused).count == 1)
    #expect(world.isActive(.cloudKeyRefused))
    world.tellCloud("key key:READ_WRITE")
    world.pass(seconds: 150)
    world.expectComplete(first)
    #expect(!world.isActive(.cloudKeyRefused))
  }

  @Test("A WRITE key sends; that the cloud's count cannot be read is told once")
  func writeKey() {
    let world = ForwardWorld(access: .write)
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5000)
    world.capture(11...20, of: first)
    world.pass(seconds: 5000)
    world.expectComplete(first)
    #expect(world.entries(.forwardUnverified).count == 1)
    #expect(world.sent("/sessions/").count <= 4)
  }

  @Test("With a WRITE key an answer that counts nothing confirms nothing, and what is counted short is held")
  func writeKeyCounts() {
    let world = ForwardWorld(access: .write)
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.tellCloud("fields missing inserted_count duplicate_count")
    world.capture(11...20, of: first)
    world.pass(seconds: 5)
    #expect(world.file(first).acknowledged == 10 && world.file(first).rejected == 0)
    world.tellCloud("fields good")
    world.pass(seconds: 60)
    world.expectComplete(first)
    world.faults.swallowed = [25]
    world.capture(21...30, of: first)
    world.pass(seconds: 60)
    #expect(world.isActive(.forwardHeld))
    #expect(world.file(first).waiting == 10)
    world.faults.swallowed = []
    world.pass(seconds: 400)
    world.expectComplete(first)
  }

  @Test("A store that cannot write down what is acknowledged loses nothing and sends nothing twice too often")
  func fullDisk() {
    let world = ForwardWorld()
    world.capture(1...10, of: first)
    world.pass(seconds: 3)
    world.capture(11...3000, of: first)
    world.pass(seconds: 0.06)
    world.isDiskFull = true
    world.pass(seconds: 120)
    #expect(world.isActive(.storeFailing))
    world.isDiskFull = false
    world.pass(seconds: 30)
    world.expectComplete(first)
    #expect(!world.isActive(.storeFailing))
    #expect(world.misuse.isEmpty)
  }

  @Test("A request that was called off is sent again soon")
  func cancelled() throws {
    let world = ForwardWorld()
    world.cloudLatency = 5000
    world.capture(1...10, of: first)
    world.pass(seconds: 6)
    let request = try #require(world.requests.last?.request)
    world.deliver(CloudOutcome(ticket: request.ticket, result: .failure(.cancelled)))
    world.cloudLatency = 20
    world.pass(seconds: 2)
    world.expectComplete(first)
    #expect(world.sessions.count == 1)
  }

  @Test("A passing that is kept although the reader does not have it is wrong in the cloud once it is sent")
  func keptUnknown() {
    let world = ForwardWorld()
    world.view.current = first
    world.tellCloud("fail 503")
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.ask(.contradict(first, NumberSet([5])))
    world.pass(seconds: 5)
    #expect(world.file(first).waiting == 10 && world.file(first).sentDifferences == 0)
    world.tellCloud("ok")
    world.pass(seconds: 90)
    world.expectComplete(first)
    #expect(world.file(first).sentDifferences == 1)
  }

  @Test("Passings that a person lets wait again have not waited since they were heard")
  func rewoundAge() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 3600)
    #expect(world.file(first).acknowledged == 10)
    world.tellCloud("fail 503 on passings-insert")
    let (from, to) = (WallTime(milliseconds: 0), WallTime(milliseconds: .max / 2))
    world.ask(.rewind(from: from, to: to, file: nil, dryRun: false))
    world.pass(seconds: 20)
    #expect(world.file(first).waiting == 10)
    #expect(world.entries(.backlogOld).isEmpty && world.entries(.backlog).isEmpty)
    world.pass(seconds: 60)
    #expect(world.entries(.backlogOld).count == 1)
  }
}
