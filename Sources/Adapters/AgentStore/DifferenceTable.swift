import AgentCore
import One4AllProtocol

/// Where the reader's memory said otherwise than what was stored, by prepared statements. The same difference is kept
/// once, however often the file is compared.
struct DifferenceTable: ~Copyable {
  private let inserting: Statement
  private let marking: Statement
  private let noting: Statement
  private let notingKept: Statement
  private let reading: Statement
  private let countingWrong: Statement
  private let findingCorrected: Statement
  private let findingSent: Statement
  private let readingSent: Statement
  private let judging: Statement

  private static let isOther = "\(chipAndTime("stored")) <> \(chipAndTime("memory"))"
  /// Timer code, chip, date and time of a frame: they stand behind the number, up to what the time has behind its first
  /// colon.
  private static func chipAndTime(_ frame: String) -> String {
    let text = "substr(\(frame), instr(\(frame), ';'), instr(\(frame), ':') + 10 - instr(\(frame), ';'))"
    return "replace(\(text), ';', '')"
  }
  /// Of what the reader's memory does not have, that it is stored as it was nevertheless.
  private static let isKept =
    "(memory = '' AND EXISTS (SELECT 1 FROM passing WHERE passing_id = (difference.file_id << 32 | difference.number) "
    + "AND frame = difference.stored))"
  /// As `PassingDifference.isWrongInCloud`. `was_sent` is 1 when what was stored was sent, 2 when that has turned out to be
  /// right.
  private static let isWrong = "(was_sent = 1 AND (memory = '' OR \(isOther)))"

  init(_ connection: borrowing Connection) throws(StoreError) {
    let inserting = try connection.prepare(
      "INSERT INTO difference (file_id, number, stored, memory, was_sent, noted_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
        + "ON CONFLICT DO NOTHING", for: "keep a difference")
    let marking = try connection.prepare(
      "UPDATE difference SET was_sent = max(was_sent, ?5) WHERE file_id = ?1 AND number = ?2 AND stored = ?3 "
        + "AND memory = ?4", for: "keep a difference")
    let noting = try connection.prepare(
      "UPDATE difference SET was_sent = 1 WHERE file_id = ?1 AND number BETWEEN ?2 AND ?3 AND was_sent = 0",
      for: "note what was sent")
    let notingKept = try connection.prepare(
      "UPDATE difference SET was_sent = 1 WHERE file_id = ?1 AND number BETWEEN ?2 AND ?3 AND was_sent = 0 "
        + "AND \(DifferenceTable.isKept)", for: "note what was sent")
    let reading = try connection.prepare(
      "SELECT number, stored, memory, was_sent, \(DifferenceTable.isKept) FROM difference WHERE file_id = ?1 "
        + "ORDER BY \(DifferenceTable.isWrong) DESC, number, difference_id LIMIT ?2 OFFSET ?3",
      for: "read differences")
    let countingWrong = try connection.prepare(
      "SELECT count(*) FROM difference WHERE file_id = ?1 AND \(DifferenceTable.isWrong)",
      for: "count differences")
    let findingCorrected = try connection.prepare(
      "SELECT DISTINCT number FROM difference WHERE file_id = ?1 AND number BETWEEN ?2 AND ?3 AND was_sent = 0 "
        + "AND memory <> '' AND \(DifferenceTable.isOther) ORDER BY number", for: "look for corrections")
    let findingSent = try connection.prepare(
      "SELECT DISTINCT number FROM difference WHERE file_id = ?1 AND number BETWEEN ?2 AND ?3 AND was_sent <> 0",
      for: "judge differences")
    let readingSent = try connection.prepare(
      "SELECT difference_id, stored FROM difference WHERE file_id = ?1 AND number = ?2 AND was_sent <> 0",
      for: "judge differences")
    let judging = try connection.prepare(
      "UPDATE difference SET was_sent = ?2 WHERE difference_id = ?1", for: "judge differences")
    self.findingSent = findingSent
    self.readingSent = readingSent
    self.judging = judging
    self.inserting = inserting
    self.marking = marking
    self.noting = noting
    self.notingKept = notingKept
    self.reading = reading
    self.countingWrong = countingWrong
    self.findingCorrected = findingCorrected
  }

