import AgentCore
import LinuxSystem
import One4AllProtocol

/// A database that was set aside, as far as it can be read: page by page, without SQLite, and without changing it. Every
/// answer is what could be read and is plausible; what a damaged page may have made up is left out.
struct DamagedDatabase {
  /// A passing as it was found.
  struct FoundPassing {
    let file: Int64
    let row: PassingRow
    /// Whether it is known to have stood there so when the database was whole.
    let isCertain: Bool
  }

  /// Where the next passings are to be looked for.
  struct Place {
    fileprivate enum Part {
      /// The pages that the table reaches.
      case table
      /// All others.
      case rest
    }
    fileprivate var part = Part.table
    fileprivate var index = 0
  }

  /// So many pages are looked at together where most of them are others' pages.
  private static let restSlice = 256

  private let tree: PageTree
  private let rows: [StoreTable: PageTree.Leaves]
  /// Pages that no table reaches, by the table that their rows are of; looked for only where a small table is incomplete.
  private let strays: [StoreTable: [UInt32]]
  /// The pages of passings that their table reaches, where it does not reach all.
  private let reached: Set<UInt32>

  /// Whether what is found is known to be as it was written: its pages are sealed.
  var isSealed: Bool { tree.file.isSealed }

  /// Opens it; nil when nothing of it can ever be read.
  /// - Throws: what stands in the way now and may be gone later.
  static func open(_ path: String) throws(StoreError) -> DamagedDatabase? {
    do {
      guard let file = try PageFile(path) else { return nil }
      // The log of another database tells of other passings.
      if file.hasForeignLog {
        return try PageFile(path, hasLog: false).map { DamagedDatabase($0) }
      }
      return DamagedDatabase(file)
    } catch { throw .system(error) }
  }

  private init(_ file: PageFile) {
    let tree = PageTree(file)
    var rows: [StoreTable: PageTree.Leaves] = [:]
    for table in StoreTable.allCases { rows[table] = tree.leaves(of: table) }
    var strays: [StoreTable: [UInt32]] = [:]
    if rows.contains(where: { $0.key != .passing && !$0.value.isComplete }) {
      let reached = Set(rows.values.flatMap(\.pages))
      for number in 1...file.pageCount where !reached.contains(number) {
        guard let table = tree.table(of: number), table != .passing else { continue }
        strays[table, default: []].append(number)
      }
    }
    self.tree = tree
    self.rows = rows
    reached = rows[.passing]?.isComplete == true ? [] : Set(rows[.passing]?.pages ?? [])
    self.strays = strays
  }

  /// Calls `body` with what can be read of a small table's rows. A row may come twice.
  private func each(_ table: StoreTable, _ body: (StoredRecord) -> Void) {
    let leaves = rows[table] ?? PageTree.Leaves(isComplete: false)
    for page in leaves.pages { tree.records(page, of: table).forEach(body) }
    guard !leaves.isComplete else { return }
    for page in strays[table] ?? [] { tree.records(page, of: table).forEach(body) }
  }

  /// Whether all rows of a table are there, and none that was gone.
  private func isWhole(_ table: StoreTable) -> Bool { isSealed && rows[table]?.isComplete == true }

  // MARK: Readers, devices, files

  /// The bindings of all clouds.
  func bindings() -> [DeviceBinding] {
    var bindings: [DeviceBinding] = []
    each(.binding) { row in
      guard let cloud = row.name(0), let serialNumber = row.name(1), let deviceid = row.name(2),
        let boundAt = row.time(3)
      else { return }
      bindings.append(
        DeviceBinding(
          cloud: cloud, serialNumber: serialNumber, deviceid: deviceid, boundAt: boundAt,
          lastSeen: row.time(4)))
    }
    return bindings
  }

  /// The readers' first contacts, by serial number.
  func readers() -> [String: FirstContact] {
    var contacts: [String: FirstContact] = [:]
    each(.reader) { row in
      guard let serialNumber = row.name(0), let at = row.time(1), let file = row.name(2) else { return }
      contacts[serialNumber] = FirstContact(at: at, file: file)
    }
    return contacts
  }

  /// The session files, by their number; of some perhaps only the names.
  func files() -> [Int64: StoredFile] {
    var files: [Int64: StoredFile] = [:]
    each(.fileName) { row in
      guard let key = row.fileKey(0, 1), let id = row.integer(2), PassingTable.isFile(id) else { return }
      files[id] = StoredFile(id: id, key: key, firstContact: WallTime(milliseconds: 0))
    }
    each(.file) { row in
      if let file = row.file, PassingTable.isFile(file.id) { files[file.id] = file }
    }
    return files
  }

  /// The cloud sessions, by the number of their file.
  func sessions(of files: [Int64: StoredFile]) -> [(file: Int64, session: CloudSession)] {
    var sessions: [(file: Int64, session: CloudSession)] = []
    each(.session) { row in
      guard let file = row.integer(0), let cloud = row.name(1), let deviceid = row.name(2),
        let alias = row.text(4), let standing = row.text(5).flatMap(CloudSession.Standing.init(rawValue:)),
        let askedAt = row.time(6)
      else { return }
      let token = row.name(3)
      guard token != nil || standing == .asked else { return }
      var count = row.count(7)
      // Until version 2 it was what was acknowledged before the session.
      if let version = tree.version, version <= 2 {
        count = max(0, (files[file]?.acknowledged ?? 0) - count)
      }
      sessions.append(
        (
          file,
          CloudSession(
            cloud: cloud, deviceid: deviceid, token: token, alias: alias, standing: standing,
            askedAt: askedAt, acknowledged: count)
        ))
    }
    return sessions
  }

