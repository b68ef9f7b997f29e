import AgentCore

/// What is known of the clocks that stamped passings. A passing of a clock that had jumped is `.jumped` for good, so that
/// it never tells how the clock goes; once it is decided that it goes as it is, it is `.accepted` as well. It waits as
/// `.undecided` when nothing but that decision is missing.
extension PassingStore {
  /// Nothing of the reader or the line stands in their way any more: they can be sent, unless a person has to decide.
  /// - Returns: how many have come in.
  @discardableResult
  func makeReady(_ file: inout StoredFile, _ numbers: NumberSet) throws(StoreError) -> Int {
    guard file.jumped > 0 else { return try spans.add(file.id, .ready, numbers) }
    let undecided = try spans.common(file.id, .jumped, numbers)
      .subtracting(try spans.common(file.id, .accepted, numbers))
    let added = try spans.add(file.id, .undecided, undecided)
    file.undecided += added
    return try spans.add(file.id, .ready, numbers.subtracting(undecided)) + added
  }

  /// The reader's clock had jumped when it stamped them. What waits of them waits for a decision, but for those that go
  /// as they are.
  func noteJump(_ file: inout StoredFile, _ numbers: NumberSet, accepted: NumberSet) throws(StoreError) {
    file.jumped += try spans.add(file.id, .jumped, numbers)
    try spans.add(file.id, .accepted, accepted)
    let undecided = numbers.subtracting(try spans.common(file.id, .accepted, numbers))
    try makeReady(&file, try spans.take(file.id, .ready, undecided))
  }

  /// Their frames have become others, which a steady clock stamped, or are gone.
  func forgetJump(_ file: inout StoredFile, _ numbers: NumberSet) throws(StoreError) {
    file.jumped -= try spans.take(file.id, .jumped, numbers).count
    try spans.take(file.id, .accepted, numbers)
    let undecided = try spans.take(file.id, .undecided, numbers)
    file.undecided -= undecided.count
    try spans.add(file.id, .ready, undecided)
  }

  /// A person has decided that they go as they are.
  func accept(_ file: inout StoredFile, _ numbers: NumberSet) throws(StoreError) {
    try spans.add(file.id, .accepted, try spans.common(file.id, .jumped, numbers))
    let undecided = try spans.take(file.id, .undecided, numbers)
    file.undecided -= undecided.count
    try spans.add(file.id, .ready, undecided)
  }

  /// What is known of the clock that stamped a passing.
  func stamp(of number: UInt32, _ file: Int64) throws(StoreError) -> KeptPassing.Stamp {
    guard try spans.contains(file, .jumped, number) else { return .steady }
    return try spans.contains(file, .accepted, number) ? .accepted : .undecided
  }

  /// So many of a file's newest rows are looked at for one that a steady clock stamped.
  private static let steadyRows = 200

  /// And so many of its newest files.
  private static let steadyFiles = 3

  /// The newest pushed passing of a reader that a steady clock stamped, by the order in which its files came.
  mutating func steady(of serialNumber: String) throws(StoreError) -> SteadyPassing? {
    let filled = try files.all().reversed().filter { $0.key.serialNumber == serialNumber && $0.stored > 0 }
    for file in filled.prefix(PassingStore.steadyFiles) {
      for row in try rows.rows(file.id, 0 ... .max, limit: PassingStore.steadyRows, fromEnd: true)
      where row.origin == .pushed {
        let passing = try kept(row, file.id)
        guard passing.stamp == .steady else { continue }
        return SteadyPassing(passing, isOfThisBoot: try boots.name(of: row.boot) == boot)
      }
      // Behind that many others of the jumped clock the last one before it is looked up by its number.
      if file.jumped > 0, let first = try spans.read(file.id, .jumped, limit: 1, spanLimit: 1).first,
        first > 1
      {
        for row in try rows.rows(file.id, 0...first - 1, limit: PassingStore.steadyRows, fromEnd: true)
        where row.origin == .pushed {
          return SteadyPassing(
            try kept(row, file.id), isOfThisBoot: try boots.name(of: row.boot) == boot)
        }
      }
    }
    return nil
  }
}