  /// Those of the numbers of which the cloud has, or may have, what a difference says was stored.
  func sent(_ file: Int64, _ numbers: NumberSet) throws(StoreError) -> NumberSet {
    var found = NumberSet()
    for range in numbers.ranges {
      defer { findingSent.reset() }
      try findingSent.bind(1, file)
      try findingSent.bind(2, range.lowerBound)
      try findingSent.bind(3, range.upperBound)
      while try findingSent.step() { found.insert(UInt32(clamping: findingSent.integer(0))) }
    }
    return found
  }

  /// The reader's memory has that passing: what the cloud was sent of its number is right or wrong by it.
  func judge(_ file: Int64, by passing: Passing) throws(StoreError) {
    var verdicts: [(identifier: Int64, isRight: Bool)] = []
    do {
      defer { readingSent.reset() }
      try readingSent.bind(1, file)
      try readingSent.bind(2, passing.number)
      while try readingSent.step() {
        guard let stored = readingSent.passing(1) else { continue }
        verdicts.append((readingSent.integer(0), PassingDifference.isSameInCloud(stored, passing)))
      }
    }
    for verdict in verdicts {
      try judging.bind(1, verdict.identifier)
      try judging.bind(2, verdict.isRight ? 2 : 1)
      try judging.run()
    }
  }

  /// Keeps a difference.
  /// - Returns: whether it is new.
  func keep(_ file: Int64, _ difference: PassingDifference, now: WallTime) throws(StoreError) -> Bool {
    try bind(inserting, file, difference)
    try inserting.bind(6, now.milliseconds)
    if try inserting.runCounting() > 0 { return true }
    try bind(marking, file, difference)
    try marking.run()
    return false
  }

  /// The differences of those numbers had been sent.
  func noteSent(_ file: Int64, _ numbers: NumberSet) throws(StoreError) {
    try run(noting, file, numbers)
  }

  /// Those of the numbers that the reader's memory does not have, and that were kept, are sent now.
  func noteKeptSent(_ file: Int64, _ numbers: NumberSet) throws(StoreError) {
    try run(notingKept, file, numbers)
  }

  private func run(_ statement: borrowing Statement, _ file: Int64, _ numbers: NumberSet) throws(StoreError) {
    for range in numbers.ranges {
      try statement.bind(1, file)
      try statement.bind(2, range.lowerBound)
      try statement.bind(3, range.upperBound)
      try statement.run()
    }
  }

  /// Numbers with another chip or time than they had before, and that are not known to have been sent as they were.
  func corrected(_ file: Int64, _ numbers: ClosedRange<UInt32>) throws(StoreError) -> NumberSet {
    defer { findingCorrected.reset() }
    try findingCorrected.bind(1, file)
    try findingCorrected.bind(2, numbers.lowerBound)
    try findingCorrected.bind(3, numbers.upperBound)
    var found = NumberSet()
    while try findingCorrected.step() { found.insert(UInt32(clamping: findingCorrected.integer(0))) }
    return found
  }

  /// How many passings of a file the cloud has otherwise than the reader's memory.
  func countWrong(_ file: Int64) throws(StoreError) -> Int {
    defer { countingWrong.reset() }
    try countingWrong.bind(1, file)
    return try countingWrong.step() ? countingWrong.count(0) : 0
  }

  /// The differences of a file: those that are wrong in the cloud first, by number.
  /// - Parameter skipped: so many of the first ones are left out.
  func read(_ file: Int64, skipping skipped: Int, limit: Int) throws(StoreError) -> [PassingDifference] {
    defer { reading.reset() }
    try reading.bind(1, file)
    try reading.bind(2, limit)
    try reading.bind(3, skipped)
    var differences: [PassingDifference] = []
    while try reading.step() {
      guard let stored = reading.passing(1) else { continue }
      differences.append(
        PassingDifference(
          number: UInt32(clamping: reading.integer(0)), stored: stored, memory: reading.passing(2),
          wasSent: reading.integer(3) != 0, isRightAfterAll: reading.integer(3) == 2,
          isKept: reading.integer(4) != 0))
    }
    return differences
  }

  private func bind(_ statement: borrowing Statement, _ file: Int64, _ difference: PassingDifference)
    throws(StoreError)
  {
    try statement.bind(1, file)
    try statement.bind(2, difference.number)
    try statement.bind(3, difference.stored.text)
    // Not NULL: no two of those are the same to SQLite.
    try statement.bind(4, difference.memory?.text ?? "")
    try statement.bind(5, !difference.wasSent ? 0 : difference.isRightAfterAll ? 2 : 1)
  }
}
