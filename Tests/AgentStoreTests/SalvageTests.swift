import AgentCore
import Glibc
import LinuxSystem
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

@Suite("A damaged store")
struct SalvageTests {
  private let folder = TemporaryFolder()
  private var file: String { folder.file(AgentDatabase.fileName) }
  private let count: UInt32 = 5000

  /// A store with two files: 1 to 1000 of the race acknowledged, 1001 refused, the last five unconfirmed.
  private func fill() throws {
    let store = try TestedStore(folder.path)
    try store.report(.capture(earlierKey, kept(1...100)))
    try store.report(.keepSession(raceKey, session()))
    for start in stride(from: UInt32(1), to: count, by: 500) {
      try store.report(.capture(raceKey, kept(start...start + 499)))
    }
    try store.report(.capture(raceKey, kept(count + 1...count + 5, trust: .unconfirmed)))
    try store.report(.acknowledge(raceKey, NumberSet(1...1000)))
    try store.report(.reject(raceKey, 1001, reason: "no such bib"))
    try store.report(.noteLost(raceKey, [6000]))
    try store.report(.noteFile(raceKey, readerCount: 6000, isSettled: false))
    _ = try store.report(.keep(binding(1)))
    store.worker.stop()
    try #require(!Files.exists(file + "-wal"))
  }

  /// Turns the bytes of pages round.
  private func damage(pages: Range<Int>, of path: String) throws {
    var bytes = try Files.read(path)
    for index in pages.lowerBound * 4096..<pages.upperBound * 4096 { bytes[index] ^= 0xFF }
    try Files.replace(path, with: bytes)
  }

  private func salvaged(_ store: TestedStore) throws -> (passings: Int, unreadable: Int) {
    try store.notice("the salvage") { notice in
      guard case .damaged(let damage, _) = notice,
        case .salvaged(let passings, let unreadable) = damage.outcome
      else { return nil }
      return (passings, unreadable)
    }
  }

  /// Looks whether all that could be read is there, with its state.
  private func expectTakenOver(_ store: TestedStore, missing: ClosedRange<Int>) throws {
    let (passings, unreadable) = try salvaged(store)
    #expect(missing.contains(unreadable), "\(unreadable) unreadable")
    let race = try store.contents(raceKey)
    let earlier = try store.contents(earlierKey)
    #expect(race.summary.stored + earlier.summary.stored + unreadable == Int(count) + 105)
    #expect(race.summary.acknowledged == 1000)
    #expect(race.summary.session == session())
    #expect(race.summary.readerCount == 6000)
    #expect(race.lost == [6000])
    #expect(passings >= race.summary.waiting + race.summary.rejected)
    #expect(race.summary.stored == race.summary.acknowledged + race.summary.waiting + race.summary.rejected)
    for found in try store.waiting(raceKey) {
      #expect(found == AgentStoreTests.waiting(kept(found.passing.number)))
    }
    #expect(try store.worker.bindings(cloud: cloud) == [binding(1)])
    // What the reader is asked for again closes the ledger.
    try store.report(.capture(earlierKey, kept(1...100, trust: .confirmed)))
    try store.report(.capture(raceKey, kept(1001...count + 5, trust: .confirmed)))
    #expect(try store.contents(earlierKey).stored == NumberSet(1...100))
    #expect(try store.contents(raceKey).stored == NumberSet(1...count + 5))
    #expect(try store.contents(raceKey).summary.waiting >= Int(count) + 5 - 1001)
  }

  @Test("is read behind a header that is gone")
  func header() throws {
    try fill()
    try damage(pages: 0..<1, of: file)
    let store = try TestedStore(folder.path)
    #expect(store.worker.setAside != nil)
    try expectTakenOver(store, missing: 0...0)
    let contents = try store.contents(raceKey)
    #expect(contents.unconfirmed.isEmpty)
  }

  @Test("is read around damaged pages, and loses no more than they held", arguments: [40, 70, 100])
  func middlePage(_ page: Int) throws {
    try fill()
    try damage(pages: page..<page + 1, of: file)
    let store = try TestedStore(folder.path)
    #expect(store.worker.setAside != nil)
    try expectTakenOver(store, missing: 0...60)
  }

  @Test("names the zone of each passing though the page of the zones is gone")
  func zones() throws {
    try fill()
    let root = try Connection(file, busyTimeout: 0, readOnly: true).integer(
      "SELECT rootpage FROM sqlite_schema WHERE name = 'zone'", for: "test")
    try damage(pages: Int(root) - 1..<Int(root), of: file)
    try expectTakenOver(try TestedStore(folder.path), missing: 0...0)
  }

