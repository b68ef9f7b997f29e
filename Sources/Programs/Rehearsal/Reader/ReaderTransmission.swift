public import JSONDocument

/// Bytes that leave the reader in one piece: a frame, or what a fault has left of it.
public struct ReaderTransmission: Equatable, Sendable {
  /// Which connection they go to.
  public let connection: Int
  /// The bytes, line end included.
  public let bytes: [UInt8]
  /// Whether it is a passing that nobody asked for. A line that is too slow may drop it.
  public let isPush: Bool

  /// Bytes for a connection.
  public init(connection: Int, bytes: [UInt8], isPush: Bool = false) {
    self.connection = connection
    self.bytes = bytes
    self.isPush = isPush
  }
}

/// What an order to the simulated reader came to.
public enum ReaderAnswer: Equatable, Sendable {
  /// It was done; one or more lines about it.
  case done(String)
  /// It was done; JSON about it.
  case document(JSONValue)
  /// It was not done, and why.
  case refused(String)
}
