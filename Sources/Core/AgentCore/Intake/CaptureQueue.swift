import One4AllProtocol

/// What waits for the store, in order; one request is under way at a time. Passings of a file that come one after
/// another are one group, and a group is one transaction.
///
/// Memory is bounded, in bytes, and so is what an event costs: nothing here goes through all that waits.
struct CaptureQueue: Sendable {
  /// Most bytes that wait. 10 minutes at the line's full rate (245/s) are 147,000 rows, of about 130 bytes each; those of
  /// 13 fields have about 130 more. What comes after that the reader's memory has.
  static let limit = 24 << 20
  /// Most rows in one transaction.
  static let groupSize = 500
  /// How old the first row of a group may become before it is handed over.
  static let groupAge = Duration.milliseconds(80)

  private struct Entry: Sendable {
    enum Content: Sendable {
      case rows(FileKey)
      case doubtful
      case request(PassingRequest)
    }
    let content: Content
    var rows: [KeptPassing] = []
    var frames: [DoubtfulFrame] = []
    let since: MonotonicTime
    /// How many rows a person has imported.
    var imported = 0
    var bytes = 0

    var count: Int { rows.count + frames.count }

    var request: PassingRequest {
      switch content {
      case .rows(let key): .capture(key, rows)
      case .doubtful: .keepDoubtful(frames)
      case .request(let request): request
      }
    }

    /// The file of which it has something that the reader told, and that the store does not show yet.
    var told: FileKey? {
      switch content {
      case .rows(let key): imported < rows.count ? key : nil
      case .request(.noteFile(let key, _, _)), .request(.noteGone(let key)): key
      case .request, .doubtful: nil
      }
    }
  }

  /// What waits of a file.
  private struct Waiting: Sendable {
    /// Numbers of the groups with rows of it, ascending.
    var groups = Fifo<Int>()
    /// How many entries have something that the reader told.
    var told = 0
    /// How many rows a person has imported.
    var imported = 0

    var isNothing: Bool { groups.isEmpty && told == 0 }
  }

  private var entries = Fifo<Entry>()
  private var files: [FileKey: Waiting] = [:]
  private var isUnderWay = false
  private var retryAt: MonotonicTime?
  private var failures = 0
  private var bytes = 0
  /// Rows and doubtful frames that wait.
  private(set) var rowCount = 0
  /// Files of which something that the reader told waits, what is under way included: the store does not show it yet.
  private(set) var unwritten: Set<FileKey> = []

  /// Bytes that still fit in, beside so many others.
  func room(beside others: Int = 0) -> Int { max(0, CaptureQueue.limit - bytes - others) }
  /// Whether no row fits in any more.
  var isFull: Bool { room() < CaptureQueue.rowBytes + CaptureQueue.entryBytes }
  /// Whether so little waits that more may be asked for.
  var isRoomy: Bool { bytes < CaptureQueue.limit / 2 }
  var isEmpty: Bool { entries.isEmpty }
  /// Whether the store failed when it was last asked.
  var isFailing: Bool { failures > 0 }
  /// How often something that waits was looked at, but for the first and the last of it.
  var looks: Int { entries.looks }

  /// What a row takes, and what a group or a request takes beside its rows; about, and rather more: an array that grows
  /// has up to a half in reserve.
  static let rowBytes = MemoryLayout<KeptPassing>.stride * 5 / 4
  private static let frameBytes = MemoryLayout<DoubtfulFrame>.stride * 5 / 4 + 32
  private static let entryBytes = MemoryLayout<Entry?>.stride * 2 + 64

  /// When the next request is due; nil while nothing waits, or one is under way.
  var deadline: MonotonicTime? {
    guard !isUnderWay, let first = entries.first else { return nil }
    return max(retryAt ?? first.since, isComplete(first) ? first.since : first.since + CaptureQueue.groupAge)
  }

  /// Puts a passing at the end.
  /// - Returns: whether there was room.
  mutating func add(_ row: KeptPassing, to key: FileKey, at now: MonotonicTime) -> Bool {
    guard !isFull else { return false }
    rowCount += 1
    let isImported = row.origin == .imported
    if isImported { files[key, default: Waiting()].imported += 1 }
    if case .rows(key)? = openEnd {
      var isFirstTold = false
      entries.changeLast {
        isFirstTold = !isImported && $0.told == nil
        $0.rows.append(row)
        $0.imported += isImported ? 1 : 0
      }
      grow(by: CaptureQueue.rowBytes + row.passing.memory)
      if isFirstTold { noteTold(key) }
    } else {
      let number = append(Entry(content: .rows(key), rows: [row], since: now, imported: isImported ? 1 : 0))
      grow(by: CaptureQueue.rowBytes + row.passing.memory)
      files[key, default: Waiting()].groups.append(number)
    }
    return true
  }

