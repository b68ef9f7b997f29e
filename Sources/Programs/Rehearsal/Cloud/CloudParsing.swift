import JSONDocument

extension CloudBinding {
  init(_ fields: CloudFields) throws(CloudRejection) {
    try fields.allowOnly(["type", "model", "serial_number", "alias", "firmware"])
    self.init(
      type: try fields.text("type"), model: try fields.text("model"),
      serialNumber: try fields.text("serial_number"), alias: try fields.optionalText("alias"),
      firmware: try fields.optionalText("firmware"))
  }
}

extension CloudHeartbeat {
  private static let numbers: [(name: String, range: ClosedRange<Double>)] = [
    ("battery_percentage", 0...100), ("battery_volts", 0...100), ("temperature", -100...200),
  ]
  private static let flags = ["charging", "mains_power", "buzzer"]

  init(_ fields: CloudFields) throws(CloudRejection) {
    let known = ["serial_number", "model", "firmware", "alias", "last_seen", "antennas"]
    try fields.allowOnly(Set(known + CloudHeartbeat.numbers.map(\.name) + CloudHeartbeat.flags))
    guard !fields.object.members.isEmpty else { throw .malformed("The heartbeat carries nothing") }
    self.init(
      serialNumber: try fields.optionalText("serial_number"), model: try fields.optionalText("model"),
      firmware: try fields.optionalText("firmware"), alias: try fields.optionalText("alias"),
      lastSeen: try fields.optionalTime("last_seen"))
    for (name, range) in CloudHeartbeat.numbers {
      if try fields.optionalNumber(name, in: range) != nil { telemetry[name] = fields.object[name] }
    }
    for name in CloudHeartbeat.flags { telemetry[name] = try fields.optionalFlag(name).map(JSONValue.bool) }
    if let antennas = fields.object["antennas"] {
      guard CloudHeartbeat.areAntennas(antennas) else {
        throw fields.wrong("antennas", "how many (0 to 8), their digits as a string, or their numbers")
      }
      telemetry["antennas"] = antennas
    }
  }

  /// How many antennas are connected, or which: the digits 1 to 8 as the reader writes them, or an array.
  private static func areAntennas(_ value: JSONValue) -> Bool {
    switch value {
    case .integer(let count): (0...8).contains(count)
    case .string(let digits): digits.utf8.allSatisfy { (UInt8(ascii: "1")...UInt8(ascii: "8")).contains($0) }
    case .array(let numbers): numbers.allSatisfy { (1...8).contains($0.integer ?? 0) }
    case .null, .bool, .number, .object: false
    }
  }
}

extension CloudPassing {
  private static let texts = ["chip", "status", "timezone", "gender"]
  private static let known = Set(
    ["bib", "num_passing", "timestamp", "participant_id", "latitude", "longitude"] + texts)

  /// The passings in that member; at least one.
  static func list(_ fields: CloudFields, _ name: String) throws(CloudRejection) -> [CloudPassing] {
    guard let value = fields.object[name] else { throw fields.missing(name) }
    guard let entries = value.array, !entries.isEmpty else { throw fields.wrong(name, "an array, not empty") }
    var passings: [CloudPassing] = []
    passings.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      guard let object = entry.object else { throw fields.wrong("\(name)[\(index)]", "an object") }
      passings.append(try CloudPassing(CloudFields(object, place: "\(name)[\(index)].")))
    }
    return passings
  }

  private init(_ fields: CloudFields) throws(CloudRejection) {
    try fields.allowOnly(CloudPassing.known)
    _ = try fields.text("bib")
    for name in CloudPassing.texts { _ = try fields.optionalText(name) }
    if let identity = fields.object["participant_id"], identity.integer == nil {
      _ = try fields.optionalText("participant_id")
    }
    try CloudPassing.checkCoordinate(fields, "latitude", limit: 90)
    try CloudPassing.checkCoordinate(fields, "longitude", limit: 180)
    self.init(
      number: try fields.whole("num_passing", from: 0), timestamp: try fields.time("timestamp"),
      fields: fields.object)
  }

  /// Coordinates are strings in v0 and numbers later; both are taken.
  private static func checkCoordinate(
    _ fields: CloudFields, _ name: String, limit: Double
  ) throws(CloudRejection) {
    guard let value = fields.object[name] else { return }
    guard let degrees = value.number ?? value.string.flatMap(Double.init), abs(degrees) <= limit else {
      throw fields.wrong(name, "degrees from -\(limit) to \(limit)")
    }
  }
}
