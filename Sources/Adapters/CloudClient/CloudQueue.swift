import AgentCore

/// What the worker has still to do, in order. New settings count for the requests behind them.
struct CloudQueue {
  enum Job: Equatable {
    case configure(CloudAccess)
    case request(CloudRequest)
  }

  private var jobs: [Job] = []

  mutating func add(_ job: Job) { jobs.append(job) }

  mutating func next() -> Job? { jobs.isEmpty ? nil : jobs.removeFirst() }

  /// Removes the requests, leaves the settings.
  /// - Returns: the identifiers of what was removed.
  mutating func removeRequests() -> [UInt64] {
    var removed: [UInt64] = []
    var kept: [Job] = []
    for job in jobs {
      switch job {
      case .configure: kept.append(job)
      case .request(let request): removed.append(request.identifier)
      }
    }
    jobs = kept
    return removed
  }
}
