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

  /// For the heartbeat. The names of the telemetry are those of the cloud's newer lists where these have one.
  static func heartbeat(
    _ identity: ReaderIdentity, _ device: AgentSettings.Device, lastSeen: WallTime?, telemetry: ReaderStatus?
  ) -> JSONValue {
    var body = JSONObject()
    body["serial_number"] = .string(identity.serialNumber)
    body["model"] = .string(identity.model)
    body["firmware"] = .string(identity.firmware)
    body["alias"] = device.alias.map(JSONValue.string)
    body["last_seen"] = lastSeen.map { .string($0.iso8601) }
    guard let telemetry else { return .object(body) }
    body["battery_percentage"] = telemetry.batteryPercent.map { .integer(Int64($0)) }
    body["battery_volts"] = telemetry.batteryVolts.map(JSONValue.number)
    body["charging"] = telemetry.mainsPower.map(JSONValue.bool)
    body["temperature"] = telemetry.temperatureCelsius.map(JSONValue.number)
    body["antennas"] = telemetry.antennas.map { .array($0.map { .integer(Int64($0)) }) }
    return .object(body)
  }
}
