import One4AllProtocol

/// What the intake of passings wants done, in order.
public struct IntakeOutput: Equatable, Sendable {
  /// For the reader, one after another.
  public var commands: [ReaderQuestion] = []
  /// For the store.
  public var store: [PassingRequest] = []
  /// For the journal, and what is wrong with capturing.
  public var log: Telling

  /// Nothing but what it tells.
  init(_ log: Telling) { self.log = log }
}

/// How it stands with one session file, for people and for whoever sends its passings.
public struct IntakeFile: Equatable, Sendable {
  /// The file.
  public var key: FileKey
  /// Whether the store has told what it holds of it; before that everything looks missing.
  public var isOpened: Bool
  /// How many passings the reader said it has; nil when it has not been asked.
  public var readerCount: UInt32?
  /// Numbers that the reader has and the store has not, and that are not lost.
  public var gaps: NumberSet
  /// Numbers that the reader has no more.
  public var lost: NumberSet
  /// How many stored passings wait for the reader's memory to confirm them.
  public var unconfirmed: Int
  /// Where the reader's memory said otherwise than what was stored, since the last whole comparison began.
  public var differences: Int
  /// How many numbers are still to be fetched or compared.
  public var remaining: Int
  /// Whether the whole file is being compared.
  public var isAuditing: Bool
  /// Whether anything is still to be fetched or compared, and the reader is there to be asked.
  public var isFetching: Bool
}

/// What a whole comparison of a session file with the reader's memory has found.
public struct AuditResult: Equatable, Sendable {
  /// The file.
  public var key: FileKey
  /// How many passings the reader's memory has.
  public var readerCount: UInt32
  /// How many are stored.
  public var stored: Int
  /// How many stored ones differed; they are corrected.
  public var differences: Int
  /// How many the reader has no more.
  public var lost: Int
  /// How many stored ones the reader's memory does not have; they stay.
  public var kept = 0
  /// Why it was not compared, for a person; nil when it was.
  public var failure: String?

  /// One line for a person.
  public var summary: String {
    if let failure { return "session file \(key.file) was not compared: \(failure)" }
    let newer = stored - kept + lost - Int(readerCount)
    let note = newer > 0 ? " (\(newer) newer ones not compared yet)" : ""
    let kept = kept > 0 ? ", \(kept) kept that the reader does not have" : ""
    return
      "session file \(key.file): all \(readerCount) passings of the reader's memory compared with \(stored) stored"
      + "\(note), \(differences) differed, \(lost) lost\(kept)"
  }
}

extension AuditResult {
  /// Of a file as it stands now.
  init(_ file: OpenFile, failure: String? = nil) {
    self.init(
      key: file.key, readerCount: file.count ?? 0, stored: file.numbers.storedCount,
      differences: file.comparison.differences,
      lost: file.numbers.lostCount, failure: failure)
  }
}
