import One4AllProtocol

/// A number whose frame does not come as it should in lists that end properly.
///
/// What the line damages comes another time in another way. What comes in its place again and again, byte for byte, is
/// what the reader's memory has: half a line, written as the power went.
struct Spoilt: Sendable {
  /// So many lists in which the same came in a frame's place show a record that cannot be read.
  static let limit = 5
  /// From so many on it is not taken for damage of the line any more.
  static let knownFrom = 2
  /// Most numbers of a file that are watched at a time.
  static let capacity = 512

  /// Lists that did not give it.
  var tries = 0
  /// Those of them, up to the last one, in which the same came.
  var same = 0
  /// That.
  var damage: Set<[UInt8]> = []

  /// Whether its record cannot be read.
  var isUnreadable: Bool { same >= Spoilt.limit }

  /// One more list has not given it.
  mutating func add(_ other: Set<[UInt8]>) {
    tries += 1
    let common = damage.intersection(other)
    same = common.isEmpty ? (other.isEmpty ? 0 : 1) : same + 1
    damage = common.isEmpty ? other : common
  }
}

/// Numbers that are left out of the slices until then.
struct Aside: Sendable {
  /// Most ranges of a file.
  static let capacity = 64

  let range: ClosedRange<UInt32>
  var until: MonotonicTime
}

// Which numbers the reader's memory is asked for next.
extension OpenFile {
  /// How long what the memory does not have yet is not asked for.
  private static let memoryPause = Duration.seconds(1)

  /// The next numbers to ask, but for those that are held; nil when there are none.
  var nextSlice: ClosedRange<UInt32>? { nextSlice(atMost: OpenFile.largestSlice, at: nil) }

  /// What is missing comes before what is only compared, and takes turns with what is held.
  /// - Parameters:
  ///   - largest: most numbers to ask.
  ///   - now: nil leaves out what is held.
  func nextSlice(atMost largest: Int, at now: MonotonicTime?) -> ClosedRange<UInt32>? {
    let limit = min(sliceLimit, largest)
    let held = askableHeld(at: now)
    if !isNeedy && !isProbing && held.isEmpty { return nil }
    let missing = isMissing ? askable(self.missing) : NumberSet()
    let isHeldsTurn = !held.isEmpty && (missing.isEmpty || !wasHeldLast)
    let needed = isHeldsTurn ? held : missing.isEmpty ? askable(numbers.toAsk) : missing
    guard let first = needed.first else {
      guard isProbing, unverified.isEmpty, inquired.isEmpty else { return nil }
      let start = Believing.after(count ?? 0)
      guard !isAside(start) else { return nil }
      return start...(start + UInt32(min(limit, Int(UInt32.max - start))))
    }
    let end = UInt32(min(UInt64(first) + UInt64(limit) - 1, UInt64(UInt32.max)))
    // What is set aside is not asked along with others.
    let hole = aside.isEmpty ? OpenFile.smallestHole : 0
    var last = first
    for range in needed.ranges {
      guard range.lowerBound <= end, range.lowerBound == first || range.lowerBound - last <= hole
      else { break }
      last = min(range.upperBound, end)
    }
    return (isFrontAsked(of: first) ? first - 1 : first)...last
  }

  /// Whether the number in front of those that are asked for is asked along with them, because it is to be compared. Not
  /// while it is sought which numbers the reader refuses.
  private func isFrontAsked(of first: UInt32) -> Bool {
    guard first > 1, sliceLimit >= OpenFile.smallestSlice else { return false }
    let front = first - 1
    return numbers[front].isToAsk && !unverified.contains(front) && !inquired.contains(front)
      && !isAside(front)
  }

  /// Those that are held, once they may be asked for.
  private func askableHeld(at now: MonotonicTime?) -> NumberSet {
    guard let now, let dueAt = numbers.holding.dueAt, dueAt <= now else { return NumberSet() }
    return askable(numbers.numbers(.held))
  }

  /// Of numbers that a list did not give, those that are so new that the reader's memory may not have them yet.
  func tooNew(_ numbers: NumberSet, at now: MonotonicTime) -> NumberSet {
    guard !numbers.isEmpty, let fresh = self.numbers.holding.fresh(at: now) else { return NumberSet() }
    var unseen = missing
    unseen.formUnion(self.numbers.numbers(.held))
    unseen.formUnion(self.numbers.numbers(.sentAhead))
    return numbers.intersection(unseen).intersection(NumberSet(fresh...UInt32.max))
  }

  /// The reader's memory is behind: from that number on nothing is asked for a while.
  mutating func awaitMemory(from number: UInt32, at now: MonotonicTime) {
    aside.removeAll { $0.range.upperBound == .max }
    setAside(number...UInt32.max, until: now + OpenFile.memoryPause)
  }

  private func askable(_ numbers: NumberSet) -> NumberSet {
    var numbers = numbers.subtracting(unverified)
    numbers.subtract(inquired)
    for aside in aside { numbers.remove(aside.range) }
    return numbers
  }

  private func isAside(_ number: UInt32) -> Bool { aside.contains { $0.range.contains(number) } }

  /// When numbers that are set aside may be asked for again; nil while there are none.
  var asideUntil: MonotonicTime? { aside.lazy.map(\.until).min() }

  mutating func setAside(_ range: ClosedRange<UInt32>, until: MonotonicTime) {
    if aside.count >= Aside.capacity { aside.removeFirst() }
    aside.append(Aside(range: range, until: until))
  }

