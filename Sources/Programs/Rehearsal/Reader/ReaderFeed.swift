/// Who passes when: a field of starters, lap after lap in an order that the seed decides, or a replay.
struct ReaderFeed: Sendable {
  /// A chip at an antenna, before the reader makes a passing of it.
  struct Read: Sendable {
    let prefix: String
    let chip: String
    let antenna: Int
    let reads: Int
    /// What a replay has between reads and check; nil where the reader's form says it.
    var more: [String]?
    let check: String
    /// A replay was filtered by the reader that recorded it.
    let isFiltered: Bool
  }

  private let prefix: String
  var form: ReaderForm
  private let speed: Double
  private let replay: [RecordedPassing]?
  private let starters: [Int]
  private var position = 0
  private var random: RehearsalRandom
  private var rate: Double

  /// When the next one passes, in microseconds since 1970-01-01T00:00:00Z; nil while nobody does.
  private(set) var due: Int64?

  init(_ settings: ReaderSettings) {
    prefix = settings.chipPrefix
    form = settings.form
    speed = settings.speed
    replay = settings.replay
    rate = settings.rate
    random = RehearsalRandom(seed: settings.seed)
    starters = settings.replay == nil ? (1...max(1, settings.starters)).shuffled(using: &random) : []
  }

  /// Begins, or goes on where it stopped.
  mutating func start(at microseconds: Int64) {
    due = interval().map { microseconds + $0 }
  }

  mutating func stop() { due = nil }

  /// Changes the rate; while it runs, the next passing is one interval away.
  mutating func setRate(_ rate: Double, isRunning: Bool, at microseconds: Int64) {
    self.rate = rate
    if isRunning { start(at: microseconds) }
  }

  /// Takes the read that is due and sets when the next one is.
  /// - Returns: nil when no antenna is there to read.
  mutating func next(antennas: [Int]) -> Read? {
    guard let time = due else { return nil }
    let read: Read?
    if let replay {
      read = position < replay.count ? ReaderFeed.read(of: replay[position]) : nil
      position += 1
    } else {
      read = fieldRead(antennas: antennas)
    }
    due = interval().map { time + $0 }
    return read
  }

  /// A read of that chip as the field would give it.
  mutating func read(prefix: String?, chip: String, antenna: Int) -> Read {
    let check = String(Int.random(in: 0..<0x10_0000, using: &random), radix: 16)
    return Read(
      prefix: prefix ?? self.prefix, chip: chip, antenna: antenna,
      reads: Int.random(in: 1...12, using: &random),
      check: String(repeating: "0", count: 5 - check.count) + check, isFiltered: false)
  }

  private mutating func fieldRead(antennas: [Int]) -> Read? {
    // Every lap has the same order, so that a chip comes again after the same time and no bounce time that is
    // shorter than a lap swallows it.
    if position == starters.count { position = 0 }
    let starter = form.starter(starters[position], prefix: prefix)
    position += 1
    guard let antenna = antennas.randomElement(using: &random) else { return nil }
    return read(prefix: starter.prefix, chip: starter.chip, antenna: antenna)
  }

  /// Microseconds to the next passing; nil when there is none.
  private mutating func interval() -> Int64? {
    if let replay {
      guard position < replay.count else { return nil }
      if rate > 0 { return Int64(1_000_000 / rate) }
      guard position > 0 else { return 0 }
      let pace = replay[position].localMilliseconds - replay[position - 1].localMilliseconds
      // A gap of days is no pace: the file was closed in between.
      return Int64(Double(max(0, min(pace, 86_400_000))) * 1000 / speed)
    }
    guard rate > 0 else { return nil }
    return Int64(Double.random(in: 0.5...1.5, using: &random) * 1_000_000 / rate)
  }

  private static func read(of passing: RecordedPassing) -> Read {
    Read(
      prefix: passing.prefix, chip: passing.chip, antenna: passing.antenna, reads: passing.reads,
      more: passing.more, check: passing.check, isFiltered: true)
  }
}
