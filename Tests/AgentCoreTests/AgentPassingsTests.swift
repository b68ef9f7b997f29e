import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@testable import AgentCore

@Suite("Passings through the whole agent")
struct AgentPassingsTests {
  /// A reader that has recorded passings for a few seconds, all of them stored.
  private func recorded(_ change: @escaping (inout AgentSettings) -> Void = { _ in }) throws -> World {
    let world = World.settled(change: change)
    try world.tellReader("rate 20")
    world.pass(seconds: 5)
    try world.tellReader("rate 0")
    world.pass(seconds: 5)
    #expect(stored(world) == recordedCount(world) && recordedCount(world) > 50)
    return world
  }

  private func stored(_ world: World) -> Int { world.passings.summaries.reduce(0) { $0 + $1.stored } }
  private func recordedCount(_ world: World) -> Int { world.truth.values.reduce(0) { $0 + $1.count } }
  private func key(_ world: World) throws -> FileKey { try #require(world.agent.intake.current) }

  private func work(_ number: Int, _ world: World) throws -> WorkList.Work {
    try #require(world.agent.works[number])
  }

  @Test("A damaged store: the device is kept again, and the reader's memory fills the new one")
  func storeLost() throws {
    let world = try recorded()
    let deviceid = world.disk.first?.deviceid
    world.loseStore()
    #expect(world.agent.ledger.files.isEmpty)
    #expect(world.pass(atMost: 30) { stored($0) == recordedCount($0) })
    #expect(world.disk.first?.deviceid == deviceid && deviceid != nil)
    #expect(world.agent.ledger.sum(\.stored) == recordedCount(world))
    #expect(world.entries(.storeDamaged).count == 1)
    #expect(world.entries(.gapFound).count == 1 && world.entries(.gapFilled).count == 1)
    #expect(world.agent.problems.of(.capture).isEmpty)
    try world.tellReader("rate 20")
    world.pass(seconds: 3)
    try world.tellReader("rate 0")
    world.pass(seconds: 5)
    #expect(stored(world) == recordedCount(world))
  }

  @Test("What is brought over from a damaged store counts, and only the rest is fetched")
  func salvaged() throws {
    let world = try recorded()
    let key = try key(world)
    let before = world.commands.count
    var damage = StoreDamage(name: "x", reason: "", notedAt: WallTime(milliseconds: 0))
    world.take(.notice(.damaged(damage, world.passings.summaries)))
    damage.outcome = .salvaged(passings: 40, unreadable: 0)
    world.take(.notice(.damaged(damage, world.passings.summaries)))
    world.pass(seconds: 20)
    #expect(world.agent.ledger.file(key)?.stored == recordedCount(world))
    #expect(world.entries(.storeRecovered).last?.message.contains("40 passings were brought over") == true)
    #expect(!world.commands[before...].contains { $0.text.hasPrefix("GETFILE;\(key.file);") })
  }

  @Test(
    "A line that the agent cannot keep up with is an alarm while that lasts, and what is missing is fetched")
  func lineHeld() throws {
    let world = try recorded()
    try world.tellReader("lose-next 3")
    for chip in 1...3 { try world.tellReader("pass \(chip)") }
    for _ in 0..<5 { world.take(.lineHeld) }
    #expect(world.entries(.captureOverflow).count == 1)
    #expect(world.agent.problems.isActive(.captureOverflow, of: "line", by: .capture))
    #expect(world.pass(atMost: 8) { stored($0) == recordedCount($0) })
    world.pass(seconds: 11)
    #expect(!world.agent.problems.isActive(.captureOverflow, of: "line", by: .capture))
    #expect(world.entries(.storeRecovered).last?.message.contains("keeps up with the line again") == true)
  }

  @Test("An audit is work that ends when everything was compared, and the same work for two who ask")
  func audit() throws {
    let world = try recorded()
    let now = world.now
    let first = world.ask { agent, actions in agent.audit(file: nil, at: now, &actions) }
    let second = world.ask { agent, actions in agent.audit(file: nil, at: now, &actions) }
    let number = try first.get()
    #expect(try second.get() == number)
    #expect(try work(number, world).state == .running)
    world.pass(seconds: 30)
    #expect(try work(number, world).state == .done)
    #expect(try work(number, world).message.contains("all \(recordedCount(world)) passings"))
    #expect(world.entries(.auditDone).count == 1)
    let third = world.ask { agent, actions in agent.audit(file: "photo.jpg", at: world.now, &actions) }
    #expect(throws: Agent.Refused.self) { try third.get() }
  }

  @Test("An audit fails when the reader goes away")
  func auditWithoutReader() throws {
    let world = try recorded()
    let result = world.ask { agent, actions in agent.audit(file: nil, at: world.now, &actions) }
    world.pull()
    world.pass(seconds: 5)
    let ended = try work(try result.get(), world)
    #expect(ended.state == .failed && ended.message.contains("went away"))
    let again = world.ask { agent, actions in agent.audit(file: nil, at: world.now, &actions) }
    #expect(throws: Agent.Refused("no reader is connected")) { try again.get() }
  }

  @Test("What came behind the count of the reader's memory is told as not compared yet")
  func auditOfLiveFile() {
    var result = AuditResult(
      key: FileKey(serialNumber: "O4A5-00051", file: "a.csv"), readerCount: 208, stored: 249, differences: 0,
      lost: 0)
    #expect(
      result.summary
        == "session file a.csv: all 208 passings of the reader's memory compared with 249 stored"
        + " (41 newer ones not compared yet), 0 differed, 0 lost")
    result.stored = 200
    result.lost = 8
    #expect(result.summary.hasSuffix("compared with 200 stored, 0 differed, 8 lost"))
  }

