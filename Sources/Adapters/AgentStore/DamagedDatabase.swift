import AgentCore
import LinuxSystem
import One4AllProtocol

/// A database that was set aside, as far as it can be read. Every answer is what could be read; nothing throws, and
/// nothing is written to it but for its first page, should that be beyond reading.
struct DamagedDatabase: ~Copyable {
  private let connection: Connection

  private init(connection: consuming Connection) { self.connection = connection }

  /// Opens it; nil when nothing of it can ever be read.
  /// - Throws: what stands in the way now and may be gone later.
  static func open(_ path: String) throws(StoreError) -> DamagedDatabase? {
    let size: Int64
    do { size = try Files.status(path)?.size ?? 0 } catch { throw .system(error) }
    // SQLite would make the file that is not there, and throw away the log beside one that is empty.
    guard size > 0 else { return nil }
    if let connection = try readable(path) { return DamagedDatabase(connection: connection) }
    // Without its first page nothing can be found in it. All databases of a schema begin with the same.
    guard try FirstPage.replace(in: path), let connection = try readable(path) else { return nil }
    return DamagedDatabase(connection: connection)
  }

  private static func readable(_ path: String) throws(StoreError) -> Connection? {
    do throws(StoreError) {
      let connection = try Connection(path, busyTimeout: 0)
      connection.setKeepsLogOnClose(true)
      // So a file is read that is shorter than it says.
      try connection.run("PRAGMA writable_schema = ON", for: "salvage")
      guard try connection.integer("SELECT count(*) FROM sqlite_schema", for: "salvage") > 0 else {
        return nil
      }
      return connection
    } catch {
      guard !error.isPassing else { throw error }
      return nil
    }
  }

  /// Calls `body` with what can be read of a table's rows: from its beginning to the first damage, and from its end. A
  /// row may come twice.
  /// - Parameter order: columns that the table is ordered by.
  private func each(
    _ columns: String, of table: String, by order: [String], _ body: (borrowing Statement) -> Void
  ) {
    for direction in ["ASC", "DESC"] {
      let words = order.map { "\($0) \(direction)" }.joined(separator: ", ")
      do throws(StoreError) {
        let rows = try connection.prepare("SELECT \(columns) FROM \(table) ORDER BY \(words)", for: "salvage")
        while try rows.step() { body(rows) }
        return
      } catch {}
    }
  }

  /// The bindings of all clouds.
  func bindings() -> [DeviceBinding] {
    var bindings: [DeviceBinding] = []
    let columns = "cloud, serial_number, deviceid, bound_at_ms, last_seen_ms"
    each(columns, of: "device_binding", by: ["cloud", "serial_number"]) { row in
      bindings.append(
        DeviceBinding(
          cloud: row.text(0), serialNumber: row.text(1), deviceid: row.text(2),
          boundAt: WallTime(milliseconds: row.integer(3)),
          lastSeen: row.integerOrNil(4).map { WallTime(milliseconds: $0) }))
    }
    return bindings
  }

  /// Names of databases that were damaged before and are not salvaged to the end.
  func unfinishedSalvages() -> [String] {
    var names: [String] = []
    each("name, finished_ms", of: "salvage", by: ["name"]) { row in
      if row.integerOrNil(1) == nil { names.append(row.text(0)) }
    }
    return names
  }

  /// The readers' first contacts, by serial number.
  func readers() -> [String: FirstContact] {
    var contacts: [String: FirstContact] = [:]
    each("serial_number, first_contact_ms, first_file", of: "reader", by: ["serial_number"]) { row in
      contacts[row.text(0)] = FirstContact(at: WallTime(milliseconds: row.integer(1)), file: row.text(2))
    }
    return contacts
  }

  /// The session files, by their number; of some perhaps only the names.
  func files() -> [Int64: StoredFile] {
    var files: [Int64: StoredFile] = [:]
    // The index of names stands on other pages than the table.
    each(
      "file_id, serial_number, name", of: "file INDEXED BY sqlite_autoindex_file_1",
      by: ["serial_number", "name"]
    ) { row in
      let key = FileKey(serialNumber: row.text(1), file: row.text(2))
      files[row.integer(0)] = StoredFile(
        id: row.integer(0), key: key, firstContact: WallTime(milliseconds: 0))
    }
    each(FileTable.columns, of: "file", by: ["file_id"]) { row in
      let file = FileTable.file(row)
      if !file.key.file.isEmpty { files[file.id] = file }
    }
    return files
  }

  /// The cloud sessions, by the number of their file.
  func sessions() -> [(file: Int64, session: CloudSession)] {
    var sessions: [(file: Int64, session: CloudSession)] = []
    each("\(SessionTable.columns), file_id", of: "cloud_session", by: ["file_id", "cloud"]) { row in
      if let session = try? SessionTable.session(row) { sessions.append((row.integer(7), session)) }
    }
    return sessions
  }

