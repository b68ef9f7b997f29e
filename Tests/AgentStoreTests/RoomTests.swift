import AgentCore
import CSQLite
import Glibc
import LinuxSystem
import Synchronization
import TestSupport
import Testing

@testable import AgentStore

@Suite("A disk without room")
struct RoomTests {
  private let folder = TemporaryFolder()

  /// A disk whose room a test sets.
  private final class Disk: Sendable {
    let free: Atomic<Int64>
    init(_ free: Int64) { self.free = Atomic(free) }
  }

  private func options(_ disk: Disk, minimum: Int64 = 1_000_000) -> StoreOptions {
    var options = StoreOptions(StoreSettings(minFree: minimum, backup: false))
    options.freeBytes = { _ in disk.free.load(ordering: .relaxed) }
    return options
  }

  /// Rows enough for the next look at the disk.
  private func makeDue(_ store: TestedStore) throws { try store.report(.capture(earlierKey, kept(1...1000))) }

  private func fill(_ store: TestedStore) throws {
    for start in stride(from: UInt32(1), to: 20_000, by: 2000) {
      try store.report(.capture(raceKey, kept(start...start + 1999)))
    }
  }

  @Test("loses what is acknowledged, the oldest first, and only as much as is needed")
  func removes() throws {
    let disk = Disk(10_000_000)
    let store = try TestedStore(folder.path, options: options(disk))
    try fill(store)
    try store.report(.acknowledge(raceKey, NumberSet(1...15_000)))
    #expect(store.notices.isEmpty)
    disk.free.store(500_000, ordering: .relaxed)
    try makeDue(store)
    let removed = try store.notice("the removal") {
      if case .diskLow(_, let removed) = $0 { removed } else { nil }
    }
    // 87 bytes a row: 600,000 bytes are missing to a tenth more than the least room.
    #expect(5000...10_000 ~= removed)
    let contents = try store.contents(raceKey)
    #expect(contents.stored == NumberSet(1...20_000))
    #expect(contents.summary.acknowledged == 15_000)
    #expect(contents.last?.passing == passing(20_000))
    #expect(try store.waiting(raceKey).map(\.passing) == (15_001...20_000).map { passing($0) })
    var view = try PassingView(directory: folder.path, cloud: cloud)
    #expect(try view.passings(file: raceKey, limit: 1).map(\.kept.passing) == [passing(UInt32(removed) + 1)])
    #expect(try view.ledger().first?.removed == removed)
    #expect(try view.ledger().first?.gaps.isEmpty == true)
  }

  @Test("says when the disk has room again after a removal, which itself gives it none")
  func roomAfterRemoval() throws {
    let disk = Disk(10_000_000)
    let store = try TestedStore(folder.path, options: options(disk))
    try fill(store)
    try store.report(.acknowledge(raceKey, NumberSet(1...15_000)))
    disk.free.store(500_000, ordering: .relaxed)
    try makeDue(store)
    _ = try store.notice("the removal") { if case .diskLow(_, let removed) = $0 { removed } else { nil } }
    // What was removed is room in the database, not on the disk.
    try store.report(.capture(earlierKey, kept(1001...2000)))
    try store.report(.capture(earlierKey, kept(2001...2001)))
    #expect(store.notices.count == 1)
    disk.free.store(900_000_000, ordering: .relaxed)
    try store.report(.capture(earlierKey, kept(2002...3001)))
    _ = try store.notice("the end of the alarm") { if case .diskEnough(let free) = $0 { free } else { nil } }
    #expect(store.notices.count == 2)
  }

  @Test("asks for no removed passing again, neither from the reader nor from the cloud")
  func removedStayStored() throws {
    let disk = Disk(10_000_000)
    let store = try TestedStore(folder.path, options: options(disk))
    try fill(store)
    try store.report(.acknowledge(raceKey, NumberSet(1...15_000)))
    disk.free.store(500_000, ordering: .relaxed)
    try makeDue(store)
    _ = try store.notice("the removal") { if case .diskLow(_, let removed) = $0 { removed } else { nil } }
    guard case .captured(let result) = try store.report(.capture(raceKey, kept(1...10, trust: .confirmed)))
    else {
      Issue.record("it was not captured")
      return
    }
    #expect(result.added.isEmpty && result.contradicted.isEmpty && result.differences.isEmpty)
    let first = try store.report(.readAcknowledged(raceKey, after: 0, limit: 1))
    guard case .acknowledged(_, _, let numbers) = first, let lowest = numbers.first else {
      Issue.record("\(first)")
      return
    }
    #expect(lowest > 5000)
    try store.report(.sendAgain(raceKey, NumberSet(1...15_000)))
    let contents = try store.contents(raceKey)
    #expect(contents.summary.stored == 20_000)
    #expect(contents.summary.acknowledged >= 5000 && contents.summary.acknowledged < 15_000)
    #expect(try store.waiting(raceKey).count == contents.summary.waiting)
  }

  @Test("keeps what waits, says that nothing can be removed, and says when there is room again")
  func full() throws {
    let disk = Disk(10_000_000)
    let store = try TestedStore(folder.path, options: options(disk))
    try fill(store)
    disk.free.store(1000, ordering: .relaxed)
    try makeDue(store)
    _ = try store.notice("the alarm") { if case .diskFull(let free) = $0 { free } else { nil } }
    #expect(try store.waiting(raceKey).count == 20_000)
    disk.free.store(10_000_000, ordering: .relaxed)
    try store.report(.capture(earlierKey, kept(1001...2000)))
    _ = try store.notice("the end of the alarm") { if case .diskEnough(let free) = $0 { free } else { nil } }
    #expect(store.notices.count == 2)
  }

  @Test("makes a capture fail and loses nothing of it: sent again once there is room, it is kept")
  func outOfSpace() throws {
    var database = try AgentDatabase.open(directory: folder.path)
    _ = try database.perform([.capture(raceKey, kept(1...1000))])
    try database.connection.run("PRAGMA max_page_count = 60", for: "test")
    let large = PassingRequest.capture(raceKey, kept(1001...4000))
    do {
      _ = try database.perform([large])
      Issue.record("it was not refused")
    } catch { #expect(error.failure.number & 0xFF == SQLITE_FULL) }
    guard case .fileOpened(let contents) = try database.perform([.openFile(raceKey)])[0] else { return }
    #expect(contents.stored == NumberSet(1...1000))
    #expect(contents.summary.stored == 1000)
    try database.connection.run("PRAGMA max_page_count = 100000", for: "test")
    guard case .captured(let result) = try database.perform([large])[0] else { return }
    #expect(result.added == NumberSet(1001...4000))
    #expect(result.summary.stored == 4000)
  }
}
