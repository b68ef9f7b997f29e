import JSONDocument

// One cloud session for each session file.
extension Forwarder {
  /// How it stands with a file's cloud session.
  enum SessionState: Equatable, Sendable {
    /// The reader is no device of the cloud that may be used.
    case unbound
    /// There is none: that one will be asked for has to be written down.
    case ask(deviceid: String)
    /// Something about it is being written down.
    case keeping
    /// It may be there: the cloud's list is to be read.
    case find(CloudSession)
    /// It was not created: `POST /sessions`.
    case post(CloudSession)
    /// It takes passings.
    case open(token: String)
    /// It takes none any more, and a person has to decide.
    case closed

    /// Whether it takes passings.
    var isOpen: Bool { if case .open = self { true } else { false } }
  }

  /// How it stands with a file's session.
  func sessionState(of place: Int) -> SessionState {
    let file = files[place]
    guard let deviceid = view.devices[file.summary.key.serialNumber] else { return .unbound }
    if file.course.keeping != nil { return .keeping }
    guard let session = file.summary.session, session.cloud == cloud, session.deviceid == deviceid else {
      return .ask(deviceid: deviceid)
    }
    switch session.standing {
    case .asked:
      return switch file.course.asked {
      case .absent: .post(session)
      case .lookFirst, .mayBeThere: .find(session)
      }
    case .closed: return settings.onClosedSession == .hold ? .closed : .ask(deviceid: deviceid)
    case .open: return session.token.map(SessionState.open) ?? .find(session)
    }
  }

  /// The token to send with; nil while there is no open session.
  func openToken(of place: Int) -> String? {
    if case .open(let token) = sessionState(of: place) { token } else { nil }
  }

  /// Has it written down that a session will be asked for, where passings wait for one.
  mutating func planSessions(at now: Moment, _ orders: inout ForwardOrders) {
    for place in active where files[place].hold == nil {
      files[place].blocked = nil
      guard files[place].sendable > 0 else { continue }
      switch sessionState(of: place) {
      case .unbound: files[place].blocked = "the reader is not a device of the cloud yet"
      case .closed: holdClosed(place, at: now.monotonic, &orders.log)
      case .keeping, .find, .post, .open: break
      case .ask(let deviceid):
        if let notBefore = files[place].course.askNotBefore, now.monotonic < notBefore {
          wake(at: notBefore)
          files[place].blocked = "its session was closed, a new one is asked for soon"
        } else if let obstacle = obstacle(to: place, at: now.monotonic) {
          files[place].blocked = obstacle
        } else {
          let session = CloudSession(
            cloud: cloud, deviceid: deviceid, token: nil, alias: sessionAlias(of: files[place].summary.key),
            standing: .asked, askedAt: now.wall)
          keep(session, of: place)
        }
      }
    }
  }

  private func sessionAlias(of key: FileKey) -> String {
    var alias = ""
    var rest = settings.sessionAlias[...]
    while let first = rest.first {
      if rest.hasPrefix("{alias}") {
        alias += device.alias ?? key.serialNumber
        rest = rest.dropFirst("{alias}".count)
      } else if rest.hasPrefix("{file}") {
        alias += key.file
        rest = rest.dropFirst("{file}".count)
      } else {
        alias.append(first)
        rest = rest.dropFirst()
      }
    }
    return alias
  }

  /// Nothing of a session is used before it is on disk.
  mutating func keep(_ session: CloudSession, of place: Int) {
    files[place].course.keeping = session
    write(.keepSession(files[place].summary.key, session))
  }

  /// A session is on disk.
  mutating func sessionKept(
    _ place: Int, _ session: CloudSession, at now: MonotonicTime, _ log: inout Telling
  ) {
    guard files[place].course.keeping == session else { return }
    files[place].course.keeping = nil
    guard session.cloud == cloud else { return }
    let key = files[place].summary.key
    switch session.standing {
    case .asked:
      // One may be there that this store does not know: what the store had may be lost. It is looked for first.
      files[place].course.written(mayList: !isUnreadable(at: now))
    case .open:
      files[place].course.opened()
      count(place, at: now + talk.random.spread(Forwarder.countInterval, by: 0.1))
      log.clear(.cloudSessionClosed, of: key.description, at: now)
      log.append(
        LogEntry(
          .cloudSessionOpened, "passings of \(key.file) go to the cloud session '\(session.alias)'",
          fields(key)))
    case .closed:
      closedTokens.formUnion(session.token.map { [$0] } ?? [])
      guard settings.onClosedSession == .new, files[place].summary.waiting > 0 else { return }
      log.append(
        LogEntry(
          .cloudSessionClosed,
          "the cloud has closed the session '\(session.alias)'; a new one takes what waits (on_closed_session = new)",
          priority: .warning, fields(key)))
    }
  }