  /// Numbers that have been set aside long enough may be asked for again.
  mutating func endAside(at now: MonotonicTime) {
    if let asideUntil, asideUntil <= now { aside.removeAll { $0.until <= now } }
  }

  /// Notes what came in place of numbers in a list that ended properly.
  /// - Returns: those whose record cannot be read.
  mutating func note(_ slice: Slice, _ given: NumberSet, _ needed: NumberSet) -> NumberSet {
    // A record behind all that is counted.
    let isBehind = isProbing && slice.frames.isEmpty && slice.range.lowerBound > count ?? 0
    guard slice.isEnded, slice.range.count <= OpenFile.smallestSlice || isBehind else { return NumberSet() }
    var absent = given.missing(in: slice.range).intersection(needed)
    if isBehind { absent.insert(slice.range.lowerBound) }
    var unreadable = NumberSet()
    for number in absent.ranges.joined() {
      if spoilt[number] == nil, spoilt.count >= Spoilt.capacity {
        spoilt = spoilt.filter { needed.contains($0.key) }
        if spoilt.count >= Spoilt.capacity { break }
      }
      spoilt[number, default: Spoilt()].add(slice.damage)
      if spoilt[number]?.isUnreadable == true { unreadable.insert(number) }
    }
    if isBehind, unreadable.contains(slice.range.lowerBound) { endProbing(at: slice.range.lowerBound) }
    return unreadable
  }

  /// What stands behind all that is counted cannot be read: the beginning of a record, or nothing of the file at all.
  private mutating func endProbing(at number: UInt32) {
    let start = Array("\(number);".utf8)
    if spoilt[number]?.damage.contains(where: { $0.starts(with: start) }) == true {
      count = number
    } else {
      isProbing = false
    }
  }

  /// Others first, when a list with damage has brought nothing again.
  /// - Returns: whether its numbers are set aside.
  mutating func giveWay(after slice: Slice, at now: MonotonicTime) -> Bool {
    let known = spoilt.filter { slice.range.contains($0.key) }
    let tries = max(min(known.values.map(\.tries).max() ?? 0, 9), min(failures, 6))
    guard failures > 0, tries > 1 else { return false }
    setAside(slice.range, until: now + .milliseconds(100 << Int64(tries)))
    return true
  }

  /// Whether those bytes are what the reader's memory has in place of a number of that list.
  func isKnown(_ bytes: [UInt8], in slice: Slice) -> Bool {
    let damage = Slice.damage(bytes)
    return spoilt.contains { number, spoilt in
      slice.range.contains(number) && spoilt.same >= Spoilt.knownFrom && spoilt.damage.contains(damage)
    }
  }
}

// Lists that the reader refuses.
extension OpenFile {
  /// How long numbers are not asked for that the reader refuses to list.
  static let refusedPause = Duration.seconds(60)
  /// After so many rounds a number that it refuses by itself is not asked for any more.
  private static let refusedRounds = 5
  /// So many different lists refused, one after another, are a reader that lists nothing.
  private static let refusedLimit = 3

  /// A list came to its end: the reader lists.
  mutating func listed(_ range: ClosedRange<UInt32>) {
    refusals = 0
    hasListed = true
    refusedLists = 0
    if !refused.isEmpty { refused.remove(range) }
  }

  /// A reader that lists others refuses these: the half of them is asked for, to find out which it means.
  /// - Returns: false when they cannot be halved, or it may be refusing everything.
  mutating func halve(_ range: ClosedRange<UInt32>) -> Bool {
    guard hasListed, range.count > 1 else { return false }
    sliceLimit = range.count / 2
    // It has said so often enough: once is enough for each part.
    refusals = 2
    return true
  }

  /// The reader refuses these numbers: others first.
  /// - Returns: whether it refuses everything. Then nothing is asked for a while, and afterwards others first.
  mutating func refuse(_ range: ClosedRange<UInt32>, at now: MonotonicTime) -> Bool {
    refusals = 0
    if !hasListed || !NumberSet(range).subtracting(refused).isEmpty { refusedLists += 1 }
    refused = refused.intersection(needed)
    refused.insert(range)
    setAside(range, until: now + OpenFile.refusedPause)
    let isMoreToAsk = nextSlice != nil
    guard refusedLists >= OpenFile.refusedLimit || !hasListed && !isMoreToAsk else { return false }
    refusedLists = 0
    hasListed = false
    blockedUntil = now + OpenFile.refusedPause
    if isMoreToAsk {
      for index in aside.indices { aside[index].until = now + OpenFile.refusedPause * 2 }
    }
    return true
  }

  /// A number is refused by itself.
  /// - Returns: whether that has been so for long enough: it is asked for no more.
  mutating func isGivenUp(_ number: UInt32) -> Bool {
    if refusedTimes.count >= Spoilt.capacity { refusedTimes = [:] }
    refusedTimes[number, default: 0] += 1
    return refusedTimes[number, default: 0] >= OpenFile.refusedRounds
  }

  /// Whether all that waits to be confirmed are numbers that the reader refuses to list.
  var isOnlyRefusedUnconfirmed: Bool {
    !refused.isEmpty && numbers.count(.unconfirmed) > 0
      && numbers.numbers(.unconfirmed).subtracting(refused).isEmpty
  }
}
