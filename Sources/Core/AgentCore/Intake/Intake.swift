public import One4AllProtocol

/// Everything between the reader's words and the store: which passings are believed, which are fetched from the
/// reader's memory, and what is missing, unconfirmed or lost.
///
/// The reader's memory is the truth, and what came twice is true. A pushed passing that follows from what was there before
/// (`Believing`) is kept, and held until a slice of the memory has given the same frame (`Holding`); all else is kept raw, and
/// the numbers concerned are fetched. A frame of a slice is confirmed when it came before with the same content, pushed or in
/// another slice. What two clean slices (their frames ascending, nothing malformed meanwhile, ended by their empty line) do
/// not give although the reader still counts it is lost.
public struct Intake: Sendable {
  /// Malformed frames in that time: the line shows damage.
  static let damageSpan = Duration.seconds(60)
  /// So long without damage prove a line.
  static let provingSpan = Duration.seconds(600)
  /// The count is asked for that often, even if nothing hints at more.
  static let countSpan = Duration.seconds(30)
  /// And that often while nothing tells that the reader reads.
  static let restingCountSpan = Duration.seconds(180)
  /// A line that has not been held back for so long is read as fast as it speaks.
  static let heldSpan = Duration.seconds(10)
  /// A file that the reader denies so long is gone.
  static let missingSpan = Duration.seconds(120)
  /// How long it is not asked for meanwhile.
  static let missingPause = Duration.seconds(30)

  var settings: PassingSettings
  /// The session files.
  var book: FileBook
  /// The zone, the clocks, and the moments of passings.
  var timekeeping: Timekeeping
  /// What waits for the store.
  var queue = CaptureQueue()
  /// The reader, while one is there.
  var reader: ConnectedReader?
  /// What it is being asked.
  var asking: Asking
  /// Pushed frames that wait to be judged.
  var heard = HeardFrames()
  /// When the line last showed damage.
  var damagedAt: MonotonicTime?
  /// When the line was last not read because the agent was behind.
  var lineHeldAt: MonotonicTime?
  /// What people are told.
  var telling = CaptureTelling()

  /// An intake that has heard nothing yet.
  /// - Parameters:
  ///   - timeZone: `time_zone`; nil takes the reader's own word.
  ///   - summaries: what the store holds at the start.
  ///   - firstFiles: the first contacts that it keeps: the lowest name of a file of ours, by the reader's serial number.
  public init(
    settings: PassingSettings, timeZone: String?, zones: @escaping ZoneLookup, summaries: [FileSummary],
    firstFiles: [String: String] = [:], at now: MonotonicTime
  ) {
    self.settings = settings
    timekeeping = Timekeeping(timeZone: timeZone, zones: zones, onClockJump: settings.onClockJump)
    book = FileBook(firstFiles: firstFiles)
    asking = Asking(at: now)
    for summary in summaries { book.note(summary) }
  }

  /// The reader's session file, while a reader is there or was there last; nil when it has none.
  public var current: FileKey? { book.current }
  /// Pushed passings that found no room in memory because the store did not take any. The reader's memory still has
  /// them.
  public var droppedRows: Int { heard.dropped }

  /// When `advance` is wanted next; nil when only an event can change anything.
  public var nextDeadline: MonotonicTime? {
    [
      queue.deadline, asking.wakeAt,
      reader == nil || timekeeping.zone == nil ? nil : timekeeping.clock.deadline,
    ].compactMap { $0 }.min()
  }

  /// Whether a reader is there, has a session file, and does not say that it is stopped.
  public var isReading: Bool { reader != nil && current != nil && reader?.status.startMode != false }

  /// Whether what is pushed can be believed where the reader's memory has no time to confirm it: the line has shown no
  /// damage for ten minutes, or, where it was opened since, none at all, and enough was given as it was pushed.
  func isProven(at now: MonotonicTime) -> Bool {
    guard let reader, isUnharmed(at: now) else { return false }
    return now - reader.connectedAt >= Intake.provingSpan || reader.agreed >= settings.confirmFirst
  }

  /// Whether the line has shown no damage for ten minutes, or since the agent runs.
  func isUnharmed(at now: MonotonicTime) -> Bool {
    damagedAt.map { now - $0 >= Intake.provingSpan } ?? true
  }

  /// Whether malformed frames came in the last minute.
  public func isDamaged(at now: MonotonicTime) -> Bool {
    damagedAt.map { now - $0 < Intake.damageSpan } ?? false
  }

  /// The files that are followed or fetched now, the current one among them, by name.
  public var openFiles: [IntakeFile] {
    book.files.values.sorted { $0.key.file < $1.key.file }.map { file in
      IntakeFile(
        key: file.key, isOpened: file.isOpened, readerCount: file.count ?? file.counting.noted,
        gaps: file.gaps,
        lost: file.numbers.lost, unconfirmed: file.numbers.count(.unconfirmed),
        differences: file.comparison.differences,
        remaining: file.needed.count, isAuditing: file.comparison.isUnderWay, isFetching: isFetching(file))
    }
  }

