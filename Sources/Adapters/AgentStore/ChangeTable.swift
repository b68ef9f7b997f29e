import AgentCore

/// The numbers of changes, by prepared statements.
///
/// Each passing that was ever seen, or is lost, has one change number: that of its last change. They are kept as runs, in
/// which number and change number ascend together; a race without trouble is one run, which grows. A new change cuts its
/// numbers out of their former run.
struct ChangeTable: ~Copyable {
  /// Changes of one kind and file, the first of which is of `numbers.lowerBound`.
  struct Run: Equatable {
    let first: Int64
    let file: Int64
    let numbers: ClosedRange<UInt32>
    let kind: PassingChange.Kind

    /// The change number of the last one.
    var last: Int64 { first + Int64(numbers.upperBound - numbers.lowerBound) }
  }

  /// How many lives of the store are remembered: whoever was away for longer begins again.
  static let epochs = 1000

  private let inserting: Statement
  private let growing: Statement
  private let deleting: Statement
  private let touching: Statement
  private let following: Statement
  private let readingLast: Statement
  private let beginning: Statement
  private let forgetting: Statement
  private let naming: Statement
  /// The last change number; nil before it was read.
  private var lastChange: Int64?
  /// The run of that, while it can grow.
  private var tail: Run?
  /// A change was numbered in this life of the store.
  private var hasBegun = false

  init(_ connection: borrowing Connection) throws(StoreError) {
    let inserting = try connection.prepare(
      "INSERT INTO change (first, file_id, low, high, kind) VALUES (?1, ?2, ?3, ?4, ?5)",
      for: "number a change")
    let growing = try connection.prepare(
      "UPDATE change SET high = ?2 WHERE first = ?1", for: "number a change")
    let deleting = try connection.prepare("DELETE FROM change WHERE first = ?1", for: "number a change")
    // Runs of a file do not overlap: only the last one that begins before the range can reach into it.
    let touching = try connection.prepare(
      "SELECT first, file_id, low, high, kind FROM change WHERE file_id = ?1 AND low BETWEEN coalesce("
        + "(SELECT max(low) FROM change WHERE file_id = ?1 AND low <= ?2), ?2) AND ?3 ORDER BY low",
      for: "look up changes")
    let following = try connection.prepare(
      "SELECT first, file_id, low, high, kind FROM change WHERE first >= coalesce("
        + "(SELECT max(first) FROM change WHERE first <= ?1), 0) ORDER BY first LIMIT ?2", for: "read changes"
    )
    let readingLast = try connection.prepare(
      "SELECT first, file_id, low, high, kind FROM change ORDER BY first DESC LIMIT 1", for: "read changes")
    let beginning = try connection.prepare(
      "INSERT OR REPLACE INTO change_epoch (first, name) VALUES (?1, ?2)", for: "number a change")
    let forgetting = try connection.prepare(
      "DELETE FROM change_epoch WHERE first < (SELECT first FROM change_epoch ORDER BY first DESC LIMIT 1 OFFSET ?1)",
      for: "number a change")
    let naming = try connection.prepare(
      "SELECT name FROM change_epoch WHERE first <= ?1 ORDER BY first DESC LIMIT 1", for: "read changes")
    self.inserting = inserting
    self.growing = growing
    self.deleting = deleting
    self.touching = touching
    self.following = following
    self.readingLast = readingLast
    self.beginning = beginning
    self.forgetting = forgetting
    self.naming = naming
  }

  /// The last change number that was given; 0 before the first.
  mutating func last() throws(StoreError) -> Int64 {
    if let lastChange { return lastChange }
    tail = try readLast()
    let last = tail?.last ?? 0
    lastChange = last
    return last
  }

  /// The last number that was given since the store was opened; 0 for none.
  var lastNumbered: Int64 { hasBegun ? lastChange ?? 0 : 0 }

  /// The last run as it is on disk.
  func readLast() throws(StoreError) -> Run? {
    defer { readingLast.reset() }
    return try readingLast.step() ? try ChangeTable.run(readingLast) : nil
  }

  /// The same has happened to those numbers: they get the next change numbers, in their order.
  mutating func note(_ file: Int64, _ numbers: NumberSet, _ kind: PassingChange.Kind) throws(StoreError) {
    for range in numbers.ranges { try note(file, range, kind) }
  }

