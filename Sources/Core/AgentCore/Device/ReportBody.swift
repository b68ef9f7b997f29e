import JSONDocument
import One4AllProtocol

/// The bodies of what is sent about a device.
enum ReportBody {
  /// For `POST /devices`: only what is documented.
  static func binding(_ identity: ReaderIdentity, _ device: AgentSettings.Device) -> JSONValue {
    var body = JSONObject()
    body["type"] = .string(device.type)
    body["model"] = .string(identity.model)
    body["serial_number"] = .string(identity.serialNumber)
    body["alias"] = device.alias.map(JSONValue.string)
    body["firmware"] = .string(identity.firmware)
    return .object(body)
  }

  /// For the heartbeat.
  static func heartbeat(
    _ identity: ReaderIdentity, _ device: AgentSettings.Device, lastSeen: WallTime?, telemetry: ReaderStatus?,
    _ sent: ReaderField.Telemetry
  ) -> JSONValue {
    var body = JSONObject()
    body["serial_number"] = .string(identity.serialNumber)
    body["model"] = .string(identity.model)
    body["firmware"] = .string(identity.firmware)
    body["alias"] = device.alias.map(JSONValue.string)
    body["last_seen"] = lastSeen.map { .string($0.iso8601) }
    if let telemetry { ReaderField.telemetry(of: telemetry, sent, into: &body) }
    return .object(body)
  }
}
