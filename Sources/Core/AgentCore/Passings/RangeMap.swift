/// A value for each running number, kept as stretches of the same value: what is true of a million passings alike takes one.
struct RangeMap<Value: Equatable & Sendable>: Sendable {
  /// Numbers from `first` on, up to the next stretch, have that value.
  private struct Stretch: Sendable {
    let first: UInt32
    let value: Value
  }

  /// Ascending; the first one begins at 0, and no two neighbours have the same value.
  private var stretches: [Stretch]

  /// Every number has that value.
  init(_ value: Value) { stretches = [Stretch(first: 0, value: value)] }

  /// The value of a number.
  subscript(number: UInt32) -> Value { stretches[index(of: number)].value }

  /// Every stretch, ascending.
  var ranges: some Sequence<(range: ClosedRange<UInt32>, value: Value)> {
    stretches.indices.lazy.map { (range(at: $0), stretches[$0].value) }
  }

  /// The numbers whose value is such.
  func numbers(where isSuch: (Value) -> Bool) -> NumberSet {
    var numbers = NumberSet()
    for index in stretches.indices where isSuch(stretches[index].value) { numbers.insert(range(at: index)) }
    return numbers
  }

  /// The highest number whose value is such; nil for none.
  func last(where isSuch: (Value) -> Bool) -> UInt32? {
    stretches.indices.last { isSuch(stretches[$0].value) }.map { range(at: $0).upperBound }
  }

  /// Gives each number of a range the value that follows from its former one.
  /// - Parameter changed: is told, with `total`, of each stretch that changes: how many numbers, from which value to which.
  mutating func update<Total>(
    _ range: ClosedRange<UInt32>, _ next: (Value) -> Value, into total: inout Total,
    changed: (inout Total, Int, Value, Value) -> Void
  ) {
    let first = index(of: range.lowerBound)
    var last = first
    var rest: [Stretch] = []
    var isChanged = false
    func append(_ start: UInt32, _ value: Value) {
      if rest.last.map({ $0.value == value }) ?? (first > 0 && stretches[first - 1].value == value) { return }
      rest.append(Stretch(first: start, value: value))
    }
    for index in first..<stretches.count {
      let old = self.range(at: index)
      guard old.lowerBound <= range.upperBound else { break }
      last = index
      let value = stretches[index].value
      let part = old.clamped(to: range)
      let new = next(value)
      if new != value {
        isChanged = true
        changed(&total, part.count, value, new)
      }
      if old.lowerBound < part.lowerBound { append(old.lowerBound, value) }
      append(part.lowerBound, new)
      if old.upperBound > part.upperBound { append(part.upperBound + 1, value) }
    }
    guard isChanged else { return }
    // What follows may go on with the same value.
    var end = last + 1
    if end < stretches.count {
      let before = rest.last?.value ?? stretches[first - 1].value
      if stretches[end].value == before { end += 1 }
    }
    stretches.replaceSubrange(first..<end, with: rest)
  }

  private func range(at index: Int) -> ClosedRange<UInt32> {
    stretches[index].first...(index + 1 < stretches.count ? stretches[index + 1].first - 1 : .max)
  }

  /// Where the stretch of a number stands; at the end, where almost all are looked for, in constant time.
  private func index(of number: UInt32) -> Int {
    if let last = stretches.indices.last, stretches[last].first <= number { return last }
    var (low, high) = (0, stretches.count)
    while low + 1 < high {
      let middle = (low + high) / 2
      if stretches[middle].first <= number { low = middle } else { high = middle }
    }
    return low
  }
}
