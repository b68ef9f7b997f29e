import AgentCore
import Glibc
import LinuxSystem
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

@Suite("A store that is taken away while it is at work")
struct TakenStoreTests {
  private let folder = TemporaryFolder()
  private var state: String { folder.file("state") }
  private var file: String { "\(state)/\(AgentDatabase.fileName)" }

  private func keeper() throws -> StoreKeeper {
    var options = StoreOptions(StoreSettings(minFree: 0, backup: true))
    options.placeInterval = 0
    var keeper = try StoreKeeper(directory: state, options: options)
    _ = keeper.perform([
      .passings(.keepSession(raceKey, session())), .passings(.capture(raceKey, kept(1...500))),
      .passings(.acknowledge(raceKey, NumberSet(1...200), session: "token")), .state(.keep(binding(1))),
    ])
    return keeper
  }

  /// What was told, after a look at the place.
  private func told(_ keeper: inout StoreKeeper) -> [StoreNotice] {
    for _ in 0..<3 { _ = keeper.idle() }
    return keeper.takeNotices()
  }

  private func replaced(_ keeper: inout StoreKeeper) throws -> (damage: StoreDamage, files: [FileSummary]) {
    let notices = told(&keeper)
    guard case .damaged(let damage, let files)? = notices.first, notices.count == 1 else {
      throw TestFailure("\(notices)")
    }
    return (damage, files)
  }

  private struct TestFailure: Error {
    let words: String
    init(_ words: String) { self.words = words }
  }

