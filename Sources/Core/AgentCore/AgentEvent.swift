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
  /// The store tells something without being asked.
  case notice(StoreNotice)
  /// The loop was behind: for a moment the line was not read.
  case lineHeld
  /// A technician wants the reader bound.
  case bindRequested
  /// New settings are in force. Where the cloud changed: its bindings, and the files with their sessions in it; else
  /// nil.
  case reloaded(AgentSettings, bindings: [DeviceBinding]?, files: [FileSummary]? = nil)
  /// Time has passed.
  case tick
}
