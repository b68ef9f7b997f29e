import One4AllProtocol

/// One session file while it is followed or fetched: which numbers are stored, which are not, and what the reader's
/// memory is still to be asked. Each part of it owns what it decides; here stands what concerns several.
struct OpenFile: Sendable {
  /// Most copies that are kept to be held against the reader's memory.
  static let copyLimit = 4096

  let key: FileKey
  let name: SessionFileName
  /// Whether the store has told what it holds.
  var isOpened = false
  /// What is known of each of its numbers.
  var numbers = NumberBook()
  /// How many passings the reader says it has.
  var counting = ReaderCount()
  /// How the reader's memory of it is read.
  var reading = RangeReader()
  /// What is known of the moments of its passings.
  var moments = FileMoments()
  /// What a pushed frame is held against.
  var believing = Believing()
  /// Copies of frames that are not believed, to be held against what the reader's memory gives.
  private(set) var copies: [UInt32: Passing] = [:]
  /// The comparison of all of it, while there is one.
  var comparison = FileComparison()
  /// How often GETFILEINFO was in vain.
  var attempts = Attempts()
  /// Quarantined frames are kept, the last of them heard then.
  var doubtedAt: MonotonicTime?
  /// Since when the reader has denied the file.
  var missingSince: MonotonicTime?
  /// Since when passings have been unconfirmed without any of them being confirmed.
  private(set) var unconfirmedSince: MonotonicTime?

  init(key: FileKey, name: SessionFileName) {
    self.key = key
    self.name = name
  }

  /// How many passings the reader has; nil while it has not told.
  var count: UInt32? { counting.value }

  /// Whether nobody has ever named it but the person who wants it compared.
  var isOnlyNamed: Bool { comparison.isAsked && numbers.storedCount == 0 && counting.noted == nil }

  // MARK: What is wanted of the reader's memory

  /// Numbers that the reader has, and that are neither stored nor lost.
  var gaps: NumberSet { numbers.unheard(upTo: count ?? 0) }

  /// Numbers that cannot be sent before the reader's memory has given them.
  var missing: NumberSet {
    var missing = gaps
    missing.formUnion(numbers.numbers(.unconfirmed))
    return missing
  }

  /// What the reader's memory is to be asked.
  var needed: NumberSet {
    var needed = gaps
    needed.formUnion(numbers.toAsk)
    return needed
  }

  /// What a list is to give.
  var expected: NumberSet {
    var expected = needed
    expected.formUnion(numbers.numbers(.held))
    return expected
  }

  /// Whether anything cannot be sent yet: `!missing.isEmpty`, which is dear to find out with many gaps.
  var isMissing: Bool { numbers.count(.unconfirmed) > 0 || numbers.isAnyUnheard(upTo: count ?? 0) }

  /// Whether its memory is to be asked anything: `!needed.isEmpty`.
  var isNeedy: Bool { numbers.isAnyToCompare || isMissing }

  /// Whether others wait for what is to be asked: for passings, or for where they end. What is only compared can wait.
  var isUrgent: Bool { counting.needsInfo || reading.isSeekingEnd || isMissing }

  /// Whether the reader, or the store, is still to be asked about it.
  var isOpen: Bool {
    !isOpened || counting.needsInfo || reading.isSeekingEnd || isNeedy || numbers.count(.absent) > 0
  }

  /// Whether anything of it is still to be fetched or compared, if its reader is there.
  var isUnfinished: Bool { isOpen || comparison.isUnderWay }

  /// The next numbers to ask, but for those that are held; nil when there are none.
  var nextSlice: ClosedRange<UInt32>? { nextSlice(by: reading, atMost: RangeReader.largest, at: nil) }

  /// What is missing comes before what is only compared, and takes turns with what is held.
  /// - Parameters:
  ///   - largest: most numbers to ask.
  ///   - now: nil leaves out what is held.
  func nextSlice(atMost largest: Int, at now: MonotonicTime?) -> ClosedRange<UInt32>? {
    nextSlice(by: reading, atMost: largest, at: now)
  }

