import AgentCore

/// Zones that passings had before they were corrected, by numbers. Their frames say the rest.
struct FormerZoneTable: ~Copyable {
  private let inserting: Statement

  init(_ connection: borrowing Connection) throws(StoreError) {
    inserting = try connection.prepare(
      "INSERT INTO former_zone (file_id, low, high, zone_id, noted_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
      for: "keep a former zone")
  }

  /// Notes the zone that those numbers had.
  func note(_ file: Int64, _ numbers: NumberSet, zone: Int64, now: WallTime) throws(StoreError) {
    for range in numbers.ranges {
      try inserting.bind(1, file)
      try inserting.bind(2, range.lowerBound)
      try inserting.bind(3, range.upperBound)
      try inserting.bind(4, zone)
      try inserting.bind(5, now.milliseconds)
      try inserting.run()
    }
  }
}
