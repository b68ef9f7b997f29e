public import AgentCore
import LinuxSystem
import One4AllProtocol

/// What is stored, to be shown: a connection of its own that only reads, to be opened when something is asked and let
/// go of when it is answered. It neither waits for the store's thread nor makes it wait, and every answer is bounded.
public struct PassingView: ~Copyable {
  /// Most passings, differences or doubtful frames in one answer.
  public static let limit = 500
  /// Most spans of numbers that are looked at for one file.
  private static let spanLimit = 10_000

  // The tables end before their connection.
  var store: PassingStore
  let connection: Connection

  /// Opens the store in that folder, which the daemon has open.
  /// - Parameter cloud: whose sessions the summaries show.
  public init(directory: String, cloud: String) throws(StoreError) {
    // Readers wait for nobody, but for the moment in which the log is taken over after a crash.
    let connection = try Connection(
      "\(directory)/\(AgentDatabase.fileName)", busyTimeout: 100, readOnly: true)
    var store = try PassingStore(connection, boot: BootIdentity.current)
    store.cloud = cloud
    self.store = store
    self.connection = connection
  }

  /// Passings of a file, ascending: those behind a number, or the last ones.
  /// - Parameters:
  ///   - after: only those with a higher number.
  ///   - before: only those with a lower number.
  ///   - last: the highest ones, so many; nil: the lowest ones.
  ///   - limit: most passings, at most 500.
  ///   - rejectedOnly: only those that the cloud has refused.
  public mutating func passings(
    file key: FileKey, after: UInt32 = 0, before: UInt32? = nil, last: Int? = nil,
    limit: Int = PassingView.limit, rejectedOnly: Bool = false
  ) throws(StoreError) -> [StoredPassing] {
    let limit = max(0, min(last ?? limit, limit, PassingView.limit))
    let highest = before.map { $0 == 0 ? 0 : $0 - 1 } ?? .max
    guard after < highest, limit > 0, let file = try store.files.find(key) else { return [] }
    var rows: [PassingRow] = []
    if rejectedOnly {
      for number in try rejected(file.id, after: after, to: highest, limit: limit, fromEnd: last != nil) {
        if let row = try store.rows.row(file.id, number) { rows.append(row) }
      }
    } else {
      rows = try store.rows.rows(file.id, after + 1...highest, limit: limit, fromEnd: last != nil)
    }
    rows.sort { $0.passing.number < $1.passing.number }
    return try shown(rows, file.id)
  }

  private func rejected(
    _ file: Int64, after: UInt32, to highest: UInt32, limit: Int, fromEnd: Bool
  ) throws(StoreError) -> [UInt32] {
    var numbers = try store.spans.read(
      file, .rejected, after: after, limit: fromEnd ? .max : limit, spanLimit: PassingView.spanLimit)
    if highest < .max { numbers.remove(highest + 1 ... .max) }
    guard fromEnd else { return numbers.ranges.flatMap { Array($0) } }
    var last: [UInt32] = []
    for range in numbers.ranges.reversed() where last.count < limit {
      last += range.reversed().prefix(limit - last.count)
    }
    return last
  }

  mutating func shown(_ rows: [PassingRow], _ file: Int64) throws(StoreError) -> [StoredPassing] {
    let numbers = NumberSet(rows.map(\.passing.number))
    let acknowledged = try store.spans.common(file, .acknowledged, numbers)
    let rejected = try store.spans.common(file, .rejected, numbers)
    var passings: [StoredPassing] = []
    passings.reserveCapacity(rows.count)
    for row in rows {
      let number = row.passing.number
      let isRejected = rejected.contains(number)
      passings.append(
        StoredPassing(
          kept: try store.kept(row, file),
          state: isRejected ? .rejected : acknowledged.contains(number) ? .acknowledged : .waiting,
          reason: isRejected ? try store.rejections.reason(file, number) : nil))
    }
    return passings
  }