  private func nextSlice(by reading: RangeReader, atMost largest: Int, at now: MonotonicTime?)
    -> ClosedRange<UInt32>?
  {
    let held = askableHeld(at: now)
    if !isNeedy && !reading.isSeekingEnd && held.isEmpty { return nil }
    let missing = isMissing ? reading.askable(self.missing) : NumberSet()
    let isHeldsTurn = !held.isEmpty && (missing.isEmpty || !reading.wasHeldLast)
    let needed = isHeldsTurn ? held : missing.isEmpty ? reading.askable(numbers.toAsk) : missing
    guard let range = reading.first(of: needed, atMost: largest) else {
      return reading.behind(count ?? 0, atMost: largest)
    }
    // The number in front is asked for along with them, when it is to be compared.
    let first = range.lowerBound
    let isFrontAsked = first > 1 && numbers[first - 1].isToAsk && reading.mayAskAlong(first - 1)
    return isFrontAsked ? first - 1...range.upperBound : range
  }

  /// Those that are held, once they may be asked for.
  private func askableHeld(at now: MonotonicTime?) -> NumberSet {
    guard let now, let dueAt = numbers.holding.dueAt, dueAt <= now else { return NumberSet() }
    return reading.askable(numbers.numbers(.held))
  }

  /// Of numbers that a list did not give, those that are so new that the reader's memory may not have them yet.
  func tooNew(_ absent: NumberSet, at now: MonotonicTime) -> NumberSet {
    guard !absent.isEmpty, let fresh = numbers.holding.fresh(at: now) else { return NumberSet() }
    var unseen = missing
    unseen.formUnion(numbers.numbers(.held))
    unseen.formUnion(numbers.numbers(.sentAhead))
    return absent.intersection(unseen).intersection(NumberSet(fresh...UInt32.max))
  }

  /// Whether all that waits to be confirmed are numbers that the reader refuses to list.
  var isOnlyRefusedUnconfirmed: Bool {
    !reading.refused.isEmpty && numbers.count(.unconfirmed) > 0
      && numbers.numbers(.unconfirmed).subtracting(reading.refused).isEmpty
  }

  // MARK: What happens

  /// What the store holds, and the rows that still wait for it.
  mutating func take(
    _ contents: FileContents, waiting: [KeptPassing], zones: ZoneLookup, at now: MonotonicTime
  ) {
    let isFirst = !isOpened
    isOpened = true
    var (stored, unconfirmed, lost) = (contents.stored, contents.unconfirmed, contents.lost)
    for row in waiting {
      let number = row.passing.number
      lost.remove(number)
      switch row.trust {
      case .confirmed: unconfirmed.remove(number)
      case .unconfirmed: if !stored.contains(number) { unconfirmed.insert(number) }
      case .believed, .released: break
      }
      stored.insert(number)
    }
    numbers.reopen(stored: stored, unconfirmed: unconfirmed, lost: lost)
    noteWaiting(at: now)
    if isFirst || moments.settling == .done, let last = contents.last { moments.learn(last, zones: zones) }
    if moments.settling == .done { moments.settling = nil }
    guard isFirst else { return }
    counting.noted = contents.summary.readerCount
    if let last = contents.last { believing.expect(behind: last.passing.number) }
    if comparison.isUnderWay { compare() }
  }

  /// Something has happened to numbers that wait for the reader's memory, or do so now.
  mutating func note(_ event: NumberEvent, _ numbers: NumberSet, at now: MonotonicTime) {
    self.numbers.note(event, numbers)
    noteWaiting(at: now)
  }

  /// The same of all.
  mutating func noteAll(_ event: NumberEvent, at now: MonotonicTime) {
    numbers.noteAll(event)
    noteWaiting(at: now)
  }

  /// Nothing is pushed of it any more.
  mutating func endPushing(at now: MonotonicTime) {
    numbers.endPushing()
    noteWaiting(at: now)
  }

  private mutating func noteWaiting(at now: MonotonicTime) {
    if numbers.count(.unconfirmed) == 0 {
      unconfirmedSince = nil
    } else if unconfirmedSince == nil {
      unconfirmedSince = now
    }
  }

  /// A copy of a frame to hold the reader's memory against. Where there are too many, those of the lowest numbers stay:
  /// they are asked for first.
  mutating func remember(_ passing: Passing) {
    if copies.count >= OpenFile.copyLimit {
      let expected = expected
      copies = copies.filter { expected.contains($0.key) }
      if copies.count >= OpenFile.copyLimit * 3 / 4 {
        let end = copies.keys.sorted()[OpenFile.copyLimit / 2]
        copies = copies.filter { $0.key < end }
      }
    }
    copies[passing.number] = passing
  }

