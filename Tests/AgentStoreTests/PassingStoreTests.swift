import AgentCore
import CSQLite
import Glibc
import LinuxSystem
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

@Suite("The store of passings")
struct PassingStoreTests {
  private let folder = TemporaryFolder()

  @Test("has on disk what it has answered, byte by byte, and knows it after a crash")
  func durable() throws {
    let store = try TestedStore(folder.path)
    let all = kept(1...700) + kept(702...710, trust: .unconfirmed)
    try store.report(.capture(raceKey, all))
    try store.report(.keepSession(raceKey, session()))
    let crashed = TemporaryFolder()
    try copyStore(from: folder, to: crashed)
    let after = try TestedStore(crashed.path)
    let contents = try after.contents(raceKey)
    #expect(contents.stored == NumberSet(all.map(\.passing.number)))
    #expect(contents.unconfirmed == NumberSet(702...710))
    #expect(contents.last == all.last)
    var view = try PassingView(directory: crashed.path, cloud: cloud)
    let shown = try view.passings(file: raceKey, last: 300)
    #expect(shown.map(\.kept) == all.suffix(300))
    #expect(try after.worker.snapshot(cloud: cloud).files.first?.session == session())
  }

  @Test("has no monotonic time for what was heard before the machine was started again")
  func earlierRun() throws {
    try TestedStore(folder.path).report(.capture(raceKey, kept(1...3)))
    var database: OpaquePointer?
    #expect(sqlite3_open("\(folder.path)/\(AgentDatabase.fileName)", &database) == SQLITE_OK)
    #expect(sqlite3_exec(database, "UPDATE boot SET name = 'another'", nil, nil, nil) == SQLITE_OK)
    sqlite3_close(database)
    let store = try TestedStore(folder.path)
    try store.report(.capture(raceKey, kept(4...4)))
    let arrivals = try store.waiting(raceKey).map(\.arrival)
    #expect(arrivals.map(\.monotonic) == [nil, nil, nil, kept(4).arrivedAt])
    #expect(arrivals.map(\.wall) == (1...4).map { kept($0).arrivedWall })
    #expect(arrivals.map(\.isSynchronised) == [false, true, false, true])
    let view = try PassingView(directory: folder.path, cloud: cloud)
    #expect(try view.ledger().first?.oldestWaiting == arrivals.first)
  }

  @Test(
    "survives an end at any moment: the files of that moment are whole, and hold a whole number of captures")
  func anyMoment() throws {
    let store = try TestedStore(folder.path)
    for round in 0..<40 {
      let start = UInt32(round * 50 + 1)
      store.worker.send(.capture(raceKey, kept(start...start + 49)))
      store.worker.send(.acknowledge(raceKey, NumberSet(start...start + 9)))
      let crashed = TemporaryFolder()
      let answered = try store.passingReports(round).count / 2
      // The log last: a copy of the two files is only one moment when nothing is worked into the database between.
      try copyStore(from: folder, to: crashed)
      let after = try AgentDatabase.open(directory: crashed.path)
      #expect(after.setAside == nil)
      let summary = try after.passings.summaries().first ?? FileSummary(key: raceKey)
      #expect(summary.stored % 50 == 0 && summary.stored >= answered * 50)
      #expect(summary.stored == summary.acknowledged + summary.waiting + summary.rejected)
      #expect(summary.acknowledged % 10 == 0)
    }
  }

