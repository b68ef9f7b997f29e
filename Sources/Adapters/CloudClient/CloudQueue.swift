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

  /// Removes requests, leaves the settings.
  /// - Returns: the tickets of what was removed.
  mutating func removeRequests(where isSuch: (CloudTicket) -> Bool) -> [CloudTicket] {
    var removed: [CloudTicket] = []
    var kept: [Job] = []
    for job in jobs {
      switch job {
      case .request(let request) where isSuch(request.ticket): removed.append(request.ticket)
      case .configure, .request: kept.append(job)
      }
    }
    jobs = kept
    return removed
  }
}