  private func isFetching(_ file: OpenFile) -> Bool {
    reader?.serialNumber == file.key.serialNumber && file.isUnfinished
  }

  /// Files of the reader that is there of which something is still being fetched, compared or written, those among them
  /// that it has not been asked about yet.
  public var unsettledButReachable: Set<FileKey> {
    guard let reader else { return [] }
    var keys = Set(book.files.values.lazy.filter { isFetching($0) }.map(\.key))
    keys.formUnion(queue.unwritten.filter { $0.serialNumber == reader.serialNumber && $0 != current })
    guard reader.listing.isSearching else { return keys }
    for (key, file) in book.known
    where key.serialNumber == reader.serialNumber && !file.isSettled && key != current {
      keys.insert(key)
    }
    return keys
  }

  /// Serial number of the reader while it is still to tell which files it has.
  public var searching: String? { reader.flatMap { $0.listing.isSearching ? $0.serialNumber : nil } }

  /// Files that the reader has gone on from, and of which everything that it counts is stored: they are only compared. So
  /// are those that it denies, as long as it does.
  public var complete: Set<FileKey> {
    guard let reader else { return [] }
    let complete = book.files.values.lazy.filter { [current] file in
      file.key != current && file.key.serialNumber == reader.serialNumber && file.isOpened
        && (file.missingSince != nil || (file.count != nil && !file.isUrgent))
    }
    let keys = Set(complete.map(\.key))
    return keys.isEmpty ? keys : keys.subtracting(queue.unwritten)
  }

  /// Rows that the store has not taken yet.
  public var waitingRows: Int { queue.rowCount + heard.frames.count }
  /// Imported passings of a file that the store has not taken yet.
  public func unwrittenImports(of key: FileKey) -> Int { queue.importedCount(of: key) }
  /// How many imported rows fit in now: what comes from the reader finds room beside them.
  public var room: Int {
    let bytes = queue.room(beside: heard.size) - CaptureQueue.limit / 2
    return max(0, bytes) / CaptureQueue.rowBytes
  }
  /// Bytes of memory that may wait for the store.
  public static let memoryLimit = CaptureQueue.limit

  /// Time has passed.
  public mutating func advance(to now: Moment, _ out: inout IntakeOutput) { proceed(at: now, &out) }

  /// Takes note of what kernel and cloud say of the host's clock.
  mutating func observe(isHostTrusted: Bool, isHostSure: Bool) {
    timekeeping.isHostTrusted = isHostTrusted
    timekeeping.isHostSure = isHostSure
  }

  /// New settings are in force.
  public mutating func apply(
    _ settings: PassingSettings, timeZone: String?, at now: Moment, _ out: inout IntakeOutput
  ) {
    self.settings = settings
    timekeeping.onClockJump = settings.onClockJump
    if timekeeping.timeZone != timeZone { timekeeping.zoneWatch.changed() }
    timekeeping.timeZone = timeZone
    findZone(at: now.monotonic, &out.log)
    if settings.confirm == .never {
      for (key, file) in book.files where file.numbers.isAnyWaiting { believe(key, at: now.monotonic) }
    }
    proceed(at: now, &out)
  }

  /// A person wants every stored passing of a file compared with the reader's memory.
  /// - Parameter file: its name; nil for the current one.
  /// - Returns: why that cannot be done now; nil when it has begun. Its end is told as `audit-done`.
  public mutating func audit(file: String?, at now: Moment, _ out: inout IntakeOutput) -> String? {
    guard let reader else { return "no reader is connected" }
    guard timekeeping.zone != nil else {
      return "the zone of the reader's clock is not known: set `time_zone`"
    }
    guard let name = file ?? current?.file else { return "the reader has no session file" }
    guard let parsed = SessionFileName(name) else {
      return "'\(name)' is no session file of a reader, such as 20191112-090155.csv is: copy it, and use "
        + "`one4allctl import`"
    }
    let key = FileKey(serialNumber: reader.serialNumber, file: name)
    beginAudit(of: key, name: parsed, at: now.monotonic)
    book.files[key]?.comparison.isAsked = true
    proceed(at: now, &out)
    return nil
  }

  /// Hands over what whole comparisons have found since it was last called, those that nobody asked for among them.
  public mutating func takeAuditResults() -> [AuditResult] {
    book.takeAuditResults()
  }

