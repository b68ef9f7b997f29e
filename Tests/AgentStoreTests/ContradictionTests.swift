import AgentCore
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

@Suite("Stored passings that the reader's memory does not have")
struct ContradictionTests {
  private let folder = TemporaryFolder()

  private func contradiction(_ store: TestedStore, _ numbers: NumberSet) throws -> Contradiction {
    guard case .contradicted(let summary, let found) = try store.report(.contradict(raceKey, numbers)) else {
      Issue.record("no decision")
      return Contradiction()
    }
    #expect(summary.stored == summary.acknowledged + summary.waiting + summary.rejected)
    return found
  }

  @Test("stay when the memory has confirmed them, or the reader has counted them, whatever it counts now")
  func known() throws {
    let store = try TestedStore(folder.path)
    try store.report(.noteFile(raceKey, readerCount: 3, isSettled: false))
    try store.report(.noteFile(raceKey, readerCount: 0, isSettled: false))
    try store.report(
      .capture(
        raceKey,
        [
          kept(1), kept(2, trust: .unconfirmed), kept(3, trust: .unconfirmed, origin: .imported),
          kept(5, trust: .confirmed),
        ]))
    let found = try contradiction(store, [1, 2, 3, 4, 5])
    #expect(found == Contradiction(lostByReader: [1, 2, 3, 5]))
    // They are sent.
    #expect(try store.waiting(raceKey).map(\.passing.number) == [1, 2, 3, 5])
    #expect(try PassingView(directory: folder.path, cloud: cloud).ledger().map(\.differences) == [0])
  }

  @Test("stay when nothing ever knew of them, are sent, and noted as differences once")
  func unknown() throws {
    let store = try TestedStore(folder.path)
    try store.report(.capture(raceKey, kept(1...3)))
    try store.report(.acknowledge(raceKey, [3]))
    // They were believed when they came.
    try store.report(.doubt(raceKey))
    for _ in 1...2 {
      #expect(try contradiction(store, [1, 2, 3]) == Contradiction(unknownToReader: [1, 2, 3]))
    }
    #expect(try store.waiting(raceKey).map(\.passing.number) == [1, 2])
    let view = try PassingView(directory: folder.path, cloud: cloud)
    let differences = try view.differences(file: raceKey)
    #expect(differences.count == 3 && differences.filter(\.wasSent).map(\.number) == [3])
    #expect(try view.ledger().map(\.differences) == [3])
  }

  @Test("are wrong in the cloud once they are sent, also when that comes later")
  func unknownSentLater() throws {
    let store = try TestedStore(folder.path)
    try store.report(.capture(raceKey, kept(1...10)))
    #expect(try contradiction(store, [3, 5, 7]) == Contradiction(unknownToReader: [3, 5, 7]))
    let view = try PassingView(directory: folder.path, cloud: cloud)
    #expect(try view.differenceCounts(file: raceKey) == (3, 0))
    // The memory has one of them after all: that one is as it was heard.
    try store.report(.capture(raceKey, [kept(7, variant: 1, trust: .confirmed)]))
    try store.report(.acknowledge(raceKey, NumberSet(4...10)))
    #expect(try view.differenceCounts(file: raceKey) == (4, 1))
    let shown = try view.differences(file: raceKey)
    #expect(shown.map(\.number) == [5, 3, 7, 7])
    #expect(shown.map(\.wasSent) == [true, false, false, false])
    // Of what waits it is known that it was not removed.
    #expect(shown.map(\.isKept) == [true, true, false, false])
    #expect(try store.contents(raceKey).summary.sentDifferences == 1)
  }

  @Test("go when the same frame is confirmed in another file of the reader, unless they were sent")
  func elsewhere() throws {
    let store = try TestedStore(folder.path)
    let other = FileKey(serialNumber: raceKey.serialNumber, file: "20260704-100000.csv")
    let stranger = FileKey(serialNumber: "O4A5-00099", file: "20260704-100000.csv")
    try store.report(.capture(other, [kept(1, trust: .confirmed), kept(2, trust: .confirmed), kept(3)]))
    try store.report(.capture(other, [kept(4, variant: 1, trust: .confirmed)]))
    try store.report(.capture(stranger, [kept(5, trust: .confirmed)]))
    try store.report(.capture(raceKey, kept(1...5)))
    try store.report(.acknowledge(raceKey, [2]))
    let found = try contradiction(store, [1, 2, 3, 4, 5])
    #expect(found.removed == [1])
    #expect(found.unknownToReader == [3, 4, 5])
    let expected = [(1, false), (2, true)].map { number, wasSent in
      PassingDifference(
        number: UInt32(number), stored: passing(UInt32(number)), memory: nil, wasSent: wasSent)
    }
    #expect(found.differences == expected)
    #expect(try store.contents(raceKey).stored == [2, 3, 4, 5])
  }

  @Test("go when they were never believed; their frames are never forgotten")
  func neverBelieved() throws {
    var database = try AgentDatabase.open(directory: folder.path)
    _ = try database.perform([
      .capture(
        raceKey,
        [
          kept(1, trust: .unconfirmed, origin: .imported), kept(2, origin: .imported),
          kept(3, trust: .unconfirmed),
        ]),
      .keepDoubtful([doubtfulFrame(7)]), .contradict(raceKey, [1, 2, 3]), .settleDoubtful(raceKey),
    ])
    let view = try PassingView(directory: folder.path, cloud: cloud)
    #expect(try view.doubtful(file: raceKey).map(\.passing?.number) == [3, 1])
    #expect(try view.doubtful(file: raceKey).map(\.reason) == [.denied, .denied])
    #expect(try view.ledger().map(\.summary.stored) == [1])
    #expect(try database.snapshot(cloud: cloud).doubtfulTotal == 2)
  }

  @Test("Doubtful frames of lost numbers are not settled: there is no other copy")
  func lost() throws {
    var database = try AgentDatabase.open(directory: folder.path)
    _ = try database.perform([
      .noteLost(raceKey, [3, 4]), .keepDoubtful((2...5).map { doubtfulFrame($0) }), .settleDoubtful(raceKey),
    ])
    let view = try PassingView(directory: folder.path, cloud: cloud)
    #expect(try view.doubtful(file: raceKey).map(\.passing?.number) == [4, 3])
    _ = try database.perform([.capture(raceKey, kept(3...4)), .settleDoubtful(raceKey)])
    #expect(try view.doubtful(file: raceKey).isEmpty)
  }
}
