import One4AllProtocol

/// What waits for the store, in order; one request is under way at a time. Passings of a file that come one after
/// another are one group, and a group is one transaction.
///
/// Memory is bounded: 10 minutes at the line's full rate (245/s) are 147,000 rows.
struct CaptureQueue: Sendable {
  /// Most rows that wait.
  static let capacity = 1 << 18
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

    var count: Int { rows.count + frames.count }

    var request: PassingRequest {
      switch content {
      case .rows(let key): .capture(key, rows)
      case .doubtful: .keepDoubtful(frames)
      case .request(let request): request
      }
    }
  }

  private var entries: [Entry] = []
  private var isUnderWay = false
  private var retryAt: MonotonicTime?
  private var failures = 0
  /// Rows and doubtful frames that wait.
  private(set) var rowCount = 0

  /// Rows that still fit in.
  var room: Int { CaptureQueue.capacity - rowCount }
  var isEmpty: Bool { entries.isEmpty }
  /// Whether the store failed when it was last asked.
  var isFailing: Bool { failures > 0 }

  /// When the next request is due; nil while nothing waits, or one is under way.
  var deadline: MonotonicTime? {
    guard !isUnderWay, let first = entries.first else { return nil }
    return max(retryAt ?? first.since, isComplete(first) ? first.since : first.since + CaptureQueue.groupAge)
  }

  /// Puts a passing at the end.
  /// - Returns: whether there was room.
  mutating func add(_ row: KeptPassing, to key: FileKey, at now: MonotonicTime) -> Bool {
    guard room > 0 else { return false }
    rowCount += 1
    if let last = openEnd, case .rows(key) = entries[last].content {
      entries[last].rows.append(row)
    } else {
      entries.append(Entry(content: .rows(key), rows: [row], since: now))
    }
    return true
  }

  /// Puts a doubtful frame at the end.
  /// - Returns: whether there was room.
  mutating func add(_ frame: DoubtfulFrame, at now: MonotonicTime) -> Bool {
    guard room > 0 else { return false }
    rowCount += 1
    if let last = openEnd, case .doubtful = entries[last].content {
      entries[last].frames.append(frame)
    } else {
      entries.append(Entry(content: .doubtful, frames: [frame], since: now))
    }
    return true
  }

  /// Puts a request at the end, unless it stands there already.
  mutating func add(_ request: PassingRequest, at now: MonotonicTime) {
    if let last = openEnd, case .request(request) = entries[last].content { return }
    entries.append(Entry(content: .request(request), since: now))
  }

  /// The request to hand over now; nil while there is none, or one is under way.
  mutating func next(at now: MonotonicTime) -> PassingRequest? {
    guard let deadline, now >= deadline else { return nil }
    isUnderWay = true
    return entries[0].request
  }

  /// All that waits and is not under way, to be handed over at once when there is no more time; it then waits no more.
  mutating func drain() -> [PassingRequest] {
    let rest = entries.dropFirst(isUnderWay ? 1 : 0)
    entries.removeLast(rest.count)
    rowCount -= rest.reduce(0) { $0 + $1.count }
    return rest.map(\.request)
  }

  /// Whether that is the request under way.
  func isUnderWay(_ request: PassingRequest) -> Bool {
    guard isUnderWay, let first = entries.first else { return false }
    return first.request == request
  }

  /// The request under way is done.
  mutating func finish() {
    guard isUnderWay, let first = entries.first else { return }
    rowCount -= first.count
    entries.removeFirst()
    isUnderWay = false
    failures = 0
    retryAt = nil
  }

  /// The request under way has failed. It stays, and is due again after a growing wait of at most 10 s.
  mutating func fail(at now: MonotonicTime) {
    guard isUnderWay else { return }
    isUnderWay = false
    retryAt = now + min(.milliseconds(250 << Int64(min(failures, 6))), .seconds(10))
    failures += 1
  }

  /// The passings of a file that wait, those under way included, in order.
  func rows(of key: FileKey) -> [KeptPassing] {
    entries.flatMap { entry -> [KeptPassing] in
      guard case .rows(key) = entry.content else { return [] }
      return entry.rows
    }
  }

  /// Files of which something that the reader told waits, what is under way included: the store does not show it yet.
  var unwritten: Set<FileKey> {
    Set(
      entries.compactMap { entry -> FileKey? in
        switch entry.content {
        case .rows(let key): entry.rows.first?.origin == .imported ? nil : key
        case .request(.noteFile(let key, _, _)), .request(.noteGone(let key)): key
        case .request, .doubtful: nil
        }
      })
  }

  /// How many imported passings of a file wait, those under way included.
  func importedCount(of key: FileKey) -> Int {
    entries.reduce(0) { count, entry in
      guard case .rows(key) = entry.content else { return count }
      return count + entry.rows.count { $0.origin == .imported }
    }
  }

  /// Whether nothing more can be added to the group, or something waits behind it.
  private func isComplete(_ entry: Entry) -> Bool {
    switch entry.content {
    case .request: true
    case .rows, .doubtful: entries.count > 1 || entry.count >= CaptureQueue.groupSize
    }
  }

  /// The last entry, when it can still grow.
  private var openEnd: Int? {
    guard let last = entries.indices.last, !(isUnderWay && last == 0),
      entries[last].count < CaptureQueue.groupSize
    else { return nil }
    return last
  }
}
