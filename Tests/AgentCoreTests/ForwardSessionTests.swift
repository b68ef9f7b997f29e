import AgentCore
import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@Suite("One cloud session for each session file")
struct ForwardSessionTests {
  let first = ForwardWorld.key("20171223-153055.csv")
  let second = ForwardWorld.key("20171223-170000.csv")
  let third = ForwardWorld.key("20171223-190000.csv")

  @Test("It is written down before it is asked for, its token before it is used, and a restart creates none")
  func restart() {
    for moment in stride(from: 0.0, to: 1.2, by: 0.02) {
      let world = ForwardWorld()
      world.storeLatency = 30
      world.cloudLatency = 70
      world.capture(1...10, of: first)
      world.pass(seconds: moment)
      world.restart(losingStoreRequests: Int(moment * 50) % 2 == 0)
      world.capture(1...10, of: first)
      world.pass(seconds: 10)
      world.expectComplete(first)
      #expect(world.sessions.count == 1, "killed after \(moment) s")
      #expect(world.misuse.isEmpty)
    }
  }

  @Test("When the answer to creating it is lost, it is found by its name")
  func lostAnswer() {
    let world = ForwardWorld()
    world.tellCloud("reset after 1 on session-open")
    world.capture(1...10, of: first)
    world.pass(seconds: 10)
    world.expectComplete(first)
    #expect(world.sessions.count == 1)
    #expect(world.sent("/sessions/device/").count == 2)
  }

  @Test("With a WRITE key it cannot be looked for: another is asked for")
  func lostAnswerWithWriteKey() {
    let world = ForwardWorld(access: .write)
    world.tellCloud("fail 500 after-work on session-open for 1 requests")
    world.capture(1...10, of: first)
    world.pass(seconds: 20)
    world.expectComplete(first)
    #expect(world.sessions.count == 2)
    #expect(world.sessions.filter { $0["passings"] != 0 }.count == 1)
  }

