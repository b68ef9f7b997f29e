import AgentCore
import LinuxSystem
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

@Suite("What the store knows of the times of passings")
struct PassingTimeTests {
  private let folder = TemporaryFolder()
  /// Local times of `Europe/Berlin` in summer, and of a zone two hours further west.
  private static let zones: ZoneLookup = { local, zone in
    switch zone {
    case "Europe/Berlin": .once(WallTime(milliseconds: local - 7_200_000))
    case "Atlantic/Azores": .once(WallTime(milliseconds: local))
    case "Twice":
      .twice(earlier: WallTime(milliseconds: local), later: WallTime(milliseconds: local + 3_600_000))
    default: nil
    }
  }

  private func open() throws -> AgentDatabase {
    var database = try AgentDatabase.open(directory: folder.path)
    database.passings.zoneLookup = PassingTimeTests.zones
    return database
  }

  private func stamped(_ number: UInt32, _ stamp: KeptPassing.Stamp, trust: KeptPassing.Trust = .believed)
    -> KeptPassing
  {
    var passing = kept(number, trust: trust)
    passing.stamp = stamp
    return passing
  }

  private func waiting(_ database: inout AgentDatabase) throws -> [UInt32] {
    guard
      case .waiting(_, _, let rows)? = try database.perform([.readWaiting(raceKey, after: 0, limit: 100)])
        .first
    else { return [] }
    return rows.map(\.passing.number)
  }

  private func summary(_ database: inout AgentDatabase) throws -> FileSummary {
    try #require(try database.snapshot(cloud: cloud).files.first { $0.key == raceKey })
  }

  /// How many wait for a decision, and how many for the memory.
  private func counts(_ database: inout AgentDatabase) throws -> [Int] {
    let file = try summary(&database)
    return [file.undecided, file.unconfirmed]
  }

  @Test(
    "Passings of a clock that had jumped wait for a decision, whatever becomes of them, and after a restart too"
  )
  func undecided() throws {
    do {
      var database = try open()
      _ = try database.perform([
        .capture(
          raceKey, kept(1...10) + [stamped(11, .undecided), stamped(12, .undecided, trust: .unconfirmed)]),
        .capture(raceKey, [stamped(13, .accepted)]),
      ])
      #expect(try waiting(&database) == Array(1...10) + [13])
      #expect(try counts(&database) == [1, 1])
      // The line shows damage, and the memory confirms.
      _ = try database.perform([.doubt(raceKey)])
      #expect(try counts(&database) == [0, 13])
      #expect(try waiting(&database).isEmpty)
      _ = try database.perform([.believe(raceKey)])
      #expect(try waiting(&database) == Array(1...10) + [13])
    }
    var database = try open()
    #expect(try summary(&database).undecided == 2)
    guard case .fileOpened(let contents)? = try database.perform([.openFile(raceKey)]).first else {
      Issue.record("not opened")
      return
    }
    #expect(contents.stored == NumberSet(1...13) && contents.jumped == NumberSet(11...13))
    #expect(contents.last?.stamp == .accepted)
    #expect(contents.steady?.kept.passing.number == 10 && contents.steady?.isOfThisBoot == true)
    _ = try database.perform([.accept(raceKey, NumberSet(12...99))])
    #expect(try waiting(&database) == Array(1...10) + [12, 13])
    let file = try summary(&database)
    #expect(file.undecided == 1 && file.stored == file.acknowledged + file.waiting + file.rejected)
    // What the cloud has it has.
    _ = try database.perform([.acknowledge(raceKey, NumberSet(1...13))])
    #expect(try counts(&database) == [0, 0])
    #expect(try summary(&database).acknowledged == 13)
  }

  @Test("A passing whose frame the memory has with a right time is held no more")
  func corrected() throws {
    var database = try open()
    var right = kept(5, variant: 1, trust: .confirmed)
    right.origin = .fetched
    _ = try database.perform([.capture(raceKey, [stamped(5, .undecided)]), .capture(raceKey, [right])])
    #expect(try waiting(&database) == [5])
    #expect(try counts(&database) == [0, 0])
  }

