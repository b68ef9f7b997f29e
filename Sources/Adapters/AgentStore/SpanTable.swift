import AgentCore

/// What a span of numbers says of its passings. The raw values are kept on disk.
///
/// A stored passing is in exactly one of `standings`.
enum SpanKind: Int64, CaseIterable {
  /// It waits and can be sent.
  case ready = 0
  /// It waits for the reader's memory to confirm it.
  case held = 1
  /// The cloud has confirmed it.
  case acknowledged = 2
  /// The cloud has refused it.
  case rejected = 3
  /// The reader's memory has confirmed it.
  case confirmed = 4
  /// The reader has it no more. It is not stored.
  case lost = 5
  /// Its row was removed to make room; it is acknowledged as well.
  case removed = 6
  /// The reader has once counted it, whatever it counts now.
  case counted = 7
  /// It is acknowledged, and lies in a session that another one of the same cloud and device has replaced.
  case earlier = 8
  /// It was acknowledged in the file's only session, and a rewind has let it wait again.
  case rewound = 9
  /// The reader's clock had jumped when it stamped it.
  case jumped = 10
  /// Of those, that they go as they are is decided.
  case accepted = 11
  /// It waits for a person's decision, and for nothing else.
  case undecided = 12
  /// It waits, and has had another UTC before its zone was corrected.
  case retimed = 13
  /// The cloud was sent it with another UTC than it has since its zone was corrected.
  case mistimed = 14

  /// A person has let it go without the reader's memory.
  case released = 15

  /// How a stored passing stands: each is in exactly one of them.
  static let standings: [SpanKind] = [.ready, .held, .undecided, .acknowledged, .rejected]

  /// Of those, the ones in which a passing is believed, and followers see it.
  static let seen: [SpanKind] = [.ready, .acknowledged, .rejected]
}

/// The table of spans, by its prepared statements. Spans of a kind neither overlap nor touch.
struct SpanTable: ~Copyable {
  private let touching: Statement
  private let inserting: Statement
  private let growing: Statement
  private let deleting: Statement
  private let following: Statement
  private let readingStored: Statement
  private let highest: Statement
  private let changes: ChangeNotes

  /// - Parameter changes: where it notes what followers see.
  init(_ connection: borrowing Connection, _ changes: ChangeNotes) throws(StoreError) {
    // Spans do not overlap, so that only the last one that begins before the range can reach into it.
    let touching = try connection.prepare(
      "SELECT low, high FROM span WHERE file_id = ?1 AND kind = ?2 AND low BETWEEN coalesce("
        + "(SELECT max(low) FROM span WHERE file_id = ?1 AND kind = ?2 AND low <= ?3), ?3) AND ?4 ORDER BY low",
      for: "look up numbers")
    let inserting = try connection.prepare(
      "INSERT INTO span (file_id, kind, low, high) VALUES (?1, ?2, ?3, ?4)", for: "note numbers")
    let growing = try connection.prepare(
      "UPDATE span SET high = ?4 WHERE file_id = ?1 AND kind = ?2 AND low = ?3", for: "note numbers")
    let deleting = try connection.prepare(
      "DELETE FROM span WHERE file_id = ?1 AND kind = ?2 AND low BETWEEN ?3 AND ?4", for: "note numbers")
    let following = try connection.prepare(
      "SELECT low, high FROM span WHERE file_id = ?1 AND kind = ?2 AND low >= coalesce("
        + "(SELECT max(low) FROM span WHERE file_id = ?1 AND kind = ?2 AND low <= ?3), 0) ORDER BY low",
      for: "read numbers")
    let readingStored = try connection.prepare(
      "SELECT low, high FROM span WHERE file_id = ?1 AND kind IN ("
        + SpanKind.standings.map { "\($0.rawValue)" }.joined(separator: ", ") + ") ORDER BY low",
      for: "read numbers")
    let highest = try connection.prepare(
      "SELECT max(high) FROM (SELECT high FROM span WHERE file_id = ?1 AND kind = ?2 ORDER BY low DESC LIMIT 1)",
      for: "read numbers")
    self.touching = touching
    self.inserting = inserting
    self.growing = growing
    self.deleting = deleting
    self.following = following
    self.readingStored = readingStored
    self.highest = highest
    self.changes = changes
  }

  /// Whether a number is in one of the spans.
  func contains(_ file: Int64, _ kind: SpanKind, _ number: UInt32) throws(StoreError) -> Bool {
    try !spans(file, kind, touching: number...number).isEmpty
  }

  /// Puts numbers in.
  /// - Returns: how many were not there before.
  @discardableResult
  func add(_ file: Int64, _ kind: SpanKind, _ numbers: NumberSet) throws(StoreError) -> Int {
    var added = 0
    for range in numbers.ranges { added += try add(file, kind, range) }
    return added
  }

