import One4AllProtocol

/// Commands one at a time, each with a deadline, matched to replies by name; a list is answered by its empty line.
struct CommandQueue: Sendable {
  /// The command that was sent and not answered yet.
  struct UnderWay: Sendable {
    let question: ReaderQuestion
    let askedAt: MonotonicTime
    var deadline: MonotonicTime

    var command: Command { question.command }
  }

  private(set) var waiting: [ReaderQuestion] = []
  private(set) var underWay: UnderWay?

  var isIdle: Bool { underWay == nil && waiting.isEmpty }
  var deadline: MonotonicTime? { underWay?.deadline }
  /// The ticket of the list under way.
  var list: QuestionTicket? { underWay.flatMap { $0.command.isAnsweredByList ? $0.question.ticket : nil } }

  /// Puts a question at the end, unless the same waits already.
  mutating func add(_ question: ReaderQuestion) {
    if !waiting.contains(question) { waiting.append(question) }
  }

  /// The conversation asks something.
  mutating func add(_ command: Command) { add(ReaderQuestion(command, QuestionTicket(.conversation))) }

  /// The conversation asks something before all that waits.
  mutating func addFirst(_ command: Command) {
    let question = ReaderQuestion(command, QuestionTicket(.conversation))
    waiting.removeAll { $0 == question }
    waiting.insert(question, at: 0)
  }

  /// The next command to send now; nil while another is under way.
  mutating func next(at now: MonotonicTime, timeout: Duration) -> Command? {
    guard underWay == nil, !waiting.isEmpty else { return nil }
    let question = waiting.removeFirst()
    underWay = UnderWay(question: question, askedAt: now, deadline: now + timeout)
    return question.command
  }

  /// The command that this reply answers, which is then done; nil when it answers none. Of a list only a refusal is a
  /// reply.
  mutating func match(_ reply: Reply) -> UnderWay? {
    guard let answered = underWay, answered.command.replyName == reply.name else { return nil }
    if answered.command.isAnsweredByList {
      guard case .refused = CommandOutcome(command: answered.command, reply: reply) else { return nil }
    }
    underWay = nil
    return answered
  }

  /// Longest time that a list may take from its command on, however many of its passings come.
  private static let listLimit = Duration.seconds(60)

  /// A passing came. One of the list under way gives the list its whole time again; behind the last one its end comes
  /// at once or never. One that was pushed meanwhile says nothing about the list.
  mutating func prolongList(by passing: Passing, at now: MonotonicTime, timeout: Duration) {
    guard let underWay, let numbers = underWay.command.listedNumbers, numbers.contains(passing.number) else {
      return
    }
    let wait = passing.number == numbers.upperBound ? min(timeout, .seconds(1)) : timeout
    self.underWay?.deadline = min(now + wait, underWay.askedAt + CommandQueue.listLimit)
  }

  /// Longest time that a reply may take from its command on: the longest one takes as much at 9,600 baud.
  private static let replyLimit = Duration.seconds(300)

  /// A part of a long reply came. It is that of the command under way, or the rest of the one before, which keeps this
  /// one waiting: the command has its whole time again.
  /// - Returns: whether there is such a command.
  mutating func prolongReply(at now: MonotonicTime, timeout: Duration) -> Bool {
    guard let underWay, now <= underWay.askedAt + CommandQueue.replyLimit else { return false }
    self.underWay?.deadline = max(
      underWay.deadline, min(now + timeout, underWay.askedAt + CommandQueue.replyLimit))
    return true
  }

  /// The list that has ended, which is then done; nil when none was under way.
  mutating func endList() -> UnderWay? {
    guard list != nil else { return nil }
    defer { underWay = nil }
    return underWay
  }

  /// The command that waited in vain; nil while its time is not over.
  mutating func expire(at now: MonotonicTime) -> UnderWay? {
    guard let expired = underWay, now >= expired.deadline else { return nil }
    underWay = nil
    return expired
  }

  mutating func clearWaiting() { waiting = [] }

  mutating func clear() {
    waiting = []
    underWay = nil
  }
}

extension Command {
  /// The numbers that a list command asks for.
  fileprivate var listedNumbers: ClosedRange<UInt32>? {
    switch self {
    case .getPassings(let range), .getFile(_, let range): range.first...range.last
    case .ping, .getProtocol, .setProtocol, .getStatus, .readBattery, .getTime, .setTime, .start, .stop,
      .newFile, .pushTags, .passings, .listFiles, .getFileInfo, .clearFiles, .setBounce, .setBuzzer:
      nil
    }
  }
}
