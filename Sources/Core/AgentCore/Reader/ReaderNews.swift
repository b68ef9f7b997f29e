public import One4AllProtocol

/// What the conversation with the reader brings to those who care for its passings and its clock, in order.
public enum ReaderNews: Equatable, Sendable {
  /// A reader has said who it is: the line was opened, or it has restarted, or another took its place.
  case connected(ReaderStatus)
  /// A status of the reader that was there before.
  case status(ReaderStatus)
  /// Nothing speaks any more, or it is not known who does. Commands that were asked for are forgotten.
  case disconnected
  /// A passing, heard at that time. `list` is the ticket of the list under way, of which it may be a part: whether it is
  /// one, its number says.
  case passing(Passing, at: MonotonicTime, list: QuestionTicket?)
  /// Bytes that are no frame: the line shows damage, or the reader's memory does.
  case damaged([UInt8], at: MonotonicTime)
  /// A line like a passing, but with a number of fields that no known firmware sends. It is damage as well.
  case unknownForm([UInt8], at: MonotonicTime)
  /// A question has come to its end, those of the conversation itself among them. It is settled for its ticket alone;
  /// others may learn from it what is true whoever asked: the reader's status, and what its clock shows.
  case answered(ReaderQuestion, ReaderAnswer, ReplyTiming)
}

/// How a command ended.
public enum ReaderAnswer: Equatable, Sendable {
  /// By a reply.
  case reply(CommandOutcome)
  /// By the end of its list.
  case endOfList
  /// Nothing came within the reply timeout; for a list, nothing more came.
  case none
  /// Nothing else came within the reply timeout than these bytes, which have its name and are no reply.
  case unreadable(MalformedFrame)
}

/// When a command was written and its answer heard.
public struct ReplyTiming: Equatable, Sendable {
  /// When the command was handed to the line.
  public var asked: MonotonicTime
  /// When the bytes that completed the answer were read.
  public var heard: MonotonicTime

  /// Times.
  public init(asked: MonotonicTime, heard: MonotonicTime) {
    self.asked = asked
    self.heard = heard
  }
}
