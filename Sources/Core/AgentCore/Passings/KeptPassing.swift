public import One4AllProtocol

/// A session file of one reader: what running numbers count within. Files that a person imports are keyed alike.
public struct FileKey: Hashable, Sendable, CustomStringConvertible {
  /// The reader's serial number.
  public let serialNumber: String
  /// The file's name, as the reader names it: `20171223-153055.csv`.
  public let file: String

  /// A key.
  public init(serialNumber: String, file: String) {
    self.serialNumber = serialNumber
    self.file = file
  }

  /// `SERIAL/FILE`.
  public var description: String { "\(serialNumber)/\(file)" }
}

/// A passing as it is kept. With its `FileKey`, its number is its key.
public struct KeptPassing: Equatable, Sendable {
  /// How it came.
  public enum Origin: Int, Sendable {
    /// The reader pushed it when it happened.
    case pushed = 0
    /// It was fetched from the reader's memory (GETPASSINGS, GETFILE).
    case fetched = 1
    /// A person imported it from a file.
    case imported = 2
  }

  /// How far it is to be believed.
  public enum Trust: Int, Sendable {
    /// Received once, and sent without waiting for the reader's memory: it was too slow on a line without damage, cannot
    /// confirm, or is not asked (`confirm = never`).
    case believed = 0
    /// Received once: not sent before the reader's memory confirms it.
    case unconfirmed = 1
    /// As it stands in the reader's memory.
    case confirmed = 2
    /// Received once; a person has let it go without the reader's memory.
    case released = 3
  }

  /// What is known of the reader's clock when it stamped a passing.
  public enum Stamp: Int, Sendable {
    /// Nothing says that it was another one than that of the passings before.
    case steady = 0
    /// The clock had jumped, and the passing waits for a person's decision.
    case undecided = 1
    /// The clock had jumped, and the passing goes as it is: by a person's decision, or by `on_clock_jump = send`.
    case accepted = 2
  }

  /// Who named the zone that turned its local time into UTC.
  public enum ZoneSource: Int, Sendable {
    /// `time_zone`. When that is corrected, so is the passing.
    case configured = 0
    /// The reader's status.
    case reader = 1
    /// The person who imported it. That is never changed.
    case person = 2
  }

  /// The frame; `Passing.text` is the frame as it came, byte by byte.
  public var passing: Passing
  /// Name of the zone that turned its local time into UTC.
  public var zone: String
  /// Its time in UTC.
  public var utc: WallTime
  /// When it was heard, to measure.
  public var arrivedAt: MonotonicTime
  /// When it was heard by the host's wall clock.
  public var arrivedWall: WallTime
  /// Whether the host's wall clock was to be trusted then: the kernel or the cloud vouched for it.
  public var hostSynchronised: Bool
  /// How it came.
  public var origin: Origin
  /// How far it is to be believed.
  public var trust: Trust
  /// What is known of the clock that stamped it.
  public var stamp: Stamp
  /// How sure its UTC is, of the two that its local time may mean where clocks are set back.
  public var certainty: TimeCertainty
  /// Who named its zone.
  public var zoneSource: ZoneSource

  /// A passing to keep.
  public init(
    passing: Passing, zone: String, utc: WallTime, arrivedAt: MonotonicTime, arrivedWall: WallTime,
    hostSynchronised: Bool, origin: Origin, trust: Trust, stamp: Stamp = .steady,
    certainty: TimeCertainty = .certain, zoneSource: ZoneSource = .configured
  ) {
    self.passing = passing
    self.zone = zone
    self.utc = utc
    self.arrivedAt = arrivedAt
    self.arrivedWall = arrivedWall
    self.hostSynchronised = hostSynchronised
    self.origin = origin
    self.trust = trust
    self.stamp = stamp
    self.certainty = certainty
    self.zoneSource = zoneSource
  }
}

/// A pushed frame that is not believed: a number out of order, a repeat with other content, time running back. Its
/// text is kept, and the reader's memory decides.
public struct DoubtfulFrame: Equatable, Sendable {
  /// Why a frame is not believed. The raw values are kept on disk.
  public enum Reason: String, CaseIterable, Sendable {
    /// Its number is not the next one.
    case jump
    /// Its number was there before, with other content.
    case repeated
    /// Its time is before the one of the passing in front of it, or far from the host's.
    case time
    /// Its timer code is not the one that the reader's chips have.
    case prefix
    /// It has not as many fields as the reader's passings have, or a chip or fields unlike theirs.
    case form
    /// It has neither 8 fields nor 13: it is no passing that is known.
    case fields
    /// It is not known which session file it belongs to.
    case file
    /// It is not known which zone the reader's wall clock shows.
    case zone
    /// It was not to be sent before the reader's memory confirmed it, and that has no such passing. It is never
    /// forgotten as settled.
    case denied
  }

