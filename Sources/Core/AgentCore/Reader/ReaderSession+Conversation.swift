import One4AllProtocol

// Asking and listening.
extension ReaderSession {
  /// Asks from the beginning. A command that is under way keeps its time.
  mutating func startAsking(at now: MonotonicTime, _ actions: inout [AgentAction]) {
    queue.clearWaiting()
    for command in [Command.ping, .getProtocol, .getStatus, .pushTags(true)] { queue.add(command) }
    pollAt = now + pollSpan
    sendNext(at: now, &actions)
  }

  mutating func sendNext(at now: MonotonicTime, _ actions: inout [AgentAction]) {
    guard case .open = line, let command = queue.next(at: now, timeout: settings.replyTimeout) else { return }
    _ = strange.takeUnreadable()
    actions.append(.line(.write(opening: opening, command.encoded())))
  }

  /// A reader that has not said who it is yet is asked again soon.
  private var pollSpan: Duration {
    isIdentified ? settings.pollInterval : min(settings.pollInterval, settings.replyTimeout)
  }

  /// GETSTATUS again; PUSHTAGS too when it is not known to be on, or was said a minute ago: a reader that
  /// restarted unseen has it off.
  mutating func poll(at now: MonotonicTime, _ problems: Problems) {
    pollAt = now + pollSpan
    queue.add(.getStatus)
    // These are asked on occasion only: what was wrong with them would stay on show.
    for command in [Command.ping, .getProtocol]
    where problems.isActive(.readerRefused, of: command.text, by: .reader) {
      queue.add(command)
    }
    if pushConfirmedAt.map({ now - $0 >= .seconds(60) }) ?? true { queue.add(.pushTags(true)) }
  }

  mutating func heard(
    _ reception: LineReport.Reception, at now: MonotonicTime, _ problems: inout Problems,
    _ actions: inout [AgentAction]
  ) {
    totals.count(reception)
    strayBytes += reception.byteCount
    if sample.count < 24 { sample += reception.sample.prefix(24 - sample.count) }
    if reception.pendingReply != nil, queue.prolongReply(at: now, timeout: settings.replyTimeout) {
      replyComingAt = reception.at
    }
    for frame in reception.frames {
      switch frame {
      case .hello:
        alive(at: reception.at, now, &actions)
        if isIdentified { startAgain(at: now, &actions) }
      case .passing(let passing):
        alive(at: reception.at, now, &actions)
        queue.prolongList(by: passing, at: now, timeout: settings.replyTimeout)
        tell(.passing(passing, at: reception.at, list: queue.list))
      case .reply(let reply):
        alive(at: reception.at, now, &actions)
        if let asked = queue.match(reply) {
          answered(asked, by: reply, heardAt: reception.at, at: now, &problems, &actions)
        }
      case .endOfList:
        if let asked = queue.endList() { tell(asked, .endOfList, heardAt: reception.at) }
      case .malformed(let frame):
        strange.heard(frame, during: queue.underWay?.command)
        if frame.reason == .fieldCount { tell(.unknownForm(frame.raw, at: reception.at)) }
        tell(.damaged(frame.raw, at: reception.at))
      }
    }
    sendNext(at: now, &actions)
  }

  /// A valid frame: a reader speaks.
  private mutating func alive(at heardAt: MonotonicTime, _ now: MonotonicTime, _ actions: inout [AgentAction])
  {
    lastValidAt = heardAt
    strayBytes = 0
    sample = []
    reopenAt = nil
    if isIdentified { lastFrameAt = heardAt }
    if state != .connected {
      state = .connected
      if queue.isIdle { startAsking(at: now, &actions) }
    }
  }

  /// The reader greeted in the middle of things: it has restarted, perhaps as another one.
  private mutating func startAgain(at now: MonotonicTime, _ actions: inout [AgentAction]) {
    isIdentified = false
    evidence.beginAgain()
    pushConfirmedAt = nil
    // What it was asked before went with its memory.
    queue.clear()
    actions.append(.log(LogEntry(.readerChanged, "the reader has restarted", fields())))
    startAsking(at: now, &actions)
  }

