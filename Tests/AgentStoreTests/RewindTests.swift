import AgentCore
import LinuxSystem
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

@Suite("Passings that a rewind lets wait again")
struct RewindTests {
  private let folder = TemporaryFolder()

  private func rewind(_ store: TestedStore, _ numbers: ClosedRange<UInt32> = 1...100, dryRun: Bool = false)
    throws
    -> [[FileKey: Int]]
  {
    let (from, to) = (kept(numbers.lowerBound).utc, kept(numbers.upperBound).utc)
    let report = try store.report(.rewind(from: from, to: to, file: nil, dryRun: dryRun))
    guard case .rewound(let counts, let left, let summaries, _) = report else {
      Issue.record("\(report)")
      return []
    }
    for summary in summaries {
      #expect(summary.stored == summary.acknowledged + summary.waiting + summary.rejected)
    }
    return [counts, left]
  }

  /// A session that is asked for and opened.
  private func open(_ token: String, _ store: TestedStore, deviceid: String = "device") throws {
    var session = session(token: nil, standing: .asked)
    session.deviceid = deviceid
    session.acknowledged = 0
    try store.report(.keepSession(raceKey, session))
    session.token = token
    session.standing = .open
    try store.report(.keepSession(raceKey, session))
  }

  private func close(_ token: String, _ store: TestedStore) throws {
    try store.report(.keepSession(raceKey, session(token: token, standing: .closed)))
  }

  private func numbers(_ store: TestedStore) throws -> NumberSet {
    NumberSet(try store.waiting(raceKey).map(\.passing.number))
  }

  @Test("are those of the present session; what an earlier one has stays there, and is told")
  func earlierSession() throws {
    let store = try TestedStore(folder.path)
    try store.report(.capture(raceKey, kept(1...30)))
    try open("a", store)
    try store.report(.acknowledge(raceKey, NumberSet(1...10), session: "a"))
    try store.report(.reject(raceKey, 11, reason: "no such bib"))
    // Another device has none of it.
    try open("b", store, deviceid: "another")
    #expect(try rewind(store, dryRun: true) == [[raceKey: 11], [:]])
    try open("c", store, deviceid: "another")
    try store.report(.acknowledge(raceKey, NumberSet(12...20), session: "c"))
    for dryRun in [true, false] {
      #expect(try rewind(store, 5...30, dryRun: dryRun) == [[raceKey: 10], [raceKey: 6]])
    }
    #expect(try numbers(store) == NumberSet(11...30))
    #expect(try rewind(store) == [[:], [raceKey: 10]])
    store.worker.stop()
    // Nor are they forgotten when the store is damaged.
    let file = folder.file(AgentDatabase.fileName)
    var bytes = try Files.read(file)
    for index in 0..<4096 { bytes[index] ^= 0xFF }
    try Files.replace(file, with: bytes)
    let after = try TestedStore(folder.path)
    _ = try after.notice("the salvage") {
      if case .damaged(let damage, _) = $0, case .salvaged(let passings, _) = damage.outcome {
        passings
      } else {
        nil
      }
    }
    #expect(try rewind(after) == [[:], [raceKey: 10]])
  }

  @Test("are only refused ones once the cloud has closed the session")
  func closedSession() throws {
    let store = try TestedStore(folder.path)
    try store.report(.capture(raceKey, kept(1...30)))
    try open("a", store)
    try store.report(.acknowledge(raceKey, NumberSet(1...10), session: "a"))
    try store.report(.reject(raceKey, 11, reason: "no such bib"))
    try close("a", store)
    #expect(try rewind(store) == [[raceKey: 1], [raceKey: 10]])
    #expect(try numbers(store) == NumberSet(11...30))
    #expect(try store.contents(raceKey).summary.acknowledged == 10)
  }

  @Test("are acknowledged as before when that is undone, but for those that the cloud does not have")
  func undone() throws {
    let store = try TestedStore(folder.path)
    try store.report(.capture(raceKey, kept(1...30)))
    try open("a", store)
    try store.report(.acknowledge(raceKey, NumberSet(1...10), session: "a"))
    #expect(try rewind(store, 1...8) == [[raceKey: 8], [:]])
    try store.report(.acknowledge(raceKey, [2], session: "a"))
    try store.report(.sendAgain(raceKey, [2, 9]))
    try store.report(.doubt(raceKey))
    store.worker.stop()
    let after = try TestedStore(folder.path)
    try after.report(.undoRewind(raceKey, session: "another"))
    #expect(try after.contents(raceKey).summary.acknowledged == 1)
    for _ in 1...2 {
      try after.report(.undoRewind(raceKey, session: "a"))
      let contents = try after.contents(raceKey)
      #expect(contents.summary.acknowledged == 8 && contents.summary.waiting == 22)
      #expect(contents.unconfirmed == NumberSet([2, 9] + Array(11...30)))
      #expect(contents.summary.session?.acknowledged == 8)
    }
  }

  @Test("wait for the session that is asked for next, and where another cloud has some, for a person")
  func notUndone() throws {
    let store = try TestedStore(folder.path)
    try store.report(.capture(raceKey, kept(1...30)))
    try open("a", store)
    try store.report(.acknowledge(raceKey, NumberSet(1...10), session: "a"))
    #expect(try rewind(store) == [[raceKey: 10], [:]])
    try open("b", store)
    try store.report(.undoRewind(raceKey, session: "b"))
    #expect(try numbers(store) == NumberSet(1...30))
    try store.report(.acknowledge(raceKey, NumberSet(1...10), session: "b"))
    try store.report(.keepSession(raceKey, session(token: "c", cloud: "https://other.example", askedAt: 9)))
    #expect(try rewind(store) == [[raceKey: 10], [:]])
    try store.report(.undoRewind(raceKey, session: "b"))
    #expect(try numbers(store) == NumberSet(1...30))
  }
}
