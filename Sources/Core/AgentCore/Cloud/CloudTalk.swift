import JSONDocument

/// A request to the cloud without its ticket.
struct CloudDraft: Equatable, Sendable {
  let method: CloudMethod
  let path: String
  var body: JSONValue?
  var isSentOnce = false
}

/// One asker's talk with the cloud: the request under way, when the next one may be sent, and what went wrong.
///
/// What is asked, and what an answer means, the asker decides; what people are told of it, too. One request is under way at a
/// time. Whatever of an asker hangs on chance is drawn here, from one source.
struct CloudTalk<Purpose: Sendable>: Sendable {
  /// A request whose outcome is awaited.
  struct Question: Sendable {
    let ticket: CloudTicket
    fileprivate(set) var purpose: Purpose
    /// When it was asked.
    let since: MonotonicTime
  }

  private let owner: CloudTicket.Owner
  /// For jitter.
  var random: RandomSource
  /// How long the cloud may make it wait.
  private(set) var patience: Patience
  /// What is asked now; nil when nothing is.
  private(set) var underWay: Question?
  private var nextNumber: UInt64 = 1
  /// The next request waits until then.
  private(set) var notBefore: MonotonicTime
  private var backoff = Backoff(first: .seconds(1), cap: .seconds(60))
  /// For what is asked aside: a failure of it holds up nothing else.
  private var asideBackoff = Backoff(first: .seconds(1), cap: .seconds(60))
  private var failingSince: MonotonicTime?
  /// Whether the cloud has refused the key, and has not accepted it since.
  private(set) var isKeyRefused = false
  /// The last thing that went wrong; nil once it is right again.
  private(set) var lastError: String?

  init(
    _ owner: CloudTicket.Owner, retryAfterLimit: Duration, random: RandomSource, at now: MonotonicTime
  ) {
    self.owner = owner
    self.random = random
    patience = Patience(limit: retryAfterLimit)
    notBefore = now
  }

  /// A number that names a request, or something else of the asker's.
  mutating func newNumber() -> UInt64 {
    defer { nextNumber += 1 }
    return nextNumber
  }

  // MARK: Asking

  /// Makes a request of a draft; it is under way from now on.
  mutating func ask(_ purpose: Purpose, _ draft: CloudDraft, at now: MonotonicTime) -> CloudRequest {
    let ticket = CloudTicket(owner, newNumber())
    underWay = Question(ticket: ticket, purpose: purpose, since: now)
    return CloudRequest(
      ticket: ticket, method: draft.method, path: draft.path, body: draft.body, isSentOnce: draft.isSentOnce)
  }

  /// The request of this outcome is under way no more.
  /// - Returns: what was asked; nil when the outcome is another request's, as of one that was called off.
  mutating func take(_ outcome: CloudOutcome) -> Question? {
    guard let question = underWay, question.ticket == outcome.ticket else { return nil }
    underWay = nil
    return question
  }

  /// The answer to what is under way is not wanted any more.
  /// - Returns: the ticket of the request, which is to be called off; nil when there is none.
  mutating func callOff() -> CloudTicket? {
    defer { underWay = nil }
    return underWay?.ticket
  }

  /// What is under way goes on, and its answer is for something else.
  mutating func turn(to purpose: Purpose) { underWay?.purpose = purpose }

  // MARK: Waiting

  /// The next request waits until then, if not longer.
  mutating func pause(until time: MonotonicTime) { notBefore = max(notBefore, time) }

  /// The next request waits no longer.
  mutating func hurry(at now: MonotonicTime) { notBefore = now }

  /// A failure's wait before the next attempt: longer with each one.
  mutating func nextWait(isAside: Bool = false) -> Duration {
    isAside ? asideBackoff.next(&random) : backoff.next(&random)
  }

  /// What a `Retry-After` comes to.
  mutating func wait(asked: Duration) -> Duration { patience.wait(asked: asked, &random) }

  // MARK: What became of it

  /// A request has come to nothing.
  /// - Parameter wait: until the next one; nil when that need not wait.
  mutating func failed(_ message: String, wait: Duration?, at now: MonotonicTime) {
    lastError = message
    guard let wait else { return }
    notBefore = now + wait
    failingSince = failingSince ?? now
  }

  /// How long requests have come to nothing.
  func failing(at now: MonotonicTime) -> Duration { failingSince.map { now - $0 } ?? .zero }

  /// The cloud has answered as it should.
  /// - Returns: whether nothing is failing any more.
  mutating func answered(isAside: Bool = false) -> Bool {
    if isAside { asideBackoff.reset() } else { backoff.reset() }
    guard backoff.failures == 0, asideBackoff.failures == 0 else { return false }
    failingSince = nil
    lastError = nil
    return true
  }

  /// The cloud refuses the key: it is asked again after that span.
  mutating func keyRefused(_ message: String, leaving span: Duration, at now: MonotonicTime) {
    lastError = message
    isKeyRefused = true
    notBefore = now + random.spread(span, by: 0.1)
  }

  /// The cloud has done what it does for a key that it accepts.
  /// - Returns: whether it had refused it before.
  mutating func keyAccepted() -> Bool {
    defer { isKeyRefused = false }
    return isKeyRefused
  }

  /// What has failed is not to be asked again: the next failure is a first one.
  mutating func forgetFailures() { backoff.reset() }

  /// What was failing aside is not to be asked again.
  mutating func forgetAside() { asideBackoff.reset() }

  /// Whatever was given up is tried again at once.
  mutating func tryAgain(at now: MonotonicTime) {
    isKeyRefused = false
    forgetFailures()
    notBefore = now
  }

  /// New settings are in force: what went wrong under the former ones says nothing any more.
  mutating func startAnew(retryAfterLimit: Duration, at now: MonotonicTime) {
    patience = Patience(limit: retryAfterLimit)
    lastError = nil
    failingSince = nil
    tryAgain(at: now)
  }
}
