import AgentCore
import CloudClient
import JSONDocument
import LinuxSystem
import Synchronization
import TestSupport
import Testing

/// A worker and the outcomes that it has reported.
final class TestedWorker: Sendable {
  static let key = "ror-5c1f7a90d3e84b62"

  private final class Outcomes: Sendable {
    let list = Mutex<[CloudOutcome]>([])
    let wakeUp: WakeUp
    init() throws { wakeUp = try WakeUp() }
  }

  private let outcomes: Outcomes
  let worker: CloudWorker

  init() throws {
    let outcomes = try Outcomes()
    self.outcomes = outcomes
    worker = try CloudWorker { outcome in
      outcomes.list.withLock { $0.append(outcome) }
      outcomes.wakeUp.call()
    }
  }

  /// A worker for that cloud.
  convenience init(
    _ url: String, caFile: String? = nil, proxy: String? = nil, connectTimeout: Duration = .seconds(5),
    requestTimeout: Duration = .seconds(20)
  ) throws {
    try self.init()
    worker.configure(
      CloudAccess(
        url: url, authHeader: "api_key", key: Secret(TestedWorker.key), caFile: caFile, proxy: proxy,
        connectTimeout: connectTimeout, requestTimeout: requestTimeout, userAgent: "one4all-agent/test"))
  }

  /// The first outcomes, once there are that many.
  func outcomes(_ count: Int) throws -> [CloudOutcome] {
    let deadline = Deadline()
    while true {
      let list = outcomes.list.withLock { $0 }
      if list.count >= count { return list }
      try #require(!deadline.isOver, "only \(list.count) of \(count) outcomes came")
      _ = try Poll.wait(for: outcomes.wakeUp.descriptor, .read, milliseconds: deadline.milliseconds)
      outcomes.wakeUp.clear()
    }
  }

  /// Sends a request and waits for its outcome.
  func result(
    _ method: CloudMethod = .get, _ path: String = "/devices/ab", body: JSONValue? = nil,
    isSentOnce: Bool = false
  ) throws -> Result<CloudAnswer, CloudFailure> {
    let before = outcomes.list.withLock { $0.count }
    worker.send(
      CloudRequest(
        ticket: CloudTicket(.device, UInt64(before)), method: method, path: path, body: body,
        isSentOnce: isSentOnce))
    let outcome = try outcomes(before + 1)[before]
    #expect(outcome.ticket == CloudTicket(.device, UInt64(before)))
    return outcome.result
  }

  func answer(
    _ method: CloudMethod = .get, _ path: String = "/devices/ab", body: JSONValue? = nil
  ) throws -> CloudAnswer {
    try result(method, path, body: body).get()
  }

  func failure(_ method: CloudMethod = .get, _ path: String = "/devices/ab") throws -> CloudFailure {
    switch try result(method, path) {
    case .success(let answer):
      Issue.record("an answer came: \(answer)")
      return .cancelled
    case .failure(let failure): return failure
    }
  }
}

extension CloudFailure {
  /// The case without its detail.
  var name: String { String(String(describing: self).prefix { $0 != "(" }) }
}
