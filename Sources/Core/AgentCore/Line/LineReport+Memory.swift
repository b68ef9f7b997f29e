import One4AllProtocol

extension LineReport {
  /// Bytes of memory that it holds beside its own value, about.
  public var memory: Int {
    switch self {
    case .opened(_, let device): device.utf8.count
    case .failed: 256
    case .heard(_, let reception):
      reception.frames.capacity * MemoryLayout<Frame>.stride + reception.sample.count + 64
        + reception.frames.reduce(0) { $0 + $1.memory }
    }
  }
}

extension Frame {
  /// What an allocation costs beside its bytes: the array's head, and what the allocator rounds up.
  private static let allocation = 48

  /// Bytes of memory that it holds beside its own value, about.
  fileprivate var memory: Int {
    switch self {
    case .passing(let passing): passing.memory
    case .endOfList: 0
    case .hello(let hello): hello.text.utf8.count + Frame.allocation
    case .malformed(let frame): frame.raw.count + Frame.allocation
    case .reply(let reply):
      // A field of more than 15 bytes has memory of its own.
      reply.raw.count * 2 + reply.arguments.count * (MemoryLayout<String>.stride + Frame.allocation)
    }
  }
}
