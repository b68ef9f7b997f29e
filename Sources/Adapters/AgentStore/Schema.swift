/// The tables, as the steps that lead to them. A step that was released never changes; new ones are added behind.
enum Schema {
  /// Step n leads from schema version n to n + 1; the version is kept in `PRAGMA user_version`.
  static let steps = [
    """
    CREATE TABLE device_binding (
      cloud TEXT NOT NULL,
      serial_number TEXT NOT NULL,
      deviceid TEXT NOT NULL,
      bound_at_ms INTEGER NOT NULL,
      last_seen_ms INTEGER,
      PRIMARY KEY (cloud, serial_number)
    ) STRICT, WITHOUT ROWID;
    """,
    PassingSchema.step, PassingSchema.countStep, salvageStep, PassingSchema.formStep, PassingSchema.timeStep,
    releaseStep, PassingSchema.changeStep,
  ]

  /// What is told of a damaged database across restarts, and how often it was tried to be salvaged.
  private static let salvageStep = """
    ALTER TABLE salvage ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE salvage ADD COLUMN noted_ms INTEGER;
    ALTER TABLE salvage ADD COLUMN passings INTEGER;
    ALTER TABLE salvage ADD COLUMN unreadable INTEGER;
    ALTER TABLE salvage ADD COLUMN reason TEXT NOT NULL DEFAULT '';
    """

  /// Nothing changes: from here on there may be spans of the kind 15, which former versions take for damage.
  private static let releaseStep = "SELECT 1;"

  /// The version that this agent knows.
  static var version: Int { steps.count }

  /// The version of a database; 0 for an empty one.
  static func version(of connection: borrowing Connection) throws(StoreError) -> Int {
    Int(try connection.integer("PRAGMA user_version", for: "read the schema version"))
  }

  /// Leads a database to the version that this agent knows, all or nothing.
  static func migrate(_ connection: borrowing Connection) throws(StoreError) {
    let found = try version(of: connection)
    guard found <= version else {
      throw .newerSchema(path: connection.path, found: found, known: version)
    }
    guard found < version else { return }
    try connection.run("BEGIN IMMEDIATE", for: "migrate")
    do {
      for step in steps[found...] { try connection.run(step, for: "migrate") }
      try connection.run("PRAGMA user_version = \(version)", for: "migrate")
      try connection.run("COMMIT", for: "migrate")
    } catch {
      try? connection.run("ROLLBACK", for: "migrate")
      throw error
    }
  }
}
