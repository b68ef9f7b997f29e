/// How it stands with the reader; each state is one that a person would act on differently.
public enum ReaderState: String, Sendable, CaseIterable {
  /// No such port, or its network address does not answer.
  case absent
  /// Another process holds the port.
  case busy
  /// The port cannot be opened or used: permission, not a terminal, an input/output error.
  case unusable
  /// Being opened, or open and not yet answered.
  case opening
  /// Open, and nothing valid is heard.
  case silent
  /// Something speaks, but not this protocol.
  case foreign
  /// A reader speaks.
  case connected

  /// What it means, for the documentation.
  public var help: String {
    switch self {
    case .absent: "no such port, or its network address does not answer"
    case .busy: "another process holds the port"
    case .unusable: "the port cannot be opened or used: permission, not a terminal, an input/output error"
    case .opening: "being opened, or open and not yet answered"
    case .silent: "open, and nothing valid is heard"
    case .foreign: "something speaks, but not this protocol"
    case .connected: "a reader speaks"
    }
  }
}
