import AgentCore

/// A session file's row: its counters change in the transactions that change its passings.
struct StoredFile: Equatable {
  let id: Int64
  let key: FileKey
  var firstContact: WallTime
  var stored = 0
  var acknowledged = 0
  var rejected = 0
  var unconfirmed = 0
  var lost = 0
  /// Acknowledged ones whose rows were removed to make room.
  var removed = 0
  var differences = 0
  /// Those that a clock stamped which had jumped; of them, those that wait for a person's decision.
  var jumped = 0
  var undecided = 0
  /// Those that wait and have had another UTC; those that the cloud was sent with another one.
  var retimed = 0
  var mistimed = 0
  var readerCount: UInt32?
  var isSettled = false
  /// It is settled because the reader has it no more.
  var isGone = false
  var earliest: WallTime?
  var latest: WallTime?
  /// The zone of the passing that was stored last; nil when that is not known. Rows name theirs by a number: should the
  /// table of zones be lost, this says what it means.
  var zone: String?

  /// Widens the span of times that the file's passings lie in.
  mutating func note(_ utc: WallTime) {
    earliest = min(earliest ?? utc, utc)
    latest = max(latest ?? utc, utc)
  }

  func summary(sentDifferences: Int, highest: UInt32, session: CloudSession?, cloud: String?)
    -> FileSummary
  {
    FileSummary(
      key: key, stored: stored, acknowledged: acknowledged, rejected: rejected, unconfirmed: unconfirmed,
      undecided: undecided, lost: lost, sentDifferences: sentDifferences, mistimed: mistimed,
      highest: highest, readerCount: readerCount,
      isSettled: isSettled, isGone: isGone, session: session, cloud: cloud)
  }
}

/// The table of session files, by its prepared statements.
struct FileTable: ~Copyable {
  private let inserting: Statement
  private let finding: Statement
  private let reading: Statement
  private let saving: Statement

  static let columns =
    "file_id, serial_number, name, first_contact_ms, stored, acknowledged, rejected, unconfirmed, lost, removed, "
    + "differences, reader_count, is_settled, earliest_utc_ms, latest_utc_ms, jumped, undecided, retimed, mistimed, zone"

  init(_ connection: borrowing Connection) throws(StoreError) {
    let inserting = try connection.prepare(
      "INSERT INTO file (serial_number, name, first_contact_ms) VALUES (?1, ?2, ?3)",
      for: "keep a session file")
    let finding = try connection.prepare(
      "SELECT \(FileTable.columns) FROM file WHERE serial_number = ?1 AND name = ?2",
      for: "look up a session file")
    let reading = try connection.prepare(
      "SELECT \(FileTable.columns) FROM file ORDER BY file_id", for: "read the session files")
    let saving = try connection.prepare(
      "UPDATE file SET stored = ?2, acknowledged = ?3, rejected = ?4, unconfirmed = ?5, lost = ?6, removed = ?7, "
        + "differences = ?8, reader_count = ?9, is_settled = ?10, earliest_utc_ms = ?11, latest_utc_ms = ?12, "
        + "first_contact_ms = ?13, jumped = ?14, undecided = ?15, retimed = ?16, mistimed = ?17, zone = ?18 WHERE file_id = ?1",
      for: "count passings")
    self.inserting = inserting
    self.finding = finding
    self.reading = reading
    self.saving = saving
  }

  func find(_ key: FileKey) throws(StoreError) -> StoredFile? {
    defer { finding.reset() }
    try finding.bind(1, key.serialNumber)
    try finding.bind(2, key.file)
    return try finding.step() ? FileTable.file(finding) : nil
  }

  /// The file, which is made when it is new.
  func ensure(_ key: FileKey, now: WallTime) throws(StoreError) -> StoredFile {
    if let known = try find(key) { return known }
    try inserting.bind(1, key.serialNumber)
    try inserting.bind(2, key.file)
    try inserting.bind(3, now.milliseconds)
    try inserting.run()
    guard let made = try find(key) else {
      throw finding.damage("session file \(key) is not there after it was kept")
    }
    return made
  }

  /// All files, in the order of first contact.
  func all() throws(StoreError) -> [StoredFile] {
    defer { reading.reset() }
    var files: [StoredFile] = []
    while try reading.step() { files.append(FileTable.file(reading)) }
    return files
  }

  func save(_ file: StoredFile) throws(StoreError) {
    try saving.bind(1, file.id)
    try saving.bind(2, file.stored)
    try saving.bind(3, file.acknowledged)
    try saving.bind(4, file.rejected)
    try saving.bind(5, file.unconfirmed)
    try saving.bind(6, file.lost)
    try saving.bind(7, file.removed)
    try saving.bind(8, file.differences)
    try saving.bind(9, file.readerCount.map(Int64.init))
    try saving.bind(10, file.isGone ? 2 : file.isSettled ? 1 : 0)
    try saving.bind(11, file.earliest?.milliseconds)
    try saving.bind(12, file.latest?.milliseconds)
    try saving.bind(13, file.firstContact.milliseconds)
    try saving.bind(14, file.jumped)
    try saving.bind(15, file.undecided)
    try saving.bind(16, file.retimed)
    try saving.bind(17, file.mistimed)
    try saving.bind(18, file.zone)
    try saving.run()
  }

  static func file(_ row: borrowing Statement) -> StoredFile {
    StoredFile(
      id: row.integer(0), key: FileKey(serialNumber: row.text(1), file: row.text(2)),
      firstContact: WallTime(milliseconds: row.integer(3)), stored: row.count(4),
      acknowledged: row.count(5), rejected: row.count(6), unconfirmed: row.count(7),
      lost: row.count(8), removed: row.count(9), differences: row.count(10),
      jumped: row.count(15), undecided: row.count(16), retimed: row.count(17), mistimed: row.count(18),
      readerCount: row.integerOrNil(11).map(UInt32.init(clamping:)), isSettled: row.integer(12) != 0,
      isGone: row.integer(12) == 2,
      earliest: row.integerOrNil(13).map { WallTime(milliseconds: $0) },
      latest: row.integerOrNil(14).map { WallTime(milliseconds: $0) }, zone: row.textOrNil(19))
  }
}
