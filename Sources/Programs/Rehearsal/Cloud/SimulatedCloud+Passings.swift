import JSONDocument

extension SimulatedCloud {
  /// A passing by its session and its number there.
  typealias Place = (session: CloudSession, number: Int64)

  /// Takes passings; those whose number the session has already are dropped.
  mutating func insert(
    _ passings: [CloudPassing], into token: String, _ request: CloudRequest, now: Int64
  ) throws(CloudRejection) -> CloudAnswer {
    guard sessions[token]?.isActive == true else { throw .sessionNotFound }
    var inserted = 0
    for passing in passings {
      if let known = sessions[token]?.passings[passing.number] {
        if known != passing {
          note(.changedPassing, passing.changed(from: known), request, now)
        }
      } else {
        sessions[token]?.keep(passing)
        inserted += 1
      }
    }
    sessions[token]?.duplicates += passings.count - inserted
    return success([
      "token_session": .string(token), "inserted_count": .whole(inserted),
      "duplicate_count": .whole(passings.count - inserted),
    ])
  }

  /// A device's passings of those times (milliseconds since 1970-01-01T00:00:00Z), in their order.
  func passings(of deviceid: String, from: Int64, to: Int64) -> [Place] {
    let range = from...to
    let found = sessions(of: deviceid).flatMap { session in
      session.passings.values.filter { range.contains($0.timestamp) }.map { (session, $0) }
    }
    return found.sorted { ($0.1.timestamp, $0.1.number) < ($1.1.timestamp, $1.1.number) }
      .map { ($0.0, $0.1.number) }
  }

  /// A device's passings after one of a session, that session's rest first, then the later sessions.
  /// - Parameter token: nil begins with the oldest session.
  func passings(of deviceid: String, after token: String?, last: Int64) throws(CloudRejection) -> [Place] {
    var rest = sessions(of: deviceid)[...]
    if let token {
      guard let index = rest.firstIndex(where: { $0.token == token }) else { throw .sessionNotFound }
      rest = rest[index...]
    }
    return rest.flatMap { session in
      let isResumed = session.token == token || (token == nil && session.token == rest.first?.token)
      let least = isResumed && last < .max ? last + 1 : 0
      return session.numbers(in: least...(.max)).map { (session, $0) }
    }
  }

  /// An answer with that page of a session's passings.
  mutating func pageOf(
    _ token: String, _ range: ClosedRange<Int64>, _ page: Int
  ) throws(CloudRejection) -> CloudAnswer {
    sessions[token]?.sort()
    guard let session = sessions[token] else { throw .sessionNotFound }
    let numbers = session.numbers(in: range)
    return try pageOf(count: numbers.count, page, of: ("token_session", token)) { place in
      (session, numbers[numbers.startIndex + place])
    }
  }

  /// An answer with that page of those passings.
  func pageOf(
    _ places: [Place], _ page: Int, of deviceid: String
  ) throws(CloudRejection) -> CloudAnswer {
    try pageOf(count: places.count, page, of: ("deviceid", deviceid)) { places[$0] }
  }

  private func pageOf(
    count: Int, _ page: Int, of subject: (name: String, value: String), _ placed: (Int) -> Place
  ) throws(CloudRejection) -> CloudAnswer {
    let size = CloudOperation.pageSize
    let pages = (count + size - 1) / size
    let listed = page > pages ? 0..<0 : (page - 1) * size..<min(page * size, count)
    if listed.isEmpty { try refuseEmpty("Passings", of: subject.name, subject.value) }
    let entries: [JSONValue] = listed.compactMap { index in
      let place = placed(index)
      guard var object = place.session.passings[place.number]?.fields else { return nil }
      object["token_session"] = .string(place.session.token)
      return .object(object)
    }
    return success([
      "result": .array(entries),
      "pagination": [
        "page": .whole(page), "limit": .whole(size), "total": .whole(count), "pages": .whole(pages),
      ],
    ])
  }
}
