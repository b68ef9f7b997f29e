import AgentCore

/// What spans say of the passings of one file of a damaged database.
struct StoredSpans {
  private var numbers: [SpanKind: NumberSet] = [:]

  mutating func insert(_ kind: SpanKind, _ range: ClosedRange<UInt32>) {
    numbers[kind, default: NumberSet()].insert(range)
  }

  subscript(_ kind: SpanKind) -> NumberSet { numbers[kind] ?? NumberSet() }

  /// All that are stored.
  var stored: NumberSet {
    SpanKind.standings.reduce(into: NumberSet()) { $0.formUnion(self[$1]) }
  }

  /// Whether no passing is in two states, and none is lost that is stored.
  var isConsistent: Bool {
    let stored = stored
    return SpanKind.standings.reduce(0) { $0 + self[$1].count } == stored.count
      && stored.intersection(self[.lost]).isEmpty && stored.first != 0
  }

  /// Whether a file's counters say the same.
  func agree(with file: StoredFile) -> Bool {
    stored.count == file.stored && self[.acknowledged].count == file.acknowledged
      && self[.rejected].count == file.rejected && self[.held].count == file.unconfirmed
      && self[.lost].count == file.lost
  }
}
