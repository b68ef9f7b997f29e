/// What a framer has seen since it was made.
public struct FrameCounters: Equatable, Sendable {
  /// All bytes fed, line ends included.
  public internal(set) var bytes: UInt64 = 0
  /// Passing frames.
  public internal(set) var passing: UInt64 = 0
  /// Reply frames.
  public internal(set) var reply: UInt64 = 0
  /// Hello frames.
  public internal(set) var hello: UInt64 = 0
  /// Empty lines.
  public internal(set) var endOfList: UInt64 = 0
  /// Malformed frames.
  public internal(set) var malformed: UInt64 = 0
  /// Those of them that are like passings with another number of fields.
  public internal(set) var unknownForm: UInt64 = 0

  /// All zero.
  public init() {}

  mutating func count(_ frame: borrowing Frame) {
    switch frame {
    case .hello: hello += 1
    case .passing: passing += 1
    case .reply: reply += 1
    case .endOfList: endOfList += 1
    case .malformed(let frame):
      malformed += 1
      if frame.reason == .fieldCount { unknownForm += 1 }
    }
  }
}