  /// Names by their numbers.
  /// - Parameter table: `zone` or `boot`.
  func names(_ table: StoreTable) -> [Int64: String] {
    var names: [Int64: String] = [:]
    each(table) { row in names[row.rowid] = row.name(1) }
    return names
  }

  // MARK: What became of passings

  /// The spans of numbers, by file and kind. Of files of which they are not all there, or do not say what their counters
  /// say, there are none.
  func spans(of files: [Int64: StoredFile]) -> [Int64: StoredSpans] {
    var spans: [Int64: StoredSpans] = [:]
    each(.span) { row in
      guard let file = row.integer(0), let kind = row.integer(1).flatMap(SpanKind.init(rawValue:)),
        let low = row.integer(2).flatMap(UInt32.init(exactly:)),
        let high = row.integer(3).flatMap(UInt32.init(exactly:)), low <= high
      else { return }
      spans[file, default: StoredSpans()].insert(kind, low...high)
    }
    // One of which nothing is stored has none.
    for id in files.keys where spans[id] == nil { spans[id] = StoredSpans() }
    let isWhole = isWhole(.span)
    return spans.filter { id, spans in
      spans.isConsistent && (isWhole || files[id].map(spans.agree) == true)
    }
  }

  /// Why passings were refused, by the number of their file and their own.
  func rejections() -> [Int64: [UInt32: String]] {
    var reasons: [Int64: [UInt32: String]] = [:]
    each(.rejection) { row in
      guard let file = row.integer(0), let number = row.integer(1).flatMap(UInt32.init(exactly:)),
        let reason = row.text(2)
      else { return }
      reasons[file, default: [:]][number] = reason
    }
    return reasons
  }

  /// The differences, by the number of their file.
  func differences() -> [(file: Int64, difference: PassingDifference)] {
    var differences: [(file: Int64, difference: PassingDifference)] = []
    each(.difference) { row in
      guard let file = row.integer(1), let number = row.integer(2).flatMap(UInt32.init(exactly:)),
        let stored = row.passing(3), stored.number == number
      else { return }
      let memory = row.passing(4)
      guard memory?.number ?? number == number, memory != nil || row.text(4) == "" else { return }
      differences.append(
        (
          file,
          PassingDifference(
            number: number, stored: stored, memory: memory, wasSent: [1, 2].contains(row.integer(5)),
            isRightAfterAll: row.integer(5) == 2)
        ))
    }
    return differences
  }

  /// The doubtful frames, by their own number, with that of their file.
  func doubtful() -> [Int64: (file: Int64, frame: DoubtfulFrame)] {
    var frames: [Int64: (file: Int64, frame: DoubtfulFrame)] = [:]
    each(.doubtful) { row in
      // Of a damaged page anything may come.
      guard let file = row.integer(1), let text = row.text(3), let arrived = row.time(4),
        let reason = row.text(2).flatMap(DoubtfulFrame.Reason.init(rawValue:)),
        reason == .fields || row.passing(3) != nil
      else { return }
      frames[row.rowid] = (file, DoubtfulFrame(key: nil, text: text, reason: reason, arrivedWall: arrived))
    }
    return frames
  }

  // MARK: Passings

  /// The passings of the next pages.
  /// - Parameter place: where they are looked for; moved behind them, nil at the end.
  func passings(at place: inout Place?) -> [FoundPassing] {
    guard var next = place else { return [] }
    var found: [FoundPassing] = []
    let leaves = rows[.passing] ?? PageTree.Leaves(isComplete: false)
    switch next.part {
    case .table:
      let end = min(next.index + 24, leaves.pages.count)
      for page in leaves.pages[next.index..<end] {
        found += tree.records(page, of: .passing).compactMap { self.found($0, isCertain: isSealed) }
      }
      next.index = end
      if end < leaves.pages.count {
        place = next
      } else {
        place = leaves.isComplete ? nil : Place(part: .rest, index: 1)
      }
    case .rest:
      let isCertain = isSealed && tree.areFreePagesKnown
      let last = min(next.index + DamagedDatabase.restSlice - 1, Int(tree.file.pageCount))
      for number in next.index...max(next.index, last) {
        let number = UInt32(number)
        guard !reached.contains(number), tree.table(of: number) == .passing else { continue }
        found += tree.records(number, of: .passing).compactMap { self.found($0, isCertain: isCertain) }
      }
      next.index = last + 1
      place = next.index > Int(tree.file.pageCount) ? nil : next
    }
    return found
  }

  private func found(_ record: StoredRecord, isCertain: Bool) -> FoundPassing? {
    guard let row = record.passingRow else { return nil }
    return FoundPassing(file: record.rowid >> 32, row: row, isCertain: isCertain)
  }
}
