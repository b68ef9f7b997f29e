import JSONDocument

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
    object.append("first", .whole(session.lowest))
    object.append("last", .whole(session.highest))
    return .object(object)
  }

  /// All passings of that session, or of all, as they were sent and in the order of their numbers.
  /// - Returns: nil when there is no such session.
  func passingOverview(token: String?) -> JSONValue? {
    if let token, sessions[token] == nil { return nil }
    let chosen = sessionOrder.compactMap { sessions[$0] }.filter { token == nil || $0.token == token }
    return [
      "sessions": .array(
        chosen.map { session in
          let passings = session.numbers(in: 0...(.max)).compactMap { session.passings[$0]?.fields }
          return [
            "token_session": .string(session.token), "deviceid": .string(session.deviceid),
            "alias": .text(session.alias), "passings": .array(passings.map { .object($0) }),
          ]
        })
    ]
  }

  /// All sessions, for people and tests.
  var sessionOverview: JSONValue {
    .array(
      sessionOrder.compactMap { sessions[$0] }.map { session in
        var object = describeWithEnds(session).object ?? JSONObject()
        object.append("deviceid", .string(session.deviceid))
        object.append("duplicates", .whole(session.duplicates))
        return .object(object)
      })
  }
}
