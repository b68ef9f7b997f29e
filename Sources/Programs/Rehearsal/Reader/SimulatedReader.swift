/// A One4All reader as a state machine: bytes and the time in, bytes out. It knows no files, sockets or clocks.
///
/// It is written from the protocol reference alone and shares nothing with the agent's parser, so that the two
/// check each other. Times are milliseconds since 1970-01-01T00:00:00Z and never go back: an earlier time
/// counts as the latest that was seen.
public struct SimulatedReader: Sendable {
  /// Longest line that it takes from the host, in bytes.
  public static let longestLine = 1024
  /// How often a foreign device speaks, in milliseconds.
  static let foreignInterval: Int64 = 1000

  var settings: ReaderSettings
  var faults: ReaderFaults
  var now: Int64
  var clock = ReaderClock()
  var power: ReaderPower
  var memory = ReaderMemory()
  var feed: ReaderFeed
  var counts = ReaderCounts()
  var random: RehearsalRandom

  var sendsHello = true
  var spelling = ReaderOrder.BooleanSpelling.asSeen
  var isStarted = false
  var isPushing = false
  var hasBuzzer = true
  var bounceSeconds = 5
  /// When each chip last made a passing, in microseconds.
  var lastPassing: [String: Int64] = [:]

  /// The connections, and what has come on each of an unfinished line.
  var connections: [Int: [UInt8]] = [:]
  /// The connection that spoke last; only it gets pushes.
  var speaker: Int?
  /// When a reboot is over; nil while it runs.
  var deadUntil: Int64?
  /// When a foreign device speaks next; nil while this is a reader.
  var foreignDue: Int64?
  /// The list that is leaving frame by frame, and what has been asked since.
  var listing: Listing?
  var postponed: [(line: [UInt8], connection: Int)] = []
  /// How much of the last pushed passing has left, when the next one shall go on from there.
  var joint: Int?
  var transmissions: [ReaderTransmission] = []

  /// A list on its way out. `due` is in microseconds.
  struct Listing: Sendable {
    let connection: Int
    let frames: [String]
    var position = 0
    var due: Int64
  }

  /// Whether the cable is in.
  public internal(set) var isPlugged = true

  /// Whether it runs, and is not dead in a reboot.
  public var isRunning: Bool { deadUntil == nil }

  /// A reader that has just been powered up.
  public init(_ settings: ReaderSettings, at milliseconds: Int64) {
    self.settings = settings
    faults = settings.faults
    now = milliseconds
    power = ReaderPower(at: milliseconds)
    feed = ReaderFeed(settings)
    random = RehearsalRandom(seed: ~settings.seed)
    if settings.isStarted { _ = openSession() }
  }

  /// When `advance(to:)` has something to do; nil when there is nothing in sight.
  public var nextDeadline: Int64? {
    [deadUntil, foreignDue, feed.due.map { $0 / 1000 }, listing.map { $0.due / 1000 }].compactMap { $0 }.min()
  }

  /// A host has connected, or opened the port.
  /// - Parameters:
  ///   - connection: any number that no other connection has. A serial line has the same one always: what it
  ///     said before it was opened again still counts as having spoken last.
  ///   - milliseconds: now.
  public mutating func connected(_ connection: Int, at milliseconds: Int64) -> [ReaderTransmission] {
    pass(to: milliseconds)
    connections[connection] = []
    greet(connection)
    return takeTransmissions()
  }

  /// A host has gone, or closed the port.
  public mutating func disconnected(_ connection: Int) {
    connections[connection] = nil
    postponed.removeAll { $0.connection == connection }
    if listing?.connection == connection { listing = nil }
  }

  /// Bytes from a host, in any chunks.
  public mutating func received(
    _ bytes: some Sequence<UInt8>, from connection: Int, at milliseconds: Int64
  ) -> [ReaderTransmission] {
    pass(to: milliseconds)
    guard isPlugged, isRunning, var line = connections[connection] else { return takeTransmissions() }
    var heard = Array(bytes)
    counts.misheard += ReaderFaults.flipBits(of: &heard, faults.mishear, &random)
    for byte in heard {
      counts.bytesReceived += 1
      guard byte == UInt8(ascii: "\n") else {
        line.append(byte)
        if line.count > SimulatedReader.longestLine {
          counts.badLines += 1
          line = []
        }
        continue
      }
      if line.last == UInt8(ascii: "\r") { line.removeLast() } else { counts.badLines += 1 }
      if !line.isEmpty && foreignDue == nil {
        if listing == nil { obey(line: line, from: connection) } else { postponed.append((line, connection)) }
      }
      line = []
    }
    connections[connection] = line
    return takeTransmissions()
  }

  /// Does what is due until then: passings, the end of a reboot.
  public mutating func advance(to milliseconds: Int64) -> [ReaderTransmission] {
    pass(to: milliseconds)
    return takeTransmissions()
  }

  mutating func takeTransmissions() -> [ReaderTransmission] {
    defer { transmissions = [] }
    return transmissions
  }
}

// MARK: - Time