  /// Whether a frame of a list proves itself: it came before, and nothing else is stored; or so often that it overrides what
  /// is.
  func isProven(_ passing: Passing) -> Bool {
    reading.records[passing.number]?.isProven(by: passing)
      ?? (copies[passing.number] == passing && !numbers[passing.number].isStored)
  }

  /// A list has given a passing, which goes to the store: it says whether that came before.
  mutating func inquire(_ number: UInt32, at now: MonotonicTime) {
    reading.inquired.insert(number)
    numbers.note(.received, number)
    noteWaiting(at: now)
  }

  /// The reader's memory has confirmed a passing, and the store has it.
  mutating func confirm(_ passing: Passing, at now: MonotonicTime) {
    let number = passing.number
    numbers.note(.confirmed, number)
    reading.confirm(number)
    copies[number] = nil
    moments.confirm(passing, of: name)
    believing.confirm(passing)
    if unconfirmedSince != nil { unconfirmedSince = numbers.count(.unconfirmed) == 0 ? nil : now }
    if reading.isSeekingEnd { counting.reach(number) }
  }

  /// A list gave a passing otherwise than it is stored.
  /// - Returns: whether its record is given up: it comes in another way each time, and what is stored stays as it is.
  mutating func contradict(_ passing: Passing, at now: MonotonicTime) -> Bool {
    numbers.note(.doubted, passing.number)
    guard reading.contradict(passing, needed, at: now) else { return false }
    numbers.note(.givenUp, passing.number)
    noteWaiting(at: now)
    return true
  }

  /// The reader refuses a list.
  mutating func refuse(_ range: ClosedRange<UInt32>, at now: MonotonicTime) -> RangeReader.Refusal {
    let file = self
    return reading.refuse(range, file.needed, at: now) {
      file.nextSlice(by: $0, atMost: RangeReader.largest, at: nil) != nil
    }
  }

  /// The reader has told its count.
  mutating func counted(_ told: UInt32, at now: MonotonicTime) {
    guard let proven = counting.tell(told, stored: numbers.lastStored, at: now) else { return }
    believing.expect(behind: proven)
    if !counting.isOpen { numbers.noteAll(.gapCounted) }
  }

  /// The reader does not tell its count: lists find the end.
  mutating func seekEnd(at now: MonotonicTime) {
    counting.assume(numbers.lastStored ?? 0, at: now)
    numbers.noteAll(.gapCounted)
    reading.isSeekingEnd = true
  }

  /// The passing that was believed last, when it stands right in front of a gap, is to be compared: two frames that the
  /// line cut may have become one that looks whole. It is asked for along with the gap, once that is counted.
  mutating func compareInFront(of number: UInt32) {
    guard let last = believing.lastPushed?.number, Believing.after(last) == number else { return }
    numbers.note(.inFrontOfGap, last)
  }

  /// Numbers that the memory does not have.
  /// - Returns: those that are lost: the reader counts them, and they are not stored.
  mutating func settle(_ absent: NumberSet, at now: MonotonicTime) -> NumberSet {
    let counted = absent.intersection(NumberSet(0...(count ?? 0)))
    let lost = counted.subtracting(numbers.stored)
    numbers.note(.notThere(isCounted: true), counted)
    note(.notThere(isCounted: false), absent.subtracting(counted), at: now)
    return lost
  }

  /// Everything is to be compared.
  mutating func compare() {
    comparison.begin()
    reading.restart()
    numbers.noteAll(.audited)
  }
}

/// The comparison of a whole session file with the reader's memory.
struct FileComparison: Sendable {
  /// All is being compared.
  private(set) var isUnderWay = false
  /// A person wants to be told what was found.
  var isAsked = false
  /// Where the reader's memory said otherwise than what was stored.
  var differences = 0

  /// It is wanted, and begins once the store has told what it holds.
  mutating func want() { isUnderWay = true }

  mutating func begin() {
    isUnderWay = true
    differences = 0
  }

  mutating func end() {
    isUnderWay = false
    isAsked = false
  }
}
