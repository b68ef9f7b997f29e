import AgentCore
import Glibc
import LinuxSystem
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

/// How many seeds: 62 in every run of the tests; `ONE4ALL_CORRUPTIONS=1000` for so many, from
/// `ONE4ALL_CORRUPTION_SEED` on.
private let seeds: Range<UInt64> = {
  func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
  let first = number("ONE4ALL_CORRUPTION_SEED") ?? 0
  return first..<first + (number("ONE4ALL_CORRUPTIONS") ?? 62)
}()

@Suite("Whatever befalls the file of a full store")
struct CorruptionTests {
  @Test(
    "The agent starts, keeps what can be read, makes nothing up, and has all when the reader was asked again")
  func corruptions() throws {
    let closed = try FullStore(isClosed: true)
    let killed = try FullStore(isClosed: false)
    let other = try FullStore(isClosed: false)
    var figures: [String: (runs: Int, kept: Int)] = [:]
    for seed in seeds {
      let store = seed / UInt64(StoreCorruption.Kind.allCases.count) % 3 == 0 ? closed : killed
      let folder = TemporaryFolder()
      var corruption = StoreCorruption(seed: seed, store, other: other, in: folder.path)
      try corruption.write()
      let run = CorruptionRun(seed: seed, kind: corruption.kind, store)
      let kept = try run.check(folder.path)
      let former = figures[corruption.kind.rawValue] ?? (0, 0)
      figures[corruption.kind.rawValue] = (former.runs + 1, former.kept + kept)
    }
    guard seeds.count > 500 else { return }
    for (kind, figure) in figures.sorted(by: { $0.key < $1.key }) {
      print("\(kind): \(figure.runs) runs, \(figure.kept / figure.runs) of \(FullStore.total) passings kept")
    }
  }
}

extension FullStore {
  static var total: Int { keys.reduce(0) { $0 + numbers(of: $1).count } }
}

/// One damaged store, from its opening to the end.
private struct CorruptionRun {
  let seed: UInt64
  let kind: StoreCorruption.Kind
  let store: FullStore

  init(seed: UInt64, kind: StoreCorruption.Kind, _ store: FullStore) {
    self.seed = seed
    self.kind = kind
    self.store = store
  }

  private var name: Comment { "seed \(seed), \(kind.rawValue)" }

  /// - Returns: how many passings are kept without asking the reader.
  func check(_ damaged: String) throws -> Int {
    // One in three loses power while the damaged one is salvaged.
    let isCut = seed % 3 == 1
    let later = isCut ? try folderAfterPowerCut(damaged, after: Int(seed / 3 % 7)) : nil
    if isCut, later == nil { return 0 }
    let folder = later?.path ?? damaged
    defer { withExtendedLifetime(later) {} }
    var kept = 0
    do {
      guard var keeper = try opened(folder) else { return 0 }
      try runToEnd(&keeper)
      kept = try expectNothingMadeUp(folder)
      try refill(&keeper)
      try runToEnd(&keeper)
    }
    // What came out of it is whole.
    guard var again = try opened(folder) else { return kept }
    #expect(again.setAside == nil, name)
    try runToEnd(&again)
    try expectAll(&again, folder)
    return kept
  }

  private func opened(_ folder: String) throws -> StoreKeeper? {
    do { return try StoreKeeper(directory: folder, options: StoreOptions()) } catch {
      Issue.record("\(name): it does not start: \(error)")
      return nil
    }
  }

  /// The folder as a power cut after so many slices leaves it.
  private func folderAfterPowerCut(_ folder: String, after slices: Int) throws -> TemporaryFolder? {
    let copy = TemporaryFolder()
    guard var keeper = try opened(folder) else { return nil }
    for _ in 0..<slices { _ = keeper.idle() }
    for name in try Files.list(folder) where !name.hasSuffix("-shm") {
      let path = "\(folder)/\(name)"
      switch try Files.status(path, followingLinks: false)?.kind {
      case .file: try Files.replace(copy.file(name), with: Files.read(path))
      case .link:
        if let target = try? Files.resolve(path) { symlink(target, copy.file(name)) }
      case .folder: mkdir(copy.file(name), 0o755)
      default: break
      }
    }
    return copy
  }