  @Test("A rewind says how many passings it sends again, refused ones too, and fails with the store")
  func rewind() throws {
    let world = try recorded()
    let key = try key(world)
    let all = world.passings.numbers(of: key)
    let refused = try #require(all.first)
    world.ask { _, actions in
      actions += [.keep(.reject(key, refused, reason: "no")), .keep(.acknowledge(key, all))]
    }
    world.pass(seconds: 1)
    #expect(world.agent.ledger.sum(\.rejected) == 1)
    let (from, to) = (WallTime(milliseconds: World.start), WallTime(milliseconds: World.start + 3_600_000))
    func rewind(dryRun: Bool) -> Int {
      world.ask { agent, actions in agent.rewind(from: from, to: to, dryRun: dryRun, &actions) }
    }
    let rehearsal = rewind(dryRun: true)
    let real = rewind(dryRun: false)
    #expect(try work(rehearsal, world).state == .running)
    world.pass(seconds: 1)
    #expect(
      try work(rehearsal, world).message
        == "\(all.count) passings would be sent again: \(all.count) of \(key.file)")
    #expect(
      try work(real, world).message == "\(all.count) passings are sent again: \(all.count) of \(key.file)")
    #expect(try work(real, world).done == all.count)
    #expect(try work(real, world).state == .done)
    #expect(world.agent.ledger.sum(\.waiting) == all.count)
    world.isPassingStoreFailing = true
    let failed = rewind(dryRun: false)
    world.pass(seconds: 1)
    #expect(try work(failed, world).state == .failed)
    #expect(try work(failed, world).message == "the disk is full")
  }

  @Test("A rewind says what it does not send again because the cloud has it in a session that is closed")
  func rewindOfClosed() throws {
    let world = try recorded()
    let key = try key(world)
    let all = world.passings.numbers(of: key)
    let refused = try #require(all.first)
    let session = CloudSession(
      cloud: world.agent.settings.cloud.url, deviceid: "device", token: "token", alias: "Finish",
      standing: .closed, askedAt: world.now.wall)
    world.ask { _, actions in
      actions += [
        .keep(.keepSession(key, session)), .keep(.reject(key, refused, reason: "no")),
        .keep(.acknowledge(key, all, session: "token")),
      ]
    }
    world.pass(seconds: 1)
    let (from, to) = (WallTime(milliseconds: World.start), WallTime(milliseconds: World.start + 3_600_000))
    let number = world.ask { agent, actions in agent.rewind(from: from, to: to, dryRun: false, &actions) }
    world.pass(seconds: 1)
    let rewind = try work(number, world)
    #expect(
      rewind.message
        == "1 passing is sent again: 1 of \(key.file); NOT sent again: \(all.count - 1) of \(key.file), which the"
        + " cloud has in a session that is closed: in another one they would be there twice")
    #expect(rewind.state == .done && rewind.done == 1 && rewind.total == all.count)
    #expect(world.agent.ledger.sum(\.waiting) == 1)
  }

  @Test("At the end of the daemon all that waits in memory is handed to the store, and the line is let go")
  func farewell() throws {
    let world = try recorded()
    for chip in 1...5 { try world.tellReader("pass \(chip)") }
    world.pass(seconds: 0.01)
    #expect(world.agent.intake.waitingRows == 5)
    let actions = world.agent.farewell()
    let rows = actions.reduce(0) { count, action in
      if case .keep(.capture(_, let rows)) = action { count + rows.count } else { count }
    }
    #expect(rows == 5)
    let isClosed = actions.contains { if case .line(.close) = $0 { true } else { false } }
    #expect(isClosed)
  }

  @Test("Passings are sent for a device that agrees, and not for one that a person removed")
  func usableDevices() throws {
    let world = try recorded()
    let deviceid = try #require(world.disk.first?.deviceid)
    #expect(world.agent.report.usableDevices == ["O4A5-00051": deviceid])
    world.tellCloud("unbind O4A5-00051")
    world.pass(seconds: 120)
    #expect(world.agent.report.usableDevices.isEmpty)
    #expect(world.agent.forwardView.devices.isEmpty)
    // Nor when another reader is there, whose own device is in order.
    try world.tellReader("serial-number O4A5-00099")
    world.pass(seconds: 60)
    #expect(world.agent.report.usableDevices.keys.sorted() == ["O4A5-00099"])
  }

  @Test(
    "A new file's passings reach the cloud while the old one, of which nothing is missing, is still compared")
  func comparedBeside() throws {
    let world = World.settled { $0.passings.forward = true }
    try world.tellReader("rate 100")
    world.pass(seconds: 30)
    try world.tellReader("rate 0")
    let old = try key(world)
    #expect(world.pass(atMost: 10) { $0.passings.summary(of: old).acknowledged >= 3000 })
    try world.tellReader("list-rate 250")
    try world.tellReader("newfile")
    try world.tellReader("pass 90001")
    world.pass(seconds: 1)
    #expect(world.pass(atMost: 4) { $0.agent.ledger.sum(\.acknowledged) == recordedCount($0) })
    #expect(try key(world) != old)
    #expect(world.agent.intake.openFiles.first { $0.key == old }?.isAuditing == true)
    #expect(world.pass(atMost: 120) { $0.passings.summary(of: old).isSettled })
  }

  @Test("A new file's passings wait for those that are missing of the old one, and these are asked for first")
  func missingFirst() throws {
    let world = World.settled { $0.passings.forward = true }
    try world.tellReader("rate 100")
    world.pass(seconds: 30)
    try world.tellReader("rate 0")
    world.pass(seconds: 1)
    let old = try key(world)
    try world.tellReader("lose-next 3")
    for chip in 90_001...90_003 { try world.tellReader("pass \(chip)") }
    world.pass(seconds: 0.2)
    let last = recordedCount(world)
    let before = world.commands.count
    try world.tellReader("newfile")
    try world.tellReader("pass 90004")
    world.pass(seconds: 1)
    #expect(world.pass(atMost: 6) { $0.agent.ledger.sum(\.acknowledged) == recordedCount($0) })
    let lists = world.commands[before...].map(\.text).filter { $0.hasPrefix("GETFILE;\(old.file)") }
    let numbers = try #require(lists.first?.split(separator: ";").suffix(2).compactMap { Int($0) })
    #expect(numbers.first ?? 0 > last - 4 && numbers.last == last)
    let sent = world.sent(.post).filter { $0.path == "/passings" || $0.path == "/sessions" }.map(\.path)
    #expect(sent.suffix(3) == ["/passings", "/sessions", "/passings"])
  }

  @Test(
    "Files of which nobody has heard while the line was away go to the cloud before the reader's current one")
  func startedWhileAway() throws {
    let world = try recorded { $0.passings.forward = true }
    let old = try key(world)
    world.pull()
    for chips in [90_001...90_005, 90_011...90_015] {
      try world.tellReader("newfile")
      for chip in chips { try world.tellReader("pass \(chip)") }
      world.pass(seconds: 2)
    }
    world.plug = .plugged
    let all = recordedCount(world)
    let isSent = world.pass(atMost: 30) { $0.agent.ledger.sum(\.acknowledged) == all }
    #expect(isSent)
    let aliases = (world.tellCloud("sessions").array ?? []).compactMap { $0["alias"]?.string }
    #expect(aliases == world.truth.keys.sorted().map { "O4A5-00051 \($0)" })
    #expect(aliases.count == 3 && aliases.first?.hasSuffix(old.file) == true)
  }

  @Test("Another cloud by reload: what it has no session for gets one there; back again, none is made")
  func otherCloud() throws {
    let world = try recorded { $0.passings.forward = true }
    let key = try key(world)
    #expect(world.pass(atMost: 20) { $0.passings.summary(of: key).waiting == 0 })
    let first = world.passings.summaries
    #expect(first.first?.session?.standing == .open)
    world.clearRequests()
    // The device is the same here, for one cloud plays both; only the name of the session is not.
    let others = world.showSessions(of: "https://other.example/v0")
    world.settings.cloud.url = "https://other.example/v0"
    world.settings.passings.sessionAlias = "{file} elsewhere"
    world.take(.reloaded(world.settings, bindings: world.disk, files: others))
    try world.tellReader("pass 1")
    world.pass(seconds: 10)
    #expect(world.sent(.post).filter { $0.path == "/sessions" }.count == 1)
    let second = try #require(world.passings.summary(of: key).session)
    #expect(second.cloud == "https://other.example/v0" && second.token != first.first?.session?.token)
    world.clearRequests()
    world.settings.cloud.url = "https://cloud.example/v0"
    let again = world.showSessions(of: "https://cloud.example/v0")
    world.take(.reloaded(world.settings, bindings: world.disk, files: again))
    try world.tellReader("pass 2")
    world.pass(seconds: 3)
    #expect(world.sent(.post).filter { $0.path == "/sessions" }.isEmpty)
    let tokens = world.sent(.post).filter { $0.path == "/passings" }.map { $0.body?["token_session"]?.string }
    #expect(!tokens.isEmpty && tokens.allSatisfy { $0 == first.first?.session?.token })
  }

  @Test("A reader's clock that is wrong, and passings that are lost, are not well; a gap being fetched is")
  func well() throws {
    let world = try recorded()
    #expect(world.status["well"] == true)
    try world.tellReader("clock-offset 30")
    world.pass(seconds: 620)
    #expect(world.status["well"] == false)
    // It was right before: so it has jumped, and it is wrong, too.
    let events = (world.status["conditions"]?.array ?? []).compactMap { $0["event"]?.string }
    #expect(events.first == "reader-clock-jumped" && events.contains("reader-clock"))
    let forgiven: [EventName] = [.gapFound, .forwardFailing, .backlog, .backupFailing, .diskLow]
    #expect(forgiven.allSatisfy { $0.priority > .error })
    let grave: [EventName] = [
      .passingsLost, .passingsUnconfirmed, .memoryRefused, .captureOverflow, .timeZoneUnknown,
      .sessionUnknown,
      .passingsRejected, .passingsWrong, .backlogOld, .cloudKeyRefused, .cloudSessionClosed, .forwardHeld,
      .storeFailing, .diskFull, .readerClock, .readerClockJumped, .passingsUndecided,
    ]
    #expect(grave.allSatisfy { $0.priority <= .error && !$0.remedy.isEmpty })
  }
}
