public import JSONDocument

/// The ledger as a document: the contract `one4all.ledger/1`. docs/control.md describes it.
public struct LedgerDocument: Sendable {
  /// Names the contract and its version.
  public static let schema = "one4all.ledger/1"

  /// What there is to tell of one session file.
  public struct File: Sendable {
    /// How it stands.
    public var standing: FileStanding
    /// Whether what is wrong with it is an alarm: it is of the present event, or was asked for by its name.
    public var isPresent: Bool
    /// Numbers that the reader has given out, and that are neither stored nor lost.
    public var gaps: NumberSet
    /// Numbers that the reader has no more.
    public var lostNumbers: NumberSet
    /// Where the reader's memory said otherwise than what had been stored.
    public var differences: Int
    /// When the oldest of those that wait was heard.
    public var oldestWaiting: Arrival?

    /// What there is to tell.
    public init(
      _ standing: FileStanding, isPresent: Bool = true, gaps: NumberSet = NumberSet(),
      lostNumbers: NumberSet = NumberSet(), differences: Int = 0, oldestWaiting: Arrival? = nil
    ) {
      self.standing = standing
      self.isPresent = isPresent
      self.gaps = gaps
      self.lostNumbers = lostNumbers
      self.differences = differences
      self.oldestWaiting = oldestWaiting
    }
  }

  /// Ranges of numbers that are named; the count of a longer list still is whole.
  static let namedRanges = 50

  /// The document. Times are UTC, `YYYY-MM-DDTHH:mm:ss.sssZ`; what is not known is null.
  /// - Parameters:
  ///   - files: in order of first contact.
  ///   - doubtful: frames that are kept, and not believed.
  ///   - doubtfulReasons: how many of them for which reason.
  ///   - causes: why the passings are not well (`PassingHealth`); empty when they are.
  ///   - hold: why nothing is sent at all; nil when nothing holds.
  public static func document(
    of files: [File], doubtful: Int, doubtfulReasons: [DoubtfulFrame.Reason: Int] = [:], isForwarding: Bool,
    causes: [Problem] = [], hold: String?, at now: Moment
  ) -> JSONValue {
    let summaries = files.map(\.standing.summary)
    return [
      "schema": .string(schema),
      "now": .string(now.wall.iso8601),
      "well": .bool(causes.isEmpty),
      "causes": .array(causes.map { $0.document(at: now) }),
      "forward": .bool(isForwarding),
      "hold": .text(hold),
      "total": [
        "stored": sum(summaries, \.stored), "acknowledged": sum(summaries, \.acknowledged),
        "waiting": sum(summaries, \.waiting), "rejected": sum(summaries, \.rejected),
        "unconfirmed": sum(summaries, \.unconfirmed), "undecided": sum(summaries, \.undecided),
        "lost": sum(summaries, \.lost),
        "gaps": .integer(Int64(files.reduce(0) { $0 + $1.standing.gapCount })),
        "differences": .integer(Int64(files.reduce(0) { $0 + $1.differences })),
        "sent_differences": sum(summaries, \.sentDifferences), "mistimed": sum(summaries, \.mistimed),
        "doubtful": .integer(Int64(doubtful)),
        "doubtful_reasons": DoubtfulDocument.counts(doubtfulReasons),
      ],
      "files": .array(files.map { row($0, at: now) }),
    ]
  }

  private static func sum(_ files: [FileSummary], _ count: (FileSummary) -> Int) -> JSONValue {
    .integer(Int64(files.reduce(0) { $0 + count($1) }))
  }

  private static func row(_ file: File, at now: Moment) -> JSONValue {
    let standing = file.standing
    let summary = standing.summary
    let rate = standing.acknowledgedPerSecond.flatMap { $0 > 0 ? $0 : nil }
    let oldest = file.oldestWaiting?.placed(at: now)
    let left = summary.waiting == 0 ? 0 : rate.map { Double(summary.waiting) / $0 }
    return [
      "serial_number": .string(summary.key.serialNumber),
      "file": .string(summary.key.file),
      "current": .bool(standing.isCurrent),
      "settled": .bool(summary.isSettled),
      "present": .bool(file.isPresent),
      "reader_count": .whole(standing.readerCount),
      "stored": .integer(Int64(summary.stored)),
      "acknowledged": .integer(Int64(summary.acknowledged)),
      "waiting": .integer(Int64(summary.waiting)),
      "rejected": .integer(Int64(summary.rejected)),
      "unconfirmed": .integer(Int64(summary.unconfirmed)),
      "undecided": .integer(Int64(summary.undecided)),
      "lost": .integer(Int64(summary.lost)),
      "lost_numbers": .string(file.lostNumbers.text(limit: namedRanges)),
      "gaps": .integer(Int64(standing.gapCount)),
      "gap_numbers": .string((standing.gaps ?? file.gaps).text(limit: namedRanges)),
      "differences": .integer(Int64(file.differences)),
      "sent_differences": .integer(Int64(summary.sentDifferences)),
      "mistimed": .integer(Int64(summary.mistimed)),
      "oldest_waiting_at": .text(oldest.map { now.label($0).iso8601 }),
      "oldest_waiting_age_seconds": .real(oldest.map { (now.monotonic - $0).inSeconds }),
      "acknowledged_per_second": .real(rate),
      // What is held has no end in sight.
      "drain_seconds": .real(standing.hold == nil ? left : nil),
      "hold": .text(standing.hold),
      "session": summary.session.map { session in
        [
          "alias": .string(session.alias), "token": .text(session.token),
          "standing": .string(session.standing.rawValue),
        ]
      } ?? .null,
    ]
  }
}
