/// How it stands with the device in the cloud.
public enum CloudState: String, Sendable, CaseIterable {
  /// No reader has said who it is yet.
  case waiting
  /// The reader is being made a device.
  case binding
  /// The device is being read for the first time.
  case verifying
  /// Reported, and read back.
  case ok
  /// Reported; the key may not read it back.
  case unverified
  /// The cloud cannot be reached, or fails; tried again.
  case failing
  /// The cloud refuses the key; everything is held.
  case refused
  /// The host's clock is not trusted; reports wait.
  case clock
  /// The device belongs to another serial number; everything is held.
  case conflict
  /// A person removed the device; everything is held.
  case unbound

  /// What it means, for the documentation.
  public var help: String {
    switch self {
    case .waiting: "no reader has said who it is yet"
    case .binding: "the reader is being made a device"
    case .verifying: "the device is being read for the first time"
    case .ok: "reported, and read back"
    case .unverified: "reported; the key may not read it back"
    case .failing: "the cloud cannot be reached, or fails; tried again"
    case .refused: "the cloud refuses the key; everything is held"
    case .clock: "the host's clock is not trusted; reports wait"
    case .conflict: "the device belongs to another serial number; everything is held"
    case .unbound: "a person removed the device; everything is held"
    }
  }
}
