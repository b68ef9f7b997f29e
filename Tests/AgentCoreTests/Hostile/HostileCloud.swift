import AgentCore
import JSONDocument

/// A cloud that answers what it is asked, with any number, date and text in its answers.
struct HostileCloud {
  private var sessions = 0
  private let deviceid = "ab12"

  /// What comes of a request.
  /// - Parameters:
  ///   - trueTime: what a right clock shows.
  ///   - hostTime: what the host's shows.
  mutating func outcome(
    of request: CloudRequest, trueTime: WallTime, hostTime: WallTime, _ source: inout ByteSource
  ) -> CloudOutcome {
    if source.chance(of: 10) {
      return CloudOutcome(
        ticket: request.ticket, result: .failure(source.pick(HostileCloud.failures)))
    }
    let status = source.chance(of: 5) ? source.pick(HostileCloud.statuses) : usualStatus(of: request)
    let body: CloudAnswer.Body
    switch source.below(12) {
    case 9: body = .json(source.json())
    case 10: body = .other(String(decoding: source.raw(40), as: UTF8.self))
    case 11: body = .empty
    default: body = .json(source.nearly(document(for: request, &source)))
    }
    let date: WallTime? =
      switch source.below(8) {
      case 6: nil
      case 7: source.wallTime()
      default: WallTime(milliseconds: trueTime.milliseconds / 1000 * 1000)
      }
    return CloudOutcome(
      ticket: request.ticket,
      result: .success(
        CloudAnswer(
          status: status, body: body, date: date,
          hostTime: source.chance(of: 20) ? source.wallTime() : hostTime,
          retryAfter: source.chance(of: 6) ? source.span() : nil)))
  }

  private static let statuses = [
    200, 201, 204, 301, 400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 501, 503, 0, -1, 999,
  ]
  private static let failures: [CloudFailure] = [
    .timedOut(detail: "no answer"), .cancelled, .unreachable(detail: "no route"),
    .interrupted(detail: "reset"),
    .certificateNotYetValid, .certificateExpired, .tooLarge, .unresolved(detail: "no name"),
  ]

  private func usualStatus(of request: CloudRequest) -> Int {
    request.method == .post && request.path == "/devices" ? 201 : 200
  }

  private mutating func document(for request: CloudRequest, _ source: inout ByteSource) -> JSONValue {
    let path = request.path.prefix { $0 != "?" }.split(separator: "/").map(String.init)
    switch (request.method, path.first ?? "") {
    case (.post, "devices"): return ["description": "Success", "deviceid": source.nearly(.string(deviceid))]
    case (.get, "devices"):
      return [
        "description": "Success",
        "result": [
          "deviceid": .string(deviceid), "type": "One4All", "model": "One4All 5",
          "serial_number": source.nearly(.string("O4A5-00051")), "firmware": source.nearly("1.1.3.0"),
          "last_seen": .string(source.timeText()), "passings": .integer(source.integer()),
        ],
      ]
    case (.post, "sessions"):
      sessions += 1
      return ["description": "Success", "token_session": source.nearly(.string("session\(sessions)"))]
    case (.get, "sessions") where path.count == 2:
      return ["result": [["token_session": .string(path[1]), "passings": .integer(source.integer())]]]
    case (.get, "sessions"):
      let entries = (0..<source.below(3)).map { index -> JSONValue in
        [
          "token_session": .string("session\(index)"), "alias": .string("O4A5-00051 20191117-131717.csv"),
          "active": .bool(source.chance(of: 2)), "passings": .integer(source.integer()),
          "creation_date": .string(source.timeText()),
        ]
      }
      return ["description": "Success", "result": .array(entries)]
    case (.post, "passings"):
      let list = request.body?["passings_list"]?.array ?? []
      let count = source.chance(of: 4) ? source.integer() : Int64(list.count)
      return [
        "description": "Success", "token_session": request.body?["token_session"] ?? .null,
        "inserted_count": source.nearly(.integer(count)),
        "duplicate_count": .integer(source.chance(of: 4) ? source.integer() : 0),
      ]
    case (.get, "passings"):
      let entries = (0..<source.below(6)).map { _ -> JSONValue in
        [
          "num_passing": .integer(source.integer()), "timestamp": .string(source.timeText()),
          "chip": "MC00017",
        ]
      }
      return ["result": .array(entries), "pagination": ["pages": .integer(source.integer())]]
    default: return ["description": "Success"]
    }
  }
}
