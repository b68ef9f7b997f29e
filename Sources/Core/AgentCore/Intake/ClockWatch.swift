import One4AllProtocol

/// Whether the reader's clock goes on as it has gone so far, and which passings it stamped while it did not.
///
/// The reader's clock is held against the monotonic one, so that it needs no host clock that is right: their difference (the
/// course) is constant, but for a slow drift. A pushed passing that does not fit the course, and GETTIME, which is then
/// asked at once, say together that the clock has jumped; nothing is believed of it by one reception alone. Until the answer
/// is there, or 4 s are over, nothing is taken from the reader, so that also the first passing of a jump is known as one.
///
/// A constant difference from the first contact on is no jump: a clock that was never set is wrong from the start, and
/// `ReaderClock` tells that.
struct ClockWatch: Sendable {
  /// A pushed passing that lies further ahead of the course, or behind it, lets the reader be asked for its time. Antennas
  /// report late, and a line may stall.
  static let ahead = Duration.seconds(5)
  static let behind = Duration.seconds(15)
  /// Clock and course are one within that, and a thousandth of the time since they were compared: no clock drifts so much.
  static let tolerance = Duration.seconds(5)
  /// What a course is worth that passings alone have told.
  static let roughness = Duration.seconds(30)
  /// A passing that came so far from its time was stamped by another clock, if the memory has it with that time.
  static let far = Duration.seconds(60)
  /// The reader is asked so often while nothing else tells of its clock, and so often while it is not right.
  static let interval = Duration.seconds(660)
  static let closeInterval = Duration.seconds(20)
  /// How long an answer is waited for, and when it is asked again meanwhile.
  static let answerLimit = Duration.seconds(4)
  static let retry = Duration.milliseconds(1500)
  /// A course of longer ago is another event's.
  static let memory = Duration.seconds(12 * 3600)
  /// Jumps that are remembered.
  static let mostJumps = 16

  /// The reader's clock less the monotonic one.
  struct Course: Equatable, Sendable {
    /// Milliseconds.
    var offset: Int64
    /// When it was compared last.
    var comparedAt: MonotonicTime
    /// When something last fitted it.
    var seenAt: MonotonicTime
    /// How many receptions agree on it.
    var receptions: Int
    /// Whether GETTIME was not among them.
    var isRough: Bool
    /// Where it was begun by a reading that comes twice: how many milliseconds the course is off if the other moment was
    /// meant. A difference of just that is no jump, and says which it was.
    var alternative: Int64?
    /// Set where nothing tells how long ago the passing was heard that it is known by: the clock is right when it has gone
    /// on from there, and jumped when it runs back, or goes on from a passing of a jumped clock.
    var sinceRestart: Restart?

    /// Takes the other moment for the one that was meant.
    mutating func turn() {
      offset += alternative ?? 0
      alternative = nil
    }

    /// What the reader's clock shows then, in UTC.
    func moment(at time: MonotonicTime) -> WallTime {
      WallTime(milliseconds: time.milliseconds.addingReportingOverflow(offset).partialValue)
    }
  }

  /// What is known after a restart of the machine without a host clock to be trusted.
  struct Restart: Equatable, Sendable {
    /// The newest passing of the file, when a clock had stamped it that had jumped, as an offset.
    let jumped: Int64?
  }

  /// The clock showed something else than its course.
  struct Jump: Equatable, Sendable {
    /// By how much, milliseconds.
    var change: Int64
    /// The last moment at which it is known to have been right, and the first at which it was so again.
    let from: MonotonicTime
    var until: MonotonicTime?
    /// The session file then, and the highest number in it that it stamped before.
    let key: FileKey?
    let after: UInt32
  }

  /// What is to become of a pushed passing.
  enum Verdict: Equatable, Sendable {
    /// It fits.
    case steady
    /// The clock had jumped when it stamped it.
    case jumped
    /// The clock goes right, and yet the passing came that far from its time: a damaged frame, or one that was late.
    case stray(Duration)
    /// The reader is to tell its time first.
    case wait
  }

  /// How the clock goes.
  enum State: Equatable, Sendable {
    /// Nothing is known.
    case unknown
    /// As ever.
    case steady(Course)
    /// By so many milliseconds otherwise than its course.
    case jumped(Course, change: Int64)
  }

  /// GETTIME is asked, and what came from the reader waits for its answer.
  struct Question: Equatable, Sendable {
    let since: MonotonicTime
    var askedAt: MonotonicTime?
    /// By how many milliseconds the reception that let it be asked lies off the course; nil when none did.
    let change: Int64?
  }

