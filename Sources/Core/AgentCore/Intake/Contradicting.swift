import One4AllProtocol

/// A number that lists give otherwise than it is stored: nothing is overridden by one reception, nor by two where another
/// one says otherwise.
struct Contradicting: Sendable {
  /// So many receptions of the same frame prove it, that which overrides counted.
  static let enough = 3
  /// After so many of which no two were the same the record is given up.
  static let most = 8

  /// What came instead, and how often.
  private var receptions: [(passing: Passing, count: Int)] = []
  /// How many receptions contradicted.
  private(set) var tries = 0

  /// One more reception contradicts.
  mutating func add(_ passing: Passing) {
    tries += 1
    if let index = receptions.firstIndex(where: { $0.passing == passing }) {
      receptions[index].count += 1
    } else if receptions.count < Contradicting.most {
      receptions.append((passing, 1))
    }
  }

  /// Whether one more reception of that frame is enough.
  func isProven(by passing: Passing) -> Bool {
    receptions.contains { $0.passing == passing && $0.count >= Contradicting.enough - 1 }
  }

  /// Whether it comes in another way each time.
  var isEverChanging: Bool { tries >= Contradicting.most && receptions.allSatisfy { $0.count == 1 } }
}

extension OpenFile {
  /// Whether a frame of a list proves itself: it came before, and nothing else is stored; or so often that it overrides what
  /// is.
  func isProven(_ passing: Passing) -> Bool {
    if let former = contradictions[passing.number] { return former.isProven(by: passing) }
    return copies[passing.number] == passing && !numbers[passing.number].isStored
  }

  /// A list gave a passing otherwise than it is stored.
  /// - Returns: whether its record is given up: it comes in another way each time, and what is stored stays as it is.
  mutating func contradict(_ passing: Passing, at now: MonotonicTime) -> Bool {
    let number = passing.number
    contradictions[number, default: Contradicting()].add(passing)
    numbers.note(.doubted, number)
    guard let record = contradictions[number] else { return false }
    if record.isEverChanging {
      contradictions[number] = nil
      numbers.note(.givenUp, number)
      noteWaiting(at: now)
      return true
    }
    // What comes in another way each time is not asked for without a pause.
    if record.tries > Contradicting.enough {
      setAside(number...number, until: now + .milliseconds(100 << Int64(min(record.tries, 8))))
    }
    return false
  }
}
