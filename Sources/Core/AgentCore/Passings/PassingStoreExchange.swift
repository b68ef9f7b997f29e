public import One4AllProtocol

/// What the core asks the store to do with passings. Each is one transaction, answered once it is on disk, or has
/// failed. Summaries in the answers are those after the transaction.
public enum PassingRequest: Equatable, Sendable {
  /// Keep passings of a file; the file is made when it is new. Each is one reception, told apart by when it was heard. A row
  /// that is there already:
  /// - the same frame changes nothing, but that it is confirmed by one that was `.fetched` another time, or `.imported` where
  ///   the first was not, or that is `.confirmed`;
  /// - another frame, `.confirmed`: the reader's memory decides, the row becomes that frame, and the difference is
  ///   kept and told;
  /// - another frame, not `.confirmed`: the row stays, and the number is told as `contradicted`.
  /// A number that was noted as lost is lost no more.
  case capture(FileKey, [KeptPassing])
  /// Keep frames that are not believed.
  case keepDoubtful([DoubtfulFrame])
  /// The file's doubtful frames are settled: the reader's memory has decided about all of their numbers. They are
  /// forgotten, but for a count. Those stay whose number is lost, and those that `contradict` kept: there is no other
  /// copy of them.
  case settleDoubtful(FileKey)
  /// What is stored of a file, by number.
  case openFile(FileKey)
  /// The line is damaged: rows of the file that wait and are only `.believed` become `.unconfirmed`.
  case doubt(FileKey)
  /// They go without the reader's memory: of the numbers, or of all when none are named, rows that are `.unconfirmed` become
  /// `.believed`.
  case believe(FileKey, NumberSet? = nil)
  /// A person has decided that they go without the reader's memory: rows of the numbers that are `.unconfirmed` become
  /// `.released`, and stay so whatever the line shows.
  case release(FileKey, NumberSet)
  /// A person has decided: those of the numbers that are `.undecided` are `.accepted`, and go as they are.
  case accept(FileKey, NumberSet)
  /// The zone of the reader's wall clock was corrected: rows of the file whose zone no person named get that one, and the
  /// UTC that their frames have in it. What was sent with another UTC is noted, and so is the former zone. A file is left
  /// as it is when its passings came, by a host's clock that was to be trusted, at the times of the former zone.
  case correctZone(FileKey, String)
  /// The host's clock is to be trusted now: what was pushed in this run of the machine before it was came when that clock
  /// says. Rows of that zone whose moment is a guess get the one that follows from it; what was sent with another UTC is
  /// noted.
  /// - ahead: the host's wall clock less its monotonic one, in milliseconds.
  case settleTimes(FileKey, zone: String, ahead: Int64)
  /// The reader's memory has no such passings although they are stored. What it has once confirmed or counted stays: it
  /// has lost that since. Of the others are removed, unless the cloud has them, and told as differences
  /// - those that were `.unconfirmed` when they came, and still are; their frames are kept as doubtful. With `keepingPushed`
  ///   not those that were pushed: the reader may have lost them with its power;
  /// - those whose frame the memory has confirmed in another file of the same reader.
  /// The rest stays: a passing too many can be corrected, one too few cannot. What stays is held no more.
  case contradict(FileKey, NumberSet, keepingPushed: Bool = false)
  /// What the reader says of the file: how many passings it has; whether all is compared and it is over.
  case noteFile(FileKey, readerCount: UInt32?, isSettled: Bool)
  /// The reader says that it has no such file: it is settled, and gone until `noteFile` says something else.
  case noteGone(FileKey)
  /// The first contact with a reader: files with names below `firstFile` it had begun before. A later one changes
  /// nothing.
  case noteReader(serialNumber: String, firstFile: String)
  /// The reader has them no more.
  case noteLost(FileKey, NumberSet)
  /// The cloud session of a file; on disk before its token is used. One that is `.asked` is a new one, in which nothing
  /// is acknowledged.
  case keepSession(FileKey, CloudSession)
  /// The lowest waiting passings of a file behind a number, at most `limit`, ascending; without those that are
  /// `.unconfirmed`.
  case readWaiting(FileKey, after: UInt32, limit: Int)
  /// The lowest acknowledged passings of a file behind a number, at most `limit`; without those that were removed to
  /// make room.
  case readAcknowledged(FileKey, after: UInt32, limit: Int)
  /// The same, with what was sent of them.
  case readSent(FileKey, after: UInt32, limit: Int)
  /// The cloud has confirmed them. Those that do not wait are left as they are. Differences of passings that were kept
  /// although the reader's memory does not have them were sent with this.
  /// - session: the token of the session that they are in; the file's session with that token counts them.
  case acknowledge(FileKey, NumberSet, session: String? = nil)
  /// The cloud may have them as they were before the reader's memory said otherwise: their differences were sent.
  case noteSent(FileKey, NumberSet)
  /// The cloud refuses one; why, for a person. It waits no more.
  case reject(FileKey, UInt32, reason: String)
  /// Those that were acknowledged or rejected wait again. Numbers that are not stored are left out.
  case sendAgain(FileKey, NumberSet)
  /// The cloud has closed that session of a file, and what it has cannot be read: those that were acknowledged in it and
  /// wait again since a `rewind` are acknowledged as before. Where some of the file may be in another session, nothing
  /// is changed.
  case undoRewind(FileKey, session: String)
  /// All acknowledged or refused passings with that UTC time wait again; with `dryRun` they are only counted. Those stay
  /// acknowledged that the cloud has in a session that is closed, or that another one of the same cloud and device has
  /// replaced: they would come to a second one.
  /// - file: nil for all files.
  case rewind(from: WallTime, to: WallTime, file: FileKey?, dryRun: Bool)
}