  var state = State.unknown
  var jumps: [Jump] = []
  var question: Question?
  private var serialNumber: String?
  var isConnected = false
  var dueAt: MonotonicTime?
  /// By how many milliseconds the last answer lay off the course that does not agree with it.
  var witness: Int64?
  /// When the last answer was asked for that was heard.
  var answeredAt: MonotonicTime?
  /// Current file and highest number of a steady passing.
  var latest: (key: FileKey, number: UInt32)?
  /// It has been told that it is right again, and nobody was told yet.
  var isRightAgain = false
  /// It goes otherwise than before, and nobody has taken note yet.
  var isNews = false
  /// It has jumped, and nobody was told yet.
  var isNewJump = false
  /// The store has said what it knows of the clock. Before that nothing is learned: it may have jumped before a restart.
  var isRecalled = false

  /// Whether what came from the reader waits until it has told its time.
  var isWaiting: Bool { question != nil }
  /// When `advance` wants to be called next.
  var deadline: MonotonicTime? {
    guard isConnected, course != nil else { return nil }
    guard let question else { return dueAt }
    guard let askedAt = question.askedAt else { return question.since }
    return min(question.since + ClockWatch.answerLimit, askedAt + ClockWatch.retry)
  }

  // MARK: The reader

  mutating func connected(_ serialNumber: String, at now: MonotonicTime) {
    if let known = self.serialNumber, known != serialNumber { self = ClockWatch() }
    self.serialNumber = serialNumber
    isConnected = true
    question = nil
    witness = nil
    if let course, now - course.seenAt > ClockWatch.memory {
      state = .unknown
      jumps = []
    }
    // While nobody listened it may have jumped.
    if course != nil { question = Question(since: now, change: nil) }
    dueAt = now + ClockWatch.interval
  }

  mutating func disconnected() {
    isConnected = false
    question = nil
  }

  /// The clock was set by us: it goes on from there.
  mutating func wasSet() {
    state = .unknown
    question = nil
    witness = nil
  }

  /// A person has corrected the zone of the reader's wall clock, which goes on as it was.
  mutating func rezoned(from old: String, to new: String, at now: MonotonicTime, _ zones: ZoneLookup) {
    guard var course else { return }
    let utc = course.moment(at: now)
    guard let local = ZoneSearch.local(at: utc, zone: old, zones),
      let moved = ZoneSearch.moment(local: local, zone: new, nearest: utc, zones)
    else { return wasSet() }
    course.offset += (moved - utc).wholeMilliseconds
    course.alternative = ZoneSearch.other(than: moved, local: local, zone: new, zones)
    switch state {
    case .unknown: break
    case .steady: state = .steady(course)
    case .jumped(_, let change): state = .jumped(course, change: change)
    }
  }

  var course: Course? {
    switch state {
    case .unknown: nil
    case .steady(let course), .jumped(let course, _): course
    }
  }

  /// What the store says of the reader's clock, before anything is known of it in this run.
  /// - Parameters:
  ///   - contents: those of the session file that the reader writes.
  ///   - zone: that of the clock. By another one, nothing can be told.
  ///   - isTrusted: whether the host's clock is to be trusted.
  mutating func recall(
    _ contents: FileContents, zone: String?, _ zones: ZoneLookup, at now: Moment, isTrusted: Bool
  ) {
    guard !isRecalled else { return }
    isRecalled = true
    guard let steady = contents.steady, steady.kept.zone == zone else { return }
    let kept = steady.kept
    var arrivedAt = now.monotonic
    var restart: Restart?
    if steady.isOfThisBoot {
      arrivedAt = kept.arrivedAt
    } else if isTrusted, kept.hostSynchronised {
      arrivedAt = now.monotonic + (kept.arrivedWall - now.wall)
    } else if let last = contents.last {
      // Of another session file nothing would follow.
      guard last.stamp != .steady || last.passing == kept.passing else { return }
      restart = Restart(
        jumped: last.stamp == .steady ? nil : last.utc.milliseconds - now.monotonic.milliseconds)
    } else {
      return
    }
    guard now.monotonic - arrivedAt <= ClockWatch.memory else { return }
    let isGuess = kept.certainty.isGuess
    state = .steady(
      Course(
        offset: kept.utc.milliseconds - arrivedAt.milliseconds, comparedAt: arrivedAt,
        seenAt: restart == nil ? arrivedAt : arrivedAt + (.zero - ClockWatch.memory), receptions: 2,
        isRough: true,
        alternative: isGuess
          ? ZoneSearch.other(than: kept.utc, local: kept.passing.localMilliseconds, zone: kept.zone, zones)
          : nil,
        sinceRestart: restart))
    latest = nil
    question = Question(since: now.monotonic, change: nil)
  }