  /// The next request about a session.
  mutating func sessionRequest(at now: MonotonicTime) -> (Purpose, CloudDraft)? {
    for place in active where files[place].hold == nil {
      let key = files[place].summary.key
      if let notBefore = files[place].course.notBefore, now < notBefore {
        wake(at: notBefore)
        continue
      }
      switch sessionState(of: place) {
      case .find(let session):
        if let former = files[place].course.former.next {
          return (
            .readFormer(key, token: former.token),
            CloudDraft(
              method: .get,
              path: PassingPage.path(token: former.token, 0...UInt32.max, page: former.page))
          )
        }
        return (.findSession(key), CloudDraft(method: .get, path: "/sessions/device/\(session.deviceid)"))
      case .post(let session):
        guard files[place].sendable > 0 else { continue }
        if let obstacle = obstacle(to: place, at: now) {
          files[place].blocked = obstacle
          continue
        }
        files[place].course.posted()
        return (
          .openSession(key),
          CloudDraft(
            method: .post, path: "/sessions",
            body: ["deviceid": .string(session.deviceid), "alias": .string(session.alias)], isSentOnce: true)
        )
      case .unbound, .ask, .keeping, .open, .closed: continue
      }
    }
    return nil
  }

  /// `POST /sessions` was answered.
  mutating func sessionOpened(
    _ key: FileKey, _ answer: CloudAnswer, at now: MonotonicTime, _ orders: inout ForwardOrders
  ) {
    guard let place = places[key], case .find(let session) = sessionState(of: place) else { return }
    switch answer.kind {
    case .success:
      guard let token = answer.body.field("token_session")?.plainText, token.utf8.count <= 512 else {
        let message = "the cloud's answer to opening a session names no token"
        return failed(.openSession(key), message, status: answer.status, at: now, &orders.log)
      }
      accepted(at: now, &orders.log)
      adopt(token, for: session, of: place)
    case .keyRefused:
      files[place].course.isNotThere()
      keyRefused(answer, "opening a session", at: now, &orders.log)
    default:
      // An answer that refuses: nothing was created.
      files[place].course.isNotThere()
      refused(
        place, .openSession(key), answer.refusal("to open a session"), status: answer.status, at: now,
        &orders.log)
    }
  }

  private mutating func adopt(_ token: String, for session: CloudSession, of place: Int) {
    var open = session
    open.token = token
    open.standing = .open
    files[place].course.forgetRefusals()
    keep(open, of: place)
  }

  /// The device's sessions were read: is the one that was asked for among them?
  mutating func sessionsListed(
    _ key: FileKey, _ answer: CloudAnswer, at now: MonotonicTime, _ orders: inout ForwardOrders
  ) {
    guard let place = places[key], case .find(let session) = sessionState(of: place) else { return }
    switch answer.kind {
    case .success:
      guard let list = answer.body.list else {
        return failed(
          .findSession(key), "the cloud's answer is no list of sessions: a captive portal?",
          status: answer.status, at: now, &orders.log)
      }
      let candidates = candidates(for: session, in: list)
      files[place].course.former.expect(SessionListing.closed(candidates))
      // They are read first, then listed again.
      guard files[place].course.former.next == nil else { return answered(at: now, &orders.log) }
      switch SessionListing.find(in: candidates) {
      case .there(let token):
        answered(at: now, &orders.log)
        adopt(token, for: session, of: place)
      case .missing: hasNoSession(place, at: now, &orders.log)
      case .nameless:
        failed(
          .findSession(key), "the cloud lists the session without its token", status: answer.status, at: now,
          &orders.log)
      }
    case .keyRefused:
      // A key that may only write: it has to be asked for. What was created before stays empty.
      noteUnreadable(answer, at: now, &orders.log)
      files[place].course.isNotThere()
    case .notFound where files[place].course.isWithoutSessions(answer):
      hasNoSession(place, at: now, &orders.log)
    default:
      refused(
        place, .findSession(key), answer.refusal(CloudAbsence.List.sessions.request), status: answer.status,
        at: now, &orders.log)
    }
  }

