/// A change of what is believed of a session file's passings, as followers are told of it.
///
/// The store numbers the changes, ascending. A passing has one change number, that of its last change: who has seen all up to
/// a number, and takes each passing by reader, file and number, knows what the store believes.
public struct PassingChange: Equatable, Sendable {
  /// What has become of passings. The raw values are kept on disk.
  public enum Kind: Int64, CaseIterable, Sendable {
    /// It is believed: confirmed, or sent without that.
    case stored = 0
    /// It is another one than it was told to be: the reader's memory says so, or its zone was corrected.
    case corrected = 1
    /// What was told of it is so no more: it is doubted, waits for a decision, is not the file's, or is lost no more and
    /// not believed yet.
    case withdrawn = 2
    /// The reader has it no more, and it is not stored.
    case lost = 3
  }

  /// What is told of the numbers.
  public enum Content: Equatable, Sendable {
    /// One passing, as it is now.
    case passing(StoredPassing, isCorrected: Bool)
    /// What was told of them is so no more.
    case withdrawn
    /// The reader has them no more.
    case lost
    /// They are believed, and in the cloud; their rows were removed to make room.
    case removed
  }

  /// The change number of the last of the numbers, at least 1.
  public let change: Int64
  /// The reader and its file.
  public let key: FileKey
  /// The passings' numbers; one where there is a passing.
  public let numbers: ClosedRange<UInt32>
  /// What is told of them.
  public let content: Content

  /// A change.
  public init(change: Int64, key: FileKey, numbers: ClosedRange<UInt32>, content: Content) {
    self.change = change
    self.key = key
    self.numbers = numbers
    self.content = content
  }
}

/// How far a follower has come: a change number, and whose it is. Numbers of one store's life say nothing of another's, as
/// after a backup was put back: then the follower begins again.
public struct ChangeCursor: Equatable, Sendable, CustomStringConvertible {
  /// The change number; 0 before the first.
  public let change: Int64
  /// The name of the store's life that the number was given in: 16 hexadecimal digits; empty before the first change.
  public let epoch: String

  /// The beginning.
  public static let start = ChangeCursor(change: 0, epoch: "")

  /// A cursor.
  public init(change: Int64, epoch: String) {
    self.change = change
    self.epoch = epoch
  }

  /// The number, a dot, the name; `0` for the beginning.
  public var description: String { change == 0 ? "0" : "\(change).\(epoch)" }

  /// Reads a cursor as `description` writes it; nil when it is none.
  public init?(_ text: String) {
    if text == "0" {
      self = .start
      return
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let change = Int64(parts[0]), change > 0, String(change) == parts[0],
      parts[1].utf8.count == ChangeCursor.epochLength, parts[1].allSatisfy({ $0.isASCII && $0.isHexDigit })
    else { return nil }
    self.init(change: change, epoch: String(parts[1]))
  }

  /// How many characters an epoch's name has.
  public static let epochLength = 16
}

/// Changes behind a cursor.
public struct ChangePage: Equatable, Sendable {
  /// Ascending.
  public var changes: [PassingChange]
  /// How far that goes.
  public var cursor: ChangeCursor
  /// The cursor that was asked with is not this store's: the changes begin at the first.
  public var isRestarted: Bool
  /// Whether there are more now.
  public var isMore: Bool

  /// A page.
  public init(
    changes: [PassingChange] = [], cursor: ChangeCursor, isRestarted: Bool = false, isMore: Bool = false
  ) {
    self.changes = changes
    self.cursor = cursor
    self.isRestarted = isRestarted
    self.isMore = isMore
  }
}