/// What the store tells the core about passings.
public enum PassingReport: Equatable, Sendable {
  /// Passings are on disk.
  case captured(CaptureResult)
  /// Doubtful frames are on disk; how many are kept in all.
  case doubtfulKept(total: Int)
  /// Those of a file that are settled are forgotten; how many are kept in all.
  case doubtfulSettled(FileSummary, total: Int)
  /// What is stored of a file.
  case fileOpened(FileContents)
  /// Passings to send; `key` and `after` as asked.
  case waiting(FileKey, after: UInt32, [WaitingPassing])
  /// Numbers of passings that the cloud has confirmed; `key` and `after` as asked.
  case acknowledged(FileKey, after: UInt32, NumberSet)
  /// Passings that the cloud has confirmed, ascending; `key` and `after` as asked.
  case sent(FileKey, after: UInt32, [SentPassing])
  /// What became of passings that the reader's memory does not have.
  case contradicted(FileSummary, Contradiction)
  /// The first contact with a reader is on disk.
  case readerNoted(serialNumber: String)
  /// Zone and UTC of a file's passings are corrected, or left as they are.
  case zoneCorrected(FileSummary, ZoneCorrection, PassingRequest)
  /// Acknowledged, refused, doubted, noted, or waiting again, and on disk.
  case updated(FileSummary, PassingRequest)
  /// How many of each file wait again, or would, and how many do not because the cloud has them in a session that takes
  /// no more; the summaries of the files concerned, in the order of first contact.
  case rewound(counts: [FileKey: Int], left: [FileKey: Int] = [:], [FileSummary], PassingRequest)
  /// It was not done, and nothing of it is on disk.
  case failed(PassingRequest, StoreFailure)
}

/// What became of a `capture`.
public struct CaptureResult: Equatable, Sendable {
  /// The file, after it.
  public var summary: FileSummary
  /// Numbers that are new.
  public var added: NumberSet
  /// Numbers whose frame has been received a second time, or came as `.confirmed`.
  public var confirmed: NumberSet
  /// Numbers that were there with another frame, which stays.
  public var contradicted: NumberSet
  /// Rows that became what the reader's memory says.
  public var differences: [PassingDifference]

  /// A result.
  public init(
    summary: FileSummary, added: NumberSet, confirmed: NumberSet = NumberSet(),
    contradicted: NumberSet = NumberSet(), differences: [PassingDifference] = []
  ) {
    self.summary = summary
    self.added = added
    self.confirmed = confirmed
    self.contradicted = contradicted
    self.differences = differences
  }
}

/// What became of a `correctZone` or a `settleTimes`.
public struct ZoneCorrection: Equatable, Sendable {
  /// The zone that it is now.
  public var zone: String
  /// The zones that it was before; none when only the pass of a doubled hour was settled.
  public var former: [String]
  /// Numbers that wait and have another UTC now.
  public var waiting: NumberSet
  /// Numbers that the cloud was sent with another UTC than they have now.
  public var sent: NumberSet
  /// The UTC that those have now, from the first to the last; nil when there are none.
  public var sentTimes: ClosedRange<WallTime>?
  /// The passings came at the times of the former zone: nothing was changed.
  public var isLeft: Bool

