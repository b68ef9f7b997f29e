import JSONDocument

/// The cloud session that one session file's passings go to.
public struct CloudSession: Equatable, Sendable {
  /// How it stands. The raw values are kept on disk.
  public enum Standing: String, Sendable {
    /// It was asked for, and what came of it is not known: before it is asked for again, the cloud's list is read.
    case asked
    /// The cloud takes its passings.
    case open
    /// The cloud says that it is closed or gone: nothing is sent to it any more.
    case closed
  }

  /// Base address of the cloud.
  public var cloud: String
  /// The device it belongs to.
  public var deviceid: String
  /// The cloud's name for it; nil while it is only asked for.
  public var token: String?
  /// Its name for people.
  public var alias: String
  /// How it stands.
  public var standing: Standing
  /// When it was first asked for, by the host's wall clock.
  public var askedAt: WallTime
  /// How many of the file's passings were acknowledged in it, less those that wait again since. The store counts.
  public var acknowledged: Int

  /// A cloud session.
  public init(
    cloud: String, deviceid: String, token: String?, alias: String, standing: Standing, askedAt: WallTime,
    acknowledged: Int = 0
  ) {
    self.cloud = cloud
    self.deviceid = deviceid
    self.token = token
    self.alias = alias
    self.standing = standing
    self.askedAt = askedAt
    self.acknowledged = FileSummary.clamp(acknowledged)
  }
}

/// What is kept of a session file, in numbers. Law: `stored == acknowledged + waiting + rejected`. No counter is below 0 or
/// above 2^40, whatever a damaged store holds: no sum of them overflows.
public struct FileSummary: Equatable, Sendable {
  /// The file.
  public var key: FileKey
  /// Passings kept since it was first heard of; those removed to make room are still counted.
  public var stored: Int
  /// Of them, how many the cloud has confirmed.
  public var acknowledged: Int
  /// Of them, how many the cloud has refused.
  public var rejected: Int
  /// Of those waiting, how many wait for the reader's memory to confirm them.
  public var unconfirmed: Int
  /// Of those waiting, how many wait for a person's decision, because the reader's clock had jumped when it stamped them.
  public var undecided: Int
  /// Numbers that the reader gave out and has no more.
  public var lost: Int
  /// How many passings the cloud has with another time or chip than the reader's memory, or without any in it.
  public var sentDifferences: Int
  /// How many passings were sent with the UTC of a zone that was corrected since.
  public var mistimed: Int
  /// The highest number that is stored, those removed to make room among them; 0 when none is.
  public var highest: UInt32
  /// How many passings the reader said that the file has; nil when it has not been asked.
  public var readerCount: UInt32?
  /// Whether the reader has gone on to another file and everything that it has of this one was compared with what is
  /// stored.
  public var isSettled: Bool
  /// Whether it is settled because the reader says that it has no such file.
  public var isGone: Bool
  /// Where its passings go; nil before the first is to be sent.
  public var session: CloudSession?
  /// Base address of the cloud that the session was looked for; nil: the session is the one that was asked for last.
  public var cloud: String?

  /// Kept, and neither confirmed nor refused by the cloud.
  public var waiting: Int { max(0, stored - acknowledged - rejected) }

  /// How many passings the file has, by the reader's word or by the numbers that came; nil when neither is known.
  public var knownCount: UInt32? {
    if let readerCount { return max(readerCount, highest) }
    return highest > 0 ? highest : nil
  }

  /// How many of those that the reader has told of are neither stored nor lost. Of a file of which it never has, such as
  /// one that was only imported, there is nothing to be fetched, whatever its numbers leave out.
  public var gapCount: Int { readerCount == nil ? 0 : max(0, Int(knownCount ?? 0) - stored - lost) }

  /// A summary; that of a new file by default.
  public init(
    key: FileKey, stored: Int = 0, acknowledged: Int = 0, rejected: Int = 0, unconfirmed: Int = 0,
    undecided: Int = 0, lost: Int = 0, sentDifferences: Int = 0, mistimed: Int = 0, highest: UInt32 = 0,
    readerCount: UInt32? = nil,
    isSettled: Bool = false, isGone: Bool = false, session: CloudSession? = nil, cloud: String? = nil
  ) {
    self.key = key
    self.stored = FileSummary.clamp(stored)
    self.acknowledged = FileSummary.clamp(acknowledged)
    self.rejected = FileSummary.clamp(rejected)
    self.unconfirmed = FileSummary.clamp(unconfirmed)
    self.undecided = FileSummary.clamp(undecided)
    self.lost = FileSummary.clamp(lost)
    self.sentDifferences = FileSummary.clamp(sentDifferences)
    self.mistimed = FileSummary.clamp(mistimed)
    self.highest = highest
    self.readerCount = readerCount
    self.isSettled = isSettled
    self.isGone = isGone
    self.session = session
    self.cloud = cloud
  }

  /// The highest count that is believed, wherever it comes from.
  public static let mostCounted = JSONValue.mostCounted

  static func clamp(_ count: Int) -> Int { min(max(0, count), Int(clamping: mostCounted)) }

  /// The same for a reader who uses that cloud. An answer that was on its way when the cloud was changed shows the
  /// session of the former one: it says nothing about the present one's.
  func shown(in present: String, after former: FileSummary?) -> FileSummary {
    guard let cloud, cloud != present else { return self }
    var summary = self
    summary.session = former?.session
    summary.cloud = present
    return summary
  }
}
