/// Running numbers, kept as ranges: a session file of a million passings without a gap takes one.
public struct NumberSet: Equatable, Sendable {
  /// The ranges, ascending; between two of them at least one number is missing.
  public private(set) var ranges: [ClosedRange<UInt32>] = []

  /// No number.
  public init() {}

  /// The numbers of a range.
  public init(_ range: ClosedRange<UInt32>) { ranges = [range] }

  /// Those numbers, in any order.
  public init(_ numbers: some Sequence<UInt32>) {
    for number in numbers { insert(number) }
  }

  /// Whether there is no number in it.
  public var isEmpty: Bool { ranges.isEmpty }
  /// How many numbers are in it.
  public var count: Int { ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 } }
  /// The lowest number.
  public var first: UInt32? { ranges.first?.lowerBound }
  /// The highest number.
  public var last: UInt32? { ranges.last?.upperBound }

  /// Whether a number is in it.
  public func contains(_ number: UInt32) -> Bool {
    let place = firstRange(endingAtOrAfter: number)
    return place < ranges.count && ranges[place].lowerBound <= number
  }

  /// Puts a number in.
  public mutating func insert(_ number: UInt32) { insert(number...number) }

  /// Puts the numbers of a range in. At the end of the set, where almost all are put, it takes constant time.
  public mutating func insert(_ range: ClosedRange<UInt32>) {
    let start = firstRange(endingAtOrAfter: range.lowerBound == 0 ? 0 : range.lowerBound - 1)
    var merged = range
    var end = start
    while end < ranges.count, ranges[end].lowerBound <= NumberSet.after(range.upperBound) {
      merged =
        min(merged.lowerBound, ranges[end].lowerBound)...max(merged.upperBound, ranges[end].upperBound)
      end += 1
    }
    ranges.replaceSubrange(start..<end, with: CollectionOfOne(merged))
  }

  /// Takes a number out.
  public mutating func remove(_ number: UInt32) { remove(number...number) }

  /// Takes the numbers of a range out.
  public mutating func remove(_ range: ClosedRange<UInt32>) {
    let start = firstRange(endingAtOrAfter: range.lowerBound)
    var rest: [ClosedRange<UInt32>] = []
    var end = start
    while end < ranges.count, ranges[end].lowerBound <= range.upperBound {
      let old = ranges[end]
      if old.lowerBound < range.lowerBound { rest.append(old.lowerBound...range.lowerBound - 1) }
      if old.upperBound > range.upperBound { rest.append(range.upperBound + 1...old.upperBound) }
      end += 1
    }
    guard start < end else { return }
    ranges.replaceSubrange(start..<end, with: rest)
  }

  /// Puts all numbers of another set in.
  public mutating func formUnion(_ other: NumberSet) {
    for range in other.ranges { insert(range) }
  }

  /// Takes all numbers of another set out.
  public mutating func subtract(_ other: NumberSet) {
    for range in other.ranges { remove(range) }
  }

  /// The numbers that are not in another set.
  public func subtracting(_ other: NumberSet) -> NumberSet {
    var rest = self
    rest.subtract(other)
    return rest
  }

  /// The numbers that are in both.
  public func intersection(_ other: NumberSet) -> NumberSet { subtracting(subtracting(other)) }

  /// The numbers of a range that are not in the set.
  public func missing(in range: ClosedRange<UInt32>) -> NumberSet {
    var missing = NumberSet(range)
    var place = firstRange(endingAtOrAfter: range.lowerBound)
    while place < ranges.count, ranges[place].lowerBound <= range.upperBound {
      missing.remove(ranges[place])
      place += 1
    }
    return missing
  }

  /// The lowest numbers, at most `limit`, as one range without a hole; nil when the set is empty.
  public func firstRun(limit: Int) -> ClosedRange<UInt32>? {
    guard limit > 0, let first = ranges.first else { return nil }
    let length = min(UInt64(limit), UInt64(first.upperBound - first.lowerBound) + 1)
    return first.lowerBound...UInt32(UInt64(first.lowerBound) + length - 1)
  }

  /// Where the first range stands that ends at that number or behind it.
  private func firstRange(endingAtOrAfter number: UInt32) -> Int {
    if let last = ranges.last, last.upperBound < number { return ranges.count }
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func after(_ number: UInt32) -> UInt32 { number == .max ? .max : number + 1 }
}

extension NumberSet: CustomStringConvertible {
  /// `3, 7-9, 12`; empty for no number.
  public var description: String { text(limit: .max) }

  /// As `description`, with at most so many ranges and the number of those left out: `3, 7-9 and 4 more ranges`.
  public func text(limit: Int) -> String {
    let shown = ranges.prefix(limit).map { range in
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }.joined(separator: ", ")
    return ranges.count > limit ? "\(shown) and \(ranges.count - limit) more ranges" : shown
  }
}
