import One4AllProtocol

/// When the reader told how many passings it has of a file: what has a higher number was stamped later.
///
/// A count is believed for this where two receptions bear it out, as the line may have damaged one.
struct Countings: Equatable, Sendable {
  private static let most = 64

  private struct Counting: Equatable, Sendable {
    let count: UInt32
    let at: MonotonicTime
  }

  /// In the order in which they were told; of the same count one after the other the first two and the last.
  private var told: [Counting] = []

  /// The reader has told its count.
  mutating func note(_ count: UInt32, at now: MonotonicTime) {
    if told.suffix(3).count(where: { $0.count == count }) == 3 { told.removeLast() }
    told.append(Counting(count: count, at: now))
    if told.count > Countings.most { told.removeFirst() }
  }

  /// A moment before which a passing was not stamped; nil when nothing tells.
  func beginning(of number: UInt32) -> MonotonicTime? {
    told.lazy.filter { $0.count < number }.dropLast().last?.at
  }

  /// The same by the last reception alone: no more than a hint.
  func likelyBeginning(of number: UInt32) -> MonotonicTime? { told.last { $0.count < number }?.at }
}
