public import AgentCore

/// A session file as it is shown.
public struct LedgerRow: Equatable, Sendable {
  /// In numbers.
  public var summary: FileSummary
  /// When the file was first heard of, by the host's wall clock.
  public var firstContact: WallTime
  /// When the waiting passing with the lowest number was heard; nil when none waits.
  public var oldestWaiting: WallTime?
  /// Numbers up to the highest that is known, by us or the reader, that are neither stored nor lost; of a file with
  /// very many of them the lowest ones.
  public var gaps: NumberSet
  /// Numbers that the reader has no more; of a file with very many of them the lowest ones.
  public var lost: NumberSet
  /// How often the reader's memory said otherwise than what was stored.
  public var differences: Int
  /// Of them, how many the cloud has with another time or chip than the reader's memory, or without any in it.
  public var sentDifferences: Int
  /// How many doubtful frames are kept.
  public var doubtful: Int
  /// How many acknowledged passings were removed from the disk to make room.
  public var removed: Int

  /// The highest number that is known.
  public var highestNumber: UInt32 {
    max(gaps.last ?? 0, lost.last ?? 0, UInt32(clamping: summary.stored + gaps.count + lost.count))
  }

  /// A row.
  public init(
    summary: FileSummary, firstContact: WallTime, oldestWaiting: WallTime?, gaps: NumberSet, lost: NumberSet,
    differences: Int, sentDifferences: Int, doubtful: Int, removed: Int
  ) {
    self.summary = summary
    self.firstContact = firstContact
    self.oldestWaiting = oldestWaiting
    self.gaps = gaps
    self.lost = lost
    self.differences = differences
    self.sentDifferences = sentDifferences
    self.doubtful = doubtful
    self.removed = removed
  }
}
