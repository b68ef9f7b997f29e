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
    serialNumber = device["serial_number"]?.plainText
    model = device["model"]?.plainText
    firmware = device["firmware"]?.plainText
    alias = device["alias"]?.plainText
    lastSeen = device["last_seen"]?.plainText
  }

  /// The deviceid in an answer to binding.
  static func deviceid(in body: CloudAnswer.Body) -> String? {
    body.payload?["deviceid"]?.plainText
  }
}
