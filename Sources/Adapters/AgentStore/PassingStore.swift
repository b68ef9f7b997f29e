import AgentCore
import LinuxSystem

/// The tables of passings, and what can be asked of them. Each request is done inside a transaction of the caller's.
struct PassingStore: ~Copyable {
  let files: FileTable
  let spans: SpanTable
  let doubtful: DoubtfulTable
  let differences: DifferenceTable
  let sessions: SessionTable
  let rejections: RejectionTable
  let readers: ReaderTable
  var rows: PassingTable
  var zones: NameTable
  var boots: NameTable
  /// Name of this run of the machine, by which monotonic times can be compared.
  let boot: String
  /// The cloud whose sessions the summaries show; nil: the one that was asked for last.
  var cloud: String?
  /// What turns local times into UTC when a zone is corrected.
  var zoneLookup: ZoneLookup = onlyUTC
  let formerZones: FormerZoneTable
  var changes: ChangeTable
  private let changeNotes: ChangeNotes

  init(_ connection: borrowing Connection, boot: String) throws(StoreError) {
    let changeNotes = ChangeNotes()
    let files = try FileTable(connection)
    let spans = try SpanTable(connection, changeNotes)
    let doubtful = try DoubtfulTable(connection)
    let differences = try DifferenceTable(connection)
    let sessions = try SessionTable(connection)
    let rejections = try RejectionTable(connection)
    let readers = try ReaderTable(connection)
    let formerZones = try FormerZoneTable(connection)
    let changes = try ChangeTable(connection)
    let rows = try PassingTable(connection, changeNotes)
    let zones = try NameTable(connection, table: "zone")
    let boots = try NameTable(connection, table: "boot")
    self.files = files
    self.spans = spans
    self.doubtful = doubtful
    self.differences = differences
    self.sessions = sessions
    self.rejections = rejections
    self.readers = readers
    self.formerZones = formerZones
    self.changes = changes
    self.changeNotes = changeNotes
    self.rows = rows
    self.zones = zones
    self.boots = boots
    self.boot = boot
  }

  var now: WallTime { WallTime(milliseconds: SystemClock.wallMilliseconds) }

  /// To be called when the transaction was rolled back.
  mutating func forgetUncommitted() {
    zones.forgetAll()
    boots.forgetAll()
    changes.forgetUncommitted()
    changeNotes.forgetAll()
  }

  /// Does what is asked.
  mutating func perform(_ request: PassingRequest) throws(StoreError) -> PassingReport {
    switch request {
    case .capture(let key, let passings): .captured(try capture(key, passings))
    case .keepDoubtful(let frames): .doubtfulKept(total: try keepDoubtful(frames))
    case .settleDoubtful(let key): try settleDoubtful(key)
    case .openFile(let key): .fileOpened(try open(key))
    case .doubt(let key):
      try change(key, request) { (store, file) throws(StoreError) in try store.doubt(&file) }
    case .believe(let key, let numbers):
      try change(key, request) { (store, file) throws(StoreError) in
        guard file.unconfirmed > 0 else { return }
        if let numbers {
          try store.release(&file, numbers)
        } else {
          try store.release(&file, try store.spans.read(file.id, .held))
        }
      }
    case .release(let key, let numbers):
      try change(key, request) { (store, file) throws(StoreError) in
        let released = try store.spans.common(file.id, .held, numbers)
        try store.release(&file, released)
        try store.spans.add(file.id, .released, released)
      }
    case .accept(let key, let numbers):
      try change(key, request) { (store, file) throws(StoreError) in try store.accept(&file, numbers) }
    case .correctZone(let key, let zone): try correctZone(of: key, to: zone, request)
    case .settleTimes(let key, let zone, let ahead):
      try settleTimes(of: key, zone: zone, ahead: ahead, request)
    case .contradict(let key, let numbers, let keepingPushed):
      try contradict(key, numbers, keepingPushed: keepingPushed)
    case .noteFile(let key, let readerCount, let isSettled):
      try change(key, making: true, request) { (store, file) throws(StoreError) in
        file.readerCount = readerCount ?? file.readerCount
        file.isSettled = isSettled
        file.isGone = false
        guard let readerCount, readerCount > 0 else { return }
        try store.spans.add(file.id, .counted, NumberSet(1...readerCount))
      }
    case .noteGone(let key):
      try change(key, making: true, request) { (_, file) throws(StoreError) in
        file.isSettled = true
        file.isGone = true
      }
    case .noteReader(let serialNumber, let firstFile):
      .readerNoted(serialNumber: try noteReader(serialNumber, firstFile: firstFile))
    case .noteLost(let key, let numbers):
      try change(key, making: true, request) { (store, file) throws(StoreError) in
        try store.noteLost(&file, numbers)
      }
    case .keepSession(let key, let session):
      try change(key, making: true, request) { (store, file) throws(StoreError) in
        try store.keep(session, of: file)
      }
    case .readWaiting(let key, let after, let limit):
      .waiting(key, after: after, try readWaiting(key, after: after, limit: limit))
    case .readAcknowledged(let key, let after, let limit):
      .acknowledged(key, after: after, try readAcknowledged(key, after: after, limit: limit))
    case .readSent(let key, let after, let limit):
      .sent(key, after: after, try readSent(key, after: after, limit: limit))
    case .acknowledge(let key, let numbers, let session):
      try change(key, request) { (store, file) throws(StoreError) in
        try store.acknowledge(&file, numbers, session: session)
      }
    case .noteSent(let key, let numbers):
      try change(key, request) { (store, file) throws(StoreError) in
        try store.differences.noteSent(file.id, numbers)
        try store.noteMistimed(&file, numbers)
      }
    case .reject(let key, let number, let reason):
      try change(key, request) { (store, file) throws(StoreError) in
        try store.reject(&file, number, reason: reason)
      }
    case .sendAgain(let key, let numbers):
      try change(key, request) { (store, file) throws(StoreError) in
        try store.spans.take(file.id, .rewound, numbers)
        _ = try store.sendAgain(&file, numbers)
      }
    case .undoRewind(let key, let token):
      try change(key, request) { (store, file) throws(StoreError) in
        try store.undoRewind(&file, session: token)
      }
    case .rewind(let from, let to, let file, let dryRun):
      try rewind(from: from, to: to, file: file, dryRun: dryRun, request)
    }
  }

