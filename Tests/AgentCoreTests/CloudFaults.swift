import AgentCore
import JSONDocument
import Rehearsal

/// What can be wrong with the cloud of a forwarder, or on the way to it, beside what the rehearsal's cloud can do.
struct CloudFaults {
  /// A batch with one of them is refused with 400.
  var bad: Set<Int64> = []
  /// A batch with one of them is answered with that status.
  var odd: [Int64: Int] = [:]
  /// The cloud answers a batch with one of them with 500.
  var poisoned: Set<Int64> = []
  /// The cloud says that all is well and neither keeps nor counts them.
  var swallowed: Set<Int64> = []
  /// Batches with more passings than that are refused with 413.
  var largestBatch = Int.max
  /// Batches with more passings than that do not come through in the time that a request may take.
  var slowBatch = Int.max
  /// Nothing is reached.
  var isAway = false
  /// The list of a device's sessions is refused with that status.
  var listStatus: Int?
  /// So many fewer passings the cloud counts than it has.
  var lag: Int64 = 0

  /// Why a request gets no answer, and after how many milliseconds that is known; nil when it gets one.
  func failure(of request: AgentCore.CloudRequest) -> (failure: CloudFailure, after: Int64)? {
    if isAway { return (.unreachable(detail: "no route"), 100) }
    if let list = CloudFaults.passings(of: request), list.count > slowBatch {
      return (.timedOut(detail: "30 s"), 30_000)
    }
    return nil
  }

  /// The answer to what does not come to the cloud; nil for the cloud's own.
  func answer(to request: AgentCore.CloudRequest) -> Rehearsal.CloudAnswer? {
    if let listStatus, request.path.hasPrefix("/sessions/device/") {
      return Rehearsal.CloudAnswer(status: listStatus, body: .empty)
    }
    guard let list = CloudFaults.passings(of: request) else { return nil }
    if list.count > largestBatch { return Rehearsal.CloudAnswer(status: 413, body: .empty) }
    let numbers = list.map(CloudFaults.number)
    if !bad.isDisjoint(with: numbers) {
      return Rehearsal.CloudAnswer(status: 400, body: .document(["description": "Wrong field: bib"]))
    }
    if let status = numbers.lazy.compactMap({ odd[$0] }).first {
      return Rehearsal.CloudAnswer(status: status, body: .empty)
    }
    if !poisoned.isDisjoint(with: numbers) { return Rehearsal.CloudAnswer(status: 500, body: .empty) }
    if !swallowed.isEmpty, swallowed.isSuperset(of: numbers) {
      return Rehearsal.CloudAnswer(
        status: 200, body: .document(["description": "Success", "inserted_count": 0, "duplicate_count": 0]))
    }
    return nil
  }

  /// What of a request comes to the cloud.
  func reduced(_ request: AgentCore.CloudRequest) -> AgentCore.CloudRequest {
    guard !swallowed.isEmpty, let list = CloudFaults.passings(of: request), var body = request.body?.object
    else { return request }
    body["passings_list"] = .array(list.filter { !swallowed.contains(CloudFaults.number($0)) })
    return AgentCore.CloudRequest(
      ticket: request.ticket, method: request.method, path: request.path, body: .object(body),
      isSentOnce: request.isSentOnce)
  }

  /// The cloud's answer as it comes back.
  func altered(
    _ answer: Rehearsal.CloudAnswer, to request: AgentCore.CloudRequest
  ) -> Rehearsal.CloudAnswer {
    guard lag > 0, request.path.hasPrefix("/sessions/"), var document = answer.document?.object,
      var session = document["result"]?.array?.first?.object, let count = session["passings"]?.integer
    else { return answer }
    session["passings"] = .integer(count - lag)
    document["result"] = [.object(session)]
    var answer = answer
    answer.body = .document(.object(document))
    return answer
  }

  /// The passings that a request brings; nil for another request.
  private static func passings(of request: AgentCore.CloudRequest) -> [JSONValue]? {
    request.path == "/passings" ? request.body?["passings_list"]?.array : nil
  }

  private static func number(_ entry: JSONValue) -> Int64 { entry["num_passing"]?.integer ?? 0 }
}