  /// All that was kept is at its place again, and so is what comes; with the first of that those things are told.
  private func expectWhole(_ keeper: inout StoreKeeper, telling notices: [StoreNotice] = []) throws {
    _ = keeper.perform([.passings(.capture(raceKey, kept(501...510)))])
    #expect(keeper.takeNotices() == notices)
    #expect(told(&keeper).isEmpty)
    // As another process sees it.
    var view = try PassingView(directory: state, cloud: cloud)
    let row = try #require(try view.ledger().first)
    #expect(
      row.summary.stored == 510 && row.summary.acknowledged == 200 && row.summary.session?.token == "token")
    #expect(try view.passings(file: raceKey, last: 1).first?.kept == kept(510))
    #expect(Files.exists("\(state)/\(AgentDatabase.lockName)"))
    #expect(throws: StoreError.self) { try StoreLock("\(state)/\(AgentDatabase.lockName)") }
  }

  private func expectReplaced(_ keeper: inout StoreKeeper, _ reason: String) throws {
    let (damage, files) = try replaced(&keeper)
    #expect(damage.outcome == .replaced(isWhole: true))
    #expect(damage.reason.contains(reason), "\(damage.reason)")
    #expect(files.map(\.stored) == [500])
    try expectWhole(&keeper)
    // It is told for hours, by those that start later, too.
    let snapshot = try #require(try keeper.snapshot(cloud: cloud))
    #expect(snapshot.damages == [damage] && snapshot.bindings == [binding(1)])
  }

  private func removeAll(_ path: String) throws {
    for name in try Files.list(path) {
      let inner = "\(path)/\(name)"
      if try Files.status(inner, followingLinks: false)?.kind == .folder {
        try removeAll(inner)
      } else {
        unlink(inner)
      }
    }
    rmdir(path)
  }

  /// The name of a session file that was begun so many hours ago.
  private func name(hoursAgo hours: Int64) throws -> String {
    let time = SystemClock.wallMilliseconds - hours * 3_600_000
    return SessionFileName(openedAt: try #require(LocalDateTime(millisecondsSince1970: time))).text
  }

  @Test(
    "A store that was lost or emptied knows by its backup which files of the present event are its own",
    arguments: [true, false])
  func firstContact(isRemoved: Bool) throws {
    do { _ = try keeper() }
    let own = try [30, 9, 4, 1].map { try name(hoursAgo: $0) }
    for (serialNumber, names) in ["O4A5-00077": own, "O4A5-00078": [try name(hoursAgo: 400)], "..%": own] {
      try Files.makeFolder("\(state)/backup/\(serialNumber)", mode: 0o750)
      for name in names { try Files.replace("\(state)/backup/\(serialNumber)/\(name)", with: []) }
    }
    for ending in ["-wal", "-shm"] { unlink("\(file)\(ending)") }
    if isRemoved { unlink(file) } else { try Files.replace(file, with: []) }
    var keeper = try StoreKeeper(
      directory: state, options: StoreOptions(StoreSettings(minFree: 0, backup: true)))
    let contacts = try #require(try keeper.snapshot(cloud: cloud)).firstContacts
    #expect(contacts["O4A5-00077"]?.file == own[1])
    #expect(contacts["O4A5-00078"] == nil && contacts["..%"] == nil)
  }

  @Test("with its folder goes on in a new one with all that it held")
  func folderRemoved() throws {
    var keeper = try keeper()
    try removeAll(state)
    try expectReplaced(&keeper, "the folder \(state) was removed")
    // The backup is made anew with the next passing.
    #expect(try Files.list("\(state)/backup").isEmpty == false)
  }

  @Test("with its folder moved goes on where it belongs, and leaves what was moved alone")
  func folderMoved() throws {
    var keeper = try keeper()
    try #require(rename(state, folder.file("elsewhere")) == 0)
    try expectReplaced(&keeper, "was removed")
    #expect(Files.exists(folder.file("elsewhere/one4all.db")))
  }

  @Test("or only one of its files goes on", arguments: ["", "-wal", "-shm"])
  func fileRemoved(_ ending: String) throws {
    var keeper = try keeper()
    try #require(unlink(file + ending) == 0)
    try expectReplaced(&keeper, "\(file)\(ending) was removed")
  }

  @Test("and replaced by another database goes on with its own, and keeps the other one aside")
  func fileReplaced() throws {
    var keeper = try keeper()
    do {
      let other = folder.file("other")
      var database = try AgentDatabase.open(directory: other)
      _ = try database.perform([.capture(earlierKey, kept(1...10))])
    }
    try #require(rename(folder.file("other/one4all.db"), file) == 0)
    try expectReplaced(&keeper, "was replaced")
    let names = try Files.list(state)
    #expect(names.contains { $0.hasPrefix("one4all.db.foreign-") })
  }

  @Test("and cannot be made anew goes on in what is open, and is tried again")
  func noPlace() throws {
    var keeper = try keeper()
    try #require(rename(state, folder.file("elsewhere")) == 0)
    folder.write("state", "a file")
    guard case .unreachable(let reason)? = told(&keeper).first else {
      Issue.record("it was not told")
      return
    }
    #expect(reason.contains(state))
    #expect(told(&keeper).isEmpty)
    guard case .passings(.captured)? = keeper.perform([.passings(.capture(raceKey, kept(501...501)))]).first
    else {
      Issue.record("nothing is kept meanwhile")
      return
    }
    // The backup stands in the same folder, and has no place either.
    guard case .backupFailing? = keeper.takeNotices().first else {
      Issue.record("it was not told that there is no backup")
      return
    }
    try #require(unlink(state) == 0)
    let notices = told(&keeper)
    #expect(notices.contains(.reachable))
    #expect(notices.count == 2)
    try expectWhole(&keeper, telling: [.backupWritten])
  }

  @Test("A lock that is removed is taken again, and nothing else happens")
  func lockRemoved() throws {
    var keeper = try keeper()
    let lock = "\(state)/\(AgentDatabase.lockName)"
    try #require(unlink(lock) == 0)
    #expect(told(&keeper).isEmpty)
    #expect(Files.exists(lock))
    #expect(throws: StoreError.self) { try StoreLock(lock) }
    try expectWhole(&keeper)
  }
}