  /// What is stored of a file, in numbers.
  func summary(of file: StoredFile) throws(StoreError) -> FileSummary {
    file.summary(
      sentDifferences: file.differences == 0 ? 0 : try differences.countWrong(file.id),
      highest: file.stored == 0 ? 0 : try spans.highestStored(file.id) ?? 0,
      session: try shownSession(of: file.id), cloud: cloud)
  }

  /// A file's session in the cloud that is shown.
  func shownSession(of file: Int64) throws(StoreError) -> CloudSession? {
    guard let cloud else { return try sessions.readAll(file).max { $0.askedAt < $1.askedAt } }
    return try sessions.read(file, cloud: cloud)
  }

  /// Every file in numbers, in the order of first contact.
  func summaries() throws(StoreError) -> [FileSummary] {
    var summaries: [FileSummary] = []
    for file in try files.all() { summaries.append(try summary(of: file)) }
    return summaries
  }

  /// Changes a file and its row, and tells how it is then. One that is not known is only made when `making`.
  private mutating func change(
    _ key: FileKey, making: Bool = false, _ request: PassingRequest,
    _ body: (inout PassingStore, inout StoredFile) throws(StoreError) -> Void
  ) throws(StoreError) -> PassingReport {
    guard var file = try known(key, making: making) else { return .updated(FileSummary(key: key), request) }
    let before = file
    try body(&self, &file)
    try save(file, since: before)
    return .updated(try summary(of: file), request)
  }

  /// Saves a file's row at the end of a request, and numbers what followers see of it.
  /// - Parameter before: the row as it is on disk; nil when it is to be written in any case.
  mutating func save(_ file: StoredFile, since before: StoredFile? = nil) throws(StoreError) {
    if let noted = changeNotes.take(file.id) {
      try changes.note(file.id, noted.appeared, .stored)
      var corrected = noted.rewritten.subtracting(noted.appeared)
      corrected.subtract(noted.disappeared)
      if !corrected.isEmpty {
        try changes.note(file.id, try spans.common(file.id, SpanKind.seen, corrected), .corrected)
      }
      // Of what is lost no more, and not believed yet, nothing is told any more.
      var withdrawn = noted.found.subtracting(noted.appeared)
      withdrawn.formUnion(noted.disappeared)
      try changes.note(file.id, withdrawn, .withdrawn)
      try changes.note(file.id, noted.lost, .lost)
    }
    if file != before { try files.save(file) }
  }

  private func known(_ key: FileKey, making: Bool) throws(StoreError) -> StoredFile? {
    making ? try ensure(key) : try files.find(key)
  }

  /// The file, which is made when it is new.
  func ensure(_ key: FileKey) throws(StoreError) -> StoredFile {
    try files.ensure(key, now: now)
  }

  private func noteReader(_ serialNumber: String, firstFile: String) throws(StoreError) -> String {
    try readers.note(serialNumber, FirstContact(at: now, file: firstFile))
    return serialNumber
  }
}
