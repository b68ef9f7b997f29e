import JSONDocument

/// A bound device.
struct CloudDevice: Equatable, Sendable {
  let deviceid: String
  /// The serial number under which it was bound; `serialNumber` can be edited on the cloud's side.
  let boundSerialNumber: String
  let createdAt: Int64
  var type: String
  var model: String
  var alias: String?
  var firmware: String?
  var serialNumber: String
  var lastSeen: Int64?
  /// The latest last_seen that was ever reported; edits on the cloud's side do not count.
  var latestReport: Int64?
  /// When a heartbeat last came, by the cloud's clock.
  var lastContact: Int64?
  /// The last known value of each telemetry field.
  var telemetry = JSONObject()
}

/// A device's session.
struct CloudSession: Equatable, Sendable {
  let token: String
  let deviceid: String
  let alias: String?
  let createdAt: Int64
  var isActive = true
  /// By num_passing.
  var passings: [Int64: CloudPassing] = [:]
}

/// One passing as it was sent.
struct CloudPassing: Equatable, Sendable {
  let number: Int64
  let timestamp: Int64
  /// Everything that was sent, those two included.
  let fields: JSONObject
}

/// What identity and telemetry a heartbeat carries.
struct CloudHeartbeat: Equatable, Sendable {
  var serialNumber: String?
  var model: String?
  var firmware: String?
  var alias: String?
  var lastSeen: Int64?
  var telemetry = JSONObject()
}

/// What a device is bound with.
struct CloudBinding: Equatable, Sendable {
  let type: String
  let model: String
  let serialNumber: String
  let alias: String?
  let firmware: String?
}
