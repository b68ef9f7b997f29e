import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("Whether all is well")
struct HealthTests {
  /// A reader that has recorded passings for a few seconds, all of them in the cloud.
  private func raced(forward: Bool = true) throws -> World {
    let world = World.settled { $0.passings.forward = forward }
    try world.tellReader("rate 20")
    world.pass(seconds: 5)
    try world.tellReader("rate 0")
    world.pass(seconds: 5)
    return world
  }

  private func events(_ status: JSONValue) -> [String] {
    (status["conditions"]?.array ?? []).compactMap { $0["event"]?.string }
  }

  private func ask(_ world: World, _ request: PassingRequest) {
    world.ask { _, actions in actions.append(.keep(request)) }
    world.pass(seconds: 1)
  }

  private func key(_ world: World) throws -> FileKey { try #require(world.agent.intake.current) }

  @Test(
    "A refused passing is not well, for status and ledger alike, a restart later too, and well when it is sent"
  )
  func rejected() throws {
    let world = try raced()
    #expect(world.status["well"] == true && world.status["advice"] == .null)
    let key = try key(world)
    world.tellCloud("fail 503")
    ask(world, .sendAgain(key, NumberSet([4])))
    ask(world, .reject(key, 4, reason: "Wrong field: bib"))
    world.tellCloud("ok")
    for isRestarted in [false, true] {
      if isRestarted {
        world.kill()
        world.pass(seconds: 10)
      }
      #expect(world.status["well"] == false && world.status["passings"]?["well"] == false)
      #expect(events(world.status) == ["passings-rejected"], "\(world.status)")
      #expect(world.status["advice"]?.string == EventName.passingsRejected.remedy)
      #expect(!PassingHealth(world.agent, at: world.now).isWell)
      let message = world.status["conditions"]?.array?.first?["message"]?.string
      #expect(message == "1 passing of \(key.file) refused by the cloud")
    }
    ask(world, .sendAgain(key, NumberSet([4])))
    world.pass(seconds: 5)
    #expect(world.status["well"] == true && PassingHealth(world.agent, at: world.now).isWell)
    #expect(world.entries(.passingsRejected).map(\.priority) == [.error, .error, .notice])
  }

  @Test("A passing that was sent otherwise than the reader's memory has it is an alert, a restart later too")
  func wrong() throws {
    let world = try raced()
    let key = try key(world)
    var kept = try #require(world.passings.files[key]?.rows[2]?.kept)
    kept.passing = ForwardWorld.passing(2, chip: 77)
    kept.trust = .confirmed
    ask(world, .capture(key, [kept]))
    #expect(events(world.status).first == "passings-wrong" && world.status["well"] == false)
    world.kill()
    world.pass(seconds: 10)
    #expect(events(world.status).first == "passings-wrong" && world.status["well"] == false)
    #expect(world.status["conditions"]?.array?.first?["severity"] == "alert")
  }

  @Test("Lost passings are told once, with their numbers where they are known, and outlast the reader")
  func lost() throws {
    let world = try raced()
    let key = try key(world)
    ask(world, .noteLost(key, NumberSet([900, 901])))
    world.pull()
    world.kill()
    world.pass(seconds: 5)
    #expect(events(world.status).first == "passings-lost")
    #expect(world.status["passings"]?["well"] == false && world.status["passings"]?["lost"] == 2)
  }

  @Test(
    "An alarm lasts as long as its file is of the present event: the last file, or less than 12 hours older")
  func present() {
    func key(_ file: String) -> FileKey { FileKey(serialNumber: "O4A5-00051", file: file) }
    func isPresent(
      _ file: String, _ files: String..., imported: [String] = [], current: String? = nil
    ) -> Bool {
      let summaries = files.map { FileSummary(key: key($0), readerCount: 1) }
      let present = PresentFiles(
        summaries + imported.map { FileSummary(key: key($0)) }, current: current.map(key))
      return present.contains(key(file))
    }
    let first = "20260516-063000.csv"
    #expect(isPresent(first, first))
    #expect(isPresent(first, first, "20260516-182959.csv"))
    #expect(!isPresent(first, first, "20260516-183000.csv"))
    #expect(isPresent("20260516-183000.csv", first, "20260516-183000.csv"))
    // The reader has begun another file, and no passing is in it yet.
    #expect(!isPresent(first, first, current: "20260517-060000.csv"))
    #expect(!isPresent(first, first, "20260516-093000.csv", current: "20260517-060000.csv"))
    // Somebody has brought an old file: that of today still counts, and so does the old one for now.
    #expect(isPresent(first, first, "20191212-080000.csv"))
    #expect(isPresent("20191212-080000.csv", first, "20191212-080000.csv"))
    #expect(!isPresent("20191212-080000.csv", "20191212-080000.csv", first))
    // Or one of the future: only the reader's own files end an event.
    let future = "20360101-000000.csv"
    #expect(
      isPresent(first, first, imported: [future]) && isPresent(first, imported: [future], current: first))
    #expect(isPresent(future, first, imported: [future]))
    #expect(!isPresent(future, first, imported: [future, "export.csv"]))
    #expect(!isPresent(first, first, future) && !isPresent(first, imported: [first, future]))
    #expect(isPresent("export.csv", first, "export.csv") && !isPresent("export.csv", "export.csv", first))
  }

