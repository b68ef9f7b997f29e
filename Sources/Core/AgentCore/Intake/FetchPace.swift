/// How long the line is left to the passings as they happen before the next slice is asked for.
///
/// A slice keeps the line busy: 100 frames take 0.43 s at 115200 baud, and what is pushed meanwhile waits in the reader.
/// So the speed of the line is measured by the slices themselves, the rate of pushed passings is counted, and slices
/// get what is left: with nobody passing almost all of the time, at 200/s on a line that carries 245/s a tenth.
struct FetchPace: Sendable {
  /// Fewest milliseconds between slices, for commands of others.
  static let shortest = Duration.milliseconds(20)
  /// Span over which pushed passings are counted.
  private static let window = Duration.seconds(1)
  /// What slices get of the line at the least.
  private static let smallestShare = 0.1

  /// A list takes about half a second, because what is pushed meanwhile waits in the reader.
  private static let longestSlice = 0.5
  /// Most numbers of a list before it is known what the line carries.
  static let firstSlice = 20

  private var windowStart: MonotonicTime?
  private var counted = 0
  private var lastRate = 0.0
  /// Frames a second that the line carries; short slices, which are mostly waiting, lower it slowly.
  private var capacity = 0.0

  /// Most numbers that a list may have on this line.
  var largestSlice: Int {
    if capacity == 0 { return FetchPace.firstSlice }
    let carried = Int(min(capacity * FetchPace.longestSlice, Double(RangeReader.largest)))
    return max(RangeReader.smallest, carried)
  }

  /// A passing was pushed.
  mutating func pushed(at now: MonotonicTime) {
    roll(to: now)
    counted += 1
  }

  /// The wait after a slice.
  /// - Parameters:
  ///   - span: how long it took, from the command to its end.
  ///   - frames: frames heard meanwhile, pushed ones included.
  mutating func pause(after span: Duration, frames: Int, at now: MonotonicTime) -> Duration {
    roll(to: now)
    guard frames > 0, span > .zero else { return FetchPace.shortest }
    // A short one says nothing of the line: what was pushed before it may come along.
    if frames >= RangeReader.smallest || capacity == 0 {
      capacity = max(Double(frames) / span.inSeconds, capacity * 0.95)
    }
    let rate = max(lastRate, Double(counted))
    let share = min(1, max(FetchPace.smallestShare, 1 - 1.1 * rate / capacity))
    let pause = span.inSeconds * (1 - share) / share
    return max(FetchPace.shortest, Duration(clampingSeconds: min(pause, 5)))
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
