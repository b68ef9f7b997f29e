import AgentCore
import LinuxSystem
import One4AllProtocol
import Synchronization
import TestSupport
import Testing

@testable import AgentStore

@Suite("The numbers of changes")
struct ChangeTests {
  private let folder = TemporaryFolder()
  private var file: String { folder.file(AgentDatabase.fileName) }

  private func runs() throws -> [ChangeTable.Run] {
    try ChangeTable(Connection(file, busyTimeout: 0, readOnly: true)).runs(after: 0, limit: 1000)
  }

  private func changes(after cursor: ChangeCursor = .start, limit: Int = 500) throws -> ChangePage {
    var view = try PassingView(directory: folder.path, cloud: cloud)
    return try view.changes(after: cursor, limit: limit)
  }

  @Test("A race without trouble is one run, however its passings are confirmed and acknowledged")
  func oneRun() throws {
    var database = try AgentDatabase.open(directory: folder.path)
    for start in stride(from: UInt32(1), to: 2000, by: 20) {
      _ = try database.perform([.capture(raceKey, kept(start...start + 19, trust: .unconfirmed))])
      _ = try database.perform([.capture(raceKey, kept(start...start + 19, trust: .confirmed))])
      _ = try database.perform([.acknowledge(raceKey, NumberSet(start...start + 9))])
    }
    #expect(try runs().map(\.numbers) == [1...2000])
    let page = try changes(limit: 3)
    #expect(page.changes.map(\.change) == [1, 2, 3])
    #expect(page.isMore && page.cursor.change == 3 && !page.isRestarted)
    #expect(try changes(after: page.cursor, limit: 1).changes.first?.numbers == 4...4)
    let view = try PassingView(directory: folder.path, cloud: cloud)
    let last = try view.lastChange()
    #expect(last.change == 2000)
    #expect(try changes(after: last).changes.isEmpty)
  }

  @Test("What waits for the reader's memory is not seen, nor is what of it is told to the cloud a change")
  func unseen() throws {
    var database = try AgentDatabase.open(directory: folder.path)
    _ = try database.perform([.capture(raceKey, kept(1...5, trust: .unconfirmed))])
    #expect(try changes().changes.isEmpty)
    _ = try database.perform([.believe(raceKey)])
    let seen = try changes()
    #expect(seen.changes.map(\.numbers.lowerBound) == [1, 2, 3, 4, 5])
    _ = try database.perform([
      .acknowledge(raceKey, NumberSet(1...3)), .reject(raceKey, 4, reason: "bad"),
      .sendAgain(raceKey, NumberSet(1...4)), .acknowledge(raceKey, NumberSet(1...4)),
    ])
    #expect(try changes(after: seen.cursor).changes.isEmpty)
  }

  @Test("A correction, a doubt and a loss each give a new number; the old one is given no more")
  func kinds() throws {
    var database = try AgentDatabase.open(directory: folder.path)
    _ = try database.perform([.capture(raceKey, kept(1...9))])
    let first = try changes().cursor
    _ = try database.perform([.capture(raceKey, [kept(4, variant: 1, trust: .confirmed, origin: .fetched)])])
    let corrected = try changes(after: first)
    #expect(corrected.changes.map(\.change) == [10])
    guard case .passing(let stored, isCorrected: true)? = corrected.changes.first?.content else {
      Issue.record("\(corrected)")
      return
    }
    #expect(stored.kept.passing == passing(4, variant: 1))
    #expect(try changes().changes.map(\.numbers.lowerBound) == [1, 2, 3, 5, 6, 7, 8, 9, 4])

    _ = try database.perform([.doubt(raceKey)])
    let doubted = try changes(after: corrected.cursor)
    #expect(doubted.changes.map(\.numbers) == [1...3, 5...9])
    #expect(doubted.changes.allSatisfy { $0.content == .withdrawn })
    #expect(doubted.cursor.change == 18)

    _ = try database.perform([.noteLost(raceKey, NumberSet(11...14))])
    let lost = try changes(after: doubted.cursor)
    #expect(lost.changes == [PassingChange(change: 22, key: raceKey, numbers: 11...14, content: .lost)])
    // It is there after all, and waits for its confirmation.
    _ = try database.perform([.capture(raceKey, kept(12...12, trust: .unconfirmed))])
    #expect(try changes(after: lost.cursor).changes.map(\.content) == [.withdrawn])
  }