  private mutating func note(_ file: Int64, _ range: ClosedRange<UInt32>, _ kind: PassingChange.Kind)
    throws(StoreError)
  {
    var last = try last()
    if !hasBegun { try begin(at: last + 1) }
    try cut(file, range)
    if let tail, tail.file == file, tail.kind == kind, tail.last == last, tail.numbers.upperBound < .max,
      tail.numbers.upperBound + 1 == range.lowerBound
    {
      let run = Run(
        first: tail.first, file: file, numbers: tail.numbers.lowerBound...range.upperBound, kind: kind)
      try grow(run)
      self.tail = run
    } else {
      let run = Run(first: last + 1, file: file, numbers: range, kind: kind)
      try insert(run)
      tail = run
    }
    last += Int64(range.count)
    lastChange = last
  }

  /// To be called when the transaction was rolled back.
  mutating func forgetUncommitted() {
    lastChange = nil
    tail = nil
    hasBegun = false
  }

  // MARK: Lives of the store

  private mutating func begin(at first: Int64) throws(StoreError) {
    try beginning.bind(1, first)
    try beginning.bind(2, Int64.random(in: .min ... .max))
    try beginning.run()
    try forgetting.bind(1, ChangeTable.epochs)
    try forgetting.run()
    hasBegun = true
  }

  /// The name of the store's life that a change number was given in; nil when it was given in none that is remembered.
  func epoch(of change: Int64) throws(StoreError) -> String? {
    defer { naming.reset() }
    try naming.bind(1, change)
    guard try naming.step() else { return nil }
    let name = String(UInt64(bitPattern: naming.integer(0)), radix: 16)
    return String(repeating: "0", count: ChangeCursor.epochLength - name.utf8.count) + name
  }

  // MARK: Runs

  /// Runs that have changes behind a number, ascending.
  func runs(after change: Int64, limit: Int) throws(StoreError) -> [Run] {
    defer { following.reset() }
    try following.bind(1, change)
    // The first one may end before that.
    try following.bind(2, limit + 1)
    var runs: [Run] = []
    while try following.step() {
      let run = try ChangeTable.run(following)
      if run.last > change { runs.append(run) }
    }
    return runs
  }

  /// Numbers of a file get other change numbers.
  private mutating func cut(_ file: Int64, _ range: ClosedRange<UInt32>) throws(StoreError) {
    for run in try runs(of: file, touching: range) {
      if run == tail { tail = nil }
      if run.numbers.lowerBound < range.lowerBound {
        try grow(
          Run(
            first: run.first, file: file, numbers: run.numbers.lowerBound...range.lowerBound - 1,
            kind: run.kind))
      } else {
        try deleting.bind(1, run.first)
        try deleting.run()
      }
      if run.numbers.upperBound > range.upperBound {
        let low = range.upperBound + 1
        try insert(
          Run(
            first: run.first + Int64(low - run.numbers.lowerBound), file: file,
            numbers: low...run.numbers.upperBound, kind: run.kind))
      }
    }
  }

  private func runs(of file: Int64, touching range: ClosedRange<UInt32>) throws(StoreError) -> [Run] {
    defer { touching.reset() }
    try touching.bind(1, file)
    try touching.bind(2, range.lowerBound)
    try touching.bind(3, range.upperBound)
    var runs: [Run] = []
    while try touching.step() {
      let run = try ChangeTable.run(touching)
      if run.numbers.overlaps(range) { runs.append(run) }
    }
    return runs
  }

  private func insert(_ run: Run) throws(StoreError) {
    try inserting.bind(1, run.first)
    try inserting.bind(2, run.file)
    try inserting.bind(3, run.numbers.lowerBound)
    try inserting.bind(4, run.numbers.upperBound)
    try inserting.bind(5, run.kind.rawValue)
    try inserting.run()
  }

  private func grow(_ run: Run) throws(StoreError) {
    try growing.bind(1, run.first)
    try growing.bind(2, run.numbers.upperBound)
    try growing.run()
  }

  private static func run(_ statement: borrowing Statement) throws(StoreError) -> Run {
    let (low, high) = (UInt32(clamping: statement.integer(2)), UInt32(clamping: statement.integer(3)))
    guard low <= high, let kind = PassingChange.Kind(rawValue: statement.integer(4)) else {
      throw statement.damage("a change is none")
    }
    return Run(
      first: statement.integer(0), file: statement.integer(1), numbers: low...high, kind: kind)
  }
}
