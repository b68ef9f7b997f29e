import One4AllProtocol

/// A number that the reader's memory does not give as it should: its frame comes damaged in lists that end properly, is
/// refused, or is another one than is stored.
///
/// What the line damages comes another time in another way. What comes in its place again and again, byte for byte, is
/// what the reader's memory has: half a line, written as the power went.
struct BadRecord: Sendable {
  /// Most of a file that are watched at a time.
  static let capacity = 512
  /// From so many lists with the same damage on it is not taken for damage of the line any more.
  static let knownFrom = 2
  /// So many receptions of the same frame override what is stored, the last one counted.
  private static let enough = 3

  /// Lists that ended properly and did not give it.
  var tries = 0
  /// Those of them, up to the last one, in which the same came.
  private(set) var same = 0
  /// That.
  private(set) var damage: Set<[UInt8]> = []
  /// How often it was refused by itself.
  var refusals = 0
  /// What came instead of what is stored, and how often.
  private var others: [(passing: Passing, count: Int)] = []
  /// How many receptions contradicted.
  private(set) var contradictions = 0

  /// Whether it cannot be read.
  var isUnreadable: Bool { same >= Inquiry.record.limit.attempts }
  /// Whether it is refused for good.
  var isRefused: Bool { refusals >= Inquiry.number.limit.attempts }
  /// Whether it comes in another way each time.
  var isEverChanging: Bool {
    contradictions >= Inquiry.contradiction.limit.attempts && others.allSatisfy { $0.count == 1 }
  }
  /// How long it is not asked for after it has contradicted again; nil for not at all.
  var contradictionPause: Duration? {
    contradictions > BadRecord.enough ? .milliseconds(100 << Int64(min(contradictions, 8))) : nil
  }

  /// One more list has not given it, and that came instead.
  mutating func add(_ other: Set<[UInt8]>) {
    tries += 1
    let common = damage.intersection(other)
    same = common.isEmpty ? (other.isEmpty ? 0 : 1) : same + 1
    damage = common.isEmpty ? other : common
  }

  /// One more reception contradicts what is stored.
  mutating func contradict(_ passing: Passing) {
    contradictions += 1
    if let index = others.firstIndex(where: { $0.passing == passing }) {
      others[index].count += 1
    } else if others.count < Inquiry.contradiction.limit.attempts {
      others.append((passing, 1))
    }
  }

  /// Whether one more reception of that frame is enough to override what is stored; nil when nothing has contradicted it.
  func isProven(by passing: Passing) -> Bool? {
    contradictions == 0
      ? nil : others.contains { $0.passing == passing && $0.count >= BadRecord.enough - 1 }
  }
}