  @Test("What is rolled back has no number, and the next change has the number that it would have had")
  func rolledBack() throws {
    var database = try AgentDatabase.open(directory: folder.path)
    _ = try database.perform([.capture(raceKey, kept(1...3))])
    #expect(throws: StoreError.self) {
      try database.transaction { (database) throws(StoreError) in
        _ = try database.passings.perform(.capture(raceKey, kept(4...6)))
        throw StoreError.closed(path: "test")
      }
    }
    _ = try database.perform([.capture(raceKey, kept(7...7))])
    #expect(try changes().changes.map(\.numbers.lowerBound) == [1, 2, 3, 7])
    #expect(try changes().changes.map(\.change) == [1, 2, 3, 4])
  }

  @Test("A restart goes on with the numbers, and a cursor of before counts")
  func restart() throws {
    do {
      var database = try AgentDatabase.open(directory: folder.path)
      _ = try database.perform([.capture(raceKey, kept(1...3))])
    }
    let before = try changes().cursor
    var database = try AgentDatabase.open(directory: folder.path)
    #expect(try !changes(after: before).isRestarted)
    _ = try database.perform([.capture(raceKey, kept(4...5))])
    let page = try changes(after: before)
    #expect(!page.isRestarted && page.changes.map(\.change) == [4, 5])
    #expect(page.cursor.epoch != before.epoch)
  }

  @Test("Behind a store that was put back from a copy a follower begins again, at once and later")
  func putBack() throws {
    let copy = TemporaryFolder()
    do {
      var database = try AgentDatabase.open(directory: folder.path)
      _ = try database.perform([.capture(raceKey, kept(1...3))])
      try copyStore(from: folder, to: copy)
      _ = try database.perform([.capture(raceKey, kept(4...6))])
    }
    var follower = Follower()
    try follower.follow(folder.path)
    #expect(follower.cursor.change == 6)
    var other = follower
    try other.follow(copy.path)
    #expect(other.restarts == 1 && other.cursor.change == 3)
    do {
      var database = try AgentDatabase.open(directory: copy.path)
      _ = try database.perform([.capture(raceKey, kept(11...19))])
    }
    other = follower
    try other.follow(copy.path)
    #expect(other.restarts == 1 && other.cursor.change == 12)
    #expect(other.seen[raceKey]?.keys.sorted() == [1, 2, 3] + Array(11...19))
  }

  @Test("Rows that were removed to make room are told as removed, and what a follower has of them stays")
  func removed() throws {
    var database = try AgentDatabase.open(directory: folder.path)
    _ = try database.perform([
      .capture(raceKey, kept(1...9)), .acknowledge(raceKey, NumberSet([1, 2, 3, 5, 6])),
    ])
    var follower = Follower()
    try follower.follow(folder.path)
    _ = try database.passings.removeAcknowledged(limit: 4)
    #expect(try changes(after: follower.cursor).changes.isEmpty)
    let page = try changes()
    #expect(page.changes.map(\.numbers) == [1...3, 4...4, 5...5, 6...6, 7...7, 8...8, 9...9])
    #expect(page.changes.filter { $0.content == .removed }.map(\.change) == [3, 5])
  }

  @Test("A zone that is corrected corrects what is believed")
  func zone() throws {
    let shifted: ZoneLookup = { local, _ in .once(WallTime(milliseconds: local)) }
    var database = try AgentDatabase.open(directory: folder.path)
    database.passings.zoneLookup = shifted
    // A host's clock that was to be trusted would vouch for the former zone.
    let heard = (kept(1...3) + kept(4...5, trust: .unconfirmed)).map { passing in
      var passing = passing
      passing.hostSynchronised = false
      return passing
    }
    _ = try database.perform([.capture(raceKey, heard)])
    let before = try changes().cursor
    _ = try database.perform([.correctZone(raceKey, "Etc/UTC")])
    let page = try changes(after: before)
    #expect(page.changes.map(\.numbers.lowerBound) == [1, 2, 3])
    for change in page.changes {
      guard case .passing(let stored, isCorrected: true) = change.content else {
        Issue.record("\(change)")
        continue
      }
      #expect(stored.kept.zone == "Etc/UTC")
    }
  }

  @Test("Only so many lives of the store are remembered")
  func epochs() throws {
    for number in 1...4 {
      var database = try AgentDatabase.open(directory: folder.path)
      try database.connection.run(
        "WITH RECURSIVE n(v) AS (SELECT \(number * 1000) UNION ALL SELECT v + 1 FROM n LIMIT 600) "
          + "INSERT INTO change_epoch SELECT -v, 7 FROM n",
        for: "test")
      _ = try database.perform([.capture(raceKey, kept(UInt32(number)...UInt32(number)))])
      let count = try database.connection.integer("SELECT count(*) FROM change_epoch", for: "test")
      #expect(count <= Int64(ChangeTable.epochs) + 1)
    }
  }

  @Test("The store of every earlier agent is numbered file by file", arguments: 2..<Schema.version)
  func migrated(version: Int) throws {
    do {
      let connection = try Connection(file, busyTimeout: 0, sealing: false)
      let frames = (1...9).map { "(\(1 << 32 | $0), 0, 0, 0, 1, 1, 0, 0, 0, '\(passing(UInt32($0)).text)')" }
      try connection.run(
        """
        PRAGMA journal_mode = WAL; \(Schema.steps[..<version].joined(separator: ";"));
        PRAGMA user_version = \(version);
        INSERT INTO file (serial_number, name, first_contact_ms, stored, acknowledged, rejected, unconfirmed, lost)
          VALUES ('\(raceKey.serialNumber)', '\(raceKey.file)', 5, 9, 4, 1, 2, 2),
          ('\(earlierKey.serialNumber)', '\(earlierKey.file)', 6, 0, 0, 0, 0, 3);
        INSERT INTO span (file_id, kind, low, high) VALUES
          (1, 2, 1, 4), (1, 0, 5, 6), (1, 1, 7, 8), (1, 3, 9, 9), (1, 5, 10, 11), (1, 4, 1, 6), (2, 5, 1, 3);
        INSERT INTO passing (passing_id, utc_ms, arrived_ms, arrived_ns, zone_id, boot_id, host_synchronised,
          origin, trust, frame) VALUES \(frames.joined(separator: ", "));
        """, for: "test")
    }
    var database = try AgentDatabase.open(directory: folder.path)
    #expect(database.setAside == nil)
    var follower = Follower()
    try follower.follow(folder.path, limit: 2)
    #expect(follower.cursor.change == 12)
    #expect(follower.seen[raceKey]?.keys.sorted() == [1, 2, 3, 4, 5, 6, 9, 10, 11])
    #expect(follower.seen[earlierKey] == [1: .lost, 2: .lost, 3: .lost])
    _ = try database.perform([.believe(raceKey)])
    try follower.follow(folder.path)
    #expect(follower.restarts == 0 && follower.cursor.change == 14)
    #expect(follower.told.suffix(2).map(\.numbers.lowerBound) == [7, 8])
  }

  @Test("The worker tells that something has changed before it answers, and only then")
  func told() throws {
    let count = Atomic(0)
    let answers = Mutex<[Int]>([])
    let answered = try WakeUp()
    let worker = try StoreWorker(
      directory: folder.path,
      passings: { _ in
        answers.withLock { $0.append(count.load(ordering: .relaxed)) }
        answered.call()
      },
      changed: { count.add(1, ordering: .relaxed) }, report: { _ in })
    let requests: [PassingRequest] = [
      .capture(raceKey, kept(1...3)), .acknowledge(raceKey, NumberSet(1...2)),
      .capture(raceKey, kept(4...4, trust: .unconfirmed)), .believe(raceKey),
    ]
    for (index, request) in requests.enumerated() {
      worker.send(request)
      let deadline = Deadline()
      while answers.withLock({ $0.count }) <= index {
        try #require(!deadline.isOver)
        _ = try Poll.wait(for: answered.descriptor, .read, milliseconds: deadline.milliseconds)
        answered.clear()
      }
    }
    #expect(answers.withLock { $0 } == [1, 1, 1, 2])
  }

  @Test(
    "A cursor is read as it is written, and nothing else is one",
    arguments: [
      ("0", true), ("7.0123456789abcdef", true), ("", false), ("7", false), ("0.0123456789abcdef", false),
      ("-1.0123456789abcdef", false), ("07.0123456789abcdef", false), ("7.0123456789abcde", false),
      ("7.0123456789abcdeg", false), ("7.0123456789abcdef.", false),
      ("99999999999999999999.0123456789abcdef", false),
    ])
  func cursor(text: String, isOne: Bool) {
    let cursor = ChangeCursor(text)
    #expect((cursor != nil) == isOne)
    if let cursor { #expect(cursor.description == text) }
  }
}