  /// Puts a doubtful frame at the end.
  /// - Returns: whether there was room.
  mutating func add(_ frame: DoubtfulFrame, at now: MonotonicTime) -> Bool {
    guard !isFull else { return false }
    rowCount += 1
    if case .doubtful? = openEnd {
      entries.changeLast { $0.frames.append(frame) }
    } else {
      append(Entry(content: .doubtful, frames: [frame], since: now))
    }
    grow(by: CaptureQueue.frameBytes + frame.text.utf8.count)
    return true
  }

  /// Puts a request at the end, unless it stands there already.
  mutating func add(_ request: PassingRequest, at now: MonotonicTime) {
    if case .request(request)? = openEnd { return }
    append(Entry(content: .request(request), since: now))
    grow(by: request.memory)
  }

  @discardableResult
  private mutating func append(_ entry: Entry) -> Int {
    let number = entries.append(entry)
    grow(by: CaptureQueue.entryBytes)
    if let told = entry.told { noteTold(told) }
    return number
  }

  private mutating func grow(by count: Int) {
    bytes += count
    entries.changeLast { $0.bytes += count }
  }

  private mutating func noteTold(_ key: FileKey) {
    files[key, default: Waiting()].told += 1
    unwritten.insert(key)
  }

  /// The request to hand over now; nil while there is none, or one is under way.
  mutating func next(at now: MonotonicTime) -> PassingRequest? {
    guard let deadline, now >= deadline else { return nil }
    isUnderWay = true
    return entries.first?.request
  }

  /// All that waits and is not under way, to be handed over at once when there is no more time; it then waits no more.
  mutating func drain() -> [PassingRequest] {
    let rest = entries.removeAll(behind: isUnderWay ? 1 : 0)
    let left = entries.first
    files = [:]
    unwritten = []
    (rowCount, bytes) = (left?.count ?? 0, left?.bytes ?? 0)
    if let left, case .rows(let key) = left.content {
      files[key] = Waiting(imported: left.imported)
      files[key]?.groups.append(entries.firstNumber)
    }
    if let told = left?.told { noteTold(told) }
    return rest.map(\.request)
  }

  /// Whether that is the request under way.
  func isUnderWay(_ request: PassingRequest) -> Bool {
    guard isUnderWay, let first = entries.first else { return false }
    return first.request == request
  }

  /// The passings of the request under way.
  var rowsUnderWay: [KeptPassing] { isUnderWay ? entries.first?.rows ?? [] : [] }

  /// The request under way is done.
  mutating func finish() {
    guard isUnderWay, let done = entries.removeFirst() else { return }
    rowCount -= done.count
    bytes -= done.bytes
    if case .rows(let key) = done.content {
      _ = files[key]?.groups.removeFirst()
      files[key]?.imported -= done.imported
      forget(key, isTold: done.told != nil)
    } else if let told = done.told {
      forget(told, isTold: true)
    }
    isUnderWay = false
    failures = 0
    retryAt = nil
  }

  private mutating func forget(_ key: FileKey, isTold: Bool) {
    guard var file = files[key] else { return }
    files[key] = nil
    if isTold { file.told -= 1 }
    if file.told == 0 { unwritten.remove(key) }
    if !file.isNothing { files[key] = file }
  }

  /// The request under way has failed. It stays, and is due again after a growing wait of at most 10 s.
  mutating func fail(at now: MonotonicTime) {
    guard isUnderWay else { return }
    isUnderWay = false
    retryAt = now + min(.milliseconds(250 << Int64(min(failures, 6))), .seconds(10))
    failures += 1
  }

  /// The passings of a file that wait, those under way included, in order. Costs what there is of this file.
  mutating func rows(of key: FileKey) -> [KeptPassing] {
    guard let groups = files[key]?.groups, !groups.isEmpty else { return [] }
    var rows: [KeptPassing] = []
    var list = groups
    for number in list.firstNumber..<list.firstNumber + list.count {
      guard let group = list.look(at: number), let entry = entries.look(at: group) else { continue }
      rows += entry.rows
    }
    return rows
  }

  /// How many imported passings of a file wait, those under way included.
  func importedCount(of key: FileKey) -> Int { files[key]?.imported ?? 0 }

  /// Whether nothing more can be added to the group, or something waits behind it.
  private func isComplete(_ entry: Entry) -> Bool {
    switch entry.content {
    case .request: true
    case .rows, .doubtful: entries.count > 1 || entry.count >= CaptureQueue.groupSize
    }
  }

  /// What the last entry is, when it can still grow.
  private var openEnd: Entry.Content? {
    guard let last = entries.last, !(isUnderWay && entries.count == 1), last.count < CaptureQueue.groupSize
    else { return nil }
    return last.content
  }
}
