import AgentCore

/// Holds the running numbers of a recording against each other: gaps, repetitions, and where the numbering began anew.
struct NumberLedger {
  /// Numbers assigned at nearly the same moment may come in the wrong order by so many.
  private static let disorder: UInt32 = 64
  /// And their times by so many milliseconds.
  private static let timeDisorder: Int64 = 300_000

  /// Whether numbers fall, as in the cloud's export.
  private let isNewestFirst: Bool
  private var session = SpreadingNumbers()
  private var repeated = SpreadingNumbers()
  private var times: NumberTimes

  /// How many numbers are missing, with them as a person reads them, session by session.
  private(set) var missingCount = 0
  private(set) var missingTexts: [String] = []
  private(set) var restarts = 0
  /// How often a number came again, with the numbers as a person reads them, session by session.
  private(set) var repeatedCount = 0
  private(set) var repeatedTexts: [String] = []
  /// The lowest and the highest number of each session, the first few of them.
  private(set) var spans: [ClosedRange<UInt32>] = []

  /// Sessions, and ranges of a session, that are told.
  private static let told = 8

  init(isNewestFirst: Bool) {
    self.isNewestFirst = isNewestFirst
    times = NumberTimes(isFalling: isNewestFirst)
  }

  /// Takes the next number of the recording.
  /// - Parameter time: of the passing by the reader's clock, milliseconds.
  /// - Returns: whether the numbering began anew with it.
  mutating func take(_ number: UInt32, at time: Int64) -> Bool {
    let farthest = times.farthest
    let goesOn = farthest.map { isNewestFirst ? number < $0.number : number > $0.number } ?? true
    var isNew = false
    if !goesOn, let farthest { isNew = isNewSession(number, at: time, after: farthest) }
    if isNew {
      endSession()
      restarts += 1
    }
    if goesOn || isNew { times.append(number, time) } else { times.insert(number, time) }
    note(number)
    return isNew
  }

  /// The recording has ended.
  mutating func finish() { endSession() }

  /// Whether a number that goes against the direction is of another session.
  ///
  /// - A passing that was fetched again has its time, and one that was fetched late has a time between those of its
  ///   neighbours. The last number once more is a correction.
  /// - A number 1 at another time than the first one is of another session.
  /// - So is a number while time goes on, unless both may be disorder.
  /// - Time may go back where a session begins, when the clock was set back. Then its number has another time already,
  ///   or is far from the last one, and its time is far from those of its neighbours. Near them it is a passing that was
  ///   first heard wrong.
  private func isNewSession(_ number: UInt32, at time: Int64, after farthest: (number: UInt32, time: Int64))
    -> Bool
  {
    let known = times.time(of: number)
    if known == time { return false }
    if known != nil, number == 1 { return true }
    let neighbours = times.neighbours(of: number)
    guard number != farthest.number, !Self.isBetween(neighbours, time) else { return false }
    let elapsed = isNewestFirst ? farthest.time - time : time - farthest.time
    let step = isNewestFirst ? number - farthest.number : farthest.number - number
    guard elapsed < 0 else {
      let first = isNewestFirst ? farthest.number : number
      return first == 1 || step > Self.disorder || elapsed > Self.timeDisorder
    }
    return (known != nil || step > Self.disorder)
      && !Self.isNear((neighbours.lower ?? known, neighbours.upper ?? known), time)
  }

  private static func isBetween(_ neighbours: (lower: Int64?, upper: Int64?), _ time: Int64) -> Bool {
    guard let lower = neighbours.lower, let upper = neighbours.upper else { return false }
    if lower <= upper { return lower...upper ~= time }
    // Between the two the clock ran back, as it does where summer time ends.
    return lower > upper + timeDisorder && (time >= lower || time <= upper)
  }

  private static func isNear(_ neighbours: (lower: Int64?, upper: Int64?), _ time: Int64) -> Bool {
    (neighbours.lower.map { time >= $0 - timeDisorder } ?? true)
      && (neighbours.upper.map { time <= $0 + timeDisorder } ?? true)
  }

  private mutating func note(_ number: UInt32) {
    if session.contains(number) {
      repeated.insert(number)
      repeatedCount += 1
    } else {
      session.insert(number)
    }
  }

  private mutating func endSession() {
    let session = session.all
    let repeated = repeated.all
    if let first = session.first, let last = session.last {
      if spans.count < Self.told { spans.append(first...last) }
      let missing = session.missing(in: first...last)
      missingCount += missing.count
      if !missing.isEmpty, missingTexts.count < Self.told {
        missingTexts.append(missing.text(limit: Self.told))
      }
    }
    if !repeated.isEmpty, repeatedTexts.count < Self.told {
      repeatedTexts.append(repeated.text(limit: Self.told))
    }
    self.session = SpreadingNumbers()
    self.repeated = SpreadingNumbers()
    times = NumberTimes(isFalling: isNewestFirst)
  }
}

/// The times of a session's numbers. Those that go on in its direction are in order; the few others are in a table.
private struct NumberTimes {
  private let isFalling: Bool
  private var numbers: [UInt32] = []
  private var times: [Int64] = []
  private var others: [UInt32: Int64] = [:]

  init(isFalling: Bool) { self.isFalling = isFalling }

  /// The number farthest in the direction, and its time.
  var farthest: (number: UInt32, time: Int64)? {
    guard let number = numbers.last, let time = times.last else { return nil }
    return (number, time)
  }

  /// Adds a number beyond the farthest.
  mutating func append(_ number: UInt32, _ time: Int64) {
    numbers.append(number)
    times.append(time)
  }

  /// Adds any number; its first time stays.
  mutating func insert(_ number: UInt32, _ time: Int64) {
    if self.time(of: number) == nil { others[number] = time }
  }

  func time(of number: UInt32) -> Int64? {
    let place = place(of: number)
    return place < numbers.count && numbers[place] == number ? times[place] : others[number]
  }

  /// The times of the numbers next to one, of those in order.
  func neighbours(of number: UInt32) -> (lower: Int64?, upper: Int64?) {
    let place = place(of: number)
    let isThere = place < numbers.count && numbers[place] == number
    let behind = isThere ? place + 1 : place
    let before = place > 0 ? times[place - 1] : nil
    let after = behind < times.count ? times[behind] : nil
    return isFalling ? (after, before) : (before, after)
  }

  /// How many of those in order come before a number.
  private func place(of number: UInt32) -> Int {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      let isBefore = isFalling ? numbers[middle] > number : numbers[middle] < number
      if isBefore { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Numbers that mostly go up or mostly down, with gaps: a `NumberSet` is quick at its end only, so those below the
/// first one are kept mirrored.
private struct SpreadingNumbers {
  private var middle: UInt32?
  private var upper = NumberSet()
  private var mirroredLower = NumberSet()

  func contains(_ number: UInt32) -> Bool {
    isUpper(number) ? upper.contains(number) : mirroredLower.contains(.max - number)
  }

  mutating func insert(_ number: UInt32) {
    if middle == nil { middle = number }
    if isUpper(number) { upper.insert(number) } else { mirroredLower.insert(.max - number) }
  }

  var all: NumberSet {
    var numbers = NumberSet()
    for range in mirroredLower.ranges.reversed() {
      numbers.insert(UInt32.max - range.upperBound...UInt32.max - range.lowerBound)
    }
    numbers.formUnion(upper)
    return numbers
  }

  private func isUpper(_ number: UInt32) -> Bool { middle.map { number >= $0 } ?? true }
}
