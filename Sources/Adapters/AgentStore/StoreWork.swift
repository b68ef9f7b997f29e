import AgentCore

/// Something to do in the database.
enum StoreWork: Sendable {
  case state(StoreRequest)
  case passings(PassingRequest)

  /// Whether it can write.
  var isWriting: Bool {
    switch self {
    case .state: true
    case .passings(let request):
      switch request {
      case .openFile, .readWaiting, .readAcknowledged, .readSent: false
      case .rewind(_, _, _, let dryRun): !dryRun
      case .capture, .keepDoubtful, .settleDoubtful, .doubt, .believe, .release, .accept, .correctZone,
        .settleTimes,
        .contradict,
        .noteFile, .noteGone,
        .noteReader, .noteLost, .noteSent, .keepSession, .acknowledge, .reject, .sendAgain, .undoRewind:
        true
      }
    }
  }

  /// How many rows it touches, about: what one transaction may hold is bounded by it.
  var weight: Int {
    switch self {
    case .state: 1
    case .passings(.capture(_, let passings)): passings.count + 1
    case .passings(.keepDoubtful(let frames)): frames.count + 1
    case .passings(.readWaiting(_, _, let limit)), .passings(.readSent(_, _, let limit)):
      max(0, min(limit, 4096)) + 1
    // It may be all rows of a file: a transaction of its own.
    case .passings(.correctZone), .passings(.settleTimes): 4096
    case .passings: 10
    }
  }

  /// Bytes of memory that it holds beside its own value, about.
  var memory: Int {
    switch self {
    case .state: 1024
    case .passings(let request): request.memory
    }
  }
}

/// What came of it, once it is on disk.
enum StoreAnswer: Sendable {
  case state(StoreReport)
  case passings(PassingReport)

  /// It was not done.
  static func failed(_ work: StoreWork, _ failure: StoreFailure) -> StoreAnswer {
    switch work {
    case .state(let request): .state(.failed(request, failure))
    case .passings(let request): .passings(.failed(request, failure))
    }
  }
}