  @Test("is read up to where it was cut")
  func truncated() throws {
    try fill()
    try Files.replace(file, with: Array(try Files.read(file).dropLast(20 * 4096)))
    let store = try TestedStore(folder.path)
    #expect(store.worker.setAside != nil)
    try expectTakenOver(store, missing: 1...1300)
  }

  @Test("keeps states: acknowledged, refused, unconfirmed")
  func states() throws {
    try fill()
    try damage(pages: 0..<1, of: file)
    let store = try TestedStore(folder.path)
    _ = try salvaged(store)
    let contents = try store.contents(raceKey)
    #expect(contents.unconfirmed == NumberSet(count + 1...count + 5))
    #expect(contents.summary.rejected == 1)
    #expect(contents.last == kept(count + 5, trust: .unconfirmed))
    #expect(try store.waiting(raceKey).map(\.passing.number) == Array(1002...count))
    var view = try PassingView(directory: folder.path, cloud: cloud)
    let rejected = try view.passings(file: raceKey, rejectedOnly: true)
    #expect(rejected.map(\.reason) == ["no such bib"])
  }

  @Test("uses what its log holds in front of the damage")
  func damagedLog() throws {
    let source = TemporaryFolder()
    let store = try TestedStore(source.path)
    for start in stride(from: UInt32(1), to: 1000, by: 100) {
      try store.report(.capture(raceKey, kept(start...start + 99)))
    }
    try copyStore(from: source, to: folder)
    var log = try Files.read(file + "-wal")
    for index in log.count * 2 / 3..<log.count * 2 / 3 + 4096 { log[index] ^= 0xFF }
    try Files.replace(file + "-wal", with: log)
    let after = try TestedStore(folder.path)
    _ = try salvaged(after)
    let stored = try after.contents(raceKey).stored
    #expect(stored.ranges.count == 1 && stored.first == 1 && stored.count >= 300 && stored.count < 1000)
    try after.report(.capture(raceKey, kept(1...1000)))
    #expect(try after.contents(raceKey).stored == NumberSet(1...1000))
  }

  @Test("is set aside while it is at work, and capture goes on at once")
  func whileRunning() throws {
    // Larger than what is kept in memory, so that the damaged page has to be read.
    let store = try TestedStore(folder.path)
    for start in stride(from: UInt32(1), to: 30_000, by: 1000) {
      try store.report(.capture(raceKey, kept(start...start + 999)))
    }
    do { try Connection(file, busyTimeout: 1000).run("PRAGMA wal_checkpoint(TRUNCATE)", for: "test") }
    let handle = Descriptor(owning: open(file, O_WRONLY))
    let garbage = [UInt8](repeating: 0xA5, count: 4096)
    #expect(pwrite(handle.number, garbage, 4096, 300 * 4096) == 4096)
    let reported = try store.report(.readWaiting(raceKey, after: 0, limit: 30_000))
    guard case .waiting = reported else {
      Issue.record("\(reported)")
      return
    }
    let aside = try store.notice("the setting aside") { notice in
      guard case .damaged(let damage, _) = notice, damage.outcome == .underWay else { return nil as String? }
      return damage.name
    }
    #expect(Files.exists(folder.file(aside)))
    guard case .captured(let result) = try store.report(.capture(raceKey, kept(30_001...30_010))) else {
      Issue.record("it was not captured")
      return
    }
    #expect(result.added == NumberSet(30_001...30_010))
    let (_, unreadable) = try salvaged(store)
    #expect(1...60 ~= unreadable)
    #expect(try store.contents(raceKey).summary.stored == 30_010 - unreadable)
  }

  @Test("of many rows is looked through after a kill, once it is at work")
  func afterKill() throws {
    let source = TemporaryFolder()
    var store = try AgentDatabase.open(directory: source.path)
    try fillWaiting(&store, 60_000)
    _ = try store.perform([.noteFile(raceKey, readerCount: 60_000, isSettled: false)])
    try copyStore(from: source, to: folder)
    #expect(try #require(try Files.status(file)?.size) > 4 << 20)
    try damage(pages: 700..<701, of: file)
    let after = try TestedStore(folder.path)
    #expect(after.worker.setAside == nil)
    let (_, unreadable) = try salvaged(after)
    #expect(1...60 ~= unreadable)
    #expect(try after.contents(raceKey).summary.stored == 60_000 - unreadable)
  }

  @Test("that was set aside by a process that ended before it had a new one is salvaged by the next")
  func setAsideOnly() throws {
    try fill()
    let aside = file + ".damaged-20270115T080000Z"
    try #require(rename(file, aside) == 0)
    let store = try TestedStore(folder.path)
    #expect(store.worker.setAside == aside)
    #expect(try salvaged(store).passings == Int(count) + 105)
    #expect(try store.contents(raceKey).summary.acknowledged == 1000)
  }

