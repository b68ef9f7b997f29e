public import JSONDocument

/// The ledger as a document: the contract `one4all.ledger/1`. docs/control.md describes it.
public struct LedgerDocument: Sendable {
  /// Names the contract and its version.
  public static let schema = "one4all.ledger/1"

  /// What there is to tell of one session file.
  public struct File: Sendable {
    /// In numbers.
    public var summary: FileSummary
    /// Whether it is the reader's current file.
    public var isCurrent: Bool
    /// Numbers that the reader has given out, and that are neither stored nor lost.
    public var gaps: NumberSet
    /// Numbers that the reader has no more.
    public var lostNumbers: NumberSet
    /// Where the reader's memory said otherwise than what had been stored.
    public var differences: Int
    /// Of them, how many the cloud has with another time or chip than the reader's memory, or without any in it.
    public var sentDifferences: Int
    /// When the oldest of those that wait was heard.
    public var oldestWaiting: WallTime?
    /// Confirmed by the cloud, passings a second, lately; nil when nothing was.
    public var acknowledgedPerSecond: Double?
    /// Why its passings are not sent now; nil when nothing holds them.
    public var hold: String?

    /// What there is to tell.
    public init(
      summary: FileSummary, isCurrent: Bool = false, gaps: NumberSet = NumberSet(),
      lostNumbers: NumberSet = NumberSet(), differences: Int = 0, sentDifferences: Int = 0,
      oldestWaiting: WallTime? = nil,
      acknowledgedPerSecond: Double? = nil, hold: String? = nil
    ) {
      self.summary = summary
      self.isCurrent = isCurrent
      self.gaps = gaps
      self.lostNumbers = lostNumbers
      self.differences = differences
      self.sentDifferences = sentDifferences
      self.oldestWaiting = oldestWaiting
      self.acknowledgedPerSecond = acknowledgedPerSecond
      self.hold = hold
    }
  }

  /// Ranges of numbers that are named; the count of a longer list still is whole.
  static let namedRanges = 50

  /// The document. Times are UTC, `YYYY-MM-DDTHH:mm:ss.sssZ`; what is not known is null.
  /// - Parameters:
  ///   - files: in order of first contact.
  ///   - doubtful: frames that are kept, and not believed.
  ///   - doubtfulReasons: how many of them for which reason.
  ///   - hold: why nothing is sent at all; nil when nothing holds.
  public static func document(
    of files: [File], doubtful: Int, doubtfulReasons: [DoubtfulFrame.Reason: Int] = [:], isForwarding: Bool,
    hold: String?, at now: WallTime
  ) -> JSONValue {
    let summaries = files.map(\.summary)
    return [
      "schema": .string(schema),
      "now": .string(now.iso8601),
      "forward": .bool(isForwarding),
      "hold": .text(hold),
      "total": [
        "stored": sum(summaries, \.stored), "acknowledged": sum(summaries, \.acknowledged),
        "waiting": sum(summaries, \.waiting), "rejected": sum(summaries, \.rejected),
        "unconfirmed": sum(summaries, \.unconfirmed), "lost": sum(summaries, \.lost),
        "gaps": .integer(Int64(files.reduce(0) { $0 + $1.gaps.count })),
        "differences": .integer(Int64(files.reduce(0) { $0 + $1.differences })),
        "sent_differences": .integer(Int64(files.reduce(0) { $0 + $1.sentDifferences })),
        "doubtful": .integer(Int64(doubtful)),
        "doubtful_reasons": DoubtfulDocument.counts(doubtfulReasons),
      ],
      "files": .array(files.map { row($0, at: now) }),
    ]
  }

  private static func sum(_ files: [FileSummary], _ count: (FileSummary) -> Int) -> JSONValue {
    .integer(Int64(files.reduce(0) { $0 + count($1) }))
  }

  private static func row(_ file: File, at now: WallTime) -> JSONValue {
    let summary = file.summary
    let rate = file.acknowledgedPerSecond.flatMap { $0 > 0 ? $0 : nil }
    return [
      "serial_number": .string(summary.key.serialNumber),
      "file": .string(summary.key.file),
      "current": .bool(file.isCurrent),
      "settled": .bool(summary.isSettled),
      "reader_count": .whole(summary.readerCount),
      "stored": .integer(Int64(summary.stored)),
      "acknowledged": .integer(Int64(summary.acknowledged)),
      "waiting": .integer(Int64(summary.waiting)),
      "rejected": .integer(Int64(summary.rejected)),
      "unconfirmed": .integer(Int64(summary.unconfirmed)),
      "lost": .integer(Int64(summary.lost)),
      "lost_numbers": .string(file.lostNumbers.text(limit: namedRanges)),
      "gaps": .integer(Int64(file.gaps.count)),
      "gap_numbers": .string(file.gaps.text(limit: namedRanges)),
      "differences": .integer(Int64(file.differences)),
      "sent_differences": .integer(Int64(file.sentDifferences)),
      "oldest_waiting_at": .text(file.oldestWaiting?.iso8601),
      "oldest_waiting_age_seconds": .real(file.oldestWaiting.map { max(0, (now - $0).inSeconds) }),
      "acknowledged_per_second": .real(rate),
      "drain_seconds": .real(summary.waiting == 0 ? 0 : rate.map { Double(summary.waiting) / $0 }),
      "hold": .text(file.hold),
      "session": summary.session.map { session in
        [
          "alias": .string(session.alias), "token": .text(session.token),
          "standing": .string(session.standing.rawValue),
        ]
      } ?? .null,
    ]
  }
}