  mutating func replyMissing(
    to expired: CommandQueue.UnderWay, at now: MonotonicTime, _ problems: inout Problems,
    _ actions: inout [AgentAction]
  ) {
    let command = expired.command
    let unreadable = strange.takeUnreadable()
    tell(expired, unreadable.map { .unreadable($0) } ?? .none, heardAt: now)
    // Its end may still come. Replies keep the order of commands: behind the next PONG there is none of it left.
    if command.isAnsweredByList { queue.addFirst(.ping) }
    if lastValidAt == nil {
      if strayBytes > 0 && state != .foreign { enterForeign(at: now, &problems, &actions) }
      startAsking(at: now, &actions)
    } else if !isIdentified && queue.isIdle {
      // What else there was to ask has been asked: a reader that leaves one command unanswered is still known.
      startAsking(at: now, &actions)
    }
    // A PING in vain is silence, which has a state of its own.
    if command.isOfTheConversation, command != .ping,
      lastValidAt.map({ now - $0 <= settings.replyTimeout * 2 }) ?? false
    {
      let what =
        unreadable.map { StrangeReplies.words(for: $0, to: command) }
        ?? "no reply to \(command.text) within \(humanSpan(settings.replyTimeout))"
      refused(command, what, said: unreadable?.raw, at: now, &problems, &actions)
    }
  }

  private mutating func tell(
    _ asked: CommandQueue.UnderWay, _ answer: ReaderAnswer, heardAt: MonotonicTime
  ) {
    tell(.answered(asked.question, answer, ReplyTiming(asked: asked.askedAt, heard: heardAt)))
  }

  private mutating func answered(
    _ asked: CommandQueue.UnderWay, by reply: Reply, heardAt: MonotonicTime, at now: MonotonicTime,
    _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    let command = asked.command
    var outcome = CommandOutcome(command: command, reply: reply)
    if case .status(let status) = outcome, !evidence.receive(status) {
      outcome = .unexpected(.once)
      if evidence.asksAgain() { queue.addFirst(.getStatus) }
    }
    defer { tell(asked, .reply(outcome), heardAt: heardAt) }
    guard command.isOfTheConversation else { return }
    switch outcome {
    case .status(let status): learned(status, at: now, &problems, &actions)
    case .pushTags(true): pushConfirmedAt = now
    case .refused(let refusal):
      refused(
        command, "the reader refused \(command.text): \(refusal.rawValue)", at: now, &problems, &actions)
      return
    case .unexpected(.once): return
    case .unexpected:
      refused(
        command, "the reader's reply to \(command.text) makes no sense", said: reply.raw, at: now,
        &problems, &actions)
      return
    case .pong, .protocolVersions, .protocolSet, .battery, .time, .timeSet, .sessionFile, .done, .pushTags,
      .passings, .files, .fileInfo, .bounce, .buzzer:
      break
    }
    var log = problems.lend(.reader)
    let recovery = LogEntry(.readerChanged, "the reader answers \(command.text) again", fields())
    log.clear(.readerRefused, of: command.text, telling: recovery, at: now)
    problems.settle(log, &actions)
  }

  /// - Parameter said: what the reader said, where that is to be shown. It may be something else each time: that is not
  ///   told anew.
  private mutating func refused(
    _ command: Command, _ what: String, said: [UInt8]? = nil, at now: MonotonicTime,
    _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    var log = problems.lend(.reader)
    let text = said.map { ": " + MalformedFrame(reason: .unrecognised, raw: $0).printable(limit: 200) } ?? ""
    let message = what + text
    let known = log.first(.readerRefused, of: command.text)
    if !text.isEmpty, known?.message.hasPrefix(what) == true {
      log.reword(.readerRefused, of: command.text, message)
    }
    log.raise(.readerRefused, of: command.text, message, fields(), at: now)
    problems.settle(log, &actions)
  }

