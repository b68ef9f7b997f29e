/// What the agent wants done. Carried out in order, by the adapters.
public enum AgentAction: Equatable, Sendable {
  /// For the line.
  case line(LineRequest)
  /// For the cloud. At most one request of `DeviceReport` and one of `Forwarder` wait for their outcomes.
  case cloud(CloudRequest)
  /// Calls off all requests; each ends as cancelled.
  case cancelCloud(CloudTicket)
  /// For the store.
  case store(StoreRequest)
  /// For the store, about passings.
  case keep(PassingRequest)
  /// For the journal.
  case log(LogEntry)
}
