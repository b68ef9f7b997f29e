/// Holds the running numbers of a recording against each other: gaps, repetitions, and where the numbering began anew.
struct NumberLedger {
  /// Numbers assigned at nearly the same moment may come in the wrong order by so many.
  private static let disorder: UInt32 = 64
  /// And their times by so many milliseconds.
  private static let timeDisorder: Int64 = 300_000

  /// Whether numbers fall, as in the cloud's export.
  private let isNewestFirst: Bool
  private var session = NumberRuns()
  /// The number farthest in the direction in which they go, and its time.
  private var farthest: (number: UInt32, time: Int64)?

  private(set) var missing = NumberList()
  private(set) var restarts = 0
  /// How many numbers came again, with them as a person reads them; nil when none did.
  private(set) var repeatedCount: UInt64 = 0
  private(set) var repeatedTexts: [String] = []
  /// The lowest and the highest number of each session, the first few of them.
  private(set) var spans: [ClosedRange<UInt32>] = []

  private static let spansKept = 4

  init(isNewestFirst: Bool) { self.isNewestFirst = isNewestFirst }

  /// Takes the next number of the recording.
  /// - Parameter time: of the passing, on any scale of milliseconds that does not run back.
  /// - Returns: whether the numbering began anew with it.
  mutating func take(_ number: UInt32, at time: Int64) -> Bool {
    defer { session.insert(number) }
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
  private func isNewSession(_ number: UInt32, at time: Int64, after farthest: (number: UInt32, time: Int64))
    -> Bool
  {
    let elapsed = isNewestFirst ? farthest.time - time : time - farthest.time
    guard elapsed >= 0 else { return false }
    let step = isNewestFirst ? number - farthest.number : farthest.number - number
    let first = isNewestFirst ? farthest.number : number
    return first == 1 || step > Self.disorder || elapsed > Self.timeDisorder
  }

  private mutating func endSession() {
    session.settle()
    if let first = session.runs.first, let last = session.runs.last {
      if spans.count < Self.spansKept { spans.append(first.lowerBound...last.upperBound) }
      for (run, next) in zip(session.runs, session.runs.dropFirst()) {
        missing.add(run.upperBound + 1...next.lowerBound - 1)
      }
    }
    if session.repeated.count > 0 {
      repeatedCount += session.repeated.count
      if repeatedTexts.count < Self.spansKept { repeatedTexts.append(session.repeated.text) }
    }
    session = NumberRuns()
  }
}