  @Test("that was salvaged to its end is not when a newer one is lost")
  func notTwice() throws {
    try fill()
    try damage(pages: 0..<1, of: file)
    do {
      let store = try TestedStore(folder.path)
      _ = try salvaged(store)
      store.worker.stop()
    }
    try #require(unlink(file) == 0)
    let again = try TestedStore(folder.path)
    #expect(again.worker.setAside == nil)
    #expect(try again.contents(raceKey).stored.isEmpty)
    again.worker.stop()
    #expect(again.notices.isEmpty)
  }

  @Test("that cannot be read now is left for later")
  func passingFailure() throws {
    try fill()
    let aside = file + ".damaged-20270115T080000Z"
    let elsewhere = folder.file("elsewhere")
    try #require(rename(file, elsewhere) == 0)
    // A link in a circle cannot be followed.
    try #require(symlink(aside, aside) == 0)
    do {
      let store = try TestedStore(folder.path)
      #expect(try store.contents(raceKey).stored.isEmpty)
      store.worker.stop()
    }
    try #require(unlink(aside) == 0)
    try #require(rename(elsewhere, aside) == 0)
    let store = try TestedStore(folder.path)
    #expect(try salvaged(store).passings == Int(count) + 105)
  }

  @Test("is told once a new one is in use, though that was not possible at once")
  func noNewOne() async throws {
    await #expect(processExitsWith: .success) {
      let folder = TemporaryFolder()
      let file = folder.file(AgentDatabase.fileName)
      var keeper = try StoreKeeper(directory: folder.path, options: StoreOptions())
      for start in stride(from: UInt32(1), to: 30_000, by: 1000) {
        _ = keeper.perform([.passings(.capture(raceKey, kept(start...start + 999)))])
      }
      do { try Connection(file, busyTimeout: 1000).run("PRAGMA wal_checkpoint(TRUNCATE)", for: "test") }
      let handle = Descriptor(owning: open(file, O_WRONLY))
      try #require(pwrite(handle.number, [UInt8](repeating: 0xA5, count: 4096), 4096, 300 * 4096) == 4096)
      // Nothing can be written: to SQLite that is a disk without room.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 0, rlim_max: .max)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let answers = keeper.perform([.passings(.readWaiting(raceKey, after: 0, limit: 30_000))])
      guard case .passings(.failed)? = answers.first else {
        Issue.record("\(answers)")
        return
      }
      #expect(keeper.takeNotices().isEmpty)
      limit.rlim_cur = .max
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      _ = keeper.perform([.passings(.openFile(raceKey))])
      guard case .damaged(let damage, _)? = keeper.takeNotices().first else {
        Issue.record("it was not told")
        return
      }
      #expect(damage.name.contains(".damaged-") && damage.reason.contains("malformed"))
      var isSalvaged = false
      while !isSalvaged {
        _ = keeper.idle()
        isSalvaged = keeper.takeNotices().contains {
          if case .damaged(let damage, _) = $0, case .salvaged = damage.outcome { true } else { false }
        }
      }
    }
  }

  @Test("is given up when its salvage never comes to its end, and the agent goes on")
  func givenUp() throws {
    try fill()
    try damage(pages: 0..<1, of: file)
    for _ in 0..<SalvageTable.attempts {
      // What a process leaves behind that dies of it.
      _ = try StoreKeeper(directory: folder.path, options: StoreOptions())
    }
    let store = try TestedStore(folder.path)
    let damage = try store.notice("the end") { notice in
      if case .damaged(let damage, _) = notice { damage } else { nil }
    }
    #expect(damage.outcome == .givenUp)
    try store.report(.capture(raceKey, kept(1...10)))
    #expect(try store.contents(raceKey).summary.stored >= 10)
    #expect(try store.worker.snapshot(cloud: cloud).damages == [damage])
    store.worker.stop()
    let again = try TestedStore(folder.path)
    again.worker.stop()
    #expect(again.notices.isEmpty)
  }

  @Test("is salvaged to the end by the next process when one does not get there")
  func resumed() throws {
    try fill()
    try damage(pages: 0..<1, of: file)
    do {
      // What a process leaves behind that ends between the new database and its first slice.
      let database = try AgentDatabase.open(directory: folder.path)
      #expect(database.setAside != nil)
    }
    let store = try TestedStore(folder.path)
    #expect(store.worker.setAside == nil)
    #expect(try salvaged(store).passings == Int(count) + 105)
    store.worker.stop()
    let again = try TestedStore(folder.path)
    #expect(try again.contents(raceKey).stored == NumberSet(1...count + 5))
    #expect(again.notices.isEmpty)
  }
}