  /// The session that was asked for is not there: it is to be created.
  private mutating func hasNoSession(_ place: Int, at now: MonotonicTime, _ log: inout Telling) {
    answered(at: now, &log)
    files[place].course.forgetRefusals()
    files[place].course.isNotThere()
  }

  /// The cloud has answered, and does not list the device's sessions, or does not show what one of them has.
  /// - Parameter isRefused: it refuses to, and does not fail: that is believed sooner.
  mutating func noteUnlisted(_ purpose: Purpose, isRefused: Bool) {
    let more = isRefused ? 3 : 1
    switch purpose {
    case .findSession(let key): if let place = places[key] { files[place].course.notListed(weight: more) }
    case .readFormer(let key, _): if let place = places[key] { files[place].course.notShown(weight: more) }
    case .send, .checkSession, .checkList, .readBatch, .openSession, .count, .readRange, .audit, .nothing:
      break
    }
  }

  /// A page of what a closed session of a file's name has was read.
  mutating func formerRead(
    _ key: FileKey, _ token: String, _ answer: CloudAnswer, at now: MonotonicTime,
    _ orders: inout ForwardOrders
  ) {
    guard let place = places[key], case .find(let session) = sessionState(of: place),
      files[place].course.former.next?.token == token
    else { return }
    let page: PassingPage
    switch PageAnswer(answer, of: .passings) {
    case .page(let list): page = list
    case .keyRefused:
      noteUnreadable(answer, at: now, &orders.log)
      files[place].course.former.skip()
      return
    case .absent(let words), .wrong(let words):
      return failed(.readFormer(key, token: token), words, status: answer.status, at: now, &orders.log)
    }
    answered(at: now, &orders.log)
    files[place].course.forgetRefusals()
    guard let count = files[place].course.former.take(page), count > 0 else { return }
    orders.log.append(
      LogEntry(
        .cloudSessionClosed,
        "the cloud has a closed session '\(session.alias)' that this store does not know: "
          + "\(count) passings of \(key.file) are in it, and are not sent again",
        priority: .notice, fields(key, [.count: String(count)])))
  }

  /// The listed sessions of that name, but for those of other files, and those that are known to be closed.
  private func candidates(for session: CloudSession, in list: [JSONValue]) -> [JSONValue] {
    let taken = Set(files.compactMap { $0.summary.session?.token }).union(closedTokens)
    return list.filter { entry in
      entry["alias"]?.plainText == session.alias
        && entry["token_session"]?.plainText.map { !taken.contains($0) } ?? true
    }
  }

  /// The cloud has closed a file's session: nothing more can be sent to it.
  /// - Parameter isUnread: what the session has cannot be read.
  mutating func close(
    _ place: Int, _ token: String, isUnread: Bool = false, at now: MonotonicTime, _ log: inout Telling
  ) {
    let key = files[place].summary.key
    withdraw(place)
    guard openToken(of: place) == token else { return }
    files[place].course.askNotBefore = now + files[place].course.askBackoff.next(&talk.random)
    guard var session = files[place].summary.session else { return }
    session.standing = .closed
    // What was in it before is in it still. In another session it would be a second time, and here it would wait for ever.
    if isUnread { write(.undoRewind(key, session: token)) }
    keep(session, of: place)
    // That it was refused has its explanation.
    log.clear(.forwardHeld, of: key.description, at: now)
  }

  /// So many passings that a rewind had let wait again are acknowledged as before.
  func rewindUndone(_ place: Int, _ count: Int, _ log: inout Telling) {
    guard count > 0 else { return }
    let summary = files[place].summary
    log.append(
      LogEntry(
        .cloudSessionClosed,
        "the cloud has closed the session of \(summary.key.file), and does not show what it has: "
          + "\(count) acknowledged before stay there, and are not sent again",
        priority: .notice, fields(summary.key, [.count: String(count)])))
  }

  private mutating func holdClosed(_ place: Int, at now: MonotonicTime, _ log: inout Telling) {
    let key = files[place].summary.key
    files[place].blocked = "the cloud has closed its session"
    guard !log.isActive(.cloudSessionClosed, of: key.description) else { return }
    log.raise(
      .cloudSessionClosed, of: key.description,
      "the cloud has closed the session of \(key.file): its passings wait", fields(key), at: now)
  }
}
