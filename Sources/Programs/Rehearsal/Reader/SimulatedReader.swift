/// A One4All 5, as far as its text protocol goes, written from the protocol's description alone. Pure: bytes and times
/// come in, bytes go out.
public struct SimulatedReader: Sendable {
  /// Now.
  public struct Moment: Equatable, Sendable {
    /// Milliseconds of a clock that never steps.
    public let elapsed: Int64
    /// The wall clock of the reader's zone, milliseconds since 1970-01-01T00:00:00 read as if it were UTC; the
    /// reader's own clock may be off from it.
    public let local: Int64
    /// A moment.
    public init(elapsed: Int64, local: Int64) {
      self.elapsed = elapsed
      self.local = local
    }
  }

  /// Bytes that leave the reader.
  public struct Output: Equatable, Sendable {
    /// On which connection.
    public let connection: Int
    /// The bytes.
    public let bytes: [UInt8]
  }

  /// What it begins with.
  public struct Settings: Sendable {
    /// GETSTATUS field 3.
    public var serialNumber = "O4A5-00051"
    /// GETSTATUS field 4.
    public var model = "One4All 5"
    /// GETSTATUS field 29.
    public var firmware = "1.1.3.0"
    /// GETSTATUS field 19.
    public var timeZone = "America/Mexico_City"
    /// Two letters in front of each chip.
    public var prefix = "MC"
    /// Passings a second while it reads; 0 for none.
    public var rate = 0.0
    /// How many chips there are, from 00001 on.
    public var starters = 500
    /// Decides chips, antennas, checks and faults.
    public var seed: UInt64 = 1
    /// Whether it reads from the beginning.
    public var isStarted = false
    /// Whether it greets a new connection.
    public var greets = true
    /// Passings to replay instead of made-up ones, and how much faster than they were.
    public var replay: [ReplayedPassing] = []
    /// 1 is the pace of the file.
    public var replaySpeed = 1.0
    /// The usual reader.
    public init() {}
  }

  struct SessionFile: Sendable {
    let name: String
    var passings: [RecordedPassing] = []
  }

  var settings: Settings
  var faults = ReaderFaults()
  var chance: RehearsalRandom
  var files: [SessionFile] = []
  var isReading = false
  var isPushing = false
  /// The connection that spoke last.
  var speaker: Int?
  var connections: [Int: [UInt8]] = [:]
  /// How far the reader's clock is off, milliseconds.
  var clockOffset: Int64 = 0
  var bounce = 5
  var buzzer = true
  var battery = 100
  var hasMains = true
  var protocolVersion = "3.0"
  var nextPassingAt: Int64?
  var replayed = 0
  var replayBegan: Int64?
  var lastRead: [String: Int64] = [:]
  /// Dead until then.
  var restartsAt: Int64?

  /// A reader that has just been switched on.
  public init(_ settings: Settings, at now: Moment) {
    self.settings = settings
    chance = RehearsalRandom(seed: settings.seed)
    if settings.isStarted || settings.rate > 0 || !settings.replay.isEmpty { start(at: now) }
  }

  func clock(_ now: Moment) -> Int64 { now.local + clockOffset }

  // MARK: Connections

  /// A host has connected.
  public mutating func connected(_ connection: Int, at now: Moment) -> [Output] {
    connections[connection] = []
    guard settings.greets, restartsAt == nil else { return [] }
    return say("HELLO;\(settings.serialNumber)", to: connection)
  }

  /// A host is gone.
  public mutating func disconnected(_ connection: Int) {
    connections[connection] = nil
    if speaker == connection {
      speaker = nil
      isPushing = false
    }
  }

