import One4AllProtocol

/// Commands one at a time, each with a deadline, matched to replies by name.
struct CommandQueue: Sendable {
  private(set) var waiting: [Command] = []
  private(set) var underWay: (command: Command, deadline: MonotonicTime)?

  var isIdle: Bool { underWay == nil && waiting.isEmpty }
  var deadline: MonotonicTime? { underWay?.deadline }

  /// Puts a command at the end, unless the same waits already.
  mutating func add(_ command: Command) {
    if !waiting.contains(command) { waiting.append(command) }
  }

  /// The next command to send now; nil while another is under way.
  mutating func next(at now: MonotonicTime, timeout: Duration) -> Command? {
    guard underWay == nil, !waiting.isEmpty else { return nil }
    let command = waiting.removeFirst()
    underWay = (command, now + timeout)
    return command
  }

  /// The command that this reply answers, which is then done; nil when it answers none.
  mutating func match(_ reply: Reply) -> Command? {
    guard let command = underWay?.command, command.replyName == reply.name else { return nil }
    underWay = nil
    return command
  }

  /// The command that waited in vain; nil while its time is not over.
  mutating func expire(at now: MonotonicTime) -> Command? {
    guard let (command, deadline) = underWay, now >= deadline else { return nil }
    underWay = nil
    return command
  }

  mutating func clearWaiting() { waiting = [] }

  mutating func clear() {
    waiting = []
    underWay = nil
  }
}
