import AgentCore
import JSONDocument
import JSONText
import Rehearsal

/// What HTTP does between the agent and the rehearsal's cloud.
enum RehearsedCloud {
  /// The answer of a cloud to a request of the agent.
  static func answer(
    of cloud: inout SimulatedCloud, to request: AgentCore.CloudRequest, now: Int64
  ) -> Rehearsal.CloudAnswer {
    let halves = request.path.split(separator: "?", maxSplits: 1)
    return cloud.answer(
      .init(
        request.method.rawValue, "/v0" + halves[0], query: query(halves.count > 1 ? halves[1] : ""),
        apiKey: "key", contentType: request.body == nil ? nil : "application/json",
        body: request.body.map { .document($0) } ?? .none, bodySize: request.body == nil ? 0 : 100),
      now: now)
  }

  private static func query(_ text: Substring) -> [Rehearsal.CloudRequest.Parameter] {
    text.split(separator: "&").map { item in
      let parts = item.split(separator: "=", maxSplits: 1)
      return .init(String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }

  /// What the agent hears of an answer.
  /// - Parameters:
  ///   - portal: the body that somebody in between puts in place of the cloud's.
  ///   - hostTime: when it arrives, by the host's clock.
  static func result(
    of answer: Rehearsal.CloudAnswer, portal: String? = nil, hostTime: WallTime
  ) -> Result<AgentCore.CloudAnswer, CloudFailure> {
    if answer.isReset { return .failure(.interrupted(detail: "reset")) }
    var date: WallTime?
    if case .at(let milliseconds) = answer.date { date = WallTime(milliseconds: milliseconds / 1000 * 1000) }
    let retry = answer.headers.first { $0.name == "Retry-After" }.flatMap { Int64($0.value) }
    let body: AgentCore.CloudAnswer.Body =
      switch answer.body {
      case .empty: .empty
      case .document(let document): .json(document)
      case .text(let text, "application/json"):
        (try? JSONText.parse(Array(text.utf8))).map { .json($0) } ?? .other(text.inOneLine())
      case .text(let text, _): .other(text)
      }
    return .success(
      .init(
        status: answer.status, body: portal.map { .other($0) } ?? body, date: date, hostTime: hostTime,
        retryAfter: retry.map { .seconds($0) }))
  }
}

extension SimulatedCloud {
  /// What it says to an order of a test.
  mutating func said(to order: String) -> JSONValue {
    switch tell(order) {
    case .document(let document): document
    case .done(let text): .string(text)
    case .refused(let reason): .string("refused: \(reason)")
    }
  }

  /// What it was sent that no good client sends.
  var misuse: [JSONValue] {
    var cloud = self
    return cloud.said(to: "misuse")["entries"]?.array ?? []
  }
}
