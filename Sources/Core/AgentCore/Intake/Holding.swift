import One4AllProtocol

/// Pushed passings of a file that wait for the reader's memory to give them a second time.
///
/// What was received once may be damaged, however whole it looks. So a pushed passing is held until a list has given the
/// same frame, but no longer than `confirm_within`: then `Intake.endHolding` decides what becomes of it.
struct Holding: Sendable {
  /// A list is asked for once the first of them has waited so long, or so many wait: lists of one passing each would take
  /// up line and processor.
  static let gathering = Duration.milliseconds(400)
  static let gathered = 40
  /// The reader's memory may be behind what it pushes: for so long what a list does not give is no fault.
  static let lag = Duration.seconds(30)
  /// Those that came within so long of the first are one group.
  private static let span = Duration.milliseconds(100)

  private struct Group {
    let at: MonotonicTime
    var numbers: NumberSet
  }

  /// By when they came; a number is in one of them.
  private var groups: [Group] = []
  private(set) var count = 0
  /// When they were last asked for.
  private var askedAt: MonotonicTime?
  /// Which numbers were pushed when, one entry a second, the newest last; the first one is of before the memory may be
  /// behind.
  private var pushed: [(first: UInt32, last: UInt32, at: MonotonicTime)] = []

  var isEmpty: Bool { groups.isEmpty }

  /// All that are held.
  var numbers: NumberSet {
    var numbers = NumberSet()
    for group in groups { numbers.formUnion(group.numbers) }
    return numbers
  }

  /// When the first of them came.
  var since: MonotonicTime? { groups.first?.at }

  /// When a list is to be asked for; nil when none are held.
  var dueAt: MonotonicTime? {
    guard let since else { return nil }
    let from = max(since, askedAt ?? since)
    return count >= Holding.gathered && askedAt == nil ? from : from + Holding.gathering
  }

  /// They are asked for now.
  mutating func ask(at now: MonotonicTime) { askedAt = now }

  mutating func hold(_ number: UInt32, at now: MonotonicTime) {
    if let last = groups.last, now - last.at < Holding.span {
      groups[groups.count - 1].numbers.insert(number)
    } else {
      groups.append(Group(at: now, numbers: NumberSet(number...number)))
    }
    count += 1
  }

  /// They are held no more.
  mutating func remove(_ numbers: NumberSet) {
    guard !numbers.isEmpty else { return }
    for index in groups.indices { groups[index].numbers.subtract(numbers) }
    groups.removeAll { $0.numbers.isEmpty }
    count = groups.reduce(0) { $0 + $1.numbers.count }
    if groups.isEmpty { askedAt = nil }
  }

  /// Those that have been held for so long.
  func late(heldFor span: Duration, at now: MonotonicTime) -> NumberSet {
    var late = NumberSet()
    for group in groups.prefix(while: { $0.at + span <= now }) { late.formUnion(group.numbers) }
    return late
  }

  /// A passing was pushed.
  mutating func note(_ number: UInt32, at now: MonotonicTime) {
    // Numbers have started again, or run back.
    while let newest = pushed.last, newest.last > number { pushed.removeLast() }
    if let newest = pushed.last, now - newest.at < .seconds(1) {
      pushed[pushed.count - 1].last = number
    } else {
      pushed.append((number, number, now))
    }
    while pushed.count > 1, now - pushed[1].at > Holding.lag { pushed.removeFirst() }
  }

  /// The lowest number so new that the reader's memory may not have it yet; nil when nothing is.
  func fresh(at now: MonotonicTime) -> UInt32? {
    guard let newest = pushed.last, now - newest.at <= Holding.lag else { return nil }
    let settled = pushed.last { now - $0.at > Holding.lag }
    return settled.map { Believing.after($0.last) } ?? pushed.first?.first
  }
}
