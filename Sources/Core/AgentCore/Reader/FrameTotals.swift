import One4AllProtocol

/// How much was heard since the daemon started.
public struct FrameTotals: Equatable, Sendable {
  /// Passings.
  public private(set) var passing = 0
  /// Replies, greetings and ends of lists.
  public private(set) var reply = 0
  /// What was no frame.
  public private(set) var malformed = 0
  /// Of that, what is like a passing, but with another number of fields.
  public private(set) var unknownForm = 0
  /// Bytes.
  public private(set) var bytes = 0

  mutating func count(_ reception: LineReport.Reception) {
    bytes += reception.byteCount
    for frame in reception.frames {
      switch frame {
      case .passing: passing += 1
      case .reply, .hello, .endOfList: reply += 1
      case .malformed(let frame):
        malformed += 1
        if frame.reason == .fieldCount { unknownForm += 1 }
      }
    }
  }
}
