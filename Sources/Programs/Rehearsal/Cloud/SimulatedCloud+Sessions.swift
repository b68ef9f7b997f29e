import JSONDocument

extension CloudSession {
  /// The numbers of its passings within that range, ascending.
  func numbers(in range: ClosedRange<Int64>) -> [Int64] {
    passings.keys.filter(range.contains).sorted()
  }
}

extension SimulatedCloud {
  /// A device's sessions, the oldest first.
  func sessions(of deviceid: String) -> [CloudSession] {
    sessionOrder.compactMap { sessions[$0] }.filter { $0.deviceid == deviceid }
  }

  /// Opens a session and closes any other that is active.
  /// - Returns: its token.
  mutating func openSession(
    _ deviceid: String, alias: String?, now: Int64
  ) throws(CloudRejection) -> String {
    _ = try device(deviceid)
    for other in sessions(of: deviceid) { sessions[other.token]?.isActive = false }
    sessionsMade += 1
    let token = RehearsalRandom.digest("session \(sessionsMade)", seed: settings.seed, digits: 32)
      .lowercased()
    sessions[token] = CloudSession(token: token, deviceid: deviceid, alias: alias, createdAt: now)
    sessionOrder.append(token)
    return token
  }

  mutating func closeSession(_ token: String) throws(CloudRejection) {
    guard sessions[token]?.isActive == true else { throw .sessionNotFound }
    sessions[token]?.isActive = false
  }

  func describe(_ session: CloudSession) -> JSONValue {
    [
      "token_session": .string(session.token), "alias": .text(session.alias),
      "creation_date": .string(CloudTime.text(session.createdAt)), "active": .bool(session.isActive),
      "passings": .whole(session.passings.count),
    ]
  }

  /// A session with the lowest and the highest number of its passings.
  func describeWithEnds(_ session: CloudSession) -> JSONValue {
    var object = describe(session).object ?? JSONObject()
    object.append("first", .whole(session.passings.keys.min()))
    object.append("last", .whole(session.passings.keys.max()))
    return .object(object)
  }

  /// All sessions, for people and tests.
  var sessionOverview: JSONValue {
    .array(
      sessionOrder.compactMap { sessions[$0] }.map { session in
        var object = describeWithEnds(session).object ?? JSONObject()
        object.append("deviceid", .string(session.deviceid))
        return .object(object)
      })
  }
}
