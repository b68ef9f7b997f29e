import AgentCore
import One4AllProtocol

/// A row of the table of passings as it stands there: zone and boot by their numbers.
struct PassingRow {
  var passing: Passing
  var utc: WallTime
  var arrivedWall: WallTime
  var arrivedAt: MonotonicTime
  var zone: Int64
  var boot: Int64
  var hostSynchronised: Bool
  var origin: KeptPassing.Origin
  /// As it was when the row was written; what became of it since, spans say.
  var trust: KeptPassing.Trust
  var certainty: TimeCertainty
  var zoneSource: KeptPassing.ZoneSource
}

/// The table of passings, by its prepared statements. A row's key holds the file's number above and the running number
/// in the low 32 bits, so that rows are appended at the end of their file's.
struct PassingTable: ~Copyable {
  private let inserting: Statement
  private let replacing: Statement
  private let reading: Statement
  private let removing: Statement
  private let finding: Statement
  private let readingPage: Statement
  private let readingLast: Statement
  private let checking: Statement
  private var frame: [UInt8] = []
  private let changes: ChangeNotes

  static let columns =
    "passing_id, utc_ms, arrived_ms, arrived_ns, zone_id, boot_id, host_synchronised, origin, trust, frame, "
    + "certainty, zone_source"

  /// - Parameter changes: where it notes what followers see.
  init(_ connection: borrowing Connection, _ changes: ChangeNotes) throws(StoreError) {
    let inserting = try connection.prepare(
      "INSERT INTO passing (\(PassingTable.columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
        + "?11, ?12) "
        + "ON CONFLICT DO NOTHING", for: "keep a passing")
    let replacing = try connection.prepare(
      "REPLACE INTO passing (\(PassingTable.columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
        + "?12)",
      for: "correct a passing")
    let reading = try connection.prepare(
      "SELECT \(PassingTable.columns) FROM passing WHERE passing_id BETWEEN ?1 AND ?2 ORDER BY passing_id",
      for: "read passings")
    let removing = try connection.prepare(
      "DELETE FROM passing WHERE passing_id BETWEEN ?1 AND ?2", for: "remove passings")
    let finding = try connection.prepare(
      "SELECT passing_id FROM passing WHERE passing_id BETWEEN ?1 AND ?2 AND utc_ms BETWEEN ?3 AND ?4 "
        + "ORDER BY passing_id", for: "look up passings by time")
    let readingPage = try connection.prepare(
      "SELECT \(PassingTable.columns) FROM passing WHERE passing_id BETWEEN ?1 AND ?2 "
        + "ORDER BY passing_id LIMIT ?3", for: "read passings")
    let readingLast = try connection.prepare(
      "SELECT \(PassingTable.columns) FROM passing WHERE passing_id BETWEEN ?1 AND ?2 "
        + "ORDER BY passing_id DESC LIMIT ?3", for: "read passings")
    let checking = try connection.prepare(
      "SELECT \(PassingTable.columns) FROM passing WHERE passing_id > ?1 ORDER BY passing_id LIMIT ?2",
      for: "check passings")
    self.checking = checking
    self.readingPage = readingPage
    self.readingLast = readingLast
    self.inserting = inserting
    self.replacing = replacing
    self.reading = reading
    self.removing = removing
    self.finding = finding
    self.changes = changes
  }

  static func key(_ file: Int64, _ number: UInt32) -> Int64 { file << 32 | Int64(number) }

  /// Keeps a row.
  /// - Returns: false when there is one with its number, which stays.
  mutating func insert(_ file: Int64, _ row: PassingRow) throws(StoreError) -> Bool {
    frame.removeAll(keepingCapacity: true)
    row.passing.encode(into: &frame)
    try PassingTable.bind(inserting, file, row, frame)
    return try inserting.runCounting() > 0
  }

  /// Puts a row in the place of the one with its number.
  mutating func replace(_ file: Int64, _ row: PassingRow) throws(StoreError) {
    frame.removeAll(keepingCapacity: true)
    row.passing.encode(into: &frame)
    try PassingTable.bind(replacing, file, row, frame)
    try replacing.run()
    changes.rewritten(row.passing.number, file)
  }

  /// The row with that number.
  func row(_ file: Int64, _ number: UInt32) throws(StoreError) -> PassingRow? {
    var found: PassingRow?
    try rows(file, number...number) { row in found = row }
    return found
  }

  /// Calls `body` with the rows of a range, ascending.
  func rows(_ file: Int64, _ range: ClosedRange<UInt32>, _ body: (PassingRow) -> Void) throws(StoreError) {
    defer { reading.reset() }
    try reading.bind(1, PassingTable.key(file, range.lowerBound))
    try reading.bind(2, PassingTable.key(file, range.upperBound))
    while try reading.step() { body(try PassingTable.row(reading)) }
  }

