public import One4AllProtocol

/// Who asked the reader something, and which of its questions it was. An answer goes to its ticket: two equal commands of two
/// askers are two.
public struct QuestionTicket: Hashable, Sendable {
  /// Those who ask.
  public enum Asker: Sendable {
    /// The conversation itself: who is there, and that it goes on pushing.
    case conversation
    /// Who measures and sets the reader's clock.
    case clock
    /// Who watches whether that clock jumps.
    case clockWatch
    /// Who fetches passings.
    case capture
    /// A person; the number is that of the work.
    case person
  }

  /// Who asked.
  public let asker: Asker
  /// The asker's own number of the question.
  public let number: Int

  /// A ticket.
  public init(_ asker: Asker, _ number: Int = 0) {
    self.asker = asker
    self.number = number
  }
}

/// A command with the ticket that its answer goes to.
public struct ReaderQuestion: Equatable, Sendable {
  /// What is asked.
  public let command: Command
  /// For whom.
  public let ticket: QuestionTicket

  /// A question.
  public init(_ command: Command, _ ticket: QuestionTicket) {
    self.command = command
    self.ticket = ticket
  }
}