  @Test(
    "Of several rows of a number that are kept at once the last one says whether a steady clock stamped it",
    arguments: [KeptPassing.Stamp.undecided, .accepted, nil])
  func lastStamp(heard: KeptPassing.Stamp?) throws {
    var right = kept(5, variant: 1, trust: .confirmed)
    right.origin = .fetched
    var wrong = stamped(5, .undecided, trust: .confirmed)
    wrong.origin = .fetched
    let isRight = heard != nil
    let first = heard.map { stamped(5, $0, trust: .unconfirmed) }
    var database = try open()
    _ = try database.perform([
      .capture(raceKey, kept(1...4) + (first.map { [$0, right] } ?? [right, wrong]))
    ])
    #expect(try waiting(&database) == Array(1...(isRight ? 5 : 4)))
    #expect(try counts(&database) == [isRight ? 0 : 1, 0])
    _ = try database.perform([.capture(raceKey, [isRight ? wrong : right])])
    #expect(try waiting(&database) == Array(1...(isRight ? 4 : 5)))
  }

  @Test("A passing that the memory confirms after the jump was found out waits as well")
  func foundOutLater() throws {
    var database = try open()
    _ = try database.perform([
      .capture(raceKey, kept(1...2)), .capture(raceKey, [stamped(2, .undecided, trust: .confirmed)]),
    ])
    #expect(try waiting(&database) == [1])
    #expect(try counts(&database) == [1, 0])
  }

