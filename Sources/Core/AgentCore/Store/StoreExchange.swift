/// What the core asks the store to do. Each is answered by a report once it is on disk, or has failed.
public enum StoreRequest: Equatable, Sendable {
  /// Keep a binding; one that the reader has in that cloud is replaced.
  case keep(DeviceBinding)
  /// Forget the reader's binding in that cloud.
  case forget(cloud: String, serialNumber: String)
  /// The cloud has confirmed that last_seen; an older one than the kept one corrects it.
  case noteLastSeen(cloud: String, serialNumber: String, WallTime)
}

/// What the store tells the core.
public enum StoreReport: Equatable, Sendable {
  /// The binding is on disk.
  case kept(DeviceBinding)
  /// The binding is gone from disk.
  case forgotten(cloud: String, serialNumber: String)
  /// The last_seen is on disk.
  case noted(cloud: String, serialNumber: String, WallTime)
  /// It was not done, and nothing of it is on disk.
  case failed(StoreRequest, StoreFailure)
}

/// Why the store could not do something.
public struct StoreFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was being done, e.g. `commit` or `open`.
  public let operation: String
  /// SQLite's extended result code, or the kernel's error number.
  public let number: Int32
  /// One line for a person.
  public let description: String

  /// A failure.
  public init(operation: String, number: Int32, description: String) {
    self.operation = operation
    self.number = number
    self.description = description
  }
}
