/// A text that must not be shown. Printing, interpolating or dumping it gives `•••`.
public struct Secret: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let text: String

  /// Keeps a text secret.
  public init(_ text: String) { self.text = text }

  /// The text itself, for the one place that must send it.
  public func revealed() -> String { text }

  /// `•••`.
  public var description: String { "•••" }
  /// `•••`.
  public var debugDescription: String { "•••" }
  /// Nothing to look into.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
