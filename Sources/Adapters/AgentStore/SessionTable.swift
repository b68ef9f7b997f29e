import AgentCore

/// The cloud sessions, one for each file and cloud, by prepared statements.
struct SessionTable: ~Copyable {
  private let keeping: Statement
  private let reading: Statement
  private let readingAll: Statement
  private let counting: Statement
  private let uncounting: Statement
  private let limiting: Statement

  static let columns = "cloud, deviceid, token, alias, standing, asked_ms, acknowledged"

  init(_ connection: borrowing Connection) throws(StoreError) {
    let keeping = try connection.prepare(
      "INSERT INTO cloud_session (file_id, \(SessionTable.columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
        + "ON CONFLICT (file_id, cloud) DO UPDATE SET deviceid = excluded.deviceid, token = excluded.token, "
        + "alias = excluded.alias, standing = excluded.standing, asked_ms = excluded.asked_ms, "
        + "acknowledged = CASE WHEN excluded.standing = 'asked' THEN 0 ELSE acknowledged END",
      for: "keep a cloud session")
    let reading = try connection.prepare(
      "SELECT \(SessionTable.columns) FROM cloud_session WHERE file_id = ?1 AND cloud = ?2",
      for: "read a cloud session")
    let readingAll = try connection.prepare(
      "SELECT \(SessionTable.columns) FROM cloud_session WHERE file_id = ?1", for: "read the cloud sessions")
    let counting = try connection.prepare(
      "UPDATE cloud_session SET acknowledged = \(Statement.counted("acknowledged")) + ?3 "
        + "WHERE file_id = ?1 AND token = ?2",
      for: "count in a cloud session")
    let uncounting = try connection.prepare(
      "UPDATE cloud_session SET acknowledged = max(0, \(Statement.counted("acknowledged")) - ?2) "
        + "WHERE file_id = ?1",
      for: "count in the cloud sessions")
    let limiting = try connection.prepare(
      "UPDATE cloud_session SET acknowledged = min(acknowledged, ?2) WHERE file_id = ?1",
      for: "count in the cloud sessions")
    self.keeping = keeping
    self.reading = reading
    self.readingAll = readingAll
    self.counting = counting
    self.uncounting = uncounting
    self.limiting = limiting
  }

  /// Keeps a session. What is acknowledged in one that is known stays as it is counted, until another is asked for.
  func keep(_ file: Int64, _ session: CloudSession) throws(StoreError) {
    try keeping.bind(1, file)
    try keeping.bind(2, session.cloud)
    try keeping.bind(3, session.deviceid)
    if let token = session.token { try keeping.bind(4, token) } else { try keeping.bind(4, nil as Int64?) }
    try keeping.bind(5, session.alias)
    try keeping.bind(6, session.standing.rawValue)
    try keeping.bind(7, session.askedAt.milliseconds)
    try keeping.bind(8, session.acknowledged)
    try keeping.run()
  }

  func read(_ file: Int64, cloud: String) throws(StoreError) -> CloudSession? {
    defer { reading.reset() }
    try reading.bind(1, file)
    try reading.bind(2, cloud)
    return try reading.step() ? try SessionTable.session(reading) : nil
  }

  /// So many more are acknowledged in the session with that token.
  func count(_ file: Int64, _ token: String, _ more: Int) throws(StoreError) {
    try counting.bind(1, file)
    try counting.bind(2, token)
    try counting.bind(3, more)
    try counting.run()
  }

  /// So many wait again. In which session they were is not known: none may count what it perhaps has not.
  func uncount(_ file: Int64, _ fewer: Int) throws(StoreError) {
    try uncounting.bind(1, file)
    try uncounting.bind(2, fewer)
    try uncounting.run()
  }

  /// No session has more than there are.
  func limit(_ file: Int64, to most: Int) throws(StoreError) {
    try limiting.bind(1, file)
    try limiting.bind(2, most)
    try limiting.run()
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
      acknowledged: row.count(6))
  }
}
