import JSONDocument

/// What `GET /devices/{deviceid}` says, as far as it is there.
public struct DeviceDocument: Equatable, Sendable {
  /// The cloud's name for the device.
  public let deviceid: String?
  /// The serial number.
  public let serialNumber: String?
  /// The model.
  public let model: String?
  /// The firmware version.
  public let firmware: String?
  /// The name that people gave it.
  public let alias: String?
  /// The last sign of life, as the cloud wrote it.
  public let lastSeen: String?

  /// The document in an answer; nil when nothing in it is a device.
  init?(_ body: CloudAnswer.Body) {
    guard let device = body.payload,
      device["deviceid"] != nil || device["serial_number"] != nil
    else { return nil }
    deviceid = device["deviceid"]?.plainText
    // They are compared and shown; what is longer than any of ours differs all the same.
    func text(_ name: String) -> String? { device[name]?.plainText?.cut(toBytes: 512) }
    serialNumber = text("serial_number")
    model = text("model")
    firmware = text("firmware")
    alias = text("alias")
    lastSeen = text("last_seen")
  }

  /// The deviceid in an answer to binding.
  static func deviceid(in body: CloudAnswer.Body) -> String? {
    body.looseField("deviceid")
  }

  /// Whether a 404 to the device says that it is the device that is gone.
  static func isSaidGone(_ body: CloudAnswer.Body) -> Bool {
    // On the newer pages nothing there is `{"body": null}`.
    if case .json(let document) = body, document["body"]?.isNull == true { return true }
    return body.explanation?.lowercased().contains("device not found") == true
  }

  /// Whether a 2xx to a report is a documented success: it says something of itself, or shows the device, and names no
  /// error. `null`, `{}` and the like say nothing, and have done nothing.
  static func isTaken(_ body: CloudAnswer.Body) -> Bool {
    guard let payload = body.payload, payload["errorMessage"] == nil, payload["error"] == nil else {
      return false
    }
    return ["deviceid", "description", "serial_number", "last_seen"].contains {
      body.field($0)?.plainText != nil
    }
  }
}
