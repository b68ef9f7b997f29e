import JSONDocument

/// The cloud's API, version 0, as a state machine: a request and the time in, an answer out.
///
/// What the vendor's pages do not say is assumed here, and docs/rehearsal.md says what that is.
public struct SimulatedCloud: Sendable {
  /// How a cloud begins.
  public struct Settings: Equatable, Sendable {
    /// What every path begins with, e.g. `/v0`; may be empty.
    public var base: String
    /// The keys and what each may do.
    public var keys: [String: CloudAccess]
    /// How answers are wrapped.
    public var envelope: CloudEnvelope
    /// How a list is answered on which nothing is.
    public var emptyLists: CloudEmptyLists
    /// Decides deviceids, tokens and chances: the same seed gives the same.
    public var seed: UInt64

    /// Settings.
    public init(
      base: String = "/v0", keys: [String: CloudAccess] = [:], envelope: CloudEnvelope = .v0,
      emptyLists: CloudEmptyLists = .missing, seed: UInt64 = 1
    ) {
      self.base = base
      self.keys = keys
      self.envelope = envelope
      self.emptyLists = emptyLists
      self.seed = seed
    }
  }

  var settings: Settings
  var faults = CloudFaults()
  var log = CloudLog()
  var devices: [String: CloudDevice] = [:]
  var deviceOrder: [String] = []
  var sessions: [String: CloudSession] = [:]
  var sessionOrder: [String] = []
  var sessionsMade = 0
  private var random: RehearsalRandom

  /// A cloud that knows no device yet.
  public init(_ settings: Settings) {
    self.settings = settings
    random = RehearsalRandom(seed: settings.seed)
  }

  /// Answers a request.
  /// - Parameters:
  ///   - request: what was sent.
  ///   - now: the true time, milliseconds since 1970-01-01T00:00:00Z; the `Date` header may lie about it.
  public mutating func answer(_ request: CloudRequest, now: Int64) -> CloudAnswer {
    let match = CloudRoute.match(request.method, request.path, base: settings.base)
    let operation = read(request, match)
    if case .failure(let rejection) = operation, rejection.isMisuse {
      note(.malformed, rejection.description, request, now)
    }
    let verdict = faults.judge(match?.route, random: &random)
    var answer =
      obstacle(request, match?.route, verdict) ?? carryOut(operation, request, match?.route, now: now)
    if let fault = verdict.fault, fault.isAfterWork { answer = struck(by: fault.kind) }
    answer.delayMilliseconds = verdict.delay
    switch faults.date {
    case .offset(let milliseconds): answer.date = .at(now + milliseconds)
    case .omitted: answer.date = .omitted
    }
    log.note(
      CloudLog.Entry(
        time: now, request: request, route: match?.route, status: answer.isReset ? nil : answer.status))
    return answer
  }

  mutating func note(
    _ kind: CloudLog.Misuse.Kind, _ reason: String, _ request: CloudRequest, _ now: Int64
  ) {
    log.note(
      CloudLog.Misuse(time: now, kind: kind, method: request.method, path: request.target, reason: reason))
  }

  /// What is asked for, whether or not it can be had now.
  private func read(
    _ request: CloudRequest, _ match: CloudRoute.Match?
  ) -> Result<CloudOperation, CloudRejection> {
    guard let match else { return .failure(.notFound("No such route", isMisuse: true)) }
    do throws(CloudRejection) {
      return .success(try CloudOperation(match, request))
    } catch {
      return .failure(error)
    }
  }

  /// What keeps the cloud from doing its work; nil when nothing does.
  private func obstacle(
    _ request: CloudRequest, _ route: CloudRoute?, _ verdict: CloudFaults.Verdict
  ) -> CloudAnswer? {
    if faults.hasPortal {
      let page =
        "<!DOCTYPE html><html><head><title>Welcome</title></head>"
        + "<body><h1>Welcome to the guest network</h1><form>Please accept our terms.</form></body></html>\n"
      return CloudAnswer(status: 200, body: .text(page, type: "text/html; charset=utf-8"))
    }
    if let address = faults.redirect {
      var answer = CloudAnswer(status: 302, body: .empty)
      answer.headers = [.init("Location", address)]
      return answer
    }
    if let fault = verdict.fault, !fault.isAfterWork { return struck(by: fault.kind) }
    if route == .heartbeat, let status = faults.heartbeatStatus {
      var answer = failure(status, "Not available")
      if status == 405 { answer.headers.append(.init("Allow", "GET, DELETE")) }
      return answer
    }
    return nil
  }

