// What can be wrong with the cloud whatever it was asked for, in words.
extension CloudAnswer {
  /// What is wrong with it; nil when it is an answer to go by.
  var trouble: String? {
    switch kind {
    case .asksForPatience: "the cloud asks for patience (429)"
    case .requestTimedOut, .breaksDown, .notImplemented, .gaveUpWaiting, .fails:
      "the cloud fails (HTTP \(status))"
    case .leadsElsewhere: "an answer that leads elsewhere (HTTP \(status)): a captive portal?"
    case .noJSON: "an answer that is no JSON: a captive portal?"
    case .success, .badRequest, .keyRefused, .notFound, .methodNotAllowed, .conflict, .gone, .tooLarge,
      .unprocessable, .otherRefusal, .unknown, .unanswered:
      nil
    }
  }

  /// That the cloud refuses something, with its reason.
  func refusal(_ what: String) -> String {
    let reason = body.explanation.map { ": \($0)" } ?? ""
    return "the cloud refuses \(what) (HTTP \(status))\(reason)"
  }

  /// That the cloud refuses the key for something, and what comes of it.
  func keyRefusal(_ what: String, so consequence: String) -> String {
    "the cloud refuses the key for \(what) (HTTP \(status)): \(consequence); check the key and its access type"
  }
}

extension CloudFailure {
  /// Why there is no answer.
  func words(at now: Moment) -> String {
    let hostTime = now.wall.iso8601
    switch self {
    case .unresolved(let detail): return "the cloud's name does not resolve: \(detail)"
    case .unreachable(let detail): return "the cloud cannot be reached: \(detail)"
    case .timedOut(let detail): return "the cloud did not answer in time: \(detail)"
    case .interrupted(let detail): return "the connection to the cloud broke: \(detail)"
    case .certificateNotYetValid:
      return "the cloud's certificate is not yet valid: the host's clock, \(hostTime), is probably behind"
    case .certificateExpired:
      return "the cloud's certificate has expired: the host's clock, \(hostTime), may be ahead"
    case .untrusted(let detail): return "the cloud's certificate is not trusted: \(detail)"
    case .tooLarge: return "the cloud's answer is larger than 4 MiB"
    case .redirected(let target): return "the cloud leads elsewhere, to \(target): a captive portal?"
    case .misconfigured(let detail): return "the cloud's settings cannot work: \(detail)"
    case .cancelled: return "the request was called off"
    }
  }
}
