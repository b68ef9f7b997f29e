/// A stored passing as it is shown.
public struct StoredPassing: Equatable, Sendable {
  /// How it stands with the cloud.
  public enum State: String, Sendable {
    /// It has not been sent, or no answer has come. Its trust says whether it waits for the reader.
    case waiting
    /// The cloud has confirmed it.
    case acknowledged
    /// The cloud has refused it.
    case rejected
  }

  /// The passing, with the trust that it has now.
  public var kept: KeptPassing
  /// How it stands with the cloud.
  public var state: State
  /// Why the cloud refused it.
  public var reason: String?

  /// A stored passing.
  public init(kept: KeptPassing, state: State, reason: String? = nil) {
    self.kept = kept
    self.state = state
    self.reason = reason
  }
}