  /// The first rows of a range, ascending, or its last ones, descending.
  func rows(_ file: Int64, _ range: ClosedRange<UInt32>, limit: Int, fromEnd: Bool = false) throws(StoreError)
    -> [PassingRow]
  {
    fromEnd
      ? try page(readingLast, file, range, limit: limit) : try page(readingPage, file, range, limit: limit)
  }

  private func page(
    _ statement: borrowing Statement, _ file: Int64, _ range: ClosedRange<UInt32>, limit: Int
  ) throws(StoreError) -> [PassingRow] {
    defer { statement.reset() }
    try statement.bind(1, PassingTable.key(file, range.lowerBound))
    try statement.bind(2, PassingTable.key(file, range.upperBound))
    try statement.bind(3, limit)
    var rows: [PassingRow] = []
    while try statement.step() { rows.append(try PassingTable.row(statement)) }
    return rows
  }

  /// Reads rows of all files behind a key, to see whether they can be read.
  /// - Returns: the last one's key; nil when there is none.
  func check(after key: Int64, limit: Int) throws(StoreError) -> Int64? {
    defer { checking.reset() }
    try checking.bind(1, key)
    try checking.bind(2, limit)
    var last: Int64?
    while try checking.step() {
      _ = try PassingTable.row(checking)
      last = checking.integer(0)
    }
    return last
  }

  /// Removes the rows of a range.
  /// - Returns: how many there were.
  @discardableResult
  func remove(_ file: Int64, _ range: ClosedRange<UInt32>) throws(StoreError) -> Int {
    try removing.bind(1, PassingTable.key(file, range.lowerBound))
    try removing.bind(2, PassingTable.key(file, range.upperBound))
    return try removing.runCounting()
  }

  /// The numbers of the rows in a range that have a UTC time in another.
  func numbers(_ file: Int64, _ range: ClosedRange<UInt32>, from: WallTime, to: WallTime) throws(StoreError)
    -> NumberSet
  {
    defer { finding.reset() }
    try finding.bind(1, PassingTable.key(file, range.lowerBound))
    try finding.bind(2, PassingTable.key(file, range.upperBound))
    try finding.bind(3, from.milliseconds)
    try finding.bind(4, to.milliseconds)
    var numbers = NumberSet()
    while try finding.step() { numbers.insert(UInt32(truncatingIfNeeded: finding.integer(0))) }
    return numbers
  }

  private static func bind(
    _ statement: borrowing Statement, _ file: Int64, _ row: PassingRow, _ frame: [UInt8]
  ) throws(StoreError) {
    try statement.bind(1, key(file, row.passing.number))
    try statement.bind(2, row.utc.milliseconds)
    try statement.bind(3, row.arrivedWall.milliseconds)
    try statement.bind(4, row.arrivedAt.nanoseconds)
    try statement.bind(5, row.zone)
    try statement.bind(6, row.boot)
    try statement.bind(7, row.hostSynchronised ? 1 : 0)
    try statement.bind(8, row.origin.rawValue)
    try statement.bind(9, row.trust.rawValue)
    try statement.bind(10, utf8: frame)
    try statement.bind(11, row.certainty.code)
    try statement.bind(12, row.zoneSource.rawValue)
  }

  static func row(_ statement: borrowing Statement) throws(StoreError) -> PassingRow {
    let key = statement.integer(0)
    guard let passing = statement.passing(9), Int64(passing.number) == key & 0xFFFF_FFFF,
      let origin = KeptPassing.Origin(rawValue: Int(statement.integer(7))),
      let trust = KeptPassing.Trust(rawValue: Int(statement.integer(8))),
      let certainty = TimeCertainty(code: statement.integer(10)),
      let zoneSource = KeptPassing.ZoneSource(rawValue: Int(statement.integer(11)))
    else { throw statement.damage("the row of passing \(key & 0xFFFF_FFFF) holds no passing") }
    return PassingRow(
      passing: passing, utc: WallTime(milliseconds: statement.integer(1)),
      arrivedWall: WallTime(milliseconds: statement.integer(2)),
      arrivedAt: MonotonicTime(nanoseconds: statement.integer(3)), zone: statement.integer(4),
      boot: statement.integer(5), hostSynchronised: statement.integer(6) != 0, origin: origin, trust: trust,
      certainty: certainty, zoneSource: zoneSource)
  }
}

extension TimeCertainty {
  /// As it is kept on disk.
  var code: Int64 {
    switch self {
    case .certain: 0
    case .byOrder: 1
    case .assumedFirst: 2
    case .assumedSecond: 3
    case .skippedHour: 4
    }
  }

  /// Nil when it means none.
  init?(code: Int64) {
    guard let certainty = TimeCertainty.allCases.first(where: { $0.code == code }) else { return nil }
    self = certainty
  }
}

extension Statement {
  /// The frame that a column holds; nil when it holds none.
  func passing(_ column: Int32) -> Passing? {
    withText(column) { text in try? Passing(parsing: text.span) }
  }
}
