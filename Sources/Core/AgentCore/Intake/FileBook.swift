import One4AllProtocol

/// The session files that are known: those that are followed or fetched, and of all of them what the store's summaries say.
struct FileBook: Sendable {
  /// What the store's summaries say of a file, as far as it matters here.
  struct Known: Sendable {
    var isSettled: Bool { didSet { isGone = isGone && isSettled } }
    /// It is settled because the reader denies it.
    var isGone = false
    var readerCount: UInt32?
  }

  /// A whole comparison that has ended, and whose last rows may still be on their way to the store.
  struct Ending: Sendable {
    let request: PassingRequest
    var result: AuditResult
  }

  /// Those that are followed or fetched now.
  var files: [FileKey: OpenFile] = [:]
  var known: [FileKey: Known] = [:]
  /// The reader's session file, while a reader is there or was there last; nil when it has none.
  var current: FileKey?
  /// By serial number, the lowest name that a file can have that the reader began since the first contact with it.
  var firstFiles: [String: String]
  /// What the reader has listed since the agent runs.
  private var lists: (serialNumber: String, names: Set<SessionFileName>)?
  var endings: [FileKey: Ending] = [:]
  private var auditResults: [AuditResult] = []

  init(firstFiles: [String: String]) { self.firstFiles = firstFiles }

  /// A file that was not known; what is decided about it later is decided here.
  mutating func note(_ summary: FileSummary) {
    guard known[summary.key] == nil else { return }
    known[summary.key] = Known(
      isSettled: summary.isSettled, isGone: summary.isGone, readerCount: summary.readerCount)
  }

  /// Files that the reader itself has told of and that are not compared to the end.
  func unsettled(of serialNumber: String) -> [String] {
    known.compactMap { key, known in
      key.serialNumber == serialNumber && known.readerCount != nil && !known.isSettled ? key.file : nil
    }
  }

  /// Whether a reader has begun a file since the first contact with it.
  ///
  /// The bound is a name, and the first contact that the store keeps. It never moves: neither a file that a person has
  /// imported or had compared, nor a reader's clock that is set back, makes older files ours. While the current file itself
  /// has a name below the bound, one that an earlier list did not have is ours all the same.
  func isOurs(_ name: SessionFileName, of serialNumber: String) -> Bool {
    guard let first = firstFiles[serialNumber] else { return false }
    if name.text >= first { return true }
    if known[FileKey(serialNumber: serialNumber, file: name.text)]?.isGone == true { return true }
    guard let current, current.file < first, let lists, lists.serialNumber == serialNumber else {
      return false
    }
    return !lists.names.contains(name)
  }

  /// The reader has listed these files.
  mutating func list(_ names: [SessionFileName], of serialNumber: String) {
    let former = lists.flatMap { $0.serialNumber == serialNumber ? $0.names : nil } ?? []
    lists = (serialNumber, former.union(names))
  }

  /// Files of a reader that is there, and that it began within 12 hours before its current one and before the first contact
  /// with it: they are not fetched.
  func earlier(_ names: [SessionFileName], of serialNumber: String) -> [SessionFileName] {
    guard let current, current.serialNumber == serialNumber, let own = SessionFileName(current.file) else {
      return []
    }
    return names.filter { name in
      let age = own.openedAt.millisecondsSince1970 - name.openedAt.millisecondsSince1970
      return name < own && .milliseconds(age) <= PresentFiles.span && !isOurs(name, of: serialNumber)
    }.sorted()
  }

  /// The reader's files in the order in which they are asked about. Passings of the current one wait for those that are
  /// missing of the one before, because its cloud session is over when the next one begins: where both lack something
  /// they take turns.
  func asking(of serialNumber: String, wasCurrentLast: Bool) -> [FileKey] {
    let others = files.keys.filter { $0 != current && $0.serialNumber == serialNumber }.sorted {
      $0.file < $1.file
    }
    let urgent = others.filter { files[$0]?.isUrgent == true }
    let compared = others.filter { !urgent.contains($0) }
    let own = [current].compactMap { $0 }
    let isOwnFirst = urgent.isEmpty || !wasCurrentLast && own.contains { files[$0]?.isUrgent == true }
    return (isOwnFirst ? own + urgent : urgent + own) + compared
  }

  /// Whether the other files of the reader have all that they count under the numbers that a file's memory lacks.
  func isElsewhereKnown(_ file: OpenFile) -> Bool {
    let absent = file.numbers.numbers(.absent)
    return files.values.allSatisfy { other in
      other.key == file.key || other.count != nil && other.needed.intersection(absent).isEmpty
    }
  }

  /// Where the reader's memory said otherwise.
  mutating func differ(_ count: Int, in key: FileKey) {
    files[key]?.comparison.differences += count
    endings[key]?.result.differences += count
  }

  /// Keeps what became of a comparison. Nobody takes it when nobody asks; the last ones are enough.
  mutating func note(_ result: AuditResult) { auditResults = auditResults.suffix(31) + [result] }

  /// What whole comparisons have found since it was last asked for.
  mutating func takeAuditResults() -> [AuditResult] {
    defer { auditResults = [] }
    return auditResults
  }

  /// The comparison that a person has asked for cannot be done now.
  mutating func failAudit(of key: FileKey, _ reason: String, _ log: inout Telling) {
    guard let file = files[key], file.comparison.isAsked else { return }
    files[key]?.comparison.isAsked = false
    let result = AuditResult(file, failure: reason)
    note(result)
    log.append(LogEntry(.auditDone, result.summary, priority: .warning, key.fields))
  }

  /// Everything that a comparison brought is on disk: a person is told what it found.
  mutating func tellEnding(_ request: PassingRequest, _ summary: FileSummary, _ log: inout Telling) {
    guard let ending = endings[summary.key], ending.request == request else { return }
    endings[summary.key] = nil
    var result = ending.result
    result.stored = summary.stored
    note(result)
    log.append(LogEntry(.auditDone, result.summary, summary.key.fields))
  }
}
