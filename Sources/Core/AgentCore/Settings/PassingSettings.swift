/// Everything that a person can set about passings, checked and typed.
public struct PassingSettings: Equatable, Sendable {
  /// `confirm`: which pushed passings the reader's memory must confirm before they are sent.
  public enum Confirm: String, CaseIterable, Sendable {
    /// Those that came while the line showed damage, and all that are out of order.
    case auto
    /// All.
    case always
    /// Only those that are out of order.
    case never
  }

  /// `session`: who starts reading.
  public enum SessionStart: String, CaseIterable, Sendable {
    /// A person; START is never sent.
    case follow
    /// START is sent when the reader is stopped at connect.
    case start
  }

  /// `set_reader_clock`.
  public enum ReaderClockSetting: String, CaseIterable, Sendable {
    /// SETTIME is never sent.
    case never
    /// SETTIME is sent when the reader is stopped and its clock is off by more than the warning limit.
    case whenStopped = "when-stopped"
  }

  /// `bib`: what a passing's bib is in the cloud.
  public enum Bib: Equatable, Sendable {
    /// The chip's number without leading zeros.
    case chipNumber
    /// Prefix and chip number, as printed on the chip.
    case chip
    /// By a table from chip (prefix and number) to bib; a chip that is not in it has its number as with
    /// `chipNumber`.
    case map(BibMap)
  }

  /// `on_closed_session`: what happens when the cloud says that a session is closed or gone.
  public enum ClosedSession: String, CaseIterable, Sendable {
    /// Its passings wait for a person.
    case hold
    /// A new cloud session takes what has not been sent.
    case new
  }

  /// `on_clock_jump`: what happens to passings that a clock stamped which had jumped.
  public enum ClockJump: String, CaseIterable, Sendable {
    /// They wait for a person.
    case hold
    /// They are sent as they are.
    case send
  }

  /// Where the timing box stands, in degrees, as the cloud takes it.
  public struct Coordinates: Equatable, Sendable {
    /// -90 to 90, as it stands in the configuration.
    public var latitude: String
    /// -180 to 180, as it stands in the configuration.
    public var longitude: String

    /// Coordinates.
    public init(latitude: String, longitude: String) {
      self.latitude = latitude
      self.longitude = longitude
    }
  }

  /// Whether passings are sent to the cloud; they are kept in any case.
  public var forward: Bool
  /// Most passings in one request, 1 to 5000.
  public var batchSize: Int
  /// How old a live passing may become before it is sent with those that are there.
  public var maxLatency: Duration
  /// What a passing's bib is.
  public var bib: Bib
  /// Name of a cloud session; `{alias}` and `{file}` stand for the device's alias (else its serial number) and the
  /// session file. It always holds `{file}`.
  public var sessionAlias: String
  /// What happens when the cloud says that a session is closed.
  public var onClosedSession: ClosedSession
  /// Where the box stands; nil when it is not told.
  public var coordinates: Coordinates?
  /// Which pushed passings must be confirmed.
  public var confirm: Confirm
  /// With `confirm = auto`: so many passings that the memory gave as they were pushed, one after another, prove a line that
  /// was opened a short time ago; 0 to 10,000.
  public var confirmFirst: Int
  /// How long a pushed passing waits at most for the memory on a line that is proven; 0.5 s to 60 s.
  public var confirmWithin: Duration
  /// Who starts reading.
  public var session: SessionStart
  /// Reader clock and host clock further apart than this: an alarm.
  public var clockWarning: Duration
  /// Whether the reader's clock is set.
  public var setReaderClock: ReaderClockSetting
  /// What happens to passings that a clock stamped which had jumped.
  public var onClockJump: ClockJump

  /// Settings of passings.
  public init(
    forward: Bool = true, batchSize: Int = 500, maxLatency: Duration = .milliseconds(500),
    bib: Bib = .chipNumber, sessionAlias: String = "{alias} {file}", onClosedSession: ClosedSession = .hold,
    coordinates: Coordinates? = nil, confirm: Confirm = .auto, confirmFirst: Int = 100,
    confirmWithin: Duration = .seconds(2),
    session: SessionStart = .follow,
    clockWarning: Duration = .seconds(1), setReaderClock: ReaderClockSetting = .never,
    onClockJump: ClockJump = .hold
  ) {
    self.forward = forward
    self.batchSize = batchSize
    self.maxLatency = maxLatency
    self.bib = bib
    self.sessionAlias = sessionAlias
    self.onClosedSession = onClosedSession
    self.coordinates = coordinates
    self.confirm = confirm
    self.confirmFirst = confirmFirst
    self.confirmWithin = confirmWithin
    self.session = session
    self.clockWarning = clockWarning
    self.setReaderClock = setReaderClock
    self.onClockJump = onClockJump
  }
}

/// Which bib a chip has: the contents of the file that `bib_map` names.
public struct BibMap: Equatable, Sendable {
  /// Bib by chip, the chip as it is printed, in capitals: `MC02976`.
  public var bibs: [String: String]

  /// A table.
  public init(_ bibs: [String: String]) { self.bibs = bibs }
}
