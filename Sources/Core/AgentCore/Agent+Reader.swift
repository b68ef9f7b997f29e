public import One4AllProtocol

// What a person wants the reader to do.
extension Agent {
  /// Asks the reader a command that a person has typed. It goes through the line's queue like all others; the reader's own
  /// answer ends the work, and so does its going away.
  /// - Returns: the number of the work, or why the reader cannot be asked now.
  public mutating func tellReader(_ command: Command, at now: Moment, _ actions: inout [AgentAction])
    -> Result<
      Int, Refused
    >
  {
    guard session.isConnected, let serialNumber = session.identity?.serialNumber else {
      return .failure(Refused("no reader is connected"))
    }
    guard wishes.told.count < Agent.mostTold else {
      return .failure(
        Refused("the reader has not answered \(wishes.told.count) commands yet; try again in a moment"))
    }
    let work = works.begin("reader-command", message: "\(serialNumber) is told \(command.text)")
    wishes.told[work] = command
    session.ask(ReaderQuestion(command, QuestionTicket(.person, work)), at: now.monotonic, &actions)
    return .success(work)
  }

  /// Most commands that wait for the reader at a time.
  private static let mostTold = 8

  /// Ends what the reader has answered, or will not answer any more.
  mutating func endTold(_ news: [ReaderNews], _ actions: inout [AgentAction]) {
    guard !wishes.told.isEmpty else { return }
    for piece in news {
      switch piece {
      case .answered(let question, let answer, _):
        guard question.ticket.asker == .person,
          let command = wishes.told.removeValue(forKey: question.ticket.number)
        else { continue }
        let end = Agent.outcome(of: command, answer)
        works.end(question.ticket.number, end.isDone ? .done : .failed, end.words)
        if end.isDone {
          actions.append(.log(LogEntry(.readerChanged, "a person: \(end.words)", session.fields())))
        }
      case .disconnected:
        for work in wishes.told.keys.sorted() {
          works.end(work, .failed, "the reader has gone; it may have heard or not")
        }
        wishes.told = [:]
      case .connected, .status, .passing, .damaged, .unknownForm: break
      }
    }
  }

  /// What came of a command, for a person.
  private static func outcome(of command: Command, _ answer: ReaderAnswer) -> (isDone: Bool, words: String) {
    switch answer {
    case .reply(.refused(let refusal)): (false, "the reader refuses \(command.text): \(refusal.rawValue)")
    case .reply(.unexpected):
      (false, "the reader's answer to \(command.text) makes no sense; look whether it was done")
    case .reply: (true, "the reader has done \(command.text)")
    case .endOfList: (true, "the reader has answered \(command.text)")
    case .none, .unreadable:
      (false, "no answer to \(command.text) that can be read; look whether it was done")
    }
  }
}