  @Test(
    "Passings of a doubled hour that were heard before the host's clock was trusted get their moments by it")
  func settled() throws {
    var database = try open()
    var rows = kept(1...4)
    for index in rows.indices {
      rows[index].zone = "Twice"
      rows[index].utc = WallTime(milliseconds: rows[index].passing.localMilliseconds)
      rows[index].certainty = .assumedFirst
      rows[index].hostSynchronised = false
      rows[index].arrivedAt = MonotonicTime(nanoseconds: 1_000_000 * rows[index].passing.localMilliseconds)
    }
    rows[2].origin = .fetched
    // Heard by a host whose clock was trusted then.
    rows[3].hostSynchronised = true
    rows[3].utc = WallTime(milliseconds: rows[3].utc.milliseconds + 3_600_000)
    (rows[3].arrivedWall, rows[3].certainty) = (rows[3].utc, .certain)
    _ = try database.perform([.capture(raceKey, rows), .acknowledge(raceKey, NumberSet(1...1))])
    let request = PassingRequest.settleTimes(raceKey, zone: "Twice", ahead: 3_601_000)
    guard case .zoneCorrected(let file, let correction, request)? = try database.perform([request]).first
    else {
      Issue.record("not settled")
      return
    }
    let times = rows.map(\.passing.localMilliseconds)
    #expect(correction.sent == NumberSet(1...1) && correction.former.isEmpty && file.mistimed == 1)
    #expect(correction.sentTimes?.lowerBound == WallTime(milliseconds: times[0] + 3_600_000))
    guard
      case .waiting(_, _, let waiting)? = try database.perform([.readWaiting(raceKey, after: 0, limit: 9)])
        .first
    else {
      Issue.record("not read")
      return
    }
    #expect(
      waiting.map(\.utc.milliseconds) == times[1...].map { $0 + 3_600_000 })
    #expect(correction.waiting == NumberSet(2...3))
    guard case .fileOpened(let contents)? = try database.perform([.openFile(raceKey)]).first else { return }
    #expect(contents.last?.hostSynchronised == true && contents.last?.certainty == .certain)
  }

  @Test(
    "A corrected zone changes the UTC of what waits, notes what was sent, and keeps frames and former zone")
  func zone() throws {
    var database = try open()
    var named = kept(9)
    named.zoneSource = .person
    var live = kept(10)
    // It came at the time of the other zone.
    live.hostSynchronised = true
    live.arrivedWall = WallTime(milliseconds: live.passing.localMilliseconds)
    let others = (1...8).map { number in
      var passing = kept(UInt32(number))
      passing.hostSynchronised = false
      return passing
    }
    _ = try database.perform([
      .capture(raceKey, others + [named, live]), .acknowledge(raceKey, NumberSet(1...3)),
    ])
    let request = PassingRequest.correctZone(raceKey, "Atlantic/Azores")
    guard case .zoneCorrected(let summary, let correction, request)? = try database.perform([request]).first
    else {
      Issue.record("not corrected")
      return
    }
    #expect(correction.former == ["Europe/Berlin"] && !correction.isLeft)
    #expect(correction.sent == NumberSet(1...3) && correction.waiting == NumberSet([4, 5, 6, 7, 8, 10]))
    let first = WallTime(milliseconds: passing(1).localMilliseconds)
    #expect(correction.sentTimes == first...WallTime(milliseconds: passing(3).localMilliseconds))
    #expect(summary.mistimed == 3)
    guard
      case .waiting(_, _, let rows)? = try database.perform([.readWaiting(raceKey, after: 0, limit: 100)])
        .first
    else { return }
    for row in rows {
      let isNamed = row.passing.number == 9
      #expect(row.zone == (isNamed ? "Europe/Berlin" : "Atlantic/Azores") && row.isCorrected != isNamed)
      #expect(row.passing == passing(row.passing.number))
    }
    #expect(
      try database.connection.integer("SELECT sum(high - low + 1) FROM former_zone", for: "test") == 9)
    // Once more it changes nothing.
    guard case .zoneCorrected(_, let again, _)? = try database.perform([request]).first else { return }
    #expect(again == ZoneCorrection(zone: "Atlantic/Azores"))
    // The cloud may have had some of those that wait as they were.
    _ = try database.perform([
      .acknowledge(raceKey, NumberSet(4...10)), .sendAgain(raceKey, NumberSet(1...2)),
    ])
    #expect(try self.summary(&database).mistimed == 1)
    _ = try database.perform([.noteSent(raceKey, NumberSet(1...1)), .acknowledge(raceKey, NumberSet(1...2))])
    #expect(try self.summary(&database).mistimed == 2)
  }

  @Test("Passings that came at the times of their zone keep it")
  func rightZone() throws {
    var database = try open()
    _ = try database.perform([.capture(raceKey, kept(1...10))])
    let request = PassingRequest.correctZone(raceKey, "Atlantic/Azores")
    guard case .zoneCorrected(let summary, let correction, _)? = try database.perform([request]).first else {
      return
    }
    #expect(correction.isLeft && summary.mistimed == 0)
    guard
      case .waiting(_, _, let rows)? = try database.perform([.readWaiting(raceKey, after: 0, limit: 100)])
        .first
    else { return }
    #expect(rows.allSatisfy { $0.zone == "Europe/Berlin" && !$0.isCorrected })
  }

  @Test("How sure a time is stays known")
  func certainty() throws {
    var database = try open()
    let all = TimeCertainty.allCases
    let passings = all.enumerated().map { index, certainty in
      var passing = kept(UInt32(index + 1))
      passing.certainty = certainty
      return passing
    }
    _ = try database.perform([.capture(raceKey, passings)])
    var view = try PassingView(directory: folder.path, cloud: cloud)
    #expect(try view.passings(file: raceKey).map(\.kept.certainty) == all)
  }

  @Test("A store of the version before has nothing of it, and goes on")
  func migration() throws {
    do {
      let connection = try Connection(folder.file(AgentDatabase.fileName), busyTimeout: 0)
      try connection.run(
        """
        PRAGMA journal_mode = WAL; \(Schema.steps[0]); \(Schema.steps[1]); \(Schema.steps[2]);
        PRAGMA user_version = 3;
        INSERT INTO file (serial_number, name, first_contact_ms, stored)
          VALUES ('\(raceKey.serialNumber)', '\(raceKey.file)', 5, 1);
        INSERT INTO zone (name) VALUES ('Europe/Berlin');
        INSERT INTO boot (name) VALUES ('boot');
        INSERT INTO passing (passing_id, utc_ms, arrived_ms, arrived_ns, zone_id, boot_id, host_synchronised, origin,
          trust, frame) SELECT file_id << 32 | 1, 7, 8, 9, 1, 1, 1, 0, 0, '\(passing(1).text)' FROM file;
        INSERT INTO span (file_id, kind, low, high) SELECT file_id, 0, 1, 1 FROM file;
        """, for: "test")
    }
    var database = try open()
    #expect(try waiting(&database) == [1])
    guard case .fileOpened(let contents)? = try database.perform([.openFile(raceKey)]).first else { return }
    #expect(contents.last?.stamp == .steady && contents.last?.certainty == .certain)
    #expect(contents.steady?.isOfThisBoot == false)
    _ = try database.perform([.capture(raceKey, [stamped(2, .undecided)])])
    #expect(try waiting(&database) == [1])
    #expect(try counts(&database) == [1, 0])
  }
}
