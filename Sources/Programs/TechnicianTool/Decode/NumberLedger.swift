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
  /// The number farthest in the direction in which they go, and its time.
  private var farthest: (number: UInt32, time: Int64)?
  /// When number 1 was.
  private var timeOfFirst: Int64?

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

  init(isNewestFirst: Bool) { self.isNewestFirst = isNewestFirst }

  /// Takes the next number of the recording.
  /// - Parameter time: of the passing by the reader's clock, milliseconds.
  /// - Returns: whether the numbering began anew with it.
  mutating func take(_ number: UInt32, at time: Int64) -> Bool {
    defer {
      note(number)
      if number == 1 { timeOfFirst = time }
    }
    guard let farthest else {
      self.farthest = (number, time)
      return false
    }
    let goesOn = isNewestFirst ? number < farthest.number : number > farthest.number
    if goesOn {
      self.farthest = (number, time)
      return false
    }
    guard number != farthest.number, isNewSession(number, at: time, after: farthest) else { return false }
    endSession()
    restarts += 1
    self.farthest = (number, time)
    return true
  }

  /// The recording has ended.
  mutating func finish() { endSession() }

  /// A number that goes against the direction while time does not is of another session, unless both may be disorder.
  /// So is a number 1 at another time than the first one: a passing that was fetched again has its time.
  private func isNewSession(_ number: UInt32, at time: Int64, after farthest: (number: UInt32, time: Int64))
    -> Bool
  {
    let elapsed = isNewestFirst ? farthest.time - time : time - farthest.time
    if number == 1, let timeOfFirst, timeOfFirst != time { return true }
    guard elapsed >= 0 else { return false }
    let step = isNewestFirst ? number - farthest.number : farthest.number - number
    let first = isNewestFirst ? farthest.number : number
    return first == 1 || step > Self.disorder || elapsed > Self.timeDisorder
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
    timeOfFirst = nil
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