  /// Every session file, in the order of first contact.
  public func ledger() throws(StoreError) -> [LedgerRow] {
    var ledger: [LedgerRow] = []
    for file in try store.files.all() { ledger.append(try row(of: file)) }
    return ledger
  }

  private func row(of file: StoredFile) throws(StoreError) -> LedgerRow {
    let lost = try store.spans.read(file.id, .lost, spanLimit: PassingView.spanLimit)
    let stored = try store.spans.stored(file.id, spanLimit: PassingView.spanLimit)
    let summary = try store.summary(of: file)
    // Of a file of which the reader has not told, it is not known what it has.
    let highest = file.readerCount.map { max($0, summary.highest) } ?? 0
    var gaps = highest > 0 ? stored.missing(in: 1...highest) : NumberSet()
    gaps.subtract(lost)
    // Behind the spans that were looked at, nothing is known to be missing.
    if stored.ranges.count >= PassingView.spanLimit, let end = stored.last, end < .max {
      gaps.remove(end + 1 ... .max)
    }
    return LedgerRow(
      summary: summary, firstContact: file.firstContact,
      oldestWaiting: try oldestWaiting(file.id), gaps: gaps, lost: lost, differences: file.differences,
      doubtful: try store.doubtful.count(of: file.id), removed: file.removed)
  }

  private func oldestWaiting(_ file: Int64) throws(StoreError) -> Arrival? {
    let ready = try store.spans.read(file, .ready, limit: 1, spanLimit: 1).first
    let held = try store.spans.read(file, .held, limit: 1, spanLimit: 1).first
    let undecided = try store.spans.read(file, .undecided, limit: 1, spanLimit: 1).first
    guard let lowest = [ready, held, undecided].compactMap({ $0 }).min() else { return nil }
    guard let row = try store.rows.row(file, lowest) else { return nil }
    return store.arrival(of: row, in: try store.boots.read(row.boot))
  }

  /// Where the reader's memory said otherwise than what was stored: first what is wrong in the cloud, by number; at most
  /// 500.
  /// - Parameter skipped: so many of the first ones are left out, at least 0.
  public func differences(file key: FileKey, skipping skipped: Int = 0) throws(StoreError)
    -> [PassingDifference]
  {
    guard let file = try store.files.find(key) else { return [] }
    return try store.differences.read(file.id, skipping: skipped, limit: PassingView.limit)
  }

  /// How many differences there are of a file, and how many of them are wrong in the cloud.
  public func differenceCounts(file key: FileKey) throws(StoreError) -> (all: Int, wrong: Int) {
    guard let file = try store.files.find(key) else { return (0, 0) }
    return (file.differences, try store.differences.countWrong(file.id))
  }

  /// The times that the passings of a file lie in, or of all files; nil when nothing is stored.
  public func times(of key: FileKey?) throws(StoreError) -> ClosedRange<WallTime>? {
    let files = try store.files.all().filter { key == nil || $0.key == key }
    guard let earliest = files.compactMap(\.earliest).min(), let latest = files.compactMap(\.latest).max()
    else { return nil }
    return earliest...latest
  }

  /// The newest doubtful frames of a file, newest first; at most 500.
  /// - Parameter key: nil for those whose file is not known.
  public func doubtful(file key: FileKey?) throws(StoreError) -> [DoubtfulFrame] {
    var file = DoubtfulTable.unknownFile
    if let key {
      guard let known = try store.files.find(key) else { return [] }
      file = known.id
    }
    return try store.doubtful.read(file, key: key, limit: PassingView.limit)
  }

  /// The newest doubtful frames of all files and of none, newest first; at most 500.
  public func doubtful() throws(StoreError) -> [DoubtfulFrame] {
    var keys: [Int64: FileKey] = [:]
    for file in try store.files.all() { keys[file.id] = file.key }
    return try store.doubtful.readAll(keys, limit: PassingView.limit)
  }

  /// How many doubtful frames are kept, by the reason.
  public func doubtfulReasons() throws(StoreError) -> [DoubtfulFrame.Reason: Int] {
    try store.doubtful.countByReason()
  }
}
