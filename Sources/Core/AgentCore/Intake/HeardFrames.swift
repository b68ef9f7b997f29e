import One4AllProtocol

/// A pushed frame that waits to be judged.
struct HeardFrame: Sendable {
  let passing: Passing
  let at: MonotonicTime
  let wall: WallTime
  /// Whether the host's clock was to be trusted.
  let isSynchronised: Bool

  /// The same as it is kept raw.
  func quarantined(_ reason: DoubtfulFrame.Reason, of key: FileKey?) -> DoubtfulFrame {
    DoubtfulFrame(key: key, passing: passing, reason: reason, arrivedWall: wall)
  }
}

/// Pushed frames that wait until it is known which file they belong to, and what is stored of it.
struct HeardFrames: Sendable {
  private(set) var frames: [HeardFrame] = []
  /// Bytes of memory that those hold beside their own values.
  private var memory = 0
  /// Pushed passings that found no room, as the store did not take any. The reader's memory still has them.
  var dropped = 0

  /// What a frame takes, about.
  static let frameBytes = MemoryLayout<HeardFrame>.stride * 5 / 4

  /// Bytes of memory that they take.
  var size: Int { frames.count * HeardFrames.frameBytes + memory }

  mutating func append(_ frame: HeardFrame) {
    frames.append(frame)
    memory += frame.passing.memory
  }

  /// Takes out the first so many.
  @discardableResult
  mutating func removeFirst(_ count: Int) -> [HeardFrame] {
    guard count > 0 else { return [] }
    let first = Array(frames[..<count])
    memory -= first.reduce(0) { $0 + $1.passing.memory }
    frames.removeFirst(count)
    return first
  }

  /// Takes all out.
  mutating func removeAll() -> [HeardFrame] { removeFirst(frames.count) }

  /// The reader has gone on to another file: takes out those that are of the old one, which are those up to where the numbers
  /// start again.
  /// - Parameter expected: the number that came next in the old file; nil when there was none.
  mutating func split(expected: UInt32?) -> [HeardFrame] {
    guard !frames.isEmpty else { return [] }
    let restart = frames.indices.last { index in
      index == 0
        ? frames[0].passing.number == 1 : frames[index].passing.number < frames[index - 1].passing.number
    }
    if let restart { return removeFirst(restart) }
    // Nothing starts again among them: what goes on where the old file was is its tail, lower numbers are the new one's.
    return frames[0].passing.number < expected ?? .max ? [] : removeAll()
  }
}

/// What becomes of a pushed frame of the current file.
enum Judgement: Sendable {
  /// The reader is to tell its time first, or to name its file.
  case needsTime
  case needsName
  /// It is kept raw, and the reader's memory decides. `isDamage`: the line may have damaged it.
  case quarantined(DoubtfulFrame.Reason, isDamage: Bool)
  /// It is a passing.
  case plausible(ResolvedTime, zone: String, isJumped: Bool)

  /// Judges a frame, and lets the file take note of it.
  init(
    _ frame: HeardFrame, in file: inout OpenFile, of reader: ConnectedReader,
    _ timekeeping: inout Timekeeping,
    at now: MonotonicTime
  ) {
    let passing = frame.passing
    let arrival = frame.isSynchronised ? frame.wall : nil
    let zones = timekeeping.zones
    guard let zone = timekeeping.zone else {
      self = .doubted(passing, .zone, isDamage: nil, in: &file, at: now)
      return
    }
    let stand = timekeeping.clock.judge(
      passing.localMilliseconds, number: passing.number, of: file.key, heardAt: frame.at, arrival: arrival,
      zone: zone,
      zones)
    if stand == .wait {
      self = .needsTime
      return
    }
    guard let time = file.moments.times.moment(of: passing, zone: zone, arrival: arrival, zones: zones) else {
      self = .doubted(passing, .zone, isDamage: nil, in: &file, at: now)
      return
    }
    var isJumped = stand == .jumped
    if case .stray(let off) = stand, abs(off) > ClockWatch.far { isJumped = true }
    let verdict = file.believing.judge(
      passing, utc: time.utc, heardAt: frame.at, latest: file.moments.times.latest,
      isEarly: file.moments.isBeforeOpening(passing, of: file.name),
      isStored: file.numbers[passing.number].isStored,
      isNamed: reader.statusAskedAt.map { $0 >= frame.at } ?? false,
      ownCode: TimerCode(reader.status.chipPrefix ?? ""), isUnconfirmable: reader.cannotConfirm)
    switch verdict {
    case .needsName: self = .needsName
    case .doubtful(let reason):
      if case .stray = stand, isJumped { file.moments.noteStray(passing) }
      let expected = file.believing.expected
      let isAhead = passing.number > expected
      if reason == .jump, isAhead { file.compareInFront(of: expected) }
      // What only jumps over lost passings is no damage.
      let isDamage = reason != .jump || isAhead && passing.number - expected > 100
      self = .doubted(passing, reason, isDamage: isDamage, in: &file, at: now)
    case .inOrder: self = .plausible(time, zone: zone, isJumped: isJumped)
    }
  }

  /// - Parameter isDamage: nil where only the zone lacks: the memory is not asked for it by itself.
  private static func doubted(
    _ passing: Passing, _ reason: DoubtfulFrame.Reason, isDamage: Bool?, in file: inout OpenFile,
    at now: MonotonicTime
  ) -> Judgement {
    file.believing.doubt(passing)
    file.doubtedAt = now
    guard let isDamage else { return .quarantined(reason, isDamage: false) }
    if file.numbers[passing.number].isStored {
      file.numbers.note(.doubted, passing.number)
    } else {
      file.remember(passing)
    }
    return .quarantined(reason, isDamage: isDamage)
  }
}
