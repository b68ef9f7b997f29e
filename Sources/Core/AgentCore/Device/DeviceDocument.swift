import JSONDocument

/// What `GET /devices/{deviceid}` says, as far as it is there. Both envelopes are read: the fields in `result`, or
/// beside `description`, each of them also inside `body` (cloud reference, "Envelopes").
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
    guard let device = DeviceDocument.payload(of: body),
      device["deviceid"] != nil || device["serial_number"] != nil
    else { return nil }
    deviceid = DeviceDocument.text(device["deviceid"])
    serialNumber = DeviceDocument.text(device["serial_number"])
    model = DeviceDocument.text(device["model"])
    firmware = DeviceDocument.text(device["firmware"])
    alias = DeviceDocument.text(device["alias"])
    lastSeen = DeviceDocument.text(device["last_seen"])
  }

  /// The deviceid in an answer to binding.
  static func deviceid(in body: CloudAnswer.Body) -> String? {
    text(payload(of: body)?["deviceid"])
  }

  /// The `description` in an answer, for people.
  static func description(in body: CloudAnswer.Body) -> String? {
    switch body {
    case .json(let value): text((value["body"]?.object ?? value.object)?["description"])
    case .other(let text): text
    case .empty: nil
    }
  }

  private static func payload(of body: CloudAnswer.Body) -> JSONObject? {
    guard case .json(let document) = body else { return nil }
    var value = document
    if let inner = value["body"], inner.object != nil || inner.array != nil { value = inner }
    if let inner = value["result"], !inner.isNull { value = inner }
    return value.object ?? value.array?.first?.object
  }

  private static func text(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text): text.isEmpty ? nil : text
    case .integer(let number): String(number)
    case .number(let number): "\(number)"
    case .null, .bool, .array, .object, nil: nil
    }
  }
}
