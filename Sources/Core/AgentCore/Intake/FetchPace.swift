/// How long the line is left to the passings as they happen before the next slice is asked for.
///
/// A slice keeps the line busy: 100 frames take 0.43 s at 115200 baud, and what is pushed meanwhile waits in the reader.
/// So the speed of the line is measured by the slices themselves, the rate of pushed passings is counted, and slices
/// get what is left: with nobody passing almost all of the time, at 200/s on a line that carries 230/s a thirteenth.
struct FetchPace: Sendable {
  /// Fewest milliseconds between slices, for commands of others.
  static let shortest = Duration.milliseconds(20)
  /// Span over which pushed passings are counted.
  private static let window = Duration.seconds(1)
  /// What slices get of what pushing leaves, at the least.
  private static let partOfRest = 0.6
  /// What slices get of the line at the least, though more is pushed than it carries.
  private static let smallestShare = 0.04

  /// A list takes about half a second, because what is pushed meanwhile waits in the reader.
  private static let longestSlice = 0.5
  /// Most numbers of a list before it is known what the line carries.
  static let firstSlice = 20

  private var windowStart: MonotonicTime?
  private var counted = 0
  private var lastRate = 0.0
  /// Frames a second that the line carries; short slices, which are mostly waiting, lower it slowly.
  private var capacity = 0.0

  /// Most numbers that a list may have on this line: fewer where much is pushed, so that what is missing does not wait
  /// behind what is only compared.
  var largestSlice: Int {
    if capacity == 0 { return FetchPace.firstSlice }
    let carried = Int(min(capacity * FetchPace.longestSlice * share, Double(RangeReader.largest)))
    return max(RangeReader.smallest, carried)
  }

  /// What slices get of the line: a tenth more than is pushed is left to pushing, but where that leaves next to nothing, the
  /// larger part of what pushing leaves.
  private var share: Double {
    let pushed = max(lastRate, Double(counted)) / capacity
    return min(1, max(1 - 1.1 * pushed, FetchPace.partOfRest * (1 - pushed), FetchPace.smallestShare))
  }

  /// How long the line takes for so many frames; nil while that is not known.
  func span(ofFrames frames: Int) -> Duration? {
    capacity == 0 ? nil : Duration(clampingSeconds: Double(frames) / capacity)
  }

  /// A passing was pushed.
  mutating func pushed(at now: MonotonicTime) {
    roll(to: now)
    counted += 1
  }

  /// The wait after a slice: what the line spent on the slice itself is the share that slices get of the time from one to
  /// the next. What was pushed meanwhile took its time as well, and counts as waited.
  /// - Parameters:
  ///   - span: how long it took, from the command to its end.
  ///   - listed: frames of the list; the command and the end of the list count as one more.
  ///   - heard: frames heard meanwhile, pushed ones included.
  mutating func pause(after span: Duration, listed: Int, heard: Int, at now: MonotonicTime) -> Duration {
    roll(to: now)
    guard heard > 0, span > .zero else { return FetchPace.shortest }
    // A short one says nothing of the line: what was pushed before it may come along.
    if heard >= RangeReader.smallest || capacity == 0 {
      capacity = max(Double(heard) / span.inSeconds, capacity * 0.95)
    }
    let spent = min(span.inSeconds, Double(listed + 1) / capacity)
    return max(FetchPace.shortest, Duration(clampingSeconds: min(spent / share - span.inSeconds, 5)))
  }

  private mutating func roll(to now: MonotonicTime) {
    guard let start = windowStart else {
      windowStart = now
      return
    }
    let passed = now - start
    guard passed >= FetchPace.window else { return }
    lastRate = passed >= FetchPace.window * 2 ? 0 : Double(counted) / passed.inSeconds
    counted = 0
    windowStart = now
  }
}
