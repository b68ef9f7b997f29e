/// The tables of the store as their rows lie in pages, for those that cannot be found by the schema any more.
enum StoreTable: String, CaseIterable {
  case binding = "device_binding"
  case reader
  case zone
  case boot
  case file
  /// The index of session files: their names stand on other pages than the table's.
  case fileName = "sqlite_autoindex_file_1"
  case passing
  case span
  case rejection
  case session = "cloud_session"
  case difference
  case doubtful = "doubtful_frame"

  /// Whether its rows stand by a number of their own, not by their columns.
  var hasRowids: Bool {
    switch self {
    case .zone, .boot, .file, .passing, .difference, .doubtful: true
    case .binding, .reader, .fileName, .span, .rejection, .session: false
    }
  }

  /// The kinds of its columns: `t` text, `i` integer, `n` NULL as it stands for the row's number, in capitals when it may
  /// be NULL too.
  private var shape: StaticString {
    switch self {
    case .binding: "tttiI"
    case .reader: "tit"
    case .zone, .boot: "nt"
    case .file: "nttiiiiiiiiIiII"
    case .fileName: "tti"
    case .passing: "niiiiiiiit"
    case .span: "iiii"
    case .rejection: "iiti"
    case .session: "ittTttii"
    case .difference: "niittii"
    case .doubtful: "nitti"
    }
  }

  /// Whether a row can be one of the table. Later schemas may have put columns behind those that are known.
  func fits(_ record: StoredRecord) -> Bool {
    let kinds = shape.withUTF8Buffer { Array($0) }
    guard record.values.count >= kinds.count else { return false }
    for (kind, value) in zip(kinds, record.values) {
      switch (kind, value) {
      case (UInt8(ascii: "t"), .text), (UInt8(ascii: "T"), .text), (UInt8(ascii: "i"), .integer),
        (UInt8(ascii: "I"), .integer), (UInt8(ascii: "n"), .null), (UInt8(ascii: "I"), .null),
        (UInt8(ascii: "T"), .null):
        continue
      default: return false
      }
    }
    switch self {
    case .boot: return StoreTable.isBoot(record.bytes(1) ?? [])
    case .zone: return !StoreTable.isBoot(record.bytes(1) ?? [])
    default: return true
    }
  }

  /// A run of the machine is named by 32 hex digits and four hyphens.
  private static func isBoot(_ name: [UInt8]) -> Bool {
    name.count == 36 && name.count { $0 == UInt8(ascii: "-") } == 4
  }

  /// The table that all rows of a page are of, by their form; nil when they are of none.
  static func of(_ records: [StoredRecord], kind: BTreePage.Kind) -> StoreTable? {
    guard !records.isEmpty else { return nil }
    let tables = allCases.filter { table in
      table.hasRowids == (kind == .tableLeaf) && records.allSatisfy(table.fits)
        && records.allSatisfy { !table.hasRowids || $0.rowid > 0 }
    }
    return tables.count == 1 ? tables.first : nil
  }

  /// Where the tables begin in a database that was made by this agent and never had another schema.
  static func usualRoots() -> [String: UInt32] {
    guard let connection = try? Connection(":memory:", busyTimeout: 0) else { return [:] }
    connection.reserveSeals()
    do throws(StoreError) {
      try Schema.migrate(connection)
      let rows = try connection.prepare("SELECT name, rootpage FROM sqlite_schema", for: "salvage")
      var roots: [String: UInt32] = [:]
      while try rows.step() { roots[rows.text(0)] = UInt32(clamping: rows.integer(1)) }
      return roots
    } catch { return [:] }
  }
}
