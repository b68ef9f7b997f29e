/// What is known of each number of a session file: one state each (`NumberState`), changed by events alone.
struct NumberBook: Sendable {
  private var states = RangeMap(NumberState.unheard)
  /// How many numbers have each state, but for `unheard`.
  private var counts = [Int](repeating: 0, count: NumberState.allCases.count)
  /// Since when which numbers are held.
  private(set) var holding = Holding()

  /// The state of a number.
  subscript(number: UInt32) -> NumberState { states[number] }

  /// How many numbers are so.
  func count(_ state: NumberState) -> Int { counts[Int(state.rawValue)] }

  /// The numbers that are so.
  func numbers(_ state: NumberState) -> NumberSet {
    count(state) == 0 ? NumberSet() : states.numbers { $0 == state }
  }

  /// The numbers that the store has, or that wait for it.
  var stored: NumberSet { states.numbers(where: \.isStored) }
  /// How many those are.
  var storedCount: Int { counts.reduce(0, +) - lostCount }
  /// The highest of them.
  var lastStored: UInt32? { storedCount == 0 ? nil : states.last(where: \.isStored) }
  /// The numbers that the reader has no more.
  var lost: NumberSet { lostCount == 0 ? NumberSet() : states.numbers(where: \.isLost) }
  var lostCount: Int { count(.lost) + count(.lostToCompare) }

  /// Whether any waits for the reader's memory before it is sent.
  var isAnyWaiting: Bool { count(.held) + count(.unconfirmed) > 0 }
  /// Whether any is to be compared only: nobody waits for it.
  var isAnyToCompare: Bool { count(.toCompare) + count(.sentAhead) + count(.lostToCompare) > 0 }
  /// The numbers that the memory is to be asked for wherever the reader's count ends.
  var toAsk: NumberSet {
    count(.unconfirmed) == 0 && !isAnyToCompare ? NumberSet() : states.numbers(where: \.isToAsk)
  }

  /// The numbers up to that one that are neither stored nor lost.
  func unheard(upTo count: UInt32) -> NumberSet {
    guard count > 0, isAnyUnheard(upTo: count) else { return NumberSet() }
    return states.numbers { $0 == .unheard }.intersection(NumberSet(1...count))
  }

  /// Whether there are any such, which is cheap to tell where none are.
  func isAnyUnheard(upTo count: UInt32) -> Bool {
    guard count > 0 else { return false }
    for (range, state) in states.ranges {
      if range.lowerBound > count { return false }
      if state == .unheard, range.upperBound >= 1 { return true }
    }
    return false
  }

  /// Something has happened to a number.
  mutating func note(_ event: NumberEvent, _ number: UInt32) { note(event, number...number) }

  /// The same has happened to several.
  mutating func note(_ event: NumberEvent, _ numbers: NumberSet) {
    for range in numbers.ranges { note(event, range) }
  }

  /// The same has happened to all.
  mutating func noteAll(_ event: NumberEvent) { note(event, 0 ... .max) }

  mutating func note(_ event: NumberEvent, _ range: ClosedRange<UInt32>) {
    let held = count(.held)
    states.update(range, { $0.after(event) }, into: &counts, changed: NumberBook.count)
    if count(.held) < held { holding.remove(NumberSet(range)) }
  }

  /// It was pushed and is held from now on, unless it is stored.
  mutating func hold(_ number: UInt32, at now: MonotonicTime) {
    guard !self[number].isStored else { return }
    note(.heard, number)
    holding.hold(number, at: now)
  }

  /// A passing was pushed: the reader's memory may not have it yet.
  mutating func notePushed(_ number: UInt32, at now: MonotonicTime) { holding.note(number, at: now) }

  /// Nothing is pushed of the file any more: what is held waits on, however long that takes.
  mutating func endPushing() {
    noteAll(.lateWaiting)
    holding = Holding()
  }

  /// Those that are held are asked for now.
  mutating func askHeld(at now: MonotonicTime) { holding.ask(at: now) }

  /// Those that have been held for so long; they are held until an event says what becomes of them.
  func late(heldFor span: Duration, at now: MonotonicTime) -> NumberSet {
    holding.late(heldFor: span, at: now)
  }

  /// The store has told anew what it has; what it has been asked about, and what is held, stays so.
  mutating func reopen(stored: NumberSet, unconfirmed: NumberSet, lost: NumberSet) {
    let former = self
    self = NumberBook()
    holding = former.holding
    set(lost, .lost)
    set(stored, .settled)
    set(unconfirmed, .unconfirmed)
    for (range, state) in former.states.ranges {
      switch state {
      case .unheard, .settled, .unconfirmed, .lost: break
      case .held: for part in stored.intersection(NumberSet(range)).ranges { set(part, .held) }
      case .sentAhead, .toCompare, .beforeGap, .absent, .kept:
        let kept = stored.subtracting(unconfirmed).intersection(NumberSet(range))
        for part in (state == .absent ? stored.intersection(NumberSet(range)) : kept).ranges {
          set(part, state)
        }
      case .lostToCompare:
        for part in lost.intersection(NumberSet(range)).ranges { set(part, .lostToCompare) }
      }
    }
    holding.remove(holding.numbers.subtracting(numbers(.held)))
  }

  private mutating func set(_ numbers: NumberSet, _ state: NumberState) {
    for range in numbers.ranges { set(range, state) }
  }

  private mutating func set(_ range: ClosedRange<UInt32>, _ state: NumberState) {
    states.update(range, { _ in state }, into: &counts, changed: NumberBook.count)
  }

  private static func count(_ counts: inout [Int], _ count: Int, _ old: NumberState, _ new: NumberState) {
    if old != .unheard { counts[Int(old.rawValue)] -= count }
    if new != .unheard { counts[Int(new.rawValue)] += count }
  }
}
