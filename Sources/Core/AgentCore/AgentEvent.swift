/// What happens to the agent.
public enum AgentEvent: Equatable, Sendable {
  /// The line said something.
  case line(LineReport)
  /// A request to the cloud has come to its end.
  case cloud(CloudOutcome)
  /// The store has done something, or failed to.
  case store(StoreReport)
  /// The store has done something with passings, or failed to.
  case passings(PassingReport)
  /// A technician wants the reader bound.
  case bindRequested
  /// New settings are in force. The bindings are those of the new cloud where that changed, else nil.
  case reloaded(AgentSettings, bindings: [DeviceBinding]?)
  /// Time has passed.
  case tick
}
