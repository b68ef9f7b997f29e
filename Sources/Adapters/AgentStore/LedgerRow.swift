public import AgentCore

/// A session file as it is shown.
public struct LedgerRow: Equatable, Sendable {
  /// In numbers.
  public var summary: FileSummary
  /// When the file was first heard of, by the host's wall clock.
  public var firstContact: WallTime
  /// When the waiting passing with the lowest number was heard; nil when none waits.
  public var oldestWaiting: Arrival?
  /// Numbers up to the highest that is known, by us or the reader, that are neither stored nor lost; of a file with
  /// very many of them the lowest ones.
  public var gaps: NumberSet
  /// Numbers that the reader has no more; of a file with very many of them the lowest ones.
  public var lost: NumberSet
  /// How often the reader's memory said otherwise than what was stored.
  public var differences: Int
  /// How many doubtful frames are kept.
  public var doubtful: Int
  /// How many acknowledged passings were removed from the disk to make room.
  public var removed: Int

  /// A row.
  public init(
    summary: FileSummary, firstContact: WallTime, oldestWaiting: Arrival?, gaps: NumberSet, lost: NumberSet,
    differences: Int, doubtful: Int, removed: Int
  ) {
    self.summary = summary
    self.firstContact = firstContact
    self.oldestWaiting = oldestWaiting
    self.gaps = gaps
    self.lost = lost
    self.differences = differences
    self.doubtful = doubtful
    self.removed = removed
  }
}
