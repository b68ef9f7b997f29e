/// A fault that strikes some requests.
public struct CloudFault: Equatable, Sendable {
  /// What happens.
  public enum Kind: Equatable, Sendable {
    /// The answer is that status, with `Retry-After` seconds if given.
    case fail(status: Int, retryAfter: Int?)
    /// The answer is that status with that body, whatever was asked; an empty body is none.
    case say(status: Int, body: String)
    /// The connection is reset.
    case reset
    /// The answer waits so many milliseconds.
    case slow(milliseconds: Int64)
  }

  /// What happens.
  public var kind: Kind
  /// Whether the cloud does its work first.
  public var isAfterWork = false
  /// To which calls.
  public var scope = CloudScope.all
  /// How many requests are left; nil strikes until it is turned off.
  public var remaining: Int?
  /// In how many cases of a hundred, 0 to 100.
  public var percent = 100.0

  /// A fault that strikes every request, before the work, until it is turned off.
  public init(kind: Kind) { self.kind = kind }
}

/// Everything that is wrong with the cloud on purpose.
struct CloudFaults: Equatable, Sendable {
  /// What to do with one request.
  struct Verdict: Equatable {
    var delay: Int64 = 0
    /// `.fail`, `.say` or `.reset`, or nothing.
    var fault: CloudFault?
  }

  var list: [CloudFault] = []
  var hasPortal = false
  var redirect: String?
  /// What `PATCH /devices/{deviceid}` answers when there is no such route.
  var heartbeatStatus: Int?
  var date = CloudDateHeader.offset(milliseconds: 0)
  var errorBody = CloudErrorBody.documented
  var fields = CloudFieldFaults()

  /// Decides about a request and counts it: the latest fault that fits is the one, and the latest delay.
  mutating func judge(_ route: CloudRoute?, random: inout RehearsalRandom) -> Verdict {
    var verdict = Verdict()
    var isSlow = false
    for index in list.indices.reversed() {
      let fault = list[index]
      guard fault.remaining != 0, fault.scope.contains(route) else { continue }
      let isDelay = if case .slow = fault.kind { true } else { false }
      if isDelay ? isSlow : verdict.fault != nil { continue }
      if fault.percent < 100, Double.random(in: 0..<100, using: &random) >= fault.percent { continue }
      if let remaining = fault.remaining { list[index].remaining = remaining - 1 }
      switch fault.kind {
      case .slow(let milliseconds):
        isSlow = true
        verdict.delay = milliseconds
      case .fail, .say, .reset: verdict.fault = fault
      }
    }
    list.removeAll { $0.remaining == 0 }
    return verdict
  }
}

/// What the cloud says of the time.
public enum CloudDateHeader: Equatable, Sendable {
  /// The real time and so much more.
  case offset(milliseconds: Int64)
  /// Nothing.
  case omitted
}

/// How errors are worded.
public enum CloudErrorBody: String, CaseIterable, Sendable {
  /// What is not found as `broken`, everything else as `json`: so the vendor's pages show it.
  case documented
  /// `{"description":"Device not found"}`
  case json
  /// As the vendor's page shows it, which is no JSON: the name without quotes, a comma too many.
  case broken
  /// Nothing at all.
  case empty
  /// A page for people, as proxies send it.
  case html
}

/// What is wrong with the fields of good answers.
public struct CloudFieldFaults: Equatable, Sendable {
  /// Whether there are fields that nobody knows.
  public var hasUnknown = false
  /// Fields that are null.
  public var null: Set<String> = []
  /// Fields that are not there.
  public var missing: Set<String> = []
}

/// How a list is answered on which nothing is.
public enum CloudEmptyLists: String, CaseIterable, Sendable {
  /// 404, `Sessions not found`: as the vendor's pages have it.
  case missing = "404"
  /// 200 with an empty array.
  case listed = "200"
}

/// The two forms in which the API wraps its answers.
public enum CloudEnvelope: String, CaseIterable, Sendable {
  /// `{"description": …, "result": …}`
  case v0
  /// The same inside `{"body": …}`; "not found" is `{"body": null}`.
  case body
}
