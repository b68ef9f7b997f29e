import AgentCore

/// The cloud sessions, one for each file and cloud, by prepared statements.
struct SessionTable: ~Copyable {
  private let keeping: Statement
  private let reading: Statement
  private let readingAll: Statement

  static let columns = "cloud, deviceid, token, alias, standing, asked_ms, acknowledged_before"

  init(_ connection: borrowing Connection) throws(StoreError) {
    let keeping = try connection.prepare(
      "REPLACE INTO cloud_session (file_id, \(SessionTable.columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      for: "keep a cloud session")
    let reading = try connection.prepare(
      "SELECT \(SessionTable.columns) FROM cloud_session WHERE file_id = ?1 AND cloud = ?2",
      for: "read a cloud session")
    let readingAll = try connection.prepare(
      "SELECT \(SessionTable.columns) FROM cloud_session WHERE file_id = ?1", for: "read the cloud sessions")
    self.keeping = keeping
    self.reading = reading
    self.readingAll = readingAll
  }

  func keep(_ file: Int64, _ session: CloudSession) throws(StoreError) {
    try keeping.bind(1, file)
    try keeping.bind(2, session.cloud)
    try keeping.bind(3, session.deviceid)
    if let token = session.token { try keeping.bind(4, token) } else { try keeping.bind(4, nil as Int64?) }
    try keeping.bind(5, session.alias)
    try keeping.bind(6, session.standing.rawValue)
    try keeping.bind(7, session.askedAt.milliseconds)
    try keeping.bind(8, session.acknowledgedBefore)
    try keeping.run()
  }

  func read(_ file: Int64, cloud: String) throws(StoreError) -> CloudSession? {
    defer { reading.reset() }
    try reading.bind(1, file)
    try reading.bind(2, cloud)
    return try reading.step() ? try SessionTable.session(reading) : nil
  }

  /// A file's sessions in all clouds.
  func readAll(_ file: Int64) throws(StoreError) -> [CloudSession] {
    defer { readingAll.reset() }
    try readingAll.bind(1, file)
    var sessions: [CloudSession] = []
    while try readingAll.step() { sessions.append(try SessionTable.session(readingAll)) }
    return sessions
  }

  static func session(_ row: borrowing Statement) throws(StoreError) -> CloudSession {
    guard let standing = CloudSession.Standing(rawValue: row.text(4)) else {
      throw row.damage("a cloud session stands as '\(row.text(4))'")
    }
    return CloudSession(
      cloud: row.text(0), deviceid: row.text(1), token: row.textOrNil(2), alias: row.text(3),
      standing: standing, askedAt: WallTime(milliseconds: row.integer(5)),
      acknowledgedBefore: Int(row.integer(6)))
  }
}
