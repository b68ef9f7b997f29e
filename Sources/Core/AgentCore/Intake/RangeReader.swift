import One4AllProtocol

/// How the reader's memory of one session file is read: which numbers are asked for next, and what is done about those that
/// it does not give.
///
/// A list ends clean, or damaged, or is refused, which being silent is as well. What a list without damage does not give is
/// noted; a list that came damaged or was refused is asked for in ever smaller parts, until a number stands alone
/// (`BadRecord`), and while others are to be asked for it is deferred. How often that is done, `Inquiry` says.
struct RangeReader: Sendable {
  /// Most numbers in a list, and the fewest after lists that came damaged.
  static let largest = 100
  static let smallest = 10
  /// Numbers that need not be asked but lie between others that must: asking them costs less than another command.
  private static let smallestHole: UInt32 = 8
  /// How long what the memory does not have yet is not asked for.
  private static let memoryPause = Duration.seconds(1)
  /// Most ranges that are deferred.
  private static let mostDeferred = 64

  /// Most numbers in the next list.
  private var limit = RangeReader.largest
  private var attempts = Attempts()
  /// Lists in a row that gave nothing new.
  private(set) var fruitless = 0
  /// Numbers that do not come as they should.
  private(set) var records: [UInt32: BadRecord] = [:]
  /// Numbers that the reader refuses to list.
  private(set) var refused = NumberSet()
  /// The reader has listed some of it since it last refused all that it was asked for.
  private var hasListed = false
  /// It does not list this file: it is not asked before then.
  var blockedUntil: MonotonicTime?
  /// Numbers that are left out of the lists until then, so that others do not wait behind them.
  private var deferred: [(range: ClosedRange<UInt32>, until: MonotonicTime)] = []
  /// Numbers that one clean list did not give, or whose record cannot be read, and when the first of them was missed, since
  /// when no count was told.
  private(set) var missed = NumberSet()
  private var missedAt: MonotonicTime?
  /// Numbers of lists that are not taken before the reader has named its file.
  var unverified = NumberSet()
  /// Numbers that lists have given, and about which the store has not said yet whether it has the same.
  var inquired = NumberSet()
  /// The count is not told: lists find the end.
  var isSeekingEnd = false
  /// Held passings were asked for last, where others were missing as well.
  var wasHeldLast = false

  /// A reader is there anew: nothing is deferred any more.
  mutating func reconnected() {
    blockedUntil = nil
    attempts.reset(.list)
    fruitless = 0
    deferred = []
  }

  /// Everything is to be compared.
  mutating func restart() {
    isSeekingEnd = false
    missed = NumberSet()
  }

  // MARK: What is asked for next

  /// Of numbers those that may be asked for now.
  func askable(_ numbers: NumberSet) -> NumberSet {
    var numbers = numbers.subtracting(unverified)
    numbers.subtract(inquired)
    for part in deferred { numbers.remove(part.range) }
    return numbers
  }

  /// The lowest of those numbers, as a list is asked for; nil when there are none.
  func first(of needed: NumberSet, atMost largest: Int) -> ClosedRange<UInt32>? {
    guard let first = needed.first else { return nil }
    let end = UInt32(min(UInt64(first) + UInt64(min(limit, largest)) - 1, UInt64(UInt32.max)))
    // What is deferred is not asked along with others.
    let hole = deferred.isEmpty ? RangeReader.smallestHole : 0
    var last = first
    for range in needed.ranges {
      guard range.lowerBound <= end, range.lowerBound == first || range.lowerBound - last <= hole
      else { break }
      last = min(range.upperBound, end)
    }
    return first...last
  }

  /// The numbers behind that one, where the end is sought; nil when it is not, or not now.
  func behind(_ count: UInt32, atMost largest: Int) -> ClosedRange<UInt32>? {
    guard isSeekingEnd, unverified.isEmpty, inquired.isEmpty else { return nil }
    let start = Believing.after(count)
    guard !isDeferred(start) else { return nil }
    return start...(start + UInt32(min(min(limit, largest), Int(UInt32.max - start))))
  }

  /// Whether a number that is only compared may be asked for along with those behind it. Not while it is sought which
  /// numbers the reader refuses.
  func mayAskAlong(_ number: UInt32) -> Bool {
    limit >= RangeReader.smallest && !unverified.contains(number) && !inquired.contains(number)
      && !isDeferred(number)
  }

