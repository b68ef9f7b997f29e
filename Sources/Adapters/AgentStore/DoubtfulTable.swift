import AgentCore
import One4AllProtocol

/// Frames that are not believed, by prepared statements. Noise can make them for hours: of each file only the newest
/// are kept, and the others counted.
struct DoubtfulTable: ~Copyable {
  /// Most frames that are kept of a file.
  static let limit = 10_000
  /// Stands for the file when it is not known.
  static let unknownFile: Int64 = 0

  private let inserting: Statement
  private let counting: Statement
  private let kept: Statement
  private let total: Statement
  private let dropping: Statement
  private let settling: Statement
  private let countingSettled: Statement
  private let countingDropped: Statement
  private let reading: Statement
  private let readingAll: Statement
  private let countingReasons: Statement

  init(_ connection: borrowing Connection) throws(StoreError) {
    let inserting = try connection.prepare(
      "INSERT INTO doubtful_frame (file_id, reason, frame, arrived_ms) VALUES (?1, ?2, ?3, ?4)",
      for: "keep a doubtful frame")
    let counting = try connection.prepare(
      "INSERT INTO doubtful_count (file_id, kept) VALUES (?1, ?2) ON CONFLICT DO UPDATE "
        + "SET kept = \(Statement.counted("kept")) + ?2",
      for: "count doubtful frames")
    let kept = try connection.prepare(
      "SELECT kept FROM doubtful_count WHERE file_id = ?1", for: "count doubtful frames")
    let total = try connection.prepare(
      "SELECT sum(\(Statement.counted("kept"))) FROM doubtful_count", for: "count doubtful frames")
    let dropping = try connection.prepare(
      "DELETE FROM doubtful_frame WHERE doubtful_id IN (SELECT doubtful_id FROM doubtful_frame WHERE file_id = ?1 "
        + "ORDER BY doubtful_id LIMIT ?2)", for: "drop doubtful frames")
    let settling = try connection.prepare(
      "DELETE FROM doubtful_frame WHERE file_id = ?1 AND reason <> '\(DoubtfulFrame.Reason.denied.rawValue)' "
        + "AND NOT EXISTS (SELECT 1 FROM span WHERE span.file_id = ?1 AND kind = \(SpanKind.lost.rawValue) "
        + "AND CAST(frame AS INTEGER) BETWEEN low AND high)", for: "settle doubtful frames")
    let countingSettled = try connection.prepare(
      "UPDATE doubtful_count SET settled = \(Statement.counted("settled")) + ?2, "
        + "kept = \(Statement.counted("kept")) - ?2 WHERE file_id = ?1",
      for: "count doubtful frames")
    let countingDropped = try connection.prepare(
      "UPDATE doubtful_count SET dropped = \(Statement.counted("dropped")) + ?2, "
        + "kept = \(Statement.counted("kept")) - ?2 WHERE file_id = ?1",
      for: "count doubtful frames")
    let reading = try connection.prepare(
      "SELECT frame, reason, arrived_ms FROM doubtful_frame WHERE file_id = ?1 ORDER BY doubtful_id DESC LIMIT ?2",
      for: "read doubtful frames")
    let readingAll = try connection.prepare(
      "SELECT frame, reason, arrived_ms, file_id FROM doubtful_frame ORDER BY doubtful_id DESC LIMIT ?1",
      for: "read doubtful frames")
    let countingReasons = try connection.prepare(
      "SELECT reason, count(*) FROM doubtful_frame GROUP BY reason", for: "count doubtful frames")
    self.inserting = inserting
    self.counting = counting
    self.kept = kept
    self.total = total
    self.dropping = dropping
    self.settling = settling
    self.countingSettled = countingSettled
    self.countingDropped = countingDropped
    self.reading = reading
    self.readingAll = readingAll
    self.countingReasons = countingReasons
  }

  /// Keeps frames of one file.
  func keep(_ file: Int64, _ frames: [DoubtfulFrame]) throws(StoreError) {
    for frame in frames {
      try inserting.bind(1, file)
      try inserting.bind(2, frame.reason.rawValue)
      try inserting.bind(3, frame.text)
      try inserting.bind(4, frame.arrivedWall.milliseconds)
      try inserting.run()
    }
    try counting.bind(1, file)
    try counting.bind(2, frames.count)
    try counting.run()
    let surplus = try count(of: file) - DoubtfulTable.limit
    guard surplus > 0 else { return }
    try dropping.bind(1, file)
    try dropping.bind(2, surplus)
    try dropping.run()
    try countingDropped.bind(1, file)
    try countingDropped.bind(2, surplus)
    try countingDropped.run()
  }

  /// Forgets the frames of a file, but for their count. Those stay whose number the reader has lost, and those that its
  /// memory has denied: nothing else holds what they say.
  func settle(_ file: Int64) throws(StoreError) {
    guard try count(of: file) > 0 else { return }
    try settling.bind(1, file)
    let settled = try settling.runCounting()
    guard settled > 0 else { return }
    try countingSettled.bind(1, file)
    try countingSettled.bind(2, settled)
    try countingSettled.run()
  }

  /// How many are kept of a file.
  func count(of file: Int64) throws(StoreError) -> Int {
    defer { kept.reset() }
    try kept.bind(1, file)
    return try kept.step() ? kept.count(0) : 0
  }

  /// How many are kept in all.
  func count() throws(StoreError) -> Int {
    defer { total.reset() }
    return try total.step() ? total.count(0) : 0
  }

  /// The newest frames of a file, newest first.
  func read(_ file: Int64, key: FileKey?, limit: Int) throws(StoreError) -> [DoubtfulFrame] {
    defer { reading.reset() }
    try reading.bind(1, file)
    try reading.bind(2, limit)
    var frames: [DoubtfulFrame] = []
    while try reading.step() {
      if let frame = DoubtfulTable.frame(reading, key) { frames.append(frame) }
    }
    return frames
  }

  /// The newest frames of all files, newest first.
  /// - Parameter keys: the files by their number; a frame of another one is of a file that is not known.
  func readAll(_ keys: [Int64: FileKey], limit: Int) throws(StoreError) -> [DoubtfulFrame] {
    defer { readingAll.reset() }
    try readingAll.bind(1, limit)
    var frames: [DoubtfulFrame] = []
    while try readingAll.step() {
      if let frame = DoubtfulTable.frame(readingAll, keys[readingAll.integer(3)]) { frames.append(frame) }
    }
    return frames
  }

  /// How many are kept, by the reason.
  func countByReason() throws(StoreError) -> [DoubtfulFrame.Reason: Int] {
    defer { countingReasons.reset() }
    var counts: [DoubtfulFrame.Reason: Int] = [:]
    while try countingReasons.step() {
      guard let reason = DoubtfulFrame.Reason(rawValue: countingReasons.text(0)) else { continue }
      counts[reason] = countingReasons.count(1)
    }
    return counts
  }

  private static func frame(_ row: borrowing Statement, _ key: FileKey?) -> DoubtfulFrame? {
    guard let reason = DoubtfulFrame.Reason(rawValue: row.text(1)) else { return nil }
    return DoubtfulFrame(
      key: key, text: row.text(0), reason: reason,
      arrivedWall: WallTime(milliseconds: row.integer(2)))
  }
}
