import AgentCore
import One4AllProtocol
import Rehearsal
import Testing

@Suite("A time zone that is corrected later")
struct ZoneCorrectionTests {
  /// A world whose reader shows the time of Mexico City, with the zone that is named.
  private func world(_ zone: String, count: Int = 10) throws -> CaptureWorld {
    let world = CaptureWorld(
      change: { $0.timeZone = "America/Mexico_City" }, zones: LiveZoneTests.database)
    world.reload(timeZone: zone)
    #expect(
      world.pass(atMost: 5) {
        $0.agent.session.isConnected && $0.agent.intake.openFiles.first?.readerCount != nil
      })
    for number in 1...count {
      try world.tellReader("pass \(number)")
      world.pass(seconds: 1)
    }
    world.pass(seconds: 2)
    return world
  }

  private func rows(_ world: CaptureWorld) -> [KeptPassing] {
    (world.store.files[world.key(world.files[0])]?.rows ?? [:]).sorted { $0.key < $1.key }.map(\.value.kept)
  }

  /// Whether the rows have the moments at which they came.
  private func areRight(_ rows: [KeptPassing]) -> Bool {
    rows.allSatisfy { abs($0.utc.milliseconds - $0.arrivedWall.milliseconds) < 2000 }
  }

  @Test("What waits gets the right UTC; what was sent is told, with the command that sends it again")
  func corrected() throws {
    let world = try world("Europe/Madrid")
    let key = world.key(world.files[0])
    #expect(rows(world).count == 10 && !areRight(rows(world)))
    world.asForwarder(.acknowledge(key, NumberSet(1...4)))
    let frames = rows(world).map(\.passing)
    world.reload(timeZone: "America/Mexico_City")
    world.pass(seconds: 2)
    #expect(areRight(rows(world)) && rows(world).map(\.passing) == frames)
    #expect(rows(world).allSatisfy { $0.zone == "America/Mexico_City" })
    #expect(world.store.summary(of: key).mistimed == 4)
    let told = world.entries(.zoneCorrected)
    #expect(told.count == 2 && told.contains { $0.priority == .alert })
    let first = rows(world)[0].utc.iso8601
    #expect(told.contains { $0.message.contains("1-4") && $0.message.contains("one4allctl resend \(first)") })
    #expect(PassingHealth(world.agent, at: world.now).causes.contains { $0.event == .passingsWrong })
    // Sent again after a person has deleted them in the cloud, they are right there.
    world.asForwarder(.sendAgain(key, NumberSet(1...4)))
    world.asForwarder(.acknowledge(key, NumberSet(1...10)))
    world.pass(seconds: 1)
    #expect(world.store.summary(of: key).mistimed == 0)
    #expect(PassingHealth(world.agent, at: world.now).isWell)
  }

  @Test("A zone that was right is not made wrong by one that is not the reader's")
  func left() throws {
    let world = try world("America/Mexico_City")
    world.reload(timeZone: "Europe/Madrid")
    world.pass(seconds: 2)
    #expect(areRight(rows(world)))
    #expect(world.entries(.zoneCorrected).map(\.priority) == [.warning])
  }

  @Test("Corrected while the daemon was down, it is put right as well")
  func afterRestart() throws {
    let world = try world("Europe/Madrid")
    world.settings.reader.timeZone = "America/Mexico_City"
    world.kill()
    world.pass(seconds: 10)
    #expect(areRight(rows(world)))
  }

  @Test("What a person has imported with a zone keeps it")
  func imported() throws {
    let world = try world("Europe/Madrid")
    let other = world.key("20260101-090000.csv")
    let passing = try Passing(parsing: Array("1;MC;00001;2026-01-01;09:00:01.000;1;1;abcde".utf8))
    #expect(world.importPassings([passing], of: other, zone: "Asia/Tokyo", source: .person) == 1)
    world.pass(seconds: 1)
    world.reload(timeZone: "America/Mexico_City")
    world.pass(seconds: 2)
    #expect(world.store.files[other]?.rows[1]?.kept.zone == "Asia/Tokyo")
  }
}
