import AgentCore

/// Why the cloud refused passings, by prepared statements.
struct RejectionTable: ~Copyable {
  private let keeping: Statement
  private let forgetting: Statement
  private let reading: Statement

  init(_ connection: borrowing Connection) throws(StoreError) {
    let keeping = try connection.prepare(
      "REPLACE INTO rejection (file_id, number, reason, rejected_ms) VALUES (?1, ?2, ?3, ?4)",
      for: "keep a refusal")
    let forgetting = try connection.prepare(
      "DELETE FROM rejection WHERE file_id = ?1 AND number BETWEEN ?2 AND ?3", for: "forget refusals")
    let reading = try connection.prepare(
      // Earlier versions kept reasons of any length.
      "SELECT substr(reason, 1, \(String.cloudTextLimit)) FROM rejection WHERE file_id = ?1 AND number = ?2",
      for: "read a refusal")
    self.keeping = keeping
    self.forgetting = forgetting
    self.reading = reading
  }

  func keep(_ file: Int64, _ number: UInt32, reason: String, now: WallTime) throws(StoreError) {
    try keeping.bind(1, file)
    try keeping.bind(2, number)
    try keeping.bind(3, reason.cut())
    try keeping.bind(4, now.milliseconds)
    try keeping.run()
  }

  func forget(_ file: Int64, _ numbers: NumberSet) throws(StoreError) {
    for range in numbers.ranges {
      try forgetting.bind(1, file)
      try forgetting.bind(2, range.lowerBound)
      try forgetting.bind(3, range.upperBound)
      try forgetting.run()
    }
  }

  func reason(_ file: Int64, _ number: UInt32) throws(StoreError) -> String? {
    defer { reading.reset() }
    try reading.bind(1, file)
    try reading.bind(2, number)
    return try reading.step() ? reading.textOrNil(0)?.inOneLine() : nil
  }
}