  private func isDeferred(_ number: UInt32) -> Bool { deferred.contains { $0.range.contains(number) } }

  /// When numbers that are deferred may be asked for again; nil while there are none.
  var deferredUntil: MonotonicTime? { deferred.lazy.map(\.until).min() }

  private mutating func deferAsking(_ range: ClosedRange<UInt32>, until: MonotonicTime) {
    if deferred.count >= RangeReader.mostDeferred { deferred.removeFirst() }
    deferred.append((range, until))
  }

  /// Numbers that were deferred long enough may be asked for again.
  mutating func endDeferring(at now: MonotonicTime) {
    if let deferredUntil, deferredUntil <= now { deferred.removeAll { $0.until <= now } }
  }

  /// The reader's memory is behind: from that number on nothing is asked for a while.
  mutating func awaitMemory(from number: UInt32, at now: MonotonicTime) {
    deferred.removeAll { $0.range.upperBound == .max }
    deferAsking(number...UInt32.max, until: now + RangeReader.memoryPause)
  }

  // MARK: Lists that came

  /// A list came to its end: the reader lists.
  mutating func listed(_ range: ClosedRange<UInt32>) {
    attempts.reset(.list)
    attempts.reset(.anyList)
    hasListed = true
    if !refused.isEmpty { refused.remove(range) }
  }

  /// A list was taken.
  /// - Parameter isProgress: it gave something new, or had no damage.
  mutating func took(_ slice: Slice, isProgress: Bool) {
    fruitless = isProgress ? 0 : fruitless + 1
    limit =
      slice.isClean
      ? min(RangeReader.largest, limit * 2) : max(min(RangeReader.smallest, limit), limit / 2)
  }

  /// Notes what came in place of numbers in a list that ended properly.
  /// - Parameter count: how many the reader counts.
  /// - Returns: those whose record cannot be read, and how many there are at least when that ends the search for the end.
  mutating func note(_ slice: Slice, _ given: NumberSet, _ needed: NumberSet, count: UInt32) -> (
    unreadable: NumberSet, reached: UInt32?
  ) {
    let first = slice.range.lowerBound
    // A record behind all that is counted.
    let isBehind = isSeekingEnd && slice.frames.isEmpty && first > count
    guard slice.isEnded, slice.range.count <= RangeReader.smallest || isBehind else {
      return (NumberSet(), nil)
    }
    var absent = given.missing(in: slice.range).intersection(needed)
    if isBehind { absent.insert(first) }
    var unreadable = NumberSet()
    for number in absent.ranges.joined() {
      guard watch(number, needed) else { break }
      records[number]?.add(slice.damage)
      if records[number]?.isUnreadable == true { unreadable.insert(number) }
    }
    guard isBehind, unreadable.contains(first) else { return (unreadable, nil) }
    // The beginning of a record, or nothing of the file at all.
    let start = Array("\(first);".utf8)
    if records[first]?.damage.contains(where: { $0.starts(with: start) }) == true {
      return (unreadable, first)
    }
    isSeekingEnd = false
    return (unreadable, nil)
  }

  /// Whether there is room to watch a number's record.
  private mutating func watch(_ number: UInt32, _ needed: NumberSet) -> Bool {
    if records[number] != nil { return true }
    if records.count >= BadRecord.capacity { records = records.filter { needed.contains($0.key) } }
    guard records.count < BadRecord.capacity else { return false }
    records[number] = BadRecord()
    return true
  }

  /// Others first, when a list with damage has brought nothing again.
  /// - Returns: how long nothing is asked for; nil when the list has brought something.
  mutating func giveWay(after slice: Slice, at now: MonotonicTime) -> Duration? {
    guard fruitless > 0 else { return nil }
    let known = records.filter { slice.range.contains($0.key) }.values.map(\.tries).max() ?? 0
    let tries = max(min(known, 9), min(fruitless, 6))
    if tries > 1 { deferAsking(slice.range, until: now + .milliseconds(100 << Int64(tries))) }
    // On a line on which nothing comes whole the next numbers wait, too.
    return .milliseconds(100 << Int64(min(fruitless, tries > 1 ? 3 : 6)))
  }