  /// Bytes have come.
  public mutating func received(_ bytes: [UInt8], on connection: Int, at now: Moment) -> [Output] {
    guard restartsAt == nil else { return [] }
    var output: [Output] = []
    var pending = connections[connection, default: []]
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        let line = String(decoding: pending.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        pending = []
        speaker = connection
        if !line.isEmpty { output += answer(line, on: connection, at: now) }
      } else if pending.count < 1024 {
        pending.append(byte)
      }
    }
    connections[connection] = pending
    return output
  }

  // MARK: Time

  /// When `advance` wants to be called, milliseconds of the clock that never steps; nil when nothing is due.
  public var nextDeadline: Int64? { restartsAt ?? (isReading ? nextPassingAt : nil) }

  /// Does what is due.
  public mutating func advance(to now: Moment) -> [Output] {
    if let restartsAt {
      guard now.elapsed >= restartsAt else { return [] }
      self.restartsAt = nil
      return settings.greets
        ? connections.keys.sorted().flatMap { say("HELLO;\(settings.serialNumber)", to: $0) } : []
    }
    var output: [Output] = []
    while isReading, let due = nextPassingAt, now.elapsed >= due {
      output += passOne(at: now)
      scheduleNext(after: due)
    }
    return output
  }

  mutating func scheduleNext(after due: Int64) {
    if replayed < settings.replay.count, let began = replayBegan {
      nextPassingAt =
        began + Int64(Double(settings.replay[replayed].offset) / max(settings.replaySpeed, 0.001))
    } else if settings.replay.isEmpty, settings.rate > 0 {
      nextPassingAt = due + max(1, Int64(1000 / settings.rate))
    } else {
      nextPassingAt = nil
    }
  }

  /// Restarts: dead for so long, push mode off, not reading; the files stay.
  mutating func restart(for milliseconds: Int64, at now: Moment) {
    stop()
    isPushing = false
    speaker = nil
    for connection in connections.keys { connections[connection] = [] }
    restartsAt = now.elapsed + milliseconds
  }

  // MARK: Sessions

  mutating func start(at now: Moment) {
    isReading = true
    openFile(at: now)
    nextPassingAt = nil
    if !settings.replay.isEmpty {
      replayBegan = now.elapsed
      replayed = 0
      scheduleNext(after: now.elapsed)
    } else if settings.rate > 0 {
      scheduleNext(after: now.elapsed)
    }
  }

  mutating func stop() {
    isReading = false
    nextPassingAt = nil
  }

  mutating func openFile(at now: Moment) {
    // Two files in one second would have one name: the reader waits for the next second.
    var time = clock(now)
    while files.contains(where: { $0.name == ReaderCalendar.fileName(time) }) { time += 1000 }
    files.append(SessionFile(name: ReaderCalendar.fileName(time)))
    lastRead = [:]
  }

  // MARK: Passings

  private mutating func passOne(at now: Moment) -> [Output] {
    if replayed < settings.replay.count {
      let next = settings.replay[replayed]
      replayed += 1
      return pass(next.prefix, next.chip, next.antenna, next.reads, next.check, at: now)
    }
    let chip = String(Int.random(in: 1...max(1, settings.starters), using: &chance))
    let padded = String(repeating: "0", count: max(0, 5 - chip.count)) + chip
    return pass(settings.prefix, padded, nil, nil, nil, at: now)
  }

  /// A chip goes over the mat. Within the bounce time after its last passing nothing is recorded.
  mutating func pass(
    _ prefix: String, _ chip: String, _ antenna: Int?, _ reads: Int?, _ check: String?, at now: Moment
  ) -> [Output] {
    guard isReading, !files.isEmpty else { return [] }
    let key = prefix + chip
    if settings.replay.isEmpty, let last = lastRead[key], now.elapsed - last < Int64(bounce) * 1000 {
      return []
    }
    lastRead[key] = now.elapsed
    let hex = String(UInt32.random(in: 0...0xFFFFF, using: &chance), radix: 16)
    let passing = RecordedPassing(
      number: files[files.count - 1].passings.count + 1, prefix: prefix, chip: chip, local: clock(now),
      antenna: antenna ?? Int.random(in: 1...8, using: &chance),
      reads: reads ?? Int.random(in: 1...20, using: &chance),
      check: check ?? String(repeating: "0", count: 5 - hex.count) + hex)
    files[files.count - 1].passings.append(passing)
    guard isPushing, let speaker, restartsAt == nil, !chance.comes(faults.lose) else { return [] }
    if chance.comes(faults.cut) {
      let whole = Array(passing.line.utf8)
      return emit(Array(whole.prefix(Int.random(in: 1..<whole.count, using: &chance))) + lineEnd, to: speaker)
    }
    return say(passing.line, to: speaker)
  }

  // MARK: Saying

  var lineEnd: [UInt8] { [UInt8(ascii: "\r"), UInt8(ascii: "\n")] }

  mutating func say(_ line: String, to connection: Int, ended: Bool = true) -> [Output] {
    emit(Array(line.utf8) + (ended ? lineEnd : []), to: connection)
  }

  private mutating func emit(_ bytes: [UInt8], to connection: Int) -> [Output] {
    guard !faults.isMute, connections[connection] != nil else { return [] }
    var bytes = bytes
    if faults.isForeign {
      bytes = Array("$GPGGA,120000.00,1924.90,N,09910.20,W,1,08,0.9,2240.0,M,,M,,*5C".utf8) + lineEnd
    }
    if chance.comes(faults.noise) {
      let noise = (0..<Int.random(in: 1...6, using: &chance)).map { _ in
        [0, 0xFF, 0xFE, 0x80, 0x01].randomElement(using: &chance) ?? 0
      }
      bytes = noise.map { UInt8($0) } + bytes
    }
    return [Output(connection: connection, bytes: bytes)]
  }
}
