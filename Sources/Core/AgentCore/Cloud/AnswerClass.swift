/// What kind of answer the cloud gives, by its status alone: the askers decide by this, and by what stands in the body.
enum AnswerClass: Equatable, Sendable {
  /// 2xx with JSON, or with no body: what was done the body says.
  case success
  /// 2xx with a body that is no JSON: a captive portal, perhaps.
  case noJSON
  /// 3xx: a captive portal, perhaps.
  case leadsElsewhere
  /// 400: something of what was sent is not as the cloud wants it.
  case badRequest
  /// 401, 403: the key is not known, or may not do this.
  case keyRefused
  /// 404: a resource or a route is not there; what is missing the body may say.
  case notFound
  /// 405: the route is there, and not for this method.
  case methodNotAllowed
  /// 408: what was sent did not come in time.
  case requestTimedOut
  /// 409: it is there already.
  case conflict
  /// 410: it was there once.
  case gone
  /// 413: more was sent than the cloud takes.
  case tooLarge
  /// 422: what was sent could be read, and not be used.
  case unprocessable
  /// 429: the cloud asks for patience, perhaps with a `Retry-After`.
  case asksForPatience
  /// Any other 4xx.
  case otherRefusal
  /// 500: the cloud breaks down on what was sent, or altogether.
  case breaksDown
  /// 501: the cloud knows no such thing.
  case notImplemented
  /// 502, 504: somebody in between gave up waiting for the cloud.
  case gaveUpWaiting
  /// Any other 5xx.
  case fails
  /// A status that HTTP does not know.
  case unknown
  /// There is no answer, or none that says what is wrong.
  case unanswered

  /// The class of a status; nil where there is none. What a success holds is not looked at.
  init(status: Int?) {
    guard let status else {
      self = .unanswered
      return
    }
    self =
      switch status {
      case 200...299: .success
      case 300...399: .leadsElsewhere
      case 400: .badRequest
      case 401, 403: .keyRefused
      case 404: .notFound
      case 405: .methodNotAllowed
      case 408: .requestTimedOut
      case 409: .conflict
      case 410: .gone
      case 413: .tooLarge
      case 422: .unprocessable
      case 429: .asksForPatience
      case 400...499: .otherRefusal
      case 500: .breaksDown
      case 501: .notImplemented
      case 502, 504: .gaveUpWaiting
      case 500...599: .fails
      default: .unknown
      }
  }

  /// Whether it is a 4xx: nothing was done.
  var isRefusal: Bool {
    switch self {
    case .badRequest, .keyRefused, .notFound, .methodNotAllowed, .requestTimedOut, .conflict, .gone,
      .tooLarge, .unprocessable, .asksForPatience, .otherRefusal:
      true
    case .success, .noJSON, .leadsElsewhere, .breaksDown, .notImplemented, .gaveUpWaiting, .fails, .unknown,
      .unanswered:
      false
    }
  }

  /// Whether the cloud has answered and does not do what it was asked, for another reason than that it was asked too often.
  var isDenial: Bool {
    switch self {
    case .success, .noJSON, .leadsElsewhere, .asksForPatience, .unanswered: false
    case .badRequest, .keyRefused, .notFound, .methodNotAllowed, .requestTimedOut, .conflict, .gone,
      .tooLarge, .unprocessable, .otherRefusal, .breaksDown, .notImplemented, .gaveUpWaiting, .fails,
      .unknown:
      true
    }
  }

  /// Whether somebody gave up waiting: what was sent may have been too much for the way.
  var isTimeout: Bool { self == .requestTimedOut || self == .gaveUpWaiting }
}

extension CloudAnswer {
  /// What kind of answer it is.
  var kind: AnswerClass {
    let kind = AnswerClass(status: status)
    if case .other = body, kind == .success { return .noJSON }
    return kind
  }
}

extension CloudFailure {
  /// Whether the cloud may have been reached, and may have done what it was asked.
  fileprivate var mayHaveReached: Bool {
    switch self {
    case .unresolved, .unreachable, .certificateNotYetValid, .certificateExpired, .untrusted, .misconfigured:
      false
    case .timedOut, .interrupted, .tooLarge, .redirected, .cancelled: true
    }
  }
}

extension Result<CloudAnswer, CloudFailure> {
  /// Whether the cloud may have done what it was asked, whatever it says.
  var mayHaveBeenTaken: Bool {
    switch self {
    case .success(let answer): !answer.kind.isRefusal || answer.kind == .requestTimedOut
    case .failure(let failure): failure.mayHaveReached
    }
  }
}
