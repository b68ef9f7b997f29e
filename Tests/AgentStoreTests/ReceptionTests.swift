import AgentCore
import AgentStore
import One4AllProtocol
import TestSupport
import Testing

@Suite("A passing is its receptions")
struct ReceptionTests {
  private let folder = TemporaryFolder()

  /// A frame that a list gave at that time.
  private func listed(
    _ number: UInt32, variant: UInt32 = 0, at nanoseconds: Int64, trust: KeptPassing.Trust = .unconfirmed
  ) -> KeptPassing {
    var kept = kept(number, variant: variant, trust: trust, origin: .fetched)
    kept.arrivedAt = MonotonicTime(nanoseconds: nanoseconds)
    return kept
  }

  private func capture(_ rows: [KeptPassing], in store: TestedStore) throws -> CaptureResult? {
    guard case .captured(let result) = try store.report(.capture(raceKey, rows)) else { return nil }
    return result
  }

  @Test("What was pushed is confirmed by a list that gives the same frame, also after a restart")
  func pushedAndListed() throws {
    do {
      let store = try TestedStore(folder.path)
      #expect(try capture([kept(1, trust: .unconfirmed)], in: store)?.confirmed == NumberSet())
      #expect(try store.waiting(raceKey).isEmpty)
    }
    let store = try TestedStore(folder.path)
    let result = try capture([listed(1, at: 5)], in: store)
    #expect(result?.confirmed == [1] && result?.summary.unconfirmed == 0)
    #expect(try store.waiting(raceKey).count == 1)
  }

  @Test(
    "What only lists give takes two of them, and not the same one twice, as after an answer that was lost")
  func listedTwice() throws {
    let store = try TestedStore(folder.path)
    #expect(try capture([listed(1, at: 5)], in: store)?.added == [1])
    #expect(try capture([listed(1, at: 5)], in: store)?.confirmed == NumberSet())
    #expect(try capture([listed(1, at: 6)], in: store)?.confirmed == [1])
  }

  @Test("Another frame overrides nothing, and is told")
  func contradicted() throws {
    let store = try TestedStore(folder.path)
    _ = try capture([kept(1, trust: .unconfirmed)], in: store)
    let result = try capture([listed(1, variant: 1, at: 5)], in: store)
    #expect(result?.contradicted == [1] && result?.confirmed == NumberSet())
    #expect(try capture([listed(1, at: 6)], in: store)?.confirmed == [1])
  }

  @Test("A backup that a person imports confirms what was pushed, but not what was imported before")
  func imported() throws {
    let store = try TestedStore(folder.path)
    var backup = kept(1, trust: .believed, origin: .imported)
    backup.arrivedAt = MonotonicTime(nanoseconds: 9)
    _ = try capture([kept(1, trust: .unconfirmed)], in: store)
    #expect(try capture([backup], in: store)?.confirmed == [1])
    var other = kept(2, trust: .unconfirmed, origin: .imported)
    _ = try capture([other], in: store)
    other.arrivedAt = MonotonicTime(nanoseconds: 9)
    #expect(try capture([other], in: store)?.confirmed == NumberSet())
  }

  @Test("What a person lets go is marked, and no damage of the line holds it again")
  func released() throws {
    let store = try TestedStore(folder.path)
    _ = try capture([kept(1, trust: .unconfirmed), kept(2, trust: .unconfirmed)], in: store)
    try store.report(.release(raceKey, [1]))
    try store.report(.doubt(raceKey))
    #expect(try store.waiting(raceKey).map(\.passing.number) == [1])
    var view = try PassingView(directory: folder.path, cloud: cloud)
    let rows = try view.passings(file: raceKey, after: 0, limit: 10)
    #expect(rows.map(\.kept.trust) == [.released, .unconfirmed])
    #expect(try capture([listed(1, at: 5)], in: store)?.confirmed == [1])
  }

  @Test("What is wrong in the cloud is so only until the reader's memory says what was sent")
  func wrongNoMore() throws {
    let store = try TestedStore(folder.path)
    let wrong = { try store.contents(raceKey).summary.sentDifferences }
    _ = try capture([kept(1)], in: store)
    try store.report(.acknowledge(raceKey, [1]))
    _ = try capture([listed(1, variant: 1, at: 5, trust: .confirmed)], in: store)
    #expect(try wrong() == 1)
    _ = try capture([listed(1, at: 6, trust: .confirmed)], in: store)
    #expect(try wrong() == 0)
    let view = try PassingView(directory: folder.path, cloud: cloud)
    #expect(try view.differences(file: raceKey).map(\.isWrongInCloud) == [false, false])
    // And again, should it say otherwise once more.
    _ = try capture([listed(1, variant: 1, at: 7, trust: .confirmed)], in: store)
    #expect(try wrong() == 1)
  }

  @Test("A file that is not known yet is opened with what the reader's clock is held against")
  func steadyOfUnknownFile() throws {
    let store = try TestedStore(folder.path)
    _ = try capture([kept(7)], in: store)
    #expect(try store.contents(earlierKey).steady?.kept.passing.number == 7)
  }
}
