import JSONDocument
import One4AllProtocol

/// Brings what the store keeps to the cloud: every passing once, in one cloud session a session file, and says what
/// became of it.
///
/// What is sent is read from the store, never taken from memory, so that a restart changes nothing. One request to
/// the cloud is under way at a time; the next passings are read meanwhile. Passings are acknowledged when the cloud
/// has counted them, or shows them.
public struct Forwarder: Sendable {
  /// What a request to the cloud is for.
  enum Purpose: Equatable, Sendable {
    case send(batch: UInt64)
    case checkSession(batch: UInt64)
    case checkList(batch: UInt64)
    case readBatch(batch: UInt64)
    case openSession(FileKey)
    case findSession(FileKey)
    case readFormer(FileKey, token: String)
    case count(FileKey, expected: Int)
    case readRange
    case audit
    /// Nobody wants the answer any more.
    case nothing
  }

  /// A read of waiting passings that the store has not answered.
  struct Reading: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
      case live
      case backlog
      /// One passing, to be sent by itself.
      case probe
      /// Only to know how old the oldest is.
      case age
    }
    let key: FileKey
    let after: UInt32
    let limit: Int
    let kind: Kind
  }

  /// A commit is at most this far behind the arrival of its passings.
  static let commitLag = Duration.milliseconds(100)

  var settings: PassingSettings
  var device: AgentSettings.Device
  var cloud: String
  /// With the cloud; its numbers name batches as well.
  var talk: CloudTalk<Purpose>
  var view = ForwardView()
  var writer: PassingWriter
  var batchSize: BatchSize

  // The files, in the order of first contact.
  var files: [ForwardFile] = []
  var places: [FileKey: Int] = [:]
  /// Those of which something is to be done, ascending.
  var active: [Int] = []
  /// The last file that the reader was seen to write to, by serial number.
  var lastCurrent: [String: FileKey] = [:]

  /// Files that are being fetched and of which nothing is stored, and since when.
  var foundAt: [FileKey: MonotonicTime] = [:]

  // What is under way.
  /// Ready to be sent, or being sent; at most two but for parts of what was cut.
  var queue: [PassingBatch] = []
  var reading: Reading?
  /// For the store, one after the other; the first is under way when `isWriting`.
  var writes: [PassingRequest] = []
  var isWriting = false
  var walk: CountWalk?
  var wasCountLast = false
  var audits = CloudAudits()

  // When to try again.
  var storeNotBefore: MonotonicTime
  var storeBackoff = Backoff(first: .milliseconds(500), cap: .seconds(10))
  /// The key may not read; asked again then.
  var unreadableUntil: MonotonicTime?
  /// Sessions that the cloud has called closed.
  var closedTokens: Set<String> = []
  var backlogCount = 0

  /// When `advance` is wanted next; nil when only another event can change anything.
  public internal(set) var nextDeadline: MonotonicTime?

  /// The last thing that went wrong with the cloud; nil once it is right again.
  public var lastError: String? { talk.lastError }

  /// A forwarder.
  /// - Parameters:
  ///   - device: for the names of sessions.
  ///   - cloud: base address of the cloud.
  ///   - retryAfterLimit: the longest wait that the cloud may ask for.
  ///   - files: what the store has, in the order of first contact.
  ///   - random: for jitter.
  public init(
    settings: PassingSettings, device: AgentSettings.Device, cloud: String,
    retryAfterLimit: Duration = .seconds(300), files: [FileSummary], random: RandomSource,
    at now: MonotonicTime
  ) {
    self.settings = settings
    self.device = device
    self.cloud = cloud
    talk = CloudTalk(.passings, retryAfterLimit: retryAfterLimit, random: random, at: now)
    writer = PassingWriter(settings)
    batchSize = BatchSize(most: settings.batchSize)
    storeNotBefore = now
    nextDeadline = now
    for summary in files { note(summary, at: now) }
    countAtStart(at: now)
  }

  /// What is wrong now, in words of now.
  func worded(_ problems: [Problem], at now: Moment) -> [Problem] {
    problems.map { problem in
      var problem = problem
      switch problem.event {
      case .backlog, .backlogOld: problem.message = words(of: backlog(at: now), at: now)
      case .forwardFailing, .cloudKeyRefused:
        problem.message += nextAttempt(after: talk.notBefore, at: now)
      case .forwardHeld:
        let held = files.first { $0.summary.key.description == problem.subject }
        problem.message += nextAttempt(after: held?.hold?.end, at: now)
      default: break
      }
      return problem
    }
  }

  // MARK: Events

  /// New settings are in force. Everything that was given up is tried again; what is about to be sent stays as it is.
  /// - Parameter files: when the cloud is another one, what the store has, with the sessions there.
  public mutating func apply(
    _ settings: PassingSettings, device: AgentSettings.Device, cloud: String,
    retryAfterLimit: Duration = .seconds(300), files shown: [FileSummary]? = nil,
    at now: MonotonicTime, _ log: inout Telling
  ) {
    let isOtherCloud = cloud != self.cloud
    self.settings = settings
    self.device = device
    self.cloud = cloud
    writer = PassingWriter(settings)
    batchSize = BatchSize(most: settings.batchSize)
    unreadableUntil = nil
    talk.startAnew(retryAfterLimit: retryAfterLimit, at: now)
    log.drop(
      .forwardFailing, .cloudKeyRefused, .forwardHeld, .forwardUnverified, .cloudSessionClosed)
    for place in files.indices {
      files[place].hold = nil
      files[place].refusals.forget()
      files[place].course.forgetRefusals()
      files[place].course.askBackoff.reset()
      files[place].course.askNotBefore = nil
    }
    if isOtherCloud { turnToOtherCloud(shown ?? [], at: now, &log) }
  }

  /// What the reader and the device report know.
  public mutating func observe(_ view: ForwardView, at now: MonotonicTime) {
    guard view != self.view else { return }
    if let current = view.current { lastCurrent[current.serialNumber] = current }
    self.view = view
    noteFound(at: now)
  }

  /// A request to the cloud has come to its end. The outcome of any other request than the one under way is ignored.
  public mutating func handle(_ outcome: CloudOutcome, at now: Moment, _ orders: inout ForwardOrders) {
    guard let question = talk.take(outcome) else { return }
    let purpose = question.purpose
    noteShown(purpose, outcome.result)
    defer { dropOutdated() }
    switch outcome.result {
    case .failure(.cancelled):
      // Not the cloud's fault: nothing could take the request.
      talk.pause(until: now.monotonic + .milliseconds(100))
    case .failure(let failure):
      if case .timedOut = failure { tooSlow(purpose) }
      // It is there, and longer than it can be read.
      if case .tooLarge = failure { noteUnlisted(purpose, isRefused: true) }
      failed(purpose, failure.words(at: now), at: now.monotonic, &orders.log)
    case .success(let answer):
      noteSpan(purpose, answer, now.monotonic - question.since)
      if let trouble = answer.trouble {
        refused(purpose, answer, trouble, at: now, &orders.log)
      } else {
        take(answer, to: purpose, at: now, &orders)
      }
    }
  }

  /// The cloud fails, and may ask for patience.
  private mutating func refused(
    _ purpose: Purpose, _ answer: CloudAnswer, _ trouble: String, at now: Moment, _ log: inout Telling
  ) {
    guard let asked = answer.retryAfter else {
      return failed(purpose, trouble, status: answer.status, at: now.monotonic, &log)
    }
    let wait = talk.wait(asked: asked)
    let words = "\(trouble): \(talk.patience.words(asked: asked, wait: wait, at: now))"
    failed(purpose, trouble, status: answer.status, asked: wait, at: now.monotonic, &log)
    guard wait >= Patience.told else { return }
    log.append(LogEntry(.forwardFailing, "passings wait: \(words)", [.httpStatus: String(answer.status)]))
  }

  private mutating func take(
    _ answer: CloudAnswer, to purpose: Purpose, at now: Moment, _ orders: inout ForwardOrders
  ) {
    let moment = now.monotonic
    switch purpose {
    case .send(let batch): sent(batch, answer, at: moment, &orders)
    case .checkSession(let batch): sessionChecked(batch, answer, at: moment, &orders)
    case .checkList(let batch): listChecked(batch, answer, at: moment, &orders)
    case .readBatch(let batch): batchRead(batch, answer, at: moment, &orders)
    case .openSession(let key): sessionOpened(key, answer, at: moment, &orders)
    case .findSession(let key): sessionsListed(key, answer, at: moment, &orders)
    case .readFormer(let key, let token): formerRead(key, token, answer, at: moment, &orders)
    case .count(let key, let expected): counted(key, expected, answer, at: moment, &orders)
    case .readRange: rangeRead(answer, at: moment, &orders)
    case .audit: auditRead(answer, at: moment, &orders)
    case .nothing: break
    }
  }

  /// The store has done something, or failed to.
  public mutating func handle(_ report: PassingReport, at moment: Moment, _ orders: inout ForwardOrders) {
    let now = moment.monotonic
    switch report {
    case .captured(let result): captured(result, at: now, &orders.log)
    case .doubtfulKept, .readerNoted: break
    case .doubtfulSettled(let summary, _): note(summary, at: now)
    case .fileOpened(let contents): note(contents.summary, at: now)
    case .waiting(let key, let after, let passings):
      received(key, after: after, passings, at: moment, &orders.log)
    case .acknowledged(let key, let after, let numbers):
      acknowledgedRead(key, after: after, numbers, at: now, &orders.log)
    case .sent(let key, let after, let passings):
      sentRead(key, after: after, passings, at: now, &orders.log)
    case .contradicted(let summary, let contradiction):
      note(summary, at: now)
      changed(contradiction.differences, of: summary.key, &orders.log)
    case .updated(let summary, let request): updated(summary, request, at: now, &orders.log)
    case .zoneCorrected(let summary, let correction, _):
      note(summary, at: now)
      retimed(correction.waiting, of: summary.key, &orders.log)
    case .rewound(_, _, let summaries, _):
      for summary in summaries {
        let place = note(summary, at: now)
        files[place].scan.cursor = 0
        if files[place].summary.waiting > 0 { files[place].scan.sentAgainAt = now }
      }
    case .failed(let request, let failure): storeFailed(request, failure, at: now, &orders.log)
    }
  }

  // MARK: What is due

  /// Asks for what is due.
  public mutating func advance(to now: Moment, _ orders: inout ForwardOrders) {
    nextDeadline = nil
    expireHolds(at: now.monotonic)
    expireAudits(at: now.monotonic)
    write(at: now.monotonic, &orders)
    watchBacklog(at: now, &orders.log)
    if settings.forward {
      readNext(at: now.monotonic, &orders)
      planSessions(at: now, &orders)
      write(at: now.monotonic, &orders)
      askCloud(at: now.monotonic, &orders)
    }
    active.removeAll { !files[$0].isActive }
  }

  /// `advance` is wanted then.
  mutating func wake(at time: MonotonicTime) { nextDeadline = min(nextDeadline ?? time, time) }

  /// Hands the store the next thing to write.
  mutating func write(at now: MonotonicTime, _ orders: inout ForwardOrders) {
    guard !isWriting, let first = writes.first else { return }
    guard now >= storeNotBefore else { return wake(at: storeNotBefore) }
    isWriting = true
    orders.store.append(first)
  }

  /// Has something written; the numbers of acknowledgements that wait are put together.
  mutating func write(_ request: PassingRequest) {
    if case .acknowledge(let key, let more, let session) = request, writes.count > (isWriting ? 1 : 0),
      case .acknowledge(key, var numbers, session)? = writes.last
    {
      numbers.formUnion(more)
      writes[writes.count - 1] = .acknowledge(key, numbers, session: session)
    } else {
      writes.append(request)
    }
  }

  /// The most urgent request to the cloud, when none is under way.
  private mutating func askCloud(at now: MonotonicTime, _ orders: inout ForwardOrders) {
    guard talk.underWay == nil else { return }
    guard now >= talk.notBefore else {
      if !active.isEmpty || !queue.isEmpty || walk != nil || audits.isWanted { wake(at: talk.notBefore) }
      return
    }
    if let request = sessionRequest(at: now) { return ask(request.0, request.1, at: now, &orders) }
    // Counting and sending take turns, so that neither waits for the other's end.
    let isCountFirst = !wasCountLast
    if isCountFirst, let request = countRequest(at: now, &orders) {
      wasCountLast = true
      return ask(request.0, request.1, at: now, &orders)
    }
    wasCountLast = false
    if let request = batchRequest(at: now) { return ask(request.0, request.1, at: now, &orders) }
    if !isCountFirst, let request = countRequest(at: now, &orders) {
      return ask(request.0, request.1, at: now, &orders)
    }
    if let request = auditRequest(at: now, &orders) { ask(request.0, request.1, at: now, &orders) }
  }

  private mutating func ask(
    _ purpose: Purpose, _ draft: CloudDraft, at now: MonotonicTime, _ orders: inout ForwardOrders
  ) {
    orders.cloud.append(talk.ask(purpose, draft, at: now))
  }
}
