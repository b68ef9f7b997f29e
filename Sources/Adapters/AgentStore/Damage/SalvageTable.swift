import AgentCore
import LinuxSystem

/// What is known of damaged databases that were set aside, and how far their salvage is.
enum SalvageTable {
  /// So often a salvage is begun that does not come to its end; then it is given up.
  static let attempts: Int64 = 8

  /// Notes that a damaged database is to be salvaged. One that an opening found before anybody said why it was set aside
  /// gets its reason later.
  static func note(_ path: String, reason: String?, in connection: borrowing Connection) throws(StoreError) {
    let statement = try connection.prepare(
      "INSERT INTO salvage (name, noted_ms, reason) VALUES (?1, ?2, ?3) "
        + "ON CONFLICT (name) DO UPDATE SET reason = excluded.reason WHERE reason = ''",
      for: "note the damage")
    try statement.bind(1, Files.name(of: path))
    try statement.bind(2, SystemClock.wallMilliseconds)
    try statement.bind(3, reason ?? "")
    try statement.run()
  }

  /// Notes that the database was taken away and that this one took its place.
  static func noteReplaced(_ damage: StoreDamage, in connection: borrowing Connection) throws(StoreError) {
    guard case .replaced(let isWhole) = damage.outcome else { return }
    let statement = try connection.prepare(
      "INSERT INTO salvage (name, noted_ms, reason, finished_ms, passings) VALUES (?1, ?2, ?3, ?2, ?4) "
        + "ON CONFLICT DO NOTHING", for: "note the damage")
    try statement.bind(1, damage.name)
    try statement.bind(2, damage.notedAt.milliseconds)
    try statement.bind(3, damage.reason)
    try statement.bind(4, isWhole ? 1 : 0)
    try statement.run()
  }

  /// What has befallen the store in the last 12 hours by the host's wall clock, or in its future; the oldest first.
  static func recent(in connection: borrowing Connection) throws(StoreError) -> [StoreDamage] {
    let rows = try connection.prepare(
      "SELECT \(columns) FROM salvage WHERE noted_ms > ?1 ORDER BY noted_ms DESC LIMIT 10",
      for: "look for damage")
    try rows.bind(1, SystemClock.wallMilliseconds - StoreWatch.shownFor.wholeMilliseconds)
    var damages: [StoreDamage] = []
    while try rows.step() { damages.append(damage(rows)) }
    return damages.reversed()
  }

  /// What is known of one.
  static func damage(_ name: String, in connection: borrowing Connection) throws(StoreError) -> StoreDamage? {
    let rows = try connection.prepare(
      "SELECT \(columns) FROM salvage WHERE name = ?1", for: "look for damage")
    try rows.bind(1, name)
    return try rows.step() ? damage(rows) : nil
  }

  private static let columns = "name, reason, noted_ms, finished_ms, passings, unreadable"

  /// Names of those that were taken away begin so.
  static let replacedPrefix = "replaced-"

  private static func damage(_ row: borrowing Statement) -> StoreDamage {
    let name = row.text(0)
    let passings = row.integerOrNil(4)
    let outcome: StoreDamage.Outcome =
      if name.hasPrefix(replacedPrefix) {
        .replaced(isWhole: passings == 1)
      } else if row.integerOrNil(3) == nil {
        .underWay
      } else if let passings {
        .salvaged(passings: Int(passings), unreadable: Int(row.integer(5)))
      } else {
        .givenUp
      }
    return StoreDamage(
      name: name, reason: row.text(1), notedAt: WallTime(milliseconds: row.integer(2)), outcome: outcome)
  }

  /// Notes every database of that folder that was set aside and is not known to be salvaged.
  /// - Returns: the paths of those that were not noted before, the oldest first.
  static func noteAll(in folder: String, _ connection: borrowing Connection) throws(StoreError) -> [String] {
    let known = try connection.prepare("SELECT name, finished_ms FROM salvage", for: "look for damage")
    var finished: [String: Bool] = [:]
    while try known.step() { finished[known.text(0)] = known.integerOrNil(1) != nil }
    var noted: [String] = []
    for path in try DamagedFile.unsalvaged(in: folder) {
      switch finished[Files.name(of: path)] {
      case true: DamagedFile.markSalvaged(path)
      case false: break
      case nil:
        try note(path, reason: nil, in: connection)
        noted.append(path)
      }
    }
    return noted
  }

  /// The names of damaged databases that were not salvaged to the end, the oldest first.
  static func pending(in connection: borrowing Connection) throws(StoreError) -> [String] {
    let rows = try connection.prepare(
      "SELECT name FROM salvage WHERE finished_ms IS NULL ORDER BY name", for: "look for damage")
    var names: [String] = []
    while try rows.step() { names.append(rows.text(0)) }
    return names
  }

  /// Counts an attempt, before it is made: whatever it does to the process, it is counted.
  /// - Returns: whether it is to be made.
  static func attempt(_ name: String, in connection: borrowing Connection) throws(StoreError) -> Bool {
    let counting = try connection.prepare(
      "UPDATE salvage SET attempts = attempts + 1 WHERE name = ?1 AND attempts < ?2",
      for: "count the salvage")
    try counting.bind(1, name)
    try counting.bind(2, attempts)
    return try counting.runCounting() > 0
  }

  /// What stood in the way may be gone later: the attempt does not count.
  static func takeBack(_ name: String, in connection: borrowing Connection) throws(StoreError) {
    let counting = try connection.prepare(
      "UPDATE salvage SET attempts = attempts - 1 WHERE name = ?1 AND attempts > 0", for: "count the salvage")
    try counting.bind(1, name)
    try counting.run()
  }

  /// Notes the end of a salvage.
  /// - Parameters:
  ///   - passings: how many were taken over; nil when it was given up.
  ///   - unreadable: how many are stored no more.
  static func finish(
    _ name: String, passings: Int?, unreadable: Int?, in connection: borrowing Connection
  ) throws(StoreError) {
    let statement = try connection.prepare(
      "UPDATE salvage SET finished_ms = ?2, passings = ?3, unreadable = ?4 WHERE name = ?1",
      for: "note the end of the salvage")
    try statement.bind(1, name)
    try statement.bind(2, SystemClock.wallMilliseconds)
    try statement.bind(3, passings.map(Int64.init))
    try statement.bind(4, unreadable.map(Int64.init))
    try statement.run()
  }
}