  /// Names by their numbers.
  /// - Parameter table: `zone` or `boot`.
  func names(_ table: String) -> [Int64: String] {
    var names: [Int64: String] = [:]
    each("\(table)_id, name", of: table, by: ["\(table)_id"]) { row in names[row.integer(0)] = row.text(1) }
    return names
  }

  /// The spans of numbers, by file and kind.
  func spans() -> [Int64: [SpanKind: NumberSet]] {
    var spans: [Int64: [SpanKind: NumberSet]] = [:]
    each("file_id, kind, low, high", of: "span", by: ["file_id", "kind", "low"]) { row in
      guard let kind = SpanKind(rawValue: row.integer(1)), let low = UInt32(exactly: row.integer(2)),
        let high = UInt32(exactly: row.integer(3)), low <= high
      else { return }
      spans[row.integer(0), default: [:]][kind, default: NumberSet()].insert(low...high)
    }
    return spans
  }

  /// Why passings were refused, by the number of their file and their own.
  func rejections() -> [Int64: [UInt32: String]] {
    var reasons: [Int64: [UInt32: String]] = [:]
    each("file_id, number, reason", of: "rejection", by: ["file_id", "number"]) { row in
      reasons[row.integer(0), default: [:]][UInt32(clamping: row.integer(1))] = row.text(2)
    }
    return reasons
  }

  /// The differences, by the number of their file.
  func differences() -> [(file: Int64, difference: PassingDifference)] {
    var differences: [(file: Int64, difference: PassingDifference)] = []
    each("file_id, number, stored, memory, was_sent", of: "difference", by: ["difference_id"]) { row in
      guard let stored = row.passing(2) else { return }
      let difference = PassingDifference(
        number: UInt32(clamping: row.integer(1)), stored: stored, memory: row.passing(3),
        wasSent: row.integer(4) != 0)
      differences.append((row.integer(0), difference))
    }
    return differences
  }

  /// The doubtful frames, by their own number, with that of their file.
  func doubtful() -> [Int64: (file: Int64, frame: DoubtfulFrame)] {
    var frames: [Int64: (file: Int64, frame: DoubtfulFrame)] = [:]
    each("doubtful_id, file_id, reason, frame, arrived_ms", of: "doubtful_frame", by: ["doubtful_id"]) {
      row in
      let text = row.text(3)
      // Of a damaged page anything may come.
      guard let reason = DoubtfulFrame.Reason(rawValue: row.text(2)),
        reason == .fields || row.passing(3) != nil
      else { return }
      let arrived = WallTime(milliseconds: row.integer(4))
      frames[row.integer(0)] = (
        row.integer(1), DoubtfulFrame(key: nil, text: text, reason: reason, arrivedWall: arrived)
      )
    }
    return frames
  }

  /// Passings behind a key, ascending.
  /// - Returns: their rows with the numbers of their files; and from where to go on, nil at the end.
  func passings(after key: Int64, limit: Int) -> (rows: [(file: Int64, row: PassingRow)], next: Int64?) {
    var rows: [(file: Int64, row: PassingRow)] = []
    var last = key
    do throws(StoreError) {
      let statement = try connection.prepare(DamagedDatabase.reading, for: "salvage")
      try statement.bind(1, key)
      try statement.bind(2, limit)
      while try statement.step() {
        // What is behind a row that holds no passing may still be good.
        if let row = try? PassingTable.row(statement) { rows.append((statement.integer(0) >> 32, row)) }
        last = statement.integer(0)
      }
      return (rows, last == key ? nil : last)
    } catch { return (rows, afterDamage(behind: last)) }
  }

  private static let reading =
    "SELECT \(PassingTable.columns) FROM passing WHERE passing_id > ?1 ORDER BY passing_id LIMIT ?2"

  /// The lowest key behind damage from which rows can be read again. Reading behind a key goes straight to the page
  /// that holds it, so damaged pages in front of it do not matter.
  private func afterDamage(behind key: Int64) -> Int64? {
    var damaged = key
    var step: Int64 = 1
    while true {
      let (next, isOver) = damaged.addingReportingOverflow(step)
      if isOver { return nil }
      if canRead(after: next) { break }
      damaged = next
      step *= 2
    }
    var readable = damaged + step
    while readable - damaged > 1 {
      let middle = damaged + (readable - damaged) / 2
      if canRead(after: middle) { readable = middle } else { damaged = middle }
    }
    return readable
  }

  private func canRead(after key: Int64) -> Bool {
    do throws(StoreError) {
      let statement = try connection.prepare(DamagedDatabase.reading, for: "salvage")
      try statement.bind(1, key)
      try statement.bind(2, 1)
      _ = try statement.step()
      return true
    } catch { return false }
  }
}
