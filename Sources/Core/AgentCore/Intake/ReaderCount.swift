/// How many passings the reader says a session file has. No check protects the number: a smaller one than before acts when
/// it is told twice, a higher one as far as something else bears it out, what was heard or the count before it.
struct ReaderCount: Sendable {
  /// The count that acts; nil until one does.
  private(set) var value: UInt32?
  /// The highest one that ever did while this file was open.
  private(set) var highest: UInt32 = 0
  /// When it was last told and acted.
  private(set) var toldAt: MonotonicTime?
  /// The last one does not act yet: it is to be told again.
  private(set) var isOpen = false
  /// The count that the store was told, and when.
  var noted: UInt32?
  var notedAt: MonotonicTime?
  /// GETFILEINFO is to be asked for it.
  var needsInfo = false
  /// When the reader told which.
  var history = CountHistory()
  /// The one that was told last.
  private var last: UInt32?

  /// The reader has told it.
  /// - Parameter stored: the highest number that is stored; nil for none.
  /// - Returns: as many as the reader has at least; nil while nothing bears it out.
  mutating func tell(_ told: UInt32, stored: UInt32?, at now: MonotonicTime) -> UInt32? {
    history.note(told, at: now)
    let before = last
    last = told
    if let value, told < value, before != told {
      isOpen = true
      return nil
    }
    let known = [value, noted, stored, before].compactMap { $0 }.max() ?? 0
    isOpen = told > known
    if isOpen, value == nil, known == 0 { return nil }
    let proven = min(told, known)
    highest = max(highest, proven)
    value = proven
    if !isOpen { toldAt = now }
    return proven
  }

  /// The reader does not tell it: lists are to find the end behind what is known.
  mutating func assume(_ least: UInt32, at now: MonotonicTime) {
    value = value ?? least
    toldAt = now
  }

  /// Its memory has, or had, that many.
  mutating func reach(_ count: UInt32) { value = max(value ?? 0, count) }

  /// It will not be told any more: what the store was told holds.
  mutating func settle() { value = value ?? noted }
}

/// When the reader told how many passings it has of a file: what has a higher number was stamped later.
///
/// A count is believed for this where two receptions bear it out, as the line may have damaged one.
struct CountHistory: Equatable, Sendable {
  private static let most = 64

  private struct Telling: Equatable, Sendable {
    let count: UInt32
    let at: MonotonicTime
  }

  /// In the order in which they were told; of the same count one after the other the first two and the last.
  private var told: [Telling] = []

  /// The reader has told its count.
  mutating func note(_ count: UInt32, at now: MonotonicTime) {
    if told.suffix(3).count(where: { $0.count == count }) == 3 { told.removeLast() }
    told.append(Telling(count: count, at: now))
    if told.count > CountHistory.most { told.removeFirst() }
  }

  /// A moment before which a passing was not stamped; nil when nothing tells.
  /// - Parameter isLikely: by the last reception alone: no more than a hint.
  func beginning(of number: UInt32, isLikely: Bool = false) -> MonotonicTime? {
    isLikely
      ? told.last { $0.count < number }?.at : told.lazy.filter { $0.count < number }.dropLast().last?.at
  }
}
