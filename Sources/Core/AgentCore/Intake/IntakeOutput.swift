public import One4AllProtocol

/// What the intake of passings wants done, in order.
public struct IntakeOutput: Equatable, Sendable {
  /// For the reader, one after another.
  public var commands: [Command] = []
  /// For the store.
  public var store: [PassingRequest] = []
  /// For the journal.
  public var log: [LogEntry] = []

  /// Nothing.
  public init() {}
}

/// How it stands with one session file, for people and for whoever sends its passings.
public struct IntakeFile: Equatable, Sendable {
  /// The file.
  public var key: FileKey
  /// How many passings the reader said it has; nil when it has not been asked.
  public var readerCount: UInt32?
  /// Numbers that the reader has and the store has not, and that are not lost.
  public var gaps: NumberSet
  /// How many stored passings wait for the reader's memory to confirm them.
  public var unconfirmed: Int
  /// Whether anything is still to be fetched or compared, and the reader is there to be asked.
  public var isFetching: Bool
}