  private mutating func learned(
    _ new: ReaderStatus, at now: MonotonicTime, _ problems: inout Problems, _ actions: inout [AgentAction]
  ) {
    let old = status
    let wasIdentified = isIdentified
    status = new
    statusAt = now
    isIdentified = true
    lastFrameAt = lastValidAt
    tellStrange(new.strangeFields, at: now, &problems, &actions)
    pollAt = now + settings.pollInterval
    lineBackoff.reset()
    silenceBackoff.reset()
    let isSwapped = old.map { $0.serialNumber != new.serialNumber } ?? false
    judge(new, isAnother: isSwapped, at: now, &problems, &actions)
    if isSwapped && wasIdentified { tell(.disconnected) }
    tell(isSwapped || !wasIdentified ? .connected(new) : .status(new))
    let identity = ReaderIdentity(new)
    let name = "\(identity.serialNumber) (\(identity.model), firmware \(identity.firmware))"
    if let old, old.serialNumber != new.serialNumber {
      actions.append(
        .log(
          LogEntry(
            .readerSwapped, "reader \(name) took the place of \(old.serialNumber) on \(settings.port)",
            fields([.firmware: identity.firmware]))))
      // Nobody has turned it on in this one.
      pushConfirmedAt = nil
      queue.add(.pushTags(true))
    } else if let old {
      tellChanges(from: old, to: new, &actions)
    }
    guard !wasIdentified else { return }
    var log = problems.lend(.reader)
    let connected = LogEntry(
      .readerConnected, "reader \(name) speaks on \(settings.port)", fields([.firmware: identity.firmware]))
    for event in ReaderSession.lineProblems { log.clear(event, telling: connected, at: now) }
    if log.entries.isEmpty { log.append(connected) }
    problems.settle(log, &actions)
  }

  /// What its status alone shows to be wrong.
  private func judge(
    _ status: ReaderStatus, isAnother: Bool, at now: MonotonicTime, _ problems: inout Problems,
    _ actions: inout [AgentAction]
  ) {
    var log = problems.lend(.reader)
    if isAnother { StatusRule.forget(&log) }
    StatusRule.judge(status, fields(), at: now, &log)
    problems.settle(log, &actions)
  }

  /// Tells once which fields cannot be read, whatever they say from one status to the next.
  private mutating func tellStrange(
    _ strangeFields: [StrangeField], at now: MonotonicTime, _ problems: inout Problems,
    _ actions: inout [AgentAction]
  ) {
    let subject = Command.getStatus.text
    let areNew = strange.areNew(strangeFields)
    var log = problems.lend(.reader)
    if strangeFields.isEmpty {
      let recovery = LogEntry(.readerChanged, "the reader's GETSTATUS can be read in full again", fields())
      log.clear(.readerUnclear, of: subject, telling: recovery, at: now)
    } else {
      let message = StrangeReplies.words(for: strangeFields)
      if !areNew { log.reword(.readerUnclear, of: subject, message) }
      log.raise(.readerUnclear, of: subject, message, fields(), at: now)
    }
    problems.settle(log, &actions)
  }

  private func tellChanges(from old: ReaderStatus, to new: ReaderStatus, _ actions: inout [AgentAction]) {
    let changes = [
      ("firmware", old.firmware, new.firmware), ("model", old.model, new.model),
      ("session file", old.sessionFile?.text ?? "none", new.sessionFile?.text ?? "none"),
    ]
    for (what, before, after) in changes where before != after {
      actions.append(
        .log(LogEntry(.readerChanged, "the reader's \(what) changed from \(before) to \(after)", fields())))
    }
  }
}

extension Command {
  /// Whether the conversation itself sends it. Refusals of others are for those who asked.
  fileprivate var isOfTheConversation: Bool {
    switch self {
    case .ping, .getProtocol, .getStatus, .pushTags: true
    case .setProtocol, .readBattery, .getTime, .setTime, .start, .stop, .newFile, .passings, .getPassings,
      .listFiles, .getFileInfo, .getFile, .clearFiles, .setBounce, .setBuzzer:
      false
    }
  }
}