  /// A result; by default nothing was changed.
  public init(
    zone: String, former: [String] = [], waiting: NumberSet = NumberSet(), sent: NumberSet = NumberSet(),
    sentTimes: ClosedRange<WallTime>? = nil, isLeft: Bool = false
  ) {
    self.zone = zone
    self.former = former
    self.waiting = waiting
    self.sent = sent
    self.sentTimes = sentTimes
    self.isLeft = isLeft
  }
}

/// What became of a `contradict`. Numbers that are not stored are in none of its sets.
public struct Contradiction: Equatable, Sendable {
  /// Those that are not this file's: removed, or sent before.
  public var differences: [PassingDifference]
  /// Numbers that are stored no more.
  public var removed: NumberSet
  /// Numbers that stay, and that the reader has confirmed or counted before.
  public var lostByReader: NumberSet
  /// Numbers that stay, and of which the reader has never known.
  public var unknownToReader: NumberSet

  /// A result.
  public init(
    differences: [PassingDifference] = [], removed: NumberSet = NumberSet(),
    lostByReader: NumberSet = NumberSet(), unknownToReader: NumberSet = NumberSet()
  ) {
    self.differences = differences
    self.removed = removed
    self.lostByReader = lostByReader
    self.unknownToReader = unknownToReader
  }
}

/// What is stored of a file.
public struct FileContents: Equatable, Sendable {
  /// In numbers.
  public var summary: FileSummary
  /// The numbers that are stored, those removed to make room among them.
  public var stored: NumberSet
  /// Of them, those that wait for the reader's memory to confirm them.
  public var unconfirmed: NumberSet
  /// The numbers that the reader has no more.
  public var lost: NumberSet
  /// The numbers whose passings were stamped by a clock that had jumped, decided or not.
  public var jumped: NumberSet
  /// The stored passing with the highest number.
  public var last: KeptPassing?
  /// The newest passing of the reader, whatever its file, that was pushed and is `.steady`: what its clock is held against.
  /// Its `arrivedAt` is of this run of the machine when `isOfThisBoot`.
  public var steady: SteadyPassing?

  /// Contents; of a file that is not known, nothing.
  public init(
    summary: FileSummary, stored: NumberSet = NumberSet(), unconfirmed: NumberSet = NumberSet(),
    lost: NumberSet = NumberSet(), jumped: NumberSet = NumberSet(), last: KeptPassing? = nil,
    steady: SteadyPassing? = nil
  ) {
    self.summary = summary
    self.stored = stored
    self.unconfirmed = unconfirmed
    self.lost = lost
    self.jumped = jumped
    self.last = last
    self.steady = steady
  }
}

/// A pushed passing that its reader's clock is held against after a restart.
public struct SteadyPassing: Equatable, Sendable {
  /// The passing.
  public var kept: KeptPassing
  /// Whether the machine has not been started anew since: its `arrivedAt` counts.
  public var isOfThisBoot: Bool

  /// A passing.
  public init(_ kept: KeptPassing, isOfThisBoot: Bool) {
    self.kept = kept
    self.isOfThisBoot = isOfThisBoot
  }
}

/// What the cloud was sent of a passing.
public struct SentPassing: Equatable, Sendable {
  /// Its number.
  public let number: UInt32
  /// Its time in UTC.
  public let utc: WallTime
  /// Its chip, as it is printed.
  public let chip: String

  /// A passing that was sent.
  public init(number: UInt32, utc: WallTime, chip: String) {
    self.number = number
    self.utc = utc
    self.chip = chip
  }
}

/// A passing to send.
public struct WaitingPassing: Equatable, Sendable {
  /// The frame.
  public var passing: Passing
  /// Its time in UTC.
  public var utc: WallTime
  /// Name of the zone of its local time.
  public var zone: String
  /// When it was heard, for its age.
  public var arrival: Arrival
  /// Whether the reader's memory has corrected its chip or time, and nothing is known of the cloud having it as it was.
  public var isCorrected: Bool

  /// A passing to send.
  public init(
    passing: Passing, utc: WallTime, zone: String, arrival: Arrival, isCorrected: Bool = false
  ) {
    self.passing = passing
    self.utc = utc
    self.zone = zone
    self.arrival = arrival
    self.isCorrected = isCorrected
  }
}