  /// Whether those bytes are what the reader's memory has in place of a number of that list.
  func isKnown(_ bytes: [UInt8], in slice: Slice) -> Bool {
    let damage = Slice.damage(bytes)
    return records.contains { number, record in
      slice.range.contains(number) && record.same >= BadRecord.knownFrom && record.damage.contains(damage)
    }
  }

  /// Numbers that a clean list did not give, or whose record cannot be read.
  /// - Parameter countedAt: when the count was last told; nil for never. The reader tells once more how many it has before
  ///   any are called absent.
  /// - Returns: those of which that is so a second time; nil when the count is to be told first.
  mutating func miss(_ absent: NumberSet, countedAt: MonotonicTime?, isEmpty: Bool, at now: MonotonicTime)
    -> NumberSet?
  {
    let again = absent.intersection(missed)
    missed.formUnion(absent)
    guard let missedAt, let countedAt, countedAt > missedAt || isEmpty else {
      if self.missedAt == nil { self.missedAt = now }
      return nil
    }
    missed.subtract(again)
    if missed.isEmpty { self.missedAt = nil }
    for number in records.keys where again.contains(number) { records[number]?.tries = 0 }
    return again
  }

  /// The memory has confirmed a number.
  mutating func confirm(_ number: UInt32) {
    missed.remove(number)
    records[number] = nil
  }

  /// A list gave a passing otherwise than it is stored.
  /// - Returns: whether its record is given up: it comes in another way each time.
  mutating func contradict(_ passing: Passing, _ needed: NumberSet, at now: MonotonicTime) -> Bool {
    let number = passing.number
    guard watch(number, needed) else { return false }
    records[number]?.contradict(passing)
    guard let record = records[number] else { return false }
    if record.isEverChanging {
      records[number] = nil
      return true
    }
    if let pause = record.contradictionPause { deferAsking(number...number, until: now + pause) }
    return false
  }

  // MARK: Lists that are refused

  /// What is done about a refusal.
  enum Refusal: Sendable {
    /// The same, or a part of it, is asked for again.
    case again
    /// The numbers wait, and others come first.
    case deferred
    /// The reader lists nothing: it is not asked for a while, and then other numbers come first.
    case everything
    /// A number has been refused by itself for long enough.
    case givenUp(UInt32)
  }

  /// The current file is refused by its name.
  /// - Returns: whether that was often enough to ask in another way.
  mutating func isRefusedByName() -> Bool {
    attempts[.list] += 1
    guard attempts[.list] >= Inquiry.currentByName.limit.attempts else { return false }
    attempts.reset(.list)
    return true
  }

  /// The reader refuses a list, or does not answer.
  /// - Parameters:
  ///   - needed: what is wanted of the file.
  ///   - isMore: whether there would be other numbers to ask for.
  mutating func refuse(
    _ range: ClosedRange<UInt32>, _ needed: NumberSet, at now: MonotonicTime, isMore: (RangeReader) -> Bool
  ) -> Refusal {
    guard attempts.fail(.list) else { return .again }
    // A reader that lists others refuses these: the half of them shows which it means.
    if hasListed, range.count > 1 {
      limit = range.count / 2
      // It has said so often enough: once is enough for each part.
      attempts[.list] = Inquiry.list.limit.attempts - 1
      return .again
    }
    attempts.reset(.list)
    if !hasListed || !NumberSet(range).subtracting(refused).isEmpty { attempts[.anyList] += 1 }
    refused = refused.intersection(needed)
    refused.insert(range)
    deferAsking(range, until: now + Inquiry.list.limit.rest)
    let isMore = isMore(self)
    if attempts.isOver(.anyList) || !hasListed && !isMore {
      attempts.reset(.anyList)
      hasListed = false
      blockedUntil = now + Inquiry.anyList.limit.rest
      if isMore {
        for index in deferred.indices { deferred[index].until = now + Inquiry.anyList.limit.rest * 2 }
      }
      return .everything
    }
    let number = range.lowerBound
    if range.count == 1, watch(number, needed) {
      records[number]?.refusals += 1
      if records[number]?.isRefused == true { return .givenUp(number) }
    }
    return .deferred
  }

  /// A number is not asked for any more, as it is refused.
  mutating func giveUp(_ number: UInt32) { refused.remove(number) }
}
