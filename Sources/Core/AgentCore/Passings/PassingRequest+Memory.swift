import One4AllProtocol

extension PassingRequest {
  /// Bytes of memory that it holds beside its own value, about.
  public var memory: Int {
    switch self {
    case .capture(_, let passings):
      passings.reduce(32) { $0 + MemoryLayout<KeptPassing>.stride + $1.passing.memory }
    case .keepDoubtful(let frames):
      frames.reduce(32) { $0 + MemoryLayout<DoubtfulFrame>.stride + $1.text.utf8.count + 32 }
    case .accept(_, let numbers), .contradict(_, let numbers, _), .noteLost(_, let numbers),
      .acknowledge(_, let numbers, _),
      .noteSent(_, let numbers), .sendAgain(_, let numbers), .believe(_, let numbers?),
      .release(_, let numbers):
      numbers.ranges.count * MemoryLayout<ClosedRange<UInt32>>.stride + 32
    case .reject(_, _, let reason): reason.utf8.count + 32
    case .settleDoubtful, .openFile, .doubt, .believe, .correctZone, .settleTimes, .noteFile, .noteGone,
      .noteReader,
      .keepSession,
      .readWaiting, .readAcknowledged, .readSent, .undoRewind, .rewind:
      128
    }
  }
}
