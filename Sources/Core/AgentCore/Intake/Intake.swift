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
  /// A reader that is there.
  struct Connected: Sendable {
    var status: ReaderStatus
    /// When a passing was last pushed.
    var heardAt: MonotonicTime?
    /// When the last GETSTATUS that was answered had been asked.
    var statusAskedAt: MonotonicTime?
    let connectedAt: MonotonicTime
    /// Passings one after another that its memory gave as they were pushed.
    var agreed = 0
    /// GETFILE gives the current file too.
    var namesCurrent = true
    /// It refuses to list: nothing can be confirmed.
    var cannotConfirm = false
    var wantsCount = true
    var wantsList = true
    /// LISTFILES has not been answered yet since it was wanted.
    var isSearching = true
    var wantsName = false
    var wantsStart = false
    var attempts = Attempts()
    /// It was heard of for the first time since it is there.
    var isNew = false
    /// The lists of files that came since one was wanted.
    var listings = FileListings()
    /// LISTFILES was in vain: it is not asked again before then.
    var listFrom: MonotonicTime?
    /// GETSTATUS field 11 when it last made us ask for the count.
    var hint: Int?
    /// Nothing that is asked on a whim is asked before then.
    var countNotBefore: MonotonicTime?

    var serialNumber: String { status.serialNumber }
  }

  /// A pushed frame that waits to be judged.
  struct Heard: Sendable {
    let passing: Passing
    let at: MonotonicTime
    let wall: WallTime
    /// Whether the host's clock was to be trusted.
    let isSynchronised: Bool
  }

  /// What the reader was asked last, and what for.
  struct Asked: Sendable {
    enum Purpose: Sendable {
      case naming
      case counting
      case listing
      case info(FileKey)
      case slice(Slice)
      case starting
    }
    let command: Command
    var purpose: Purpose
    let at: MonotonicTime
  }

  /// What the store's summaries say of a file, as far as it matters here.
  struct Known: Sendable {
    var isSettled: Bool { didSet { isGone = isGone && isSettled } }
    /// It is settled because the reader denies it.
    var isGone = false
    var readerCount: UInt32?

    init(isSettled: Bool, readerCount: UInt32?) {
      self.isSettled = isSettled
      self.readerCount = readerCount
    }
  }

  /// A whole comparison that has ended, and whose last rows may still be on their way to the store.
  struct Ending: Sendable {
    let request: PassingRequest
    var result: AuditResult
  }

  /// Malformed frames in that time: the line shows damage.
  static let damageSpan = Duration.seconds(60)
  /// So long without damage prove a line.
  static let provingSpan = Duration.seconds(600)
  /// The count is asked for that often, even if nothing hints at more.
  static let countSpan = Duration.seconds(30)
  /// And that often while nothing tells that the reader reads.
  static let restingCountSpan = Duration.seconds(180)
  /// A file that the reader denies so long is gone.
  static let missingSpan = Duration.seconds(120)
  /// How long it is not asked for meanwhile.
  static let missingPause = Duration.seconds(30)

  var settings: PassingSettings
  var timeZone: String?
  let zones: ZoneLookup
  /// The zone of the reader's wall clock; nil when none is named, or there is no such zone.
  var zone: String?
  /// Whether kernel or cloud vouch for the host's clock.
  var isHostTrusted = false
  /// And whether the cloud is among them, or had time enough to contradict.
  var isHostSure = false
  /// Files with passings of a doubled hour that were heard while nobody vouched for it.
  var unvouched: Set<FileKey> = []
  /// Whether the reader's clock goes on as it went.
  var clock = ClockWatch()
  /// Lists that came while the reader was to tell its time.
  var deferred: [Slice] = []
  /// Whether stored passings have the zone that was corrected.
  var zoneWatch = ZoneWatch()
  var known: [FileKey: Known] = [:]
  /// By serial number, the lowest name that a file can have that the reader began since the first contact with it.
  var firstFiles: [String: String]
  /// What the reader has listed since the agent runs.
  var lists: (serialNumber: String, names: Set<SessionFileName>)?
  var queue = CaptureQueue()
  var files: [FileKey: OpenFile] = [:]
  var reader: Connected?
  var pending: [Heard] = [] { didSet { if pending.isEmpty { pendingMemory = 0 } } }
  /// Bytes of memory that those hold beside their own values.
  var pendingMemory = 0
  var asked: Asked?
  /// What counts once the reader has named its file again.
  var unverified = Unverified()
  var questions = QuestionPace()
  /// Whether the current file was asked about last, where others had something urgent as well.
  var wasCurrentLast = false
  /// Of a list that did not end, the numbers that may still come.
  var lingering: (key: FileKey, range: ClosedRange<UInt32>)?
  var pace = FetchPace()
  var slicesFrom: MonotonicTime
  var wakeAt: MonotonicTime?
  var damagedAt: MonotonicTime?
  /// When the line was last not read because the agent was behind.
  var lineHeldAt: MonotonicTime?
  /// The firmware of which a line with an unknown number of fields was told.
  var toldUnknownForm: String?
  var endings: [FileKey: Ending] = [:]
  var gapTellings: [FileKey: GapTelling] = [:]
  /// What the passings imported last tell of the times of those that follow.
  var importing: (key: FileKey, zone: String, times: PassingTimes, latest: WallTime?)?

  /// What is wrong with capturing.
  public internal(set) var conditions = Conditions()
  /// The reader's session file, while a reader is there or was there last; nil when it has none.
  public internal(set) var current: FileKey?
  /// Pushed passings that found no room in memory because the store did not take any. The reader's memory still has
  /// them.
  public internal(set) var droppedRows = 0
  var auditResults: [AuditResult] = []

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
    self.timeZone = timeZone
    self.zones = zones
    self.firstFiles = firstFiles
    slicesFrom = now
    for summary in summaries { note(summary) }
  }

  /// When `advance` is wanted next; nil when only an event can change anything.
  public var nextDeadline: MonotonicTime? {
    [queue.deadline, wakeAt, reader == nil || zone == nil ? nil : clock.deadline].compactMap { $0 }.min()
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
    files.values.sorted { $0.key.file < $1.key.file }.map { file in
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
    var keys = Set(files.values.lazy.filter { isFetching($0) }.map(\.key))
    keys.formUnion(queue.unwritten.filter { $0.serialNumber == reader.serialNumber && $0 != current })
    guard reader.isSearching else { return keys }
    for (key, file) in known
    where key.serialNumber == reader.serialNumber && !file.isSettled && key != current {
      keys.insert(key)
    }
    return keys
  }

  /// Serial number of the reader while it is still to tell which files it has.
  public var searching: String? { reader.flatMap { $0.isSearching ? $0.serialNumber : nil } }

  /// Files that the reader has gone on from, and of which everything that it counts is stored: they are only compared. So
  /// are those that it denies, as long as it does.
  public var complete: Set<FileKey> {
    guard let reader else { return [] }
    let complete = files.values.lazy.filter { [current] file in
      file.key != current && file.key.serialNumber == reader.serialNumber && file.isOpened
        && (file.missingSince != nil || (file.count != nil && !file.isUrgent))
    }
    let keys = Set(complete.map(\.key))
    return keys.isEmpty ? keys : keys.subtracting(queue.unwritten)
  }

  /// Rows that the store has not taken yet.
  public var waitingRows: Int { queue.rowCount + pending.count }
  /// Imported passings of a file that the store has not taken yet.
  public func unwrittenImports(of key: FileKey) -> Int { queue.importedCount(of: key) }
  /// How many imported rows fit in now: what comes from the reader finds room beside them.
  public var room: Int {
    let bytes = queue.room(beside: pendingSize) - CaptureQueue.limit / 2
    return max(0, bytes) / CaptureQueue.rowBytes
  }
  /// Bytes of memory that may wait for the store.
  public static let memoryLimit = CaptureQueue.limit
  /// Bytes that frames take that wait to be judged.
  var pendingSize: Int { pending.count * Intake.pendingBytes + pendingMemory }

  /// Frames that wait, the first so many, do not wait any more.
  mutating func removePending(_ count: Int) {
    pendingMemory -= pending[..<count].reduce(0) { $0 + $1.passing.memory }
    pending.removeFirst(count)
  }

  /// What a frame takes that waits to be judged, about.
  static let pendingBytes = MemoryLayout<Heard>.stride * 5 / 4

  /// Time has passed.
  public mutating func advance(to now: Moment, _ out: inout IntakeOutput) { proceed(at: now, &out) }

  /// Takes note of what kernel and cloud say of the host's clock.
  mutating func observe(isHostTrusted: Bool, isHostSure: Bool) {
    self.isHostTrusted = isHostTrusted
    self.isHostSure = isHostSure
  }

  /// New settings are in force.
  public mutating func apply(
    _ settings: PassingSettings, timeZone: String?, at now: Moment, _ out: inout IntakeOutput
  ) {
    self.settings = settings
    if self.timeZone != timeZone { zoneWatch.changed() }
    self.timeZone = timeZone
    findZone(at: now.monotonic, &out.log)
    if settings.confirm == .never {
      for (key, file) in files where file.numbers.isAnyWaiting { believe(key, at: now.monotonic) }
    }
    proceed(at: now, &out)
  }

  /// A person wants every stored passing of a file compared with the reader's memory.
  /// - Parameter file: its name; nil for the current one.
  /// - Returns: why that cannot be done now; nil when it has begun. Its end is told as `audit-done`.
  public mutating func audit(file: String?, at now: Moment, _ out: inout IntakeOutput) -> String? {
    guard let reader else { return "no reader is connected" }
    guard zone != nil else { return "the zone of the reader's clock is not known: set `time_zone`" }
    guard let name = file ?? current?.file else { return "the reader has no session file" }
    guard let parsed = SessionFileName(name) else {
      return "'\(name)' is no session file of a reader, such as 20191112-090155.csv is: copy it, and use "
        + "`one4allctl import`"
    }
    let key = FileKey(serialNumber: reader.serialNumber, file: name)
    beginAudit(of: key, name: parsed, at: now.monotonic)
    files[key]?.comparison.isAsked = true
    proceed(at: now, &out)
    return nil
  }

  /// Hands over what whole comparisons have found since it was last called, those that nobody asked for among them.
  public mutating func takeAuditResults() -> [AuditResult] {
    defer { auditResults = [] }
    return auditResults
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
    // What they tell of times is kept apart: a person may have given another reader's file.
    var times = files[key]?.moments.times ?? PassingTimes()
    var latest: WallTime?
    if let importing, importing.key == key, importing.zone == zone {
      (times, latest) = (importing.times, importing.latest)
    }
    let isToConfirm = isConfirmable(key)
    let jumped = jumpedImports(passings, of: key, zone: zone, after: latest, times, at: now.monotonic)
    var taken = 0
    for passing in passings.prefix(room) {
      guard let time = times.moment(of: passing, zone: zone, arrival: nil, zones: zones) else { break }
      let number = passing.number
      let isUnconfirmed = isToConfirm && files[key]?.numbers[number] == .unheard
      let row = KeptPassing(
        passing: passing, zone: zone, utc: time.utc, arrivedAt: now.monotonic, arrivedWall: now.wall,
        hostSynchronised: isHostTrusted, origin: .imported,
        trust: isUnconfirmed ? .unconfirmed : .believed, stamp: stamp(isJumped: jumped.contains(number)),
        certainty: time.certainty, zoneSource: zoneSource)
      guard queue.add(row, to: key, at: now.monotonic) else { break }
      times.learn(passing, time, zone: zone, zones: zones)
      if !jumped.contains(number) { latest = max(latest ?? time.utc, time.utc) }
      files[key]?.moments.tellGuess(time, number, of: key, &out.log)
      files[key]?.note(isUnconfirmed ? .received : .imported, NumberSet(number...number), at: now.monotonic)
      taken += 1
    }
    importing = (key, zone, times, latest)
    if let file = files[key] { tellLost(file, at: now.monotonic, &out) }
    proceed(at: now, &out)
    return taken
  }

  /// Whether the reader that is there can confirm passings of that file.
  private func isConfirmable(_ key: FileKey) -> Bool {
    guard let reader, reader.serialNumber == key.serialNumber, !reader.cannotConfirm else { return false }
    return files[key]?.isOpened == true && settings.confirm != .never
  }

  /// A file that was not known; what is decided about it later is decided here.
  mutating func note(_ summary: FileSummary) {
    guard known[summary.key] == nil else { return }
    known[summary.key] = Known(isSettled: summary.isSettled, readerCount: summary.readerCount)
    known[summary.key]?.isGone = summary.isGone
  }

  /// What is due is done: frames are judged, the reader is asked, the store is handed what waits.
  mutating func proceed(at now: Moment, _ out: inout IntakeOutput) {
    wakeAt = nil
    watchClock(at: now.monotonic, &out)
    if isHostSure, !unvouched.isEmpty { settleTimes(at: now) }
    acceptDeferred(at: now, &out)
    judgePending(at: now, &out)
    decideDenied(at: now.monotonic, &out)
    endHolding(at: now.monotonic)
    askNext(at: now.monotonic, &out)
    watch(at: now.monotonic, &out)
    if let request = queue.next(at: now.monotonic) { out.store.append(request) }
  }
}
