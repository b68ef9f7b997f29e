/// What the agent wants done. Carried out in order, by the adapters.
public enum AgentAction: Equatable, Sendable {
  /// For the line.
  case line(LineRequest)
  /// For the cloud; one request is under way at a time.
  case cloud(CloudRequest)
  /// Calls off the request under way.
  case cancelCloud
  /// For the store.
  case store(StoreRequest)
  /// For the store, about passings.
  case keep(PassingRequest)
  /// For the journal.
  case log(LogEntry)
}