extension SimulatedReader {
  /// What the reader takes for the present moment.
  var moment: Int64 { now + clock.offset(at: now) }
  /// The reader's wall clock in local milliseconds.
  var localMilliseconds: Int64 { settings.localClock(moment, settings.timeZone) ?? moment }

  mutating func pass(to milliseconds: Int64) {
    while let deadline = nextDeadline, deadline <= milliseconds {
      now = max(now, deadline)
      if let end = deadUntil, end <= now { powerUp() }
      if let due = foreignDue, due <= now { speakForeign(due) }
      if let due = listing?.due, due / 1000 <= now { goOnListing() }
      if let due = feed.due, due / 1000 <= now { meet(feed.next(antennas: settings.antennas), at: due) }
    }
    now = max(now, milliseconds)
    power.advance(to: now)
  }

  /// Goes dead; what only power keeps is lost.
  mutating func reboot(milliseconds: Int64) {
    counts.reboots += 1
    deadUntil = now + milliseconds
    closeSession()
    memory.restart()
    isPushing = false
    speaker = nil
    lastPassing = [:]
    listing = nil
    postponed = []
    joint = nil
    for connection in connections.keys { connections[connection] = [] }
  }

  private mutating func powerUp() {
    deadUntil = nil
    for connection in connections.keys.sorted() { greet(connection) }
  }

  private mutating func greet(_ connection: Int) {
    if sendsHello { send("HELLO \(settings.model)", to: connection) }
  }

  /// A GPS receiver's date and time, as one finds them on the wrong serial port (NMEA 0183, ZDA).
  private mutating func speakForeign(_ due: Int64) {
    let time = ReaderTime(due)
    let date = time.date.split(separator: "-")
    let clock = time.time.filter { $0 != ":" }
    let body = "GPZDA,\(clock).00,\(date[2]),\(date[1]),\(date[0]),00,00"
    let sum = body.utf8.reduce(0) { $0 ^ $1 }
    let digits = String(sum, radix: 16, uppercase: true)
    for connection in connections.keys.sorted() {
      send("$\(body)*\(digits.count == 1 ? "0" : "")\(digits)", to: connection, isForeign: true)
    }
    foreignDue = due + SimulatedReader.foreignInterval
  }
}

// MARK: - Sessions and passings

extension SimulatedReader {
  /// Opens a session file and begins to read.
  mutating func openSession() -> String {
    isStarted = true
    feed.start(at: now * 1000)
    lastPassing = [:]
    return memory.open(at: localMilliseconds)
  }

  /// Ends start mode; the file stays the current one.
  mutating func closeSession() {
    isStarted = false
    feed.stop()
  }

  /// A chip is at an antenna.
  /// - Returns: the frame that was recorded; nil when it was ignored.
  @discardableResult
  mutating func meet(_ read: ReaderFeed.Read?, at microseconds: Int64) -> String? {
    guard let read, isStarted else { return nil }
    let name = read.prefix + read.chip
    if !read.isFiltered {
      if let last = lastPassing[name], microseconds - last < Int64(bounceSeconds) * 1_000_000 {
        counts.bounced += 1
        return nil
      }
      lastPassing[name] = microseconds
    }
    let passing = RecordedPassing(
      prefix: read.prefix, chip: read.chip, localMilliseconds: localMilliseconds,
      antenna: read.antenna,
      reads: read.reads, more: read.more ?? feed.form.more(prefix: read.prefix, chip: read.chip),
      check: read.check)
    guard let number = memory.keep(passing, moment: moment, at: now) else { return nil }
    counts.recorded += 1
    let frame = passing.frame(number: number)
    if isPushing, let speaker { push(frame, to: speaker) }
    return frame
  }
}

// MARK: - Sending

extension SimulatedReader {
  private mutating func push(_ frame: String, to connection: Int) {
    guard isOpen(connection), foreignDue == nil else { return }
    if faults.losesPush(&random) {
      counts.lost += 1
      return
    }
    counts.pushed += 1
    send(bytes: faults.spoil(frame, joint: &joint, &counts, &random), to: connection, isPush: true)
  }

  /// Sends a frame, through the faults.
  mutating func send(
    _ frame: String, to connection: Int, isForeign: Bool = false, hasLineEnd: Bool = true
  ) {
    guard isOpen(connection), isForeign || foreignDue == nil else { return }
    var bytes = faults.encoded(frame)
    if hasLineEnd { bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")] }
    send(bytes: bytes, to: connection, isPush: false)
  }

  private mutating func send(bytes frame: [UInt8], to connection: Int, isPush: Bool) {
    var bytes = frame
    if let length = faults.cutLength(of: bytes.count, &random) {
      counts.cut += 1
      bytes.removeSubrange(length...)
    }
    let noise = faults.noiseBytes(&random)
    if !noise.isEmpty { counts.noisy += 1 }
    counts.flipped += ReaderFaults.flipBits(of: &bytes, faults.flip, &random)
    transmissions.append(ReaderTransmission(connection: connection, bytes: noise + bytes, isPush: isPush))
  }

  private func isOpen(_ connection: Int) -> Bool {
    isPlugged && isRunning && !faults.isMute && connections[connection] != nil
  }
}
