/// Names that many rows share - zones, boots - each kept once. Known ones are remembered: almost all rows have the
/// same.
struct NameTable: ~Copyable {
  private let inserting: Statement
  private let finding: Statement
  private let naming: Statement
  private var identifiers: [String: Int64] = [:]
  private var names: [Int64: String] = [:]

  /// - Parameter table: `zone` or `boot`.
  init(_ connection: borrowing Connection, table: StaticString) throws(StoreError) {
    let inserting = try connection.prepare(
      "INSERT INTO \(table) (name) VALUES (?1) ON CONFLICT DO NOTHING", for: "keep a name")
    let finding = try connection.prepare(
      "SELECT \(table)_id FROM \(table) WHERE name = ?1", for: "look up a name")
    let naming = try connection.prepare(
      "SELECT name FROM \(table) WHERE \(table)_id = ?1", for: "look up a name")
    self.inserting = inserting
    self.finding = finding
    self.naming = naming
  }

  /// The number of a name, which is kept when it is new.
  mutating func identifier(of name: String) throws(StoreError) -> Int64 {
    if let known = identifiers[name] { return known }
    try inserting.bind(1, name)
    try inserting.run()
    defer { finding.reset() }
    try finding.bind(1, name)
    let identifier = try finding.step() ? finding.integer(0) : 0
    identifiers[name] = identifier
    return identifier
  }

  /// The name with that number; empty when there is none.
  mutating func name(of identifier: Int64) throws(StoreError) -> String {
    if let known = names[identifier] { return known }
    let name = try read(identifier)
    names[identifier] = name
    return name
  }

  /// The name with that number as it is on disk; empty when there is none.
  func read(_ identifier: Int64) throws(StoreError) -> String {
    defer { naming.reset() }
    try naming.bind(1, identifier)
    return try naming.step() ? naming.text(0) : ""
  }

  /// To be called when a transaction was rolled back: what was new in it is gone.
  mutating func forgetAll() {
    identifiers = [:]
    names = [:]
  }
}