  // MARK: Receptions

  /// Judges a pushed passing.
  /// - Parameters:
  ///   - local: its time by the reader's wall clock.
  ///   - arrival: when it was heard, by a host's clock that is to be trusted; nil for none.
  ///   - zone: that of the clock.
  mutating func judge(
    _ local: Int64, number: UInt32, of key: FileKey, heardAt: MonotonicTime, arrival: WallTime? = nil,
    zone: String, _ zones: ZoneLookup
  ) -> Verdict {
    guard let course else {
      guard
        let utc = ZoneSearch.moment(
          local: local, zone: zone, nearest: arrival ?? WallTime(milliseconds: local), zones)
      else { return .steady }
      state = .steady(
        Course(
          offset: utc.milliseconds - heardAt.milliseconds, comparedAt: heardAt, seenAt: heardAt,
          receptions: 1,
          isRough: true, alternative: ZoneSearch.other(than: utc, local: local, zone: zone, zones)))
      latest = (key, number)
      return .steady
    }
    let change = currentChange
    let expected = course.moment(at: heardAt)
    guard
      let utc = ZoneSearch.moment(
        local: local, zone: zone,
        nearest: course.alternative == nil
          ? WallTime(milliseconds: expected.milliseconds + change) : arrival ?? expected, zones)
    else { return .steady }
    let off = (utc - expected).wholeMilliseconds
    if case .steady(var other) = state, let alternative = other.alternative, !ClockWatch.fits(off, course),
      ClockWatch.fits(off - alternative, course)
    {
      other.turn()
      state = .steady(other)
      return judge(local, number: number, of: key, heardAt: heardAt, zone: zone, zones)
    }
    let isFit = ClockWatch.fits(off - change, course)
    // An answer that was asked for behind the passing has the last word.
    let isAnswered = answeredAt.map { $0 >= heardAt } ?? false
    if !isFit, !isAnswered {
      if question == nil { question = Question(since: heardAt, change: off) }
      return .wait
    }
    switch state {
    case .unknown: return .steady
    case .jumped:
      // GETTIME says so, and the passing contradicts it: what stamped it goes as ever.
      let truth = ZoneSearch.moment(local: local, zone: zone, nearest: expected, zones)
      let own = truth.map { ($0 - expected).wholeMilliseconds } ?? off
      return ClockWatch.fits(own, course) && own.magnitude < (off - change).magnitude ? .steady : .jumped
    case .steady(var course):
      guard isFit else { return .stray(.milliseconds(off)) }
      course.seenAt = max(course.seenAt, heardAt)
      course.receptions = min(course.receptions + 1, 100)
      if course.alternative != nil, case .once? = zones(local, zone) { course.alternative = nil }
      state = .steady(course)
      latest = (key, number)
      return .steady
    }
  }

  var currentChange: Int64 {
    if case .jumped(_, let change) = state { change } else { 0 }
  }

  private static func fits(_ off: Int64, _ course: Course) -> Bool {
    let slack = course.isRough ? roughness : .zero
    return off <= (ahead + slack).wholeMilliseconds && off >= -(behind + slack).wholeMilliseconds
  }

  // MARK: What the memory gives

  /// Whether a passing that nobody heard as it happened was stamped by a clock that had jumped.
  /// - Parameter utc: its moment.
  func isJumped(
    _ number: UInt32, of key: FileKey, utc: WallTime, at now: MonotonicTime
  ) -> Bool {
    guard let course, key.serialNumber == serialNumber else { return false }
    for jump in jumps {
      if let first = jump.key, first == key, number <= jump.after { continue }
      let truth = utc.milliseconds.subtractingReportingOverflow(jump.change).partialValue
      let from = course.moment(at: jump.from).milliseconds - ClockWatch.behind.wholeMilliseconds
      let until = course.moment(at: jump.until ?? now).milliseconds + ClockWatch.behind.wholeMilliseconds
      if truth >= from, truth <= until { return true }
    }
    // Nobody has passed in the future.
    let latest = course.moment(at: now) + .milliseconds(max(0, course.alternative ?? 0))
    return utc > latest + ClockWatch.far && currentChange == 0
  }
}

extension MonotonicTime {
  /// Milliseconds since the machine started, rounded down.
  var milliseconds: Int64 { nanoseconds / 1_000_000 }
}