  private func add(_ file: Int64, _ kind: SpanKind, _ range: ClosedRange<UInt32>) throws(StoreError) -> Int {
    let below = range.lowerBound == 0 ? 0 : range.lowerBound - 1
    let above = range.upperBound == .max ? .max : range.upperBound + 1
    let found = try spans(file, kind, touching: below...above)
    guard let first = found.first, let last = found.last else {
      try write(inserting, file, kind, range)
      changes.added(range, kind, file)
      return range.count
    }
    let low = min(first.lowerBound, range.lowerBound)
    let high = max(last.upperBound, range.upperBound)
    if found.count == 1, first == low...high { return 0 }
    let known = found.reduce(0) { $0 + ($1.overlaps(range) ? $1.clamped(to: range).count : 0) }
    if first.lowerBound == low {
      if found.count > 1 { try delete(file, kind, low + 1...high) }
      try write(growing, file, kind, low...high)
    } else {
      try delete(file, kind, low...high)
      try write(inserting, file, kind, low...high)
    }
    if known == 0 {
      changes.added(range, kind, file)
    } else {
      var new = NumberSet(range)
      for span in found { new.remove(span) }
      for part in new.ranges { changes.added(part, kind, file) }
    }
    return range.count - known
  }

  /// Takes numbers out.
  /// - Returns: those that were there.
  @discardableResult
  func take(_ file: Int64, _ kind: SpanKind, _ numbers: NumberSet) throws(StoreError) -> NumberSet {
    var taken = NumberSet()
    for range in numbers.ranges {
      for span in try spans(file, kind, touching: range) {
        let part = span.clamped(to: range)
        taken.insert(part)
        changes.taken(part, kind, file)
        if span.lowerBound < range.lowerBound {
          try write(growing, file, kind, span.lowerBound...range.lowerBound - 1)
        } else {
          try delete(file, kind, span.lowerBound...span.lowerBound)
        }
        if span.upperBound > range.upperBound {
          try write(inserting, file, kind, range.upperBound + 1...span.upperBound)
        }
      }
    }
    return taken
  }

  /// Those of the numbers that are there.
  func common(_ file: Int64, _ kind: SpanKind, _ numbers: NumberSet) throws(StoreError) -> NumberSet {
    var common = NumberSet()
    for range in numbers.ranges {
      for span in try spans(file, kind, touching: range) { common.insert(span.clamped(to: range)) }
    }
    return common
  }

  /// Those of the numbers that are in any of those kinds.
  func common(_ file: Int64, _ kinds: [SpanKind], _ numbers: NumberSet) throws(StoreError) -> NumberSet {
    var found = NumberSet()
    for kind in kinds { found.formUnion(try common(file, kind, numbers)) }
    return found
  }

  /// The numbers behind one, ascending, in spans.
  /// - Parameters:
  ///   - after: 0 for all.
  ///   - limit: most numbers.
  ///   - spanLimit: most spans.
  func read(
    _ file: Int64, _ kind: SpanKind, after: UInt32 = 0, limit: Int = .max, spanLimit: Int = .max
  ) throws(StoreError) -> NumberSet {
    guard after < .max else { return NumberSet() }
    defer { following.reset() }
    try bind(following, file, kind)
    try following.bind(3, after + 1)
    var numbers = NumberSet()
    var left = limit
    while left > 0, numbers.ranges.count < spanLimit, try following.step() {
      let span = SpanTable.span(following)
      guard span.upperBound > after else { continue }
      let low = max(span.lowerBound, after + 1)
      let count = min(left, Int(span.upperBound - low) + 1)
      numbers.insert(low...low + UInt32(count - 1))
      left -= count
    }
    return numbers
  }

  /// All numbers that are stored.
  func stored(_ file: Int64, spanLimit: Int = .max) throws(StoreError) -> NumberSet {
    defer { readingStored.reset() }
    try readingStored.bind(1, file)
    var numbers = NumberSet()
    while numbers.ranges.count < spanLimit, try readingStored.step() {
      numbers.insert(SpanTable.span(readingStored))
    }
    return numbers
  }

  /// The highest number that is stored; in constant time.
  func highestStored(_ file: Int64) throws(StoreError) -> UInt32? {
    var highestNumber: UInt32?
    for kind in SpanKind.standings {
      defer { highest.reset() }
      try bind(highest, file, kind)
      if try highest.step(), let number = highest.integerOrNil(0) {
        highestNumber = max(highestNumber ?? 0, UInt32(clamping: number))
      }
    }
    return highestNumber
  }

  private func spans(_ file: Int64, _ kind: SpanKind, touching range: ClosedRange<UInt32>) throws(StoreError)
    -> [ClosedRange<UInt32>]
  {
    defer { touching.reset() }
    try bind(touching, file, kind)
    try touching.bind(3, range.lowerBound)
    try touching.bind(4, range.upperBound)
    var spans: [ClosedRange<UInt32>] = []
    while try touching.step() {
      let span = SpanTable.span(touching)
      if span.overlaps(range) { spans.append(span) }
    }
    return spans
  }

  private func write(
    _ statement: borrowing Statement, _ file: Int64, _ kind: SpanKind, _ range: ClosedRange<UInt32>
  ) throws(StoreError) {
    try bind(statement, file, kind)
    try statement.bind(3, range.lowerBound)
    try statement.bind(4, range.upperBound)
    try statement.run()
  }

  private func delete(_ file: Int64, _ kind: SpanKind, _ lows: ClosedRange<UInt32>) throws(StoreError) {
    try write(deleting, file, kind, lows)
  }

  private func bind(_ statement: borrowing Statement, _ file: Int64, _ kind: SpanKind) throws(StoreError) {
    try statement.bind(1, file)
    try statement.bind(2, kind.rawValue)
  }

  private static func span(_ statement: borrowing Statement) -> ClosedRange<UInt32> {
    let low = UInt32(clamping: statement.integer(0))
    return low...max(low, UInt32(clamping: statement.integer(1)))
  }
}
