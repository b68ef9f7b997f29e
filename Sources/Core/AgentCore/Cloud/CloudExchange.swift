public import JSONDocument

/// Methods that the cloud knows.
public enum CloudMethod: String, Sendable {
  /// Read.
  case get = "GET"
  /// Create.
  case post = "POST"
  /// Change.
  case patch = "PATCH"
  /// Replace.
  case put = "PUT"
  /// Remove.
  case delete = "DELETE"
}

/// Whose request to the cloud it is, and which of theirs: an outcome goes to its ticket, and one owner calls off nothing of
/// another's.
public struct CloudTicket: Hashable, Sendable {
  /// Those who ask the cloud.
  public enum Owner: Sendable {
    /// The device report.
    case device
    /// The forwarder.
    case passings
  }

  /// Whose it is.
  public let owner: Owner
  /// The owner's own number of the request.
  public let number: UInt64

  /// A ticket.
  public init(_ owner: Owner, _ number: UInt64) {
    self.owner = owner
    self.number = number
  }
}

/// One request to the cloud.
public struct CloudRequest: Equatable, Sendable {
  /// Names the request in its outcome.
  public let ticket: CloudTicket
  /// The method.
  public let method: CloudMethod
  /// The path below the base address, starting with a slash.
  public let path: String
  /// The JSON body; nil for none.
  public let body: JSONValue?
  /// Whether doing it twice does harm. Over a connection that was kept open an HTTP client sends a request again by
  /// itself when the connection ends without a word: such a request goes over a new one.
  public let isSentOnce: Bool

  /// A request.
  public init(
    ticket: CloudTicket, method: CloudMethod, path: String, body: JSONValue? = nil, isSentOnce: Bool = false
  ) {
    self.ticket = ticket
    self.method = method
    self.path = path
    self.body = body
    self.isSentOnce = isSentOnce
  }
}

/// What became of a request.
public struct CloudOutcome: Equatable, Sendable {
  /// The request's ticket.
  public let ticket: CloudTicket
  /// The answer, or why there is none.
  public let result: Result<CloudAnswer, CloudFailure>

  /// An outcome.
  public init(ticket: CloudTicket, result: Result<CloudAnswer, CloudFailure>) {
    self.ticket = ticket
    self.result = result
  }
}

/// An HTTP answer, whoever gave it.
public struct CloudAnswer: Equatable, Sendable {
  /// What the body was.
  public enum Body: Equatable, Sendable {
    /// No bytes.
    case empty
    /// JSON.
    case json(JSONValue)
    /// No JSON: its first bytes as one line of text, at most 2 kB.
    case other(String)
  }

  /// The HTTP status.
  public let status: Int
  /// The body.
  public let body: Body
  /// The `Date` header (whole seconds).
  public let date: WallTime?
  /// The host's wall clock at the middle between sending and receiving, to hold `date` against.
  public let hostTime: WallTime
  /// The `Retry-After` header, 0 to a year.
  public let retryAfter: Duration?

  /// An answer.
  public init(status: Int, body: Body, date: WallTime? = nil, hostTime: WallTime, retryAfter: Duration? = nil)
  {
    self.status = status
    self.body = body
    self.date = date
    self.hostTime = hostTime
    self.retryAfter = retryAfter.map { min(max(.zero, $0), .seconds(31_536_000)) }
  }
}

/// Why a request got no answer.
public enum CloudFailure: Error, Equatable, Sendable {
  /// The host's name did not resolve.
  case unresolved(detail: String)
  /// No connection: refused, no route, network down.
  case unreachable(detail: String)
  /// A limit ran out.
  case timedOut(detail: String)
  /// The connection broke in the middle; the work may have been done.
  case interrupted(detail: String)
  /// The certificate is not yet valid by the host's clock: the clock may be behind.
  case certificateNotYetValid
  /// The certificate has expired by the host's clock: the clock may be ahead.
  case certificateExpired
  /// TLS failed for any other reason.
  case untrusted(detail: String)
  /// The answer was larger than 4 MiB.
  case tooLarge
  /// Sent to another host, which is not followed.
  case redirected(to: String)
  /// Settings that cannot work: unreadable key or CA file, bad proxy.
  case misconfigured(detail: String)
  /// Called off by the agent itself.
  case cancelled
}