  /// Passings that a person gives, of one file, ascending. They go the same way as all others. Of a file that the
  /// reader has, its memory confirms them before they are sent, as a person may have given the file of another reader;
  /// but for those that it has lost.
  /// - Parameters:
  ///   - zone: of their local times.
  ///   - zoneSource: who named it.
  /// - Returns: how many were taken; the rest is to be given again once there is `room`. 0 also when there is no such
  ///   zone.
  public mutating func importPassings(
    _ passings: [Passing], of key: FileKey, zone: String, zoneSource: KeptPassing.ZoneSource = .configured,
    at now: Moment, _ out: inout IntakeOutput
  ) -> Int {
    let isToConfirm = isConfirmable(key)
    let file = book.files[key]
    let rows = timekeeping.imported(
      passings.prefix(room), of: key, zone: zone, zoneSource: zoneSource, file?.moments.times, at: now
    ) { isToConfirm && file?.numbers[$0] == .unheard ? .unconfirmed : .believed }
    var taken = 0
    for row in rows {
      guard queue.add(row, to: key, at: now.monotonic) else { break }
      let number = row.passing.number
      let time = ResolvedTime(utc: row.utc, certainty: row.certainty)
      book.files[key]?.moments.tellGuess(time, number, of: key, &out.log)
      book.files[key]?.note(
        row.trust == .unconfirmed ? .received : .imported, NumberSet(number...number), at: now.monotonic)
      taken += 1
    }
    if let file = book.files[key] { telling.lost(of: file, at: now.monotonic, &out.log) }
    proceed(at: now, &out)
    return taken
  }

  /// Whether the reader that is there can confirm passings of that file.
  private func isConfirmable(_ key: FileKey) -> Bool {
    guard let reader, reader.serialNumber == key.serialNumber, !reader.cannotConfirm else { return false }
    return book.files[key]?.isOpened == true && settings.confirm != .never
  }

  /// The line was not read for a moment, because the agent was behind. On a network the reader waits; what a serial port
  /// could not keep meanwhile is missing, and fetched.
  mutating func lineHeld(at now: Moment, _ out: inout IntakeOutput) {
    lineHeldAt = now.monotonic
    reader?.wantsCount = true
    telling.line(isHeld: true, fields(), at: now.monotonic, &out.log)
    proceed(at: now, &out)
  }

  /// The store holds these files now, and no others: what it has of those that are followed is looked up again. First
  /// contacts are told it anew.
  mutating func restored(_ summaries: [FileSummary], at now: Moment, _ out: inout IntakeOutput) {
    book.known = [:]
    for summary in summaries { book.note(summary) }
    for (serialNumber, firstFile) in book.firstFiles.sorted(by: { $0.key < $1.key }) {
      queue.add(.noteReader(serialNumber: serialNumber, firstFile: firstFile), at: now.monotonic)
    }
    for key in book.files.keys.sorted(by: { $0.file < $1.file }) {
      book.files[key]?.counting.noted = nil
      queue.add(.openFile(key), at: now.monotonic)
    }
    reader?.wantsCount = true
    reader?.listing.isWanted = true
    proceed(at: now, &out)
  }

  /// Lets stored passings of the present event follow the zone that a person has corrected.
  mutating func correctZones(_ files: [FileSummary], at now: MonotonicTime) {
    guard timekeeping.zoneWatch.isPending, let zone = timekeeping.zone else { return }
    let present = PresentFiles(files, current: current)
    let keys = files.map(\.key).filter(present.contains)
    let isConfigured = timekeeping.timeZone != nil
    for key in timekeeping.zoneWatch.takeDue(zone, isConfigured: isConfigured, present: keys) {
      queue.add(.correctZone(key, zone), at: now)
    }
  }

  /// The daemon ends: what waits for the store is handed over, and frames that wait for their file are kept raw.
  mutating func farewell() -> [PassingRequest] {
    keepHeard()
    return queue.drain()
  }

  /// What journal entries about the reader carry.
  func fields() -> [JournalField: String] {
    var fields: [JournalField: String] = [:]
    fields[.serialNumber] = reader?.serialNumber
    return fields
  }

  /// The same where they are about a file, if there is one.
  func fields(_ key: FileKey?) -> [JournalField: String] { key?.fields ?? fields() }

  /// What is due is done: frames are judged, the reader is asked, the store is handed what waits.
  mutating func proceed(at now: Moment, _ out: inout IntakeOutput) {
    asking.rest()
    watchClock(at: now.monotonic, &out)
    if timekeeping.isHostSure, !timekeeping.unvouched.isEmpty { settleTimes(at: now) }
    acceptDeferred(at: now, &out)
    judgeHeard(at: now, &out)
    decideAbsent(at: now.monotonic, &out)
    endHolding(at: now.monotonic)
    askNext(at: now.monotonic, &out)
    watch(at: now.monotonic, &out)
    if let request = queue.next(at: now.monotonic) { out.store.append(request) }
  }
}