  private func runToEnd(_ keeper: inout StoreKeeper) throws {
    var slices = 0
    while keeper.idle() == 0 {
      slices += 1
      try #require(slices < 5000, "\(name.rawValue): it never ends")
    }
    _ = keeper.takeNotices()
  }

  /// - Returns: how many are stored.
  private func expectNothingMadeUp(_ folder: String) throws -> Int {
    var view = try PassingView(directory: folder, cloud: cloud)
    var stored = 0
    for row in try view.ledger() {
      let key = row.summary.key
      guard FullStore.keys.contains(key) else {
        Issue.record("\(name): a session file \(key) that never was")
        continue
      }
      let summary = row.summary
      #expect(summary.waiting >= 0 && summary.rejected >= 0 && summary.unconfirmed <= summary.waiting, name)
      #expect(summary.session?.token.map { store.tokens[key]?.contains($0) == true } != false, name)
      let sent = try acknowledged(folder, key)
      #expect(sent.subtracting(store.acknowledged[key] ?? NumberSet()).isEmpty, name)
      #expect(sent.count == summary.acknowledged, name)
      var after: UInt32 = 0
      while true {
        let page = try view.passings(file: key, after: after)
        guard let last = page.last?.kept.passing.number else { break }
        for passing in page { expectTrue(passing.kept, key) }
        after = last
      }
      stored += summary.stored
    }
    return stored
  }

  private func expectTrue(_ found: KeptPassing, _ key: FileKey) {
    let number = found.passing.number
    let truth = FullStore.truth(key, number)
    // One expectation for each of all these passings would take longer than everything else.
    let isTrue =
      FullStore.numbers(of: key).contains(number) && found.passing == truth.passing
      && found.utc == truth.utc && (found.zone == truth.zone || found.zone == "UTC")
    if !isTrue { Issue.record("\(name): made up: \(found)") }
  }

  private func acknowledged(_ folder: String, _ key: FileKey) throws -> NumberSet {
    let connection = try Connection("\(folder)/\(AgentDatabase.fileName)", busyTimeout: 0, readOnly: true)
    guard let file = try FileTable(connection).find(key) else { return NumberSet() }
    return try SpanTable(connection, ChangeNotes()).read(file.id, .acknowledged)
  }

  /// The reader is asked for everything that it has.
  private func refill(_ keeper: inout StoreKeeper) throws {
    for key in FullStore.keys {
      let all = FullStore.numbers(of: key).map { FullStore.truth(key, $0, trust: .confirmed) }
      let answers = keeper.perform([.passings(.capture(key, all))])
      guard case .passings(.captured(let result))? = answers.first else {
        Issue.record("\(name): \(answers)")
        continue
      }
      // What was kept was true: the reader's memory corrects nothing.
      #expect(result.differences.isEmpty && result.contradicted.isEmpty, name)
    }
  }

  private func expectAll(_ keeper: inout StoreKeeper, _ folder: String) throws {
    for key in FullStore.keys {
      let answers = keeper.perform([.passings(.readWaiting(key, after: 0, limit: 100_000))])
      guard case .passings(.waiting(_, _, let waiting))? = answers.first else {
        Issue.record("\(name): \(answers)")
        continue
      }
      var all = NumberSet(waiting.map(\.passing.number))
      #expect(all.count == waiting.count, name)
      for found in waiting where found.passing != FullStore.truth(key, found.passing.number).passing {
        Issue.record("\(name): made up: \(found.passing)")
      }
      let sent = try acknowledged(folder, key)
      #expect(sent.subtracting(store.acknowledged[key] ?? NumberSet()).isEmpty, name)
      #expect(sent.intersection(all).isEmpty, name)
      all.formUnion(sent)
      let numbers = NumberSet(FullStore.numbers(of: key))
      // Two of the race were refused.
      let refused: NumberSet = key == FullStore.keys[1] ? [500, 501] : []
      #expect(numbers.subtracting(all).subtracting(refused).isEmpty, name)
    }
  }
}
