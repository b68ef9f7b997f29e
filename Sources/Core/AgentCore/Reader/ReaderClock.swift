import One4AllProtocol

/// The reader's clock beside the host's: measured by GETTIME at connect and every ten minutes, told when it is off by
/// more than `clock_warning`, and set only where a person wants that and the reader is stopped. No time stamp of a
/// passing is ever changed by it.
///
/// A host whose clock the kernel calls synchronised measures to some hundredths of a second. One that is trusted only
/// because the cloud's clock agrees could itself be off by the tolerance of that comparison, which then counts as
/// uncertainty: an hour is noticed all the same, and the reader's clock is never set by such a host.
public struct ReaderClock: Sendable {
  /// How often it is measured; also how often setting it is tried at most.
  static let interval = Duration.seconds(600)
  /// Most questions of one measurement.
  static let mostQuestions = 12
  /// The most that the host's clock may move against the monotonic one within a measurement.
  static let slewTolerance: Int64 = 20
  /// The most that it may move before a measurement says nothing any more.
  static let stepTolerance: Int64 = 500

  /// An offset.
  public struct Measurement: Equatable, Sendable {
    /// The reader's clock less the host's.
    public let offset: Duration
    /// How far from that the truth may be.
    public let uncertainty: Duration
    /// When it was measured.
    public let at: MonotonicTime
    /// Whether the kernel called the host's clock synchronised.
    let isByKernel: Bool
    /// The host's wall clock less the monotonic one, milliseconds.
    let epoch: Int64
    let roundTrip: Int64
  }

  enum Step: Equatable, Sendable {
    /// Nothing is under way.
    case idle
    /// The next question is due then.
    case waiting(until: MonotonicTime)
    /// GETTIME was asked.
    case asked
    /// Whether the reader is still stopped was asked.
    case checking
    /// SETTIME goes out then.
    case aiming(LocalDateTime, sendAt: MonotonicTime, epoch: Int64)
    /// SETTIME was asked.
    case setting
  }

  var settings: PassingSettings
  let zones: ZoneLookup
  /// The last measurement of the reader that was last connected.
  public internal(set) var measurement: Measurement?

  var step = Step.idle
  var dueAt: MonotonicTime
  var serialNumber: String?
  var isConnected = false
  var isHostTrusted = false
  /// Whether the host's clock may set another one.
  var isHostCertain = false
  var zone: String?
  var bracket: ClockBracket?
  /// How many answers the bracket is made of.
  var agreeing = 0
  var questions = 0
  var failures = 0
  var isByKernel = false
  var epoch: Int64 = 0
  /// The question whose answer counts.
  private(set) var ticket = QuestionTicket(.clock)
  var triedToSetAt: MonotonicTime?
  var aims = 0
  /// The offset in the message on show.
  var toldOffset: Duration?

  init(settings: PassingSettings, zones: @escaping ZoneLookup, at now: MonotonicTime) {
    self.settings = settings
    self.zones = zones
    dueAt = now
  }

  /// New settings are in force: it is measured and judged anew.
  mutating func apply(_ new: PassingSettings, at now: MonotonicTime) {
    settings = new
    dueAt = now
  }

  /// The clock goes otherwise than when it was measured.
  mutating func measureAgain(at now: MonotonicTime) { dueAt = now }

  /// When `advance` wants to be called next; nil when only an event can change anything.
  var nextDeadline: MonotonicTime? {
    guard isConnected else { return nil }
    switch step {
    case .idle: return isHostTrusted ? dueAt : nil
    case .waiting(let until): return until
    case .aiming(_, let sendAt, _): return sendAt
    case .asked, .checking, .setting: return nil
    }
  }

  /// Takes what the conversation brought, and does what is due.
  /// - Parameters:
  ///   - isHostTrusted: whether the host's clock may label anything.
  ///   - isHostCertain: whether it may set another one.
  mutating func advance(
    to now: Moment, _ news: [ReaderNews], isHostTrusted: Bool, isHostCertain: Bool,
    _ session: inout ReaderSession, _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    var log = problems.lend(.readerClock)
    if self.isHostTrusted, !isHostTrusted { distrust(at: now, &log) }
    self.isHostTrusted = isHostTrusted
    self.isHostCertain = isHostCertain
    for piece in news { take(piece, at: now, &log) }
    problems.settle(log, &actions)
    let zone = session.settings.timeZone ?? session.status?.timeZone
    if self.zone != zone {
      self.zone = zone
      dueAt = now.monotonic
    }
    guard isConnected else { return }
    switch step {
    case .idle: begin(at: now, &session, &actions)
    case .waiting(let until):
      if now.monotonic >= until { ask(at: now, &session, &actions) }
    case .aiming(let time, let sendAt, let epoch):
      if now.monotonic >= sendAt { set(time, sendAt, epoch, at: now, &session, &actions) }
    case .asked, .checking, .setting: break
    }
  }

  private mutating func take(_ piece: ReaderNews, at now: Moment, _ log: inout Telling) {
    switch piece {
    case .connected(let status):
      if let serialNumber, serialNumber != status.serialNumber {
        measurement = nil
        triedToSetAt = nil
        log.drop(.readerClock)
      }
      serialNumber = status.serialNumber
      isConnected = true
      step = .idle
      dueAt = now.monotonic
    case .disconnected:
      isConnected = false
      step = .idle
    case .answered(let question, let answer, let timing):
      guard question.ticket == ticket else { break }
      switch step {
      case .asked: heard(answer, timing, at: now, &log)
      case .checking: checked(answer, at: now)
      case .setting: wasSet(answer, at: now, &log)
      case .idle, .waiting, .aiming: break
      }
    case .status, .passing, .damaged, .unknownForm: break
    }
  }

  /// The host's clock is not trusted any more: what it has measured as it is set now is worth nothing.
  private mutating func distrust(at now: Moment, _ log: inout Telling) {
    switch step {
    case .waiting, .asked, .checking, .aiming: step = .idle
    case .idle, .setting: break
    }
    dueAt = now.monotonic
    guard let former = measurement, abs(ReaderClock.epoch(now) - former.epoch) <= ReaderClock.stepTolerance
    else { return }
    measurement = nil
    toldOffset = nil
    log.drop(.readerClock)
  }

  /// Begins what is due: a measurement, or setting the clock.
  private mutating func begin(
    at now: Moment, _ session: inout ReaderSession, _ actions: inout [AgentAction]
  ) {
    if let former = measurement, abs(ReaderClock.epoch(now) - former.epoch) > ReaderClock.stepTolerance {
      measurement = nil
      dueAt = now.monotonic
    }
    guard isHostTrusted else { return }
    if now.monotonic >= dueAt {
      guard let zone, zones(now.wall.milliseconds, zone) != nil else {
        dueAt = now.monotonic + ReaderClock.interval
        return
      }
      startMeasuring(at: now)
      ask(at: now, &session, &actions)
    } else if isToBeSet(session, at: now) {
      triedToSetAt = now.monotonic
      aims = 0
      step = .checking
      put(.getStatus, at: now, &session, &actions)
    }
  }

  /// Asks the reader; only the answer to the last question counts.
  mutating func put(
    _ command: Command, at now: Moment, _ session: inout ReaderSession, _ actions: inout [AgentAction]
  ) {
    ticket = QuestionTicket(.clock, ticket.number + 1)
    session.ask(ReaderQuestion(command, ticket), at: now.monotonic, &actions)
  }

  static func epoch(_ now: Moment) -> Int64 { now.epoch }
}
