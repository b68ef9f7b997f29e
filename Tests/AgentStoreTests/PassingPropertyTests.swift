import AgentCore
import LinuxSystem
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

@Suite("The store of passings, whatever it is asked")
struct PassingPropertyTests {
  private let folder = TemporaryFolder()

  @Test("answers as a list of rows in memory would, and adds up", arguments: 1...12)
  func asModel(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var model = PassingModel()
    var database = try AgentDatabase.open(directory: folder.path)
    var follower = Follower()
    for step in 1...400 {
      let request = Self.request(&random)
      let expected = model.perform(request)
      let report = try database.perform([request])
      try #require(report == [expected], "seed \(seed), step \(step): \(request)")
      if Int.random(in: 0..<4, using: &random) == 0 {
        try follower.follow(folder.path, limit: Int.random(in: 1...20, using: &random))
        let difference = Follower.difference(follower.seen, model.seen)
        try #require(difference.isEmpty, "seed \(seed), step \(step), \(request)")
      }
      if step % 50 == 0 {
        try Self.expectWhole(database, model)
        // As after the end of the process.
        try reopen(&database)
      }
    }
  }

  private func reopen(_ database: inout AgentDatabase) throws {
    let copy = TemporaryFolder()
    try copyStore(from: folder, to: copy)
    let after = try AgentDatabase.open(directory: copy.path)
    #expect(after.setAside == nil)
    #expect(try after.passings.summaries() == database.passings.summaries())
  }

  private static func expectWhole(_ database: borrowing AgentDatabase, _ model: PassingModel) throws {
    for file in try database.passings.files.all() {
      let expected = try #require(model.files[file.key])
      #expect(
        file.stored == file.acknowledged + file.rejected
          + (try database.passings.spans.read(file.id, .ready).count) + file.unconfirmed)
      #expect(try database.passings.spans.read(file.id, .held).count == file.unconfirmed)
      #expect(try database.passings.spans.read(file.id, .acknowledged).count == file.acknowledged)
      #expect(try database.passings.spans.read(file.id, .lost) == expected.lost)
      let rows = try database.connection.integer(
        "SELECT count(*) FROM passing WHERE passing_id >> 32 = \(file.id)", for: "test")
      #expect(Int(rows) == file.stored)
      for row in expected.rows.values {
        let stored = try #require(try database.passings.rows.row(file.id, row.kept.passing.number))
        #expect(stored.passing == row.kept.passing)
        #expect(stored.utc == row.kept.utc)
      }
    }
    #expect(try database.connection.text("PRAGMA integrity_check", for: "test") == "ok")
  }

  private static func request(_ random: inout SeededGenerator) -> PassingRequest {
    let key = Bool.random(using: &random) ? raceKey : earlierKey
    switch Int.random(in: 0..<28, using: &random) {
    case 0...6: return .capture(key, passings(&random))
    case 7:
      let number = UInt32.random(in: 1...60, using: &random)
      return .keepDoubtful([doubtfulFrame(number, key: Bool.random(using: &random) ? key : nil)])
    case 8: return .settleDoubtful(key)
    case 9: return .openFile(key)
    case 10: return .doubt(key)
    case 11:
      return Bool.random(using: &random)
        ? .release(key, numbers(&random, limit: 6))
        : .believe(key, Bool.random(using: &random) ? nil : numbers(&random, limit: 6))
    case 12:
      return .contradict(key, numbers(&random, limit: 3), keepingPushed: Bool.random(using: &random))
    case 13:
      return .noteFile(
        key, readerCount: Bool.random(using: &random) ? UInt32.random(in: 0...40, using: &random) : nil,
        isSettled: Bool.random(using: &random))
    case 14: return .noteLost(key, numbers(&random, limit: 6))
    case 15:
      let after = UInt32.random(in: 0...60, using: &random)
      return Bool.random(using: &random)
        ? .readAcknowledged(key, after: after, limit: 9) : .readSent(key, after: after, limit: 9)
    case 16: return .readWaiting(key, after: UInt32.random(in: 0...60, using: &random), limit: 9)
    case 17...18:
      return .acknowledge(
        key, numbers(&random, limit: 20), session: Bool.random(using: &random) ? session().token : nil)
    case 19: return .reject(key, UInt32.random(in: 1...60, using: &random), reason: "bad")
    case 20: return .sendAgain(key, numbers(&random, limit: 8))
    case 21: return .noteGone(key)
    case 22: return .noteReader(serialNumber: key.serialNumber, firstFile: key.file)
    case 23: return .keepSession(key, asked(&random))
    case 24...25:
      return .keepSession(
        key, session(standing: Int.random(in: 0..<4, using: &random) == 0 ? .closed : .open))
    case 26: return .undoRewind(key, session: Bool.random(using: &random) ? "token" : "nobody's")
    case _:
      let from = raceStart - 7_200_000 + Int64.random(in: 0...6000, using: &random)
      return .rewind(
        from: WallTime(milliseconds: from), to: WallTime(milliseconds: from + 1500),
        file: Bool.random(using: &random) ? key : nil,
        dryRun: Bool.random(using: &random))
    }
  }

  /// One that takes another's place, of another device at times.
  private static func asked(_ random: inout SeededGenerator) -> CloudSession {
    var asked = session(token: nil, standing: .asked)
    asked.acknowledged = 0
    if Int.random(in: 0..<3, using: &random) == 0 { asked.deviceid = "another" }
    return asked
  }

  private static func passings(_ random: inout SeededGenerator) -> [KeptPassing] {
    let trusts: [KeptPassing.Trust] = [.believed, .unconfirmed, .confirmed]
    let start = UInt32.random(in: 1...60, using: &random)
    return (0..<UInt32.random(in: 1...12, using: &random)).map { offset in
      let isOdd = Int.random(in: 0..<8, using: &random) == 0
      var kept = kept(
        isOdd ? UInt32.random(in: 1...60, using: &random) : start + offset, variant: isOdd ? 1 : 0,
        trust: trusts.randomElement(using: &random) ?? .believed,
        origin: [.pushed, .pushed, .imported, .fetched].randomElement(using: &random) ?? .pushed)
      // The same reception comes again now and then.
      if kept.origin == .fetched {
        kept.arrivedAt = MonotonicTime(nanoseconds: Int64.random(in: 1...3, using: &random))
      }
      return kept
    }
  }

  private static func numbers(_ random: inout SeededGenerator, limit: Int) -> NumberSet {
    NumberSet(
      (0..<Int.random(in: 1...limit, using: &random)).map { _ in UInt32.random(in: 1...60, using: &random) })
  }
}
