import JSONDocument
import One4AllProtocol
import Testing

@testable import AgentCore

@Suite("The ledger and what is shown of it")
struct LedgerTests {
  private static func key(_ file: String, _ serialNumber: String = "O4A5-00051") -> FileKey {
    FileKey(serialNumber: serialNumber, file: file)
  }

  private let old = FileSummary(key: key("20270115-020000.csv"), stored: 10, acknowledged: 7, rejected: 1)
  private let new = FileSummary(key: key("20270116-020000.csv"), stored: 5, acknowledged: 0)
  private let other = FileSummary(key: key("20270115-020000.csv", "O4A5-00052"), stored: 3)

  @Test("Files keep the order of first contact; the newest is found by name, by reader, or at all")
  func files() {
    var ledger = Ledger(files: [old, other], doubtful: 2)
    ledger.note(new)
    var changed = old
    changed.acknowledged = 9
    ledger.note(changed)
    #expect(ledger.files == [changed, other, new])
    #expect(ledger.file(old.key) == changed && ledger.file(Self.key("20270117-020000.csv")) == nil)
    #expect(ledger.newest(named: nil, of: nil) == new.key)
    #expect(ledger.newest(named: "20270115-020000.csv", of: nil) == other.key)
    #expect(ledger.newest(named: "20270115-020000.csv", of: "O4A5-00051") == old.key)
    #expect(ledger.newest(named: nil, of: "O4A5-00053") == nil)
    #expect(ledger.sum(\.stored) == 18)
    #expect(
      ledger.sum(\.stored) == ledger.sum(\.acknowledged) + ledger.sum(\.waiting) + ledger.sum(\.rejected))
    ledger.replace([new])
    #expect(ledger.files == [new] && ledger.file(old.key) == nil && ledger.doubtful == 2)
  }

  private func standing(
    _ summary: FileSummary, gaps: NumberSet? = nil, perSecond: Double, hold: String? = nil
  ) -> FileStanding {
    FileStanding(
      summary: summary, isCurrent: summary.key == old.key, readerCount: 14, gapCount: gaps?.count ?? 0,
      gaps: gaps, acknowledgedPerSecond: perSecond, hold: hold)
  }

  @Test("Its document has the sum, every file, ages and the time to drain")
  func document() throws {
    let heard = WallTime(milliseconds: 1_800_000_000_000)
    let document = LedgerDocument.document(
      of: [
        .init(
          standing(old, gaps: NumberSet([3, 4, 9]), perSecond: 0.5), lostNumbers: NumberSet([12]),
          differences: 1,
          oldestWaiting: Arrival(
            monotonic: MonotonicTime(nanoseconds: -90_000_000_000), wall: WallTime(milliseconds: 5),
            isSynchronised: true)),
        .init(standing(other, perSecond: 0), isPresent: false, gaps: NumberSet([1])),
        .init(standing(new, perSecond: 0.5, hold: "no")),
      ], doubtful: 4, isForwarding: true, hold: nil,
      at: Moment(
        monotonic: MonotonicTime(nanoseconds: 0), wall: heard + .seconds(90), kernelSynchronised: true))
    #expect(document["schema"] == "one4all.ledger/1")
    #expect(document["now"] == "2027-01-15T08:01:30.000Z")
    #expect(document["total"]?["stored"] == 18 && document["total"]?["waiting"] == 10)
    #expect(document["well"] == true && document["causes"] == [])
    #expect(document["total"]?["gaps"] == 3 && document["total"]?["doubtful"] == 4)
    let files = try #require(document["files"]?.array)
    #expect(files.count == 3)
    #expect(files[0]["gap_numbers"] == "3-4, 9" && files[0]["lost_numbers"] == "12")
    #expect(files[0]["oldest_waiting_age_seconds"]?.number == 90)
    #expect(files[0]["drain_seconds"]?.number == 4)
    #expect(files[0]["hold"] == .null && files[0]["current"] == true && files[0]["reader_count"] == 14)
    // Nothing was confirmed lately: nobody knows when it will be done.
    #expect(files[1]["drain_seconds"] == .null && files[1]["session"] == .null)
    #expect(files[0]["present"] == true && files[1]["present"] == false && files[1]["gap_numbers"] == "1")
    // What is held has no end in sight, whatever was confirmed a moment ago.
    #expect(files[2]["hold"] == "no" && files[2]["drain_seconds"] == .null)
  }

  @Test("A passing is shown with its time, what became of it and the frame as it came")
  func passings() throws {
    let text = "12;MC;00017;2027-01-15;02:00:01.250;1;3;0a1b2"
    let kept = KeptPassing(
      passing: try Passing(parsing: Array(text.utf8)), zone: "America/Mexico_City",
      utc: WallTime(milliseconds: 1_800_000_001_250), arrivedAt: MonotonicTime(nanoseconds: 0),
      arrivedWall: WallTime(milliseconds: 1_800_000_001_400), hostSynchronised: true, origin: .fetched,
      trust: .confirmed)
    let row = StoredPassing(kept: kept, state: .rejected, reason: "Wrong field: bib")
    let document = PassingDocument.document(of: old.key, [row], more: true)
    #expect(document["schema"] == "one4all.passings/1" && document["more"] == true)
    let shown = try #require(document["passings"]?.array?.first)
    #expect(shown["number"] == 12 && shown["chip"] == "MC00017" && shown["raw"] == .string(text))
    #expect(shown["utc"] == "2027-01-15T08:00:01.250Z" && shown["local"] == "2027-01-15 02:00:01.250")
    #expect(shown["state"] == "rejected" && shown["origin"] == "fetched" && shown["trust"] == "confirmed")
    #expect(shown["reason"] == "Wrong field: bib")
  }

  @Test("Room on the disk, damage and the backup are told when they begin and when they are over")
  func storeWatch() {
    let now = MonotonicTime(nanoseconds: 0)
    var watched = WatchedStore(at: now)
    func events(_ notice: StoreNotice) -> [EventName] { watched.events(notice, at: now) }
    #expect(events(.diskLow(free: 90 << 20, removed: 10)) == [.diskLow])
    #expect(events(.diskLow(free: 90 << 20, removed: 10)).isEmpty)
    #expect(events(.diskFull(free: 9 << 20)) == [.diskFull])
    #expect(watched.problems.map(\.event) == [.diskFull])
    #expect(watched.problems.first?.message.contains("only 9 MiB free") == true)
    #expect(events(.diskEnough(free: 900 << 20)) == [.diskEnough])
    #expect(events(.diskEnough(free: 900 << 20)).isEmpty)
    let failure = StoreFailure(operation: "write", number: 5, description: "input/output error")
    #expect(events(.backupFailing(failure)) == [.backupFailing])
    #expect(events(.backupWritten) == [.storeRecovered])
    #expect(watched.problems.isEmpty)
  }

  @Test(
    "A damage of the store is shown for 12 hours, with what came of it, also by an agent that starts later")
  func storeDamage() {
    let start = MonotonicTime(nanoseconds: 0)
    var watched = WatchedStore(at: start)
    let noted = WallTime(milliseconds: 1_800_000_000_000)
    var damage = StoreDamage(name: "one4all.db.damaged-1", reason: "malformed", notedAt: noted)
    #expect(watched.events(.damaged(damage, []), at: start) == [.storeDamaged])
    #expect(watched.events(.damaged(damage, []), at: start).isEmpty)
    damage.outcome = .salvaged(passings: 3, unreadable: 2)
    let later = start + .seconds(60)
    #expect(watched.events(.damaged(damage, []), at: later) == [.storeRecovered])
    let shown = watched.problems
    #expect(shown.map(\.event) == [.storeDamaged] && shown.first?.message == damage.words)
    #expect(damage.words.contains("3 passings were brought over, 2 are fetched from the reader again"))
    watched.advance(to: start + .seconds(12 * 3600 - 1))
    #expect(watched.problems.count == 1)
    #expect(watched.watch.nextDeadline == start + .seconds(12 * 3600))
    watched.advance(to: start + .seconds(12 * 3600))
    #expect(watched.problems.isEmpty && watched.watch.nextDeadline == nil)

    // Eleven hours later, by a clock that cannot be before it; and long ago.
    let wall = noted + .seconds(11 * 3600)
    let restarted = WatchedStore([damage], wall: wall, at: start)
    #expect(restarted.problems.map(\.message) == [damage.words])
    #expect(restarted.watch.nextDeadline == start + .seconds(3600))
    #expect(
      WatchedStore([damage], wall: noted - .seconds(9), at: start).watch.nextDeadline
        == start + StoreWatch.shownFor)
    #expect(WatchedStore([damage], wall: noted + .seconds(43_200), at: start).problems.isEmpty)
  }

  @Test("A store that was taken away is told, and so is one that cannot be made anew")
  func storeTaken() {
    let now = MonotonicTime(nanoseconds: 0)
    var watched = WatchedStore(at: now)
    #expect(watched.events(.unreachable(reason: "read-only"), at: now) == [.storeFailing])
    #expect(watched.events(.unreachable(reason: "read-only"), at: now).isEmpty)
    let damage = StoreDamage(
      name: "replaced-1", reason: "the folder /x was removed", notedAt: WallTime(milliseconds: 0),
      outcome: .replaced(isWhole: true))
    #expect(watched.events(.damaged(damage, []), at: now) == [.storeVanished])
    #expect(watched.events(.reachable, at: now) == [.storeRecovered])
    #expect(watched.problems.map(\.event) == [.storeVanished])
  }
}

/// The watch over the store, and the registry that its problems are in.
private struct WatchedStore {
  var watch: StoreWatch
  private var registry = Problems()

  init(
    _ damages: [StoreDamage] = [], wall: WallTime = WallTime(milliseconds: 0), at now: MonotonicTime
  ) {
    var log = registry.lend(.store)
    watch = StoreWatch(damages, wall: wall, at: now, &log)
    registry.settle(log)
  }

  var problems: [Problem] { registry.of(.store) }

  /// What it tells the journal of a notice.
  mutating func events(_ notice: StoreNotice, at now: MonotonicTime) -> [EventName] {
    var log = registry.lend(.store)
    watch.handle(notice, at: now, &log)
    registry.settle(log)
    return log.entries.map(\.event)
  }

  mutating func advance(to now: MonotonicTime) {
    var log = registry.lend(.store)
    watch.advance(to: now, &log)
    registry.settle(log)
  }
}