  @Test("has everything that a process was answered before it was killed")
  func killed() async throws {
    let path = folder.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try TestedStore(path)
      for round: UInt32 in 0..<400 {
        store.worker.send(.capture(raceKey, kept(round * 50 + 1...round * 50 + 50)))
        store.worker.send(.acknowledge(raceKey, NumberSet(round * 50 + 1...round * 50 + 10)))
      }
      let answered = try store.passingReports(200).count
      try Files.replace("\(path)/answered", with: Array("\(answered)".utf8))
      kill(getpid(), SIGKILL)
    }
    let text = String(decoding: try Files.read(folder.file("answered")), as: UTF8.self)
    let answered = try #require(Int(text))
    let store = try TestedStore(path)
    #expect(store.worker.setAside == nil)
    let summary = try store.contents(raceKey).summary
    #expect(summary.stored >= answered / 2 * 50 && summary.stored % 50 == 0)
    #expect(summary.acknowledged >= answered / 2 * 10)
    #expect(try store.waiting(raceKey).count == summary.waiting)
    #expect(summary.stored == summary.acknowledged + summary.waiting + summary.rejected)
  }

  @Test("keeps one row of a passing that comes twice")
  func idempotent() throws {
    let store = try TestedStore(folder.path)
    for _ in 1...3 { try store.report(.capture(raceKey, kept(1...10))) }
    #expect(try store.contents(raceKey).summary.stored == 10)
    #expect(try store.waiting(raceKey) == kept(1...10).map { waiting($0) })
  }

  @Test("becomes what the reader's memory says, names the difference once, and says whether it was sent")
  func differences() throws {
    let store = try TestedStore(folder.path)
    try store.report(.capture(raceKey, [kept(1, variant: 1), kept(2, variant: 1), kept(3)]))
    try store.report(.acknowledge(raceKey, [1]))
    let memory = [kept(1, trust: .confirmed), kept(2, trust: .confirmed), kept(3, trust: .confirmed)]
    guard case .captured(let result) = try store.report(.capture(raceKey, memory)) else { return }
    let expected = [
      PassingDifference(number: 1, stored: passing(1, variant: 1), memory: passing(1), wasSent: true),
      PassingDifference(number: 2, stored: passing(2, variant: 1), memory: passing(2), wasSent: false),
    ]
    #expect(result.differences == expected)
    let view = try PassingView(directory: folder.path, cloud: cloud)
    #expect(try view.differences(file: raceKey) == expected)
    #expect(try view.ledger().map(\.differences) == [2])
  }

  @Test(
    "counts a sent difference as wrong in the cloud when it has another time or chip, not for what it is not sent",
    arguments: [
      ("1;MC;00007;2027-01-11;08:00:00.250;3;4;0a1b2", [], false),
      ("1;MC;00007;2027-01-11;08:00:00.250;3;4;0a1b3", [.check], false),
      ("1;MC;00007;2027-01-11;08:00:00.250;3;14;0a1b2", [.reads], false),
      ("1;MC;00007;2027-01-11;08:00:00.250;4;5;0a1b3", [.antenna, .reads, .check], false),
      ("1;MC;00007;2027-01-11;08:00:00.251;3;4;0a1b2", [.time], true),
      ("1;MC;00007;2027-01-12;08:00:00.250;3;4;0a1b2", [.time], true),
      ("1;MC;00008;2027-01-11;08:00:00.250;3;4;0a1b3", [.chip, .check], true),
      ("1;MD;00007;2027-01-11;08:00:00.250;3;4;0a1b2", [.chip], true),
    ] as [(String, [PassingDifference.Field], Bool)])
  func wrongInCloud(memory: String, fields: [PassingDifference.Field], isWrong: Bool) throws {
    func heard(_ text: String, _ trust: KeptPassing.Trust) throws -> KeptPassing {
      var kept = kept(1, trust: trust)
      kept.passing = try Passing(parsing: Array(text.utf8))
      return kept
    }
    let stored = try heard("1;MC;00007;2027-01-11;08:00:00.250;3;4;0a1b2", .believed)
    for isSent in [false, true] {
      let folder = TemporaryFolder()
      let store = try TestedStore(folder.path)
      try store.report(.capture(raceKey, [stored]))
      if isSent { try store.report(.acknowledge(raceKey, [1])) }
      let truth = try heard(memory, .confirmed)
      try store.report(.capture(raceKey, [truth]))
      let view = try PassingView(directory: folder.path, cloud: cloud)
      let counts = try view.differenceCounts(file: raceKey)
      #expect(counts == (fields.isEmpty ? 0 : 1, isSent && isWrong ? 1 : 0))
      #expect(try view.ledger().first?.summary.sentDifferences == counts.wrong)
      let difference = PassingDifference(
        number: 1, stored: stored.passing, memory: truth.passing, wasSent: isSent)
      #expect(difference.fields == fields && difference.isWrongInCloud == (isSent && isWrong))
    }
  }

  @Test("keeps the newest doubtful frames of a file, counts all, and forgets those that are settled")
  func doubtful() throws {
    var database = try AgentDatabase.open(directory: folder.path)
    let noise = (1...UInt32(DoubtfulTable.limit)).map { doubtfulFrame($0) }
    #expect(try database.perform([.keepDoubtful(noise)]) == [.doubtfulKept(total: 10_000)])
    let more = [doubtfulFrame(1, key: nil), doubtfulFrame(10_001), doubtfulFrame(10_002)]
    #expect(try database.perform([.keepDoubtful(more)]) == [.doubtfulKept(total: 10_001)])
    let view = try PassingView(directory: folder.path, cloud: cloud)
    #expect(try view.doubtful(file: raceKey).first == doubtfulFrame(10_002))
    #expect(try view.doubtful(file: raceKey).count == PassingView.limit)
    #expect(try view.doubtful(file: nil) == [doubtfulFrame(1, key: nil)])
    #expect(try view.ledger().map(\.doubtful) == [10_000])
    _ = try database.perform([.settleDoubtful(raceKey)])
    #expect(try database.snapshot(cloud: cloud).doubtfulTotal == 1)
    #expect(
      try database.connection.integer(
        "SELECT settled + dropped FROM doubtful_count WHERE file_id = 1", for: "") == 10_002)
  }

  @Test("counts what is acknowledged in each session, until it is sent again or another is asked for")
  func countedBySession() throws {
    let store = try TestedStore(folder.path)
    let elsewhere = session(token: "b", cloud: "https://other.example", askedAt: 9)
    func counts() throws -> [Int] {
      try [cloud, elsewhere.cloud].map { cloud in
        try store.worker.snapshot(cloud: cloud).files.first?.session?.acknowledged ?? -1
      }
    }
    try store.report(.capture(raceKey, kept(1...100)))
    for asked in [session(), elsewhere] {
      var asked = asked
      let token = asked.token
      asked.token = nil
      asked.standing = .asked
      asked.acknowledged = 0
      try store.report(.keepSession(raceKey, asked))
      asked.token = token
      asked.standing = .open
      try store.report(.keepSession(raceKey, asked))
    }
    let token = session().token
    try store.report(.acknowledge(raceKey, NumberSet(1...30), session: token))
    try store.report(.acknowledge(raceKey, NumberSet(21...50), session: "b"))
    try store.report(.acknowledge(raceKey, NumberSet(51...60), session: "nobody's"))
    #expect(try counts() == [30, 20])
    try store.report(.keepSession(raceKey, session(standing: .closed)))
    #expect(try counts() == [30, 20])
    try store.report(.sendAgain(raceKey, NumberSet(1...25)))
    #expect(try counts() == [5, 0])
    #expect(try store.contents(raceKey).summary.cloud == elsewhere.cloud)
    try store.report(.acknowledge(raceKey, NumberSet(1...25), session: token))
    #expect(try counts() == [30, 0])
    try store.report(.keepSession(raceKey, session(token: nil, standing: .asked)))
    #expect(try counts() == [0, 0])
  }

  @Test("notes that a difference had been sent")
  func sentDifference() throws {
    let store = try TestedStore(folder.path)
    try store.report(.capture(raceKey, kept(1...3, trust: .unconfirmed)))
    try store.report(.contradict(raceKey, NumberSet([2, 3])))
    try store.report(.noteSent(raceKey, [3]))
    store.worker.stop()
    let after = try AgentDatabase.open(directory: folder.path)
    let file = try #require(try after.passings.files.find(raceKey))
    // What is wrong in the cloud comes first.
    let differences = try after.passings.differences.read(file.id, skipping: 0, limit: 9)
    #expect(differences.map(\.wasSent) == [true, false])
  }

  @Test("knows the sessions of each cloud, and shows those of the one in use")
  func sessions() throws {
    let store = try TestedStore(folder.path)
    let elsewhere = session(token: nil, standing: .asked, cloud: "https://other.example", askedAt: 9)
    try store.report(.keepSession(raceKey, session()))
    try store.report(.keepSession(raceKey, elsewhere))
    #expect(try store.worker.snapshot(cloud: cloud).files.map(\.session) == [session()])
    #expect(try store.worker.snapshot(cloud: elsewhere.cloud).files.map(\.session) == [elsewhere])
    #expect(try store.worker.snapshot(cloud: "https://third.example").files.map(\.session) == [nil])
    try store.report(.keepSession(raceKey, session(standing: .closed)))
    #expect(try store.worker.snapshot(cloud: cloud).files.map(\.session) == [session(standing: .closed)])
  }

  @Test("gives everything at a start: files in the order of first contact, readers with theirs")
  func snapshot() throws {
    let store = try TestedStore(folder.path)
    let other = FileKey(serialNumber: "O4A5-00099", file: "20260101-000000.csv")
    #expect(try store.worker.snapshot(cloud: cloud) == StoreSnapshot())
    _ = try store.contents(raceKey)
    try store.report(.capture(other, kept(1...2)))
    try store.report(.noteFile(earlierKey, readerCount: 7, isSettled: true))
    try store.report(.keepDoubtful([doubtfulFrame(3)]))
    _ = try store.report(.keep(binding(1)))
    #expect(try store.worker.snapshot(cloud: cloud).firstContacts.isEmpty)
    for file in [raceKey.file, earlierKey.file] {
      let request = PassingRequest.noteReader(serialNumber: raceKey.serialNumber, firstFile: file)
      #expect(try store.report(request) == .readerNoted(serialNumber: raceKey.serialNumber))
    }
    let snapshot = try store.worker.snapshot(cloud: cloud)
    #expect(snapshot.files.map(\.key) == [other, earlierKey, raceKey])
    #expect(snapshot.files[1].readerCount == 7 && snapshot.files[1].isSettled)
    #expect(snapshot.bindings == [binding(1)])
    #expect(snapshot.doubtfulTotal == 1)
    // Neither passings that a person gave nor a file that was looked up are a contact, and a later one changes nothing.
    #expect(snapshot.firstContacts.mapValues(\.file) == [raceKey.serialNumber: raceKey.file])
  }

  @Test("keeps that a file is gone, until something else is noted of it")
  func gone() throws {
    let store = try TestedStore(folder.path)
    try store.report(.noteFile(raceKey, readerCount: 7, isSettled: false))
    try store.report(.noteGone(raceKey))
    let gone = FileSummary(key: raceKey, readerCount: 7, isSettled: true, isGone: true, cloud: cloud)
    #expect(try store.worker.snapshot(cloud: cloud).files == [gone])
    try store.report(.noteFile(raceKey, readerCount: nil, isSettled: true))
    #expect(
      try store.worker.snapshot(cloud: cloud).files == [
        FileSummary(key: raceKey, readerCount: 7, isSettled: true, cloud: cloud)
      ])
  }

  @Test("shows the doubtful frames of one file, of none, and of all, and counts them by the reason")
  func doubtfulOfAll() throws {
    let store = try TestedStore(folder.path)
    var early = doubtfulFrame(9)
    early.reason = .time
    let frames = [doubtfulFrame(1, key: nil), early, doubtfulFrame(2, key: earlierKey)]
    for frame in frames { try store.report(.keepDoubtful([frame])) }
    let view = try PassingView(directory: folder.path, cloud: cloud)
    #expect(try view.doubtful() == frames.reversed())
    #expect(try view.doubtful(file: raceKey) == [early])
    #expect(try view.doubtful(file: nil) == [frames[0]])
    #expect(try view.doubtfulReasons() == [.time: 1, .jump: 2])
  }

  @Test("leafs back in a file, in all of its passings and in those that were refused")
  func before() throws {
    let store = try TestedStore(folder.path)
    try store.report(.capture(raceKey, kept(1...20)))
    for number: UInt32 in [2, 5, 9, 15] { try store.report(.reject(raceKey, number, reason: "bad")) }
    var view = try PassingView(directory: folder.path, cloud: cloud)
    func numbers(_ before: UInt32?, last: Int, rejectedOnly: Bool = false) throws -> [UInt32] {
      try view.passings(file: raceKey, before: before, last: last, rejectedOnly: rejectedOnly).map {
        $0.kept.passing.number
      }
    }
    #expect(try numbers(nil, last: 3) == [18, 19, 20])
    #expect(try numbers(18, last: 3) == [15, 16, 17])
    #expect(try numbers(3, last: 9) == [1, 2])
    #expect(try numbers(1, last: 9) == [] && numbers(0, last: 9) == [])
    #expect(try numbers(15, last: 2, rejectedOnly: true) == [5, 9])
    #expect(try numbers(5, last: 2, rejectedOnly: true) == [2])
    #expect(try view.times(of: raceKey) == kept(1).utc...kept(20).utc)
    #expect(try view.times(of: earlierKey) == nil)
  }

  @Test("does what it can of requests that wait together, and fails only the one that cannot be done")
  func oneBadRequest() throws {
    let work: [StoreWork] = [
      .passings(.capture(raceKey, kept(1...3))), .state(.keep(binding(1))),
      .passings(.capture(earlierKey, kept(1...3000))), .passings(.acknowledge(raceKey, [2])),
    ]
    var keeper = try StoreKeeper(directory: folder.path, options: StoreOptions())
    _ = keeper.perform([.passings(.openFile(raceKey))])
    do {
      let other = try Connection(folder.file(AgentDatabase.fileName), busyTimeout: 1000)
      try other.run(
        "CREATE TRIGGER refuse BEFORE INSERT ON file WHEN NEW.name = '\(earlierKey.file)' "
          + "BEGIN SELECT RAISE(ABORT, 'refused'); END", for: "test")
    }
    let answers = keeper.perform(work)
    guard case .passings(.captured) = answers[0], case .state(.kept) = answers[1],
      case .passings(.failed(.capture(earlierKey, _), let failure)) = answers[2],
      case .passings(.updated(let summary, _)) = answers[3]
    else {
      Issue.record("\(answers)")
      return
    }
    #expect(failure.number & 0xFF == SQLITE_CONSTRAINT)
    #expect(summary.stored == 3 && summary.acknowledged == 1)
    #expect(try keeper.snapshot(cloud: cloud)?.files.map(\.key) == [raceKey])
  }

  @Test("reads all at once when it is asked to, however many ask together")
  func unboundedReads() throws {
    var keeper = try StoreKeeper(directory: folder.path, options: StoreOptions())
    let read = StoreWork.passings(.readWaiting(raceKey, after: 0, limit: .max))
    let answers = keeper.perform([.passings(.capture(raceKey, kept(1...3))), read, read])
    #expect(answers.count == 3)
    for answer in answers.dropFirst() {
      guard case .passings(.waiting(_, _, let waiting)) = answer else {
        Issue.record("\(answer)")
        continue
      }
      #expect(waiting.map(\.passing.number) == [1, 2, 3])
    }
  }

  @Test("answers every request once and in order, however many wait")
  func order() throws {
    let store = try TestedStore(folder.path)
    for number: UInt32 in 1...3000 { store.worker.send(.capture(raceKey, [kept(number)])) }
    let reports = try store.passingReports(3000)
    for (index, report) in reports.enumerated() {
      guard case .captured(let result) = report else { continue }
      #expect(result.added == NumberSet([UInt32(index + 1)]))
    }
    #expect(reports.count == 3000)
  }

  @Test("shows rows with their state, from a number on, the last ones, or only those refused")
  func view() throws {
    let store = try TestedStore(folder.path)
    try store.report(.capture(raceKey, kept(1...20)))
    try store.report(.capture(raceKey, kept(25...600)))
    try store.report(.acknowledge(raceKey, NumberSet(1...10)))
    for number: UInt32 in [11, 12, 30] { try store.report(.reject(raceKey, number, reason: "bad \(number)")) }
    try store.report(.noteLost(raceKey, [22]))
    try store.report(.noteFile(raceKey, readerCount: 605, isSettled: false))
    var view = try PassingView(directory: folder.path, cloud: cloud)
    let first = try view.passings(file: raceKey, after: 8, limit: 5)
    #expect(first.map(\.kept.passing.number) == [9, 10, 11, 12, 13])
    #expect(first.map(\.state) == [.acknowledged, .acknowledged, .rejected, .rejected, .waiting])
    #expect(try view.passings(file: raceKey, last: 3).map(\.kept.passing.number) == [598, 599, 600])
    #expect(try view.passings(file: raceKey, limit: 10_000).count == 500)
    #expect(
      try view.passings(file: raceKey, rejectedOnly: true).map(\.reason) == ["bad 11", "bad 12", "bad 30"])
    #expect(
      try view.passings(file: raceKey, last: 2, rejectedOnly: true).map(\.reason) == ["bad 12", "bad 30"])
    #expect(try view.passings(file: earlierKey).isEmpty)
    let row = try #require(try view.ledger().first)
    #expect(row.gaps.description == "21, 23-24, 601-605")
    #expect(row.lost == [22])
    #expect(row.oldestWaiting == arrival(of: kept(13)))
  }
}
