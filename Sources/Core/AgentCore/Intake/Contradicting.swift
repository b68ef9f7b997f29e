import One4AllProtocol

/// A number that lists give otherwise than it is stored: nothing is overridden by one reception, nor by two where another
/// one says otherwise.
struct Contradicting: Sendable {
  /// So many receptions of the same frame prove it, that which overrides counted.
  static let enough = 3
  /// After so many that prove nothing the record is given up.
  static let most = 8

  /// What came last.
  private(set) var passing: Passing
  /// How often in a row.
  private(set) var count = 1
  /// How many receptions contradicted.
  private(set) var tries = 1

  init(_ passing: Passing) { self.passing = passing }

  /// One more reception contradicts.
  mutating func add(_ other: Passing) {
    tries += 1
    count = other == passing ? count + 1 : 1
    passing = other
  }
}

extension OpenFile {
  /// Whether a frame of a list proves itself: it came before, and nothing else is stored; or so often that it overrides what
  /// is.
  func isProven(_ passing: Passing) -> Bool {
    if let former = contradictions[passing.number] {
      return former.passing == passing && former.count >= Contradicting.enough - 1
    }
    return copies[passing.number] == passing && !stored.contains(passing.number)
  }

  /// A list gave a passing otherwise than it is stored.
  /// - Returns: whether its record is given up: it comes in another way each time, and what is stored stays as it is.
  mutating func contradict(_ passing: Passing, at now: MonotonicTime) -> Bool {
    let number = passing.number
    if contradictions[number] == nil {
      contradictions[number] = Contradicting(passing)
    } else {
      contradictions[number]?.add(passing)
    }
    suspects.insert(number)
    guard let record = contradictions[number] else { return false }
    if record.tries >= Contradicting.most, record.count < Contradicting.enough - 1 {
      contradictions[number] = nil
      suspects.remove(number)
      unconfirmed.remove(number)
      held.remove(number)
      believedFirst.remove(number)
      if unconfirmed.isEmpty { unconfirmedSince = nil }
      return true
    }
    // What comes in another way each time is not asked for without a pause.
    if record.tries > Contradicting.enough {
      setAside(number...number, until: now + .milliseconds(100 << Int64(min(record.tries, 8))))
    }
    return false
  }
}