  @Test("The next file's session waits until the former one is sent to its end")
  func inOrder() {
    let world = ForwardWorld()
    world.view.current = second
    world.view.isReading = true
    world.cloudLatency = 200
    world.capture(1...4000, of: first)
    world.ask(.noteFile(first, readerCount: 4000, isSettled: true))
    world.capture(1...50, of: second)
    world.pass(seconds: 1.5)
    #expect(world.aliases == ["O4A5-00051 20171223-153055.csv"])
    #expect(
      world.forwarder.status(of: second, at: world.now)?.reason?.contains("153055") == true)
    world.pass(seconds: 10)
    world.expectComplete(first)
    world.expectComplete(second)
    #expect(world.aliases == ["O4A5-00051 20171223-153055.csv", "O4A5-00051 20171223-170000.csv"])
    #expect(world.entries(.cloudSessionClosed).isEmpty)
  }

  @Test("A file of which the reader may have more keeps the next one waiting, for two minutes at most")
  func patience() {
    let world = ForwardWorld()
    world.view.current = second
    world.view.isReading = true
    world.capture(1...10, of: first)
    world.ask(.noteFile(first, readerCount: 10, isSettled: false))
    world.capture(1...10, of: second)
    world.pass(seconds: 60)
    #expect(world.sessions.count == 1)
    // Something of it comes: it is given time again.
    world.capture(11...20, of: first)
    world.pass(seconds: 100)
    #expect(world.sessions.count == 1)
    world.pass(seconds: 30)
    world.expectComplete(first)
    world.expectComplete(second)
  }

  @Test("Files that a person imported keep nobody waiting once they are sent")
  func imported() {
    let world = ForwardWorld()
    world.view.current = FileKey(serialNumber: first.serialNumber, file: "20180101-080000.csv")
    world.capture(1...10, of: first)
    world.capture(1...10, of: second)
    world.pass(seconds: 10)
    world.expectComplete(first)
    world.expectComplete(second)
    #expect(world.sessions.count == 2)
  }

  @Test("Once it is settled the next one's session is created at once")
  func settled() {
    let world = ForwardWorld()
    world.view.current = second
    world.view.isReading = true
    world.capture(1...10, of: first)
    world.ask(.noteFile(first, readerCount: 10, isSettled: false))
    world.capture(1...10, of: second)
    world.pass(seconds: 20)
    world.ask(.noteFile(first, readerCount: 10, isSettled: true))
    world.pass(seconds: 2)
    world.expectComplete(second)
  }

  @Test("The session of the file that the reader writes is never closed for an older one")
  func currentIsProtected() {
    let world = ForwardWorld()
    world.view.current = second
    world.view.isReading = true
    world.capture(1...10, of: second)
    world.pass(seconds: 5)
    world.capture(1...10, of: first)
    world.pass(seconds: 4000)
    #expect(world.sessions.count == 1)
    #expect(world.file(first).waiting == 10)
    #expect(world.forwarder.status(of: first, at: world.now)?.reason?.contains("170000") == true)
    world.view.isReading = false
    world.ask(.noteFile(second, readerCount: 10, isSettled: true))
    world.pass(seconds: 5)
    world.expectComplete(first)
    world.expectComplete(second)
  }

  @Test("A closed session holds its passings, alarms once, and says so")
  func closed() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.tellCloud("close-session O4A5-00051")
    world.capture(11...20, of: first)
    world.pass(seconds: 600)
    #expect(world.file(first).session?.standing == .closed)
    #expect(world.file(first).waiting == 10)
    #expect(world.entries(.cloudSessionClosed).count == 1)
    #expect(world.isActive(.cloudSessionClosed))
    #expect(world.sessions.count == 1)
    world.restart()
    world.pass(seconds: 600)
    #expect(world.isActive(.cloudSessionClosed))
    #expect(world.sessions.count == 1)
    world.reload { $0.onClosedSession = .new }
    world.pass(seconds: 20)
    #expect(world.sessions.count == 2)
    #expect(world.cloudNumbers(of: first).description == "11-20")
    #expect(world.file(first).waiting == 0)
    #expect(!world.isActive(.cloudSessionClosed))
    // What went to the former session is not looked for in the new one.
    world.pass(seconds: 3600)
    #expect(world.cloudNumbers(of: first).description == "11-20")
  }

  @Test("on_closed_session = new: a new session takes what waits, without a person")
  func new() {
    let world = ForwardWorld { $0.onClosedSession = .new }
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.tellCloud("close-session O4A5-00051")
    world.capture(11...20, of: first)
    world.pass(seconds: 30)
    #expect(world.sessions.count == 2)
    #expect(world.cloudNumbers(of: first).description == "11-20")
    #expect(world.file(first).waiting == 0)
  }

  @Test("One refusal of an open session is no reason to hold it")
  func falseAlarm() {
    let world = ForwardWorld()
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.tellCloud("fail 404 for 1 requests")
    world.capture(11...20, of: first)
    world.pass(seconds: 10)
    world.expectComplete(first)
    #expect(world.entries(.cloudSessionClosed).isEmpty)
  }

  @Test("A proxy that knows nothing at all closes no session")
  func proxy() {
    let world = ForwardWorld()
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.tellCloud("fail 404")
    world.capture(11...20, of: first)
    world.pass(seconds: 300)
    #expect(world.file(first).session?.standing == .open)
    #expect(world.isActive(.forwardHeld))
    world.tellCloud("ok")
    world.pass(seconds: 90)
    world.expectComplete(first)
    #expect(world.sessions.count == 1)
  }

  @Test("A session that the key may not look at is believed to be closed when it is refused twice")
  func closedWithWriteKey() {
    let world = ForwardWorld(access: .write)
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    world.tellCloud("close-session O4A5-00051")
    world.capture(11...20, of: first)
    world.pass(seconds: 60)
    #expect(world.file(first).session?.standing == .closed)
  }

  @Test("What was sent before and waits again is found in its closed session")
  func rewindOfClosed() {
    let world = ForwardWorld()
    world.view.current = first
    world.capture(1...20, of: first)
    world.pass(seconds: 5)
    world.ask(.noteFile(first, readerCount: 20, isSettled: true))
    world.view.current = second
    world.capture(1...10, of: second)
    world.pass(seconds: 5)
    #expect(world.sessions.count == 2)
    world.ask(
      .rewind(
        from: WallTime(milliseconds: ForwardWorld.start),
        to: WallTime(milliseconds: ForwardWorld.start + 1000), file: nil, dryRun: false))
    world.pass(seconds: 10)
    world.expectComplete(first)
    world.expectComplete(second)
    #expect(world.entries(.cloudSessionClosed).isEmpty)
  }

  private func rewindAll(_ world: ForwardWorld) {
    world.ask(
      .rewind(
        from: WallTime(milliseconds: ForwardWorld.start),
        to: WallTime(milliseconds: ForwardWorld.start + 86_400_000), file: nil, dryRun: false))
  }

  @Test(
    "A rewind brings nothing to a second session: what lies in a closed one stays there",
    arguments: [false, true])
  func rewindOfTwo(isHeld: Bool) {
    let world = ForwardWorld { if !isHeld { $0.onClosedSession = .new } }
    world.view.current = first
    world.capture(1...10, of: first)
    world.pass(seconds: 5)
    let former = world.file(first).session?.token ?? ""
    world.tellCloud("close-session O4A5-00051")
    world.capture(11...20, of: first)
    world.pass(seconds: 30)
    rewindAll(world)
    world.pass(seconds: 60)
    // As the alarm advises.
    if isHeld { world.reload { $0.onClosedSession = .new } }
    world.pass(seconds: 60)
    #expect(world.file(first).waiting == 0 && world.file(first).acknowledged == 20)
    #expect(world.sessions.count == 2)
    #expect(NumberSet(world.cloudPassings(former).keys.sorted()).description == "1-10")
    #expect(world.cloudNumbers(of: first).description == "11-20")
    #expect(world.batches.filter { $0 == NumberSet(11...20) }.count == (isHeld ? 2 : 3))
  }

  @Test(
    "With a WRITE key, what waits again for a session that the cloud has closed is acknowledged as it was",
    arguments: [PassingSettings.ClosedSession.hold, .new], [false, true])
  func rewindOfClosedWithWriteKey(onClosed: PassingSettings.ClosedSession, isRestarted: Bool) {
    let world = ForwardWorld(access: .write) { $0.onClosedSession = onClosed }
    for key in [first, second] {
      world.view.current = key
      world.capture(1...10, of: key)
      world.pass(seconds: key == first ? 5 : 400)
      world.ask(.noteFile(key, readerCount: 10, isSettled: true))
      world.view.complete.insert(key)
    }
    let token = world.file(first).session?.token
    if isRestarted { world.tellCloud("fail 503") }
    rewindAll(world)
    if isRestarted {
      world.pass(seconds: 1)
      world.restart()
      world.tellCloud("ok")
    }
    world.pass(seconds: 4 * 3600)
    for key in [first, second] { #expect(world.file(key).waiting == 0 && world.file(key).acknowledged == 10) }
    #expect(world.sessions.count == 2 && world.file(first).session?.token == token)
    #expect(!world.isActive(.cloudSessionClosed) && !world.isActive(.backlogOld))
    let told = world.entries(.cloudSessionClosed)
    #expect(
      told.map(\.priority) == [.notice] && told[0].message.contains(": 10 acknowledged before stay there"))
  }

  @Test(
    "A session that may have been made for a file of which nothing waits is looked for, and the next file goes on"
  )
  func askedForNothing() {
    let world = ForwardWorld()
    world.view.current = first
    world.view.isReading = true
    world.tellCloud("fail 503")
    world.capture(1...5, of: first, trust: .unconfirmed)
    world.ask(.believe(first))
    world.pass(seconds: 5)
    #expect(world.file(first).session?.standing == .asked)
    world.restart()
    world.ask(.doubt(first))
    world.ask(.contradict(first, NumberSet(1...5)))
    world.ask(.noteFile(first, readerCount: 0, isSettled: true))
    world.pass(seconds: 5)
    #expect(world.file(first).waiting == 0)
    world.tellCloud("ok")
    world.view.current = second
    world.capture(1...10, of: second)
    #expect(world.pass(atMost: 120) { $0.file(second).acknowledged == 10 })
  }

  @Test("Passings do not wait for a list of sessions that the cloud never shows", arguments: ["404", "500"])
  func noList(status: String) {
    let world = ForwardWorld()
    world.tellCloud("fail \(status) on sessions")
    world.capture(1...10, of: first)
    world.pass(seconds: 600)
    world.expectComplete(first)
    #expect(world.sessions.count == 1)
  }

  @Test("The name is the one of the setting, and stays though the setting changes before the answer")
  func alias() {
    let world = ForwardWorld { $0.sessionAlias = "Finish {alias}/{file} {x}" }
    world.tellCloud("fail 500 after-work for 1 requests")
    world.capture(1...10, of: first)
    world.pass(seconds: 0.2)
    world.reload { $0.sessionAlias = "{file}" }
    world.pass(seconds: 10)
    #expect(world.aliases == ["Finish O4A5-00051/20171223-153055.csv {x}"])
    world.expectComplete(first)
  }

  @Test("Three files that waited while there was no network go one after the other, the oldest first")
  func afterADayOffline() {
    let world = ForwardWorld()
    world.tellCloud("fail 503")
    for key in [first, second, third] {
      world.view.current = key
      world.capture(1...1500, of: key)
      world.ask(.noteFile(key, readerCount: 1500, isSettled: key != third))
      world.pass(seconds: 60)
    }
    world.view.isReading = true
    world.tellCloud("ok")
    world.pass(seconds: 120)
    for key in [first, second, third] { world.expectComplete(key) }
    #expect(world.aliases.map { $0.suffix(10) } == ["153055.csv", "170000.csv", "190000.csv"])
    #expect(world.entries(.cloudSessionClosed).isEmpty)
  }
}