  @Test("The next event ends the alarm, and the ledger of the old file goes on naming it")
  func nextEvent() throws {
    let world = try raced()
    let key = try key(world)
    world.tellCloud("fail 503")
    ask(world, .sendAgain(key, NumberSet([4])))
    ask(world, .reject(key, 4, reason: "Wrong field: bib"))
    world.tellCloud("ok")
    let next = FileKey(serialNumber: key.serialNumber, file: "20270117-060000.csv")
    ask(world, .noteFile(next, readerCount: 0, isSettled: false))
    #expect(PassingHealth(world.agent, at: world.now).isWell && world.status["passings"]?["rejected"] == 1)
    #expect(world.entries(.passingsRejected).map(\.priority) == [.error, .notice])
    let old = try #require(world.agent.ledger.file(key))
    let asked = PassingHealth(world.agent, of: [old], at: world.now)
    #expect(asked.causes.map(\.event) == [.passingsRejected])
    let other = try #require(world.agent.ledger.file(next))
    #expect(PassingHealth(world.agent, of: [other], at: world.now).isWell)
  }

  @Test("A file of the future that a person has imported ends no alarm of the running event")
  func importedFuture() throws {
    let world = try raced()
    let key = try key(world)
    let kept = try #require(world.passings.files[key]?.rows[2]?.kept)
    world.tellCloud("fail 503")
    ask(world, .sendAgain(key, NumberSet([4])))
    ask(world, .reject(key, 4, reason: "Wrong field: bib"))
    ask(world, .capture(FileKey(serialNumber: key.serialNumber, file: "20360101-000000.csv"), [kept]))
    #expect(events(world.status).contains("passings-rejected"))
    #expect(!PassingHealth(world.agent, at: world.now).isWell)
    #expect(world.entries(.passingsRejected).map(\.priority) == [.error])
  }

  @Test("Without a reader the advice is about the reader, whatever else is wrong")
  func adviceOfReader() throws {
    let world = try raced()
    let key = try key(world)
    try world.tellReader("lose-next 5")
    for chip in 1...6 { try world.tellReader("pass \(chip)") }
    world.pass(seconds: 0.5)
    ask(world, .noteLost(key, NumberSet([900])))
    world.pull()
    world.pass(seconds: 5)
    #expect(world.status["advice"]?.string == EventName.readerAbsent.remedy, "\(world.status)")
    #expect(events(world.status).first == "passings-lost")
  }