  private func struck(by kind: CloudFault.Kind) -> CloudAnswer {
    switch kind {
    case .fail(let status, let retryAfter):
      var answer = failure(status, CloudAnswer.reason(of: status))
      if let retryAfter { answer.headers.append(.init("Retry-After", "\(retryAfter)")) }
      return answer
    case .say(let status, let body):
      let isText = body.isEmpty || body.hasPrefix("<")
      return CloudAnswer(
        status: status,
        body: body.isEmpty ? .empty : .text(body, type: isText ? "text/html" : "application/json"))
    case .reset:
      var answer = CloudAnswer(status: 503, body: .empty)
      answer.isReset = true
      return answer
    case .slow: return CloudAnswer(status: 200, body: .empty)
    }
  }

  private mutating func carryOut(
    _ operation: Result<CloudOperation, CloudRejection>, _ request: CloudRequest, _ route: CloudRoute?,
    now: Int64
  ) -> CloudAnswer {
    if let route {
      guard let access = request.apiKey.flatMap({ settings.keys[$0] }) else {
        return failure(403, request.apiKey == nil ? "No api_key" : "Unknown api_key")
      }
      guard access.isSuperset(of: route.access) else {
        return failure(403, "This api_key has no \(route.access.name) access")
      }
    }
    do throws(CloudRejection) {
      return try perform(operation.get(), request, now: now)
    } catch {
      return failure(error)
    }
  }

  /// A list on which nothing is, where that is an error.
  func refuseEmpty(_ what: String, of name: String, _ value: String) throws(CloudRejection) {
    if settings.emptyLists == .missing { throw .emptyList(what, of: name, value) }
  }

  private mutating func perform(
    _ operation: CloudOperation, _ request: CloudRequest, now: Int64
  ) throws(CloudRejection) -> CloudAnswer {
    switch operation {
    case .bind(let binding): return bind(binding, now: now)
    case .heartbeat(let deviceid, let heartbeat):
      return try take(heartbeat, for: deviceid, request, now: now)
    case .device(let deviceid): return success(["result": describe(try device(deviceid))])
    case .devices(let page, let limit): return try listDevices(page: page, limit: limit, now: now)
    case .unbind(let deviceid):
      _ = try device(deviceid)
      remove(device: deviceid)
      return success([:])
    case .openSession(let deviceid, let alias):
      return success(["token_session": .string(try openSession(deviceid, alias: alias, now: now))])
    case .closeSession(let token):
      try closeSession(token)
      return success([:])
    case .sessions(let deviceid):
      _ = try device(deviceid)
      let sessions = sessions(of: deviceid)
      if sessions.isEmpty { try refuseEmpty("Sessions", of: "deviceid", deviceid) }
      return success(["result": .array(sessions.map { describe($0) })])
    case .activeSession(let deviceid):
      _ = try device(deviceid)
      guard let active = sessions(of: deviceid).first(where: \.isActive) else {
        throw .emptyList("Sessions", of: "deviceid", deviceid)
      }
      return success(["result": [describe(active)]])
    case .session(let token):
      guard let session = sessions[token] else { throw .sessionNotFound }
      return success(["result": [describeWithEnds(session)]])
    case .insertPassings(let token, let passings):
      return try insert(passings, into: token, request, now: now)
    case .sessionPassings(let token, let range, let page):
      return try pageOf(token, range, page)
    case .devicePassings(let deviceid, let range, let page):
      _ = try device(deviceid)
      return try pageOf(
        passings(of: deviceid, from: range.lowerBound, to: range.upperBound), page, of: deviceid)
    case .resumedPassings(let deviceid, let token, let last, let page):
      _ = try device(deviceid)
      return try pageOf(try passings(of: deviceid, after: token, last: last), page, of: deviceid)
    }
  }
}