  /// The file that was current when it came; nil when none was known.
  public var key: FileKey?
  /// Its exact text.
  public var text: String
  /// Why it is not believed.
  public var reason: Reason
  /// When it was heard by the host's wall clock.
  public var arrivedWall: WallTime

  /// A frame that is not believed.
  public init(key: FileKey?, passing: Passing, reason: Reason, arrivedWall: WallTime) {
    self.init(key: key, text: passing.text, reason: reason, arrivedWall: arrivedWall)
  }

  /// A line that is not believed, by its text.
  public init(key: FileKey?, text: String, reason: Reason, arrivedWall: WallTime) {
    self.key = key
    self.text = text
    self.reason = reason
    self.arrivedWall = arrivedWall
  }

  /// The frame; nil when it is none that is known.
  public var passing: Passing? { try? Passing(parsing: Array(text.utf8)) }
}

/// Where the reader's memory says otherwise than what was stored.
public struct PassingDifference: Equatable, Sendable {
  /// The running number.
  public var number: UInt32
  /// What was stored before.
  public var stored: Passing
  /// What the reader's memory says; nil when it has no such passing.
  public var memory: Passing?
  /// Whether the cloud has acknowledged the stored one as it was, before or since.
  public var wasSent: Bool
  /// The reader's memory has later confirmed what was sent: the cloud has it right.
  public var isRightAfterAll: Bool
  /// Whether the reader's memory has no such passing, and it is stored nevertheless; known where differences are shown.
  public var isKept: Bool

  /// What a passing says.
  public enum Field: String, CaseIterable, Sendable {
    /// Date and time.
    case time
    /// Timer code and number of the chip, and so the bib.
    case chip
    /// The antenna.
    case antenna
    /// How often the chip was read.
    case reads
    /// The raw EPC; or one of the two has none, being of 8 fields.
    case epc
    /// The reserved fields.
    case reserved
    /// The check code.
    case check
  }

  /// The fields that differ; none when the reader's memory has no such passing.
  public var fields: [Field] {
    guard let memory else { return [] }
    return Field.allCases.filter { field in
      switch field {
      case .time: stored.localMilliseconds != memory.localMilliseconds
      case .chip: stored.chipText != memory.chipText
      case .antenna: stored.antenna != memory.antenna
      case .reads: stored.reads != memory.reads
      case .epc: stored.epcFields?.epc != memory.epcFields?.epc
      case .reserved:
        (stored.epcFields?.hasReserved ?? false) || (memory.epcFields?.hasReserved ?? false)
          ? stored.epcFields?.reserved != memory.epcFields?.reserved : false
      case .check: stored.check != memory.check
      }
    }
  }

  /// Whether the reader's memory has another time or chip.
  public var isCorrection: Bool { fields.contains(.time) || fields.contains(.chip) }

  /// Whether the cloud has another time or chip than the reader's memory, or a passing that the reader never made. What
  /// the cloud is not sent does it no harm.
  public var isWrongInCloud: Bool {
    wasSent && !isRightAfterAll && (memory == nil || isCorrection)
  }

  /// Whether two passings are the same to the cloud: in chip and time.
  public static func isSameInCloud(_ one: Passing, _ other: Passing) -> Bool {
    one.localMilliseconds == other.localMilliseconds && one.chipText == other.chipText
  }

  /// A difference.
  public init(
    number: UInt32, stored: Passing, memory: Passing?, wasSent: Bool, isRightAfterAll: Bool = false,
    isKept: Bool = false
  ) {
    self.number = number
    self.stored = stored
    self.memory = memory
    self.wasSent = wasSent
    self.isRightAfterAll = isRightAfterAll
    self.isKept = isKept
  }
}

extension KeptPassing {
  /// The same where it was pushed while the host's clock was not to be trusted, now that it is: with that clock's time of
  /// its arrival.
  /// - Parameter ahead: the wall clock less the monotonic one, in milliseconds. They must be of the same run of the machine.
  public func vouched(ahead: Int64) -> KeptPassing {
    guard origin == .pushed, !hostSynchronised else { return self }
    var kept = self
    kept.arrivedWall = WallTime(
      milliseconds: arrivedAt.milliseconds.addingReportingOverflow(ahead).partialValue)
    kept.hostSynchronised = true
    return kept
  }
}