  @Test("What only warns gives no advice, and status and ledger count the same gaps")
  func gaps() throws {
    let world = try raced()
    let file = try key(world).file
    let next = UInt32(world.passings.summaries.reduce(0) { $0 + $1.stored }) + 1
    // What is missing is asked for in vain, the passing in front of it or not.
    for (first, end) in (next...next + 100).flatMap({ [(next - 1, $0), (next, $0)] }) {
      world.swallowed.formUnion(["GETPASSINGS;\(first);\(end)", "GETFILE;\(file);\(first);\(end)"])
    }
    try world.tellReader("lose-next 5")
    for chip in 1...6 { try world.tellReader("pass \(chip)") }
    #expect(world.pass(atMost: 60) { $0.status["passings"]?["gaps"]?.integer ?? 0 > 0 })
    #expect(world.status["well"] == true && world.status["advice"] == .null)
    #expect(events(world.status).contains("gap-found"))
    let standings = world.agent.standings(at: world.now)
    #expect(world.status["passings"]?["gaps"]?.integer == Int64(standings.reduce(0) { $0 + $1.gapCount }))
    let open = try #require(standings.first)
    #expect(open.gaps?.count == open.gapCount && open.gapCount > 0)
    #expect(open.readerCount == world.agent.intake.openFiles.first?.readerCount)
  }

  @Test("The sums alone tell how many passings are missing; of a file that the reader never counted, none is")
  func gapsOfSums() {
    func gaps(_ stored: Int, lost: Int, highest: UInt32, count: UInt32?) -> Int {
      FileSummary(
        key: FileKey(serialNumber: "O4A5-00051", file: "20260516-063000.csv"), stored: stored, lost: lost,
        highest: highest, readerCount: count
      ).gapCount
    }
    #expect(gaps(3, lost: 1, highest: 7, count: 6) == 3)
    #expect(gaps(3, lost: 1, highest: 3, count: 6) == 2)
    #expect(gaps(3, lost: 0, highest: 7, count: nil) == 0 && gaps(0, lost: 0, highest: 0, count: nil) == 0)
  }

  @Test("Why a session file is held stands in passings.hold, behind its name")
  func hold() throws {
    let world = try raced()
    let key = try key(world)
    world.tellCloud("close-session O4A5-00051")
    try world.tellReader("pass 5")
    #expect(world.pass(atMost: 60) { $0.status["passings"]?["hold"]?.string != nil })
    #expect(world.pass(atMost: 60) { $0.status["passings"]?["well"] == false })
    #expect(world.status["passings"]?["hold"]?.string == "\(key.file): the cloud has closed its session")
    #expect(world.status["advice"]?.string == EventName.cloudSessionClosed.remedy)
    #expect(world.agent.standings(at: world.now).first?.hold == "the cloud has closed its session")
  }

  @Test("What went wrong once does not hold passings once something else does")
  func formerHold() throws {
    let world = try raced()
    world.tellCloud("fail 503")
    try world.tellReader("pass 5")
    world.pass(seconds: 60)
    #expect(world.status["passings"]?["hold"]?.string?.contains("503") == true)
    world.tellCloud("ok")
    world.tellCloud("unbind O4A5-00051")
    try world.tellReader("pass 6")
    world.pass(seconds: 90)
    #expect(world.cloudState == .unbound)
    let hold = world.status["passings"]?["hold"]?.string
    #expect(hold?.contains("not a device of the cloud") == true, "\(hold ?? "nothing")")
  }

  @Test("The reader's count of its file comes with the time at which it was told")
  func countedAt() throws {
    let world = try raced()
    world.pass(seconds: 20)
    let at = try #require(
      world.status["reader"]?["passings_counted_at"]?.string.flatMap(WallTime.init(iso8601:)))
    #expect((.zero...Duration.seconds(11)).contains(world.now.wall - at))
    #expect(World().status["reader"]?["passings_counted_at"] == .null)
  }
}
