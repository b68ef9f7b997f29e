/// Numbers as runs, for a person: `7, 12-13, 40 and 5 more`.
struct NumberList {
  private static let shown = 8

  /// How many numbers.
  private(set) var count: UInt64 = 0
  private var runs: [ClosedRange<UInt32>] = []
  private var runCount = 0

  mutating func add(_ run: ClosedRange<UInt32>) {
    count += UInt64(run.upperBound - run.lowerBound) + 1
    runCount += 1
    if runs.count < Self.shown { runs.append(run) }
  }

  var text: String {
    let parts = runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    let told = runs.reduce(UInt64(0)) { $0 + UInt64($1.upperBound - $1.lowerBound) + 1 }
    return parts.joined(separator: ", ") + (runCount > runs.count ? " and \(count - told) more" : "")
  }
}

/// Which numbers there were. Numbers that come in order cost nothing; the others are sorted in now and then, so that
/// memory is bounded by the gaps and not by the passings.
struct NumberRuns {
  private static let mostLoose = 4096

  /// Ascending, with at least one number missing between two of them.
  private(set) var runs: [ClosedRange<UInt32>] = []
  private(set) var repeated = NumberList()
  private var loose: [UInt32] = []

  var isEmpty: Bool { runs.isEmpty && loose.isEmpty }

  mutating func insert(_ number: UInt32) {
    guard let first = runs.first, let last = runs.last else {
      runs.append(number...number)
      return
    }
    if last.upperBound < number {
      if last.upperBound + 1 == number {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    } else if number < first.lowerBound, number + 1 == first.lowerBound {
      runs[0] = number...first.upperBound
    } else {
      loose.append(number)
      if loose.count >= max(Self.mostLoose, runs.count) { settle() }
    }
  }

  /// Sorts in what came out of order.
  mutating func settle() {
    guard !loose.isEmpty else { return }
    loose.sort()
    var merged: [ClosedRange<UInt32>] = []
    var rest = runs[...]
    for number in loose {
      while let run = rest.first, run.lowerBound <= number {
        Self.append(run, to: &merged)
        rest.removeFirst()
      }
      if let last = merged.last, last.contains(number) {
        repeated.add(number...number)
      } else {
        Self.append(number...number, to: &merged)
      }
    }
    for run in rest { Self.append(run, to: &merged) }
    runs = merged
    loose.removeAll(keepingCapacity: true)
  }

  private static func append(_ run: ClosedRange<UInt32>, to runs: inout [ClosedRange<UInt32>]) {
    if let last = runs.last, last.upperBound + 1 == run.lowerBound {
      runs[runs.count - 1] = last.lowerBound...run.upperBound
    } else {
      runs.append(run)
    }
  }
}
