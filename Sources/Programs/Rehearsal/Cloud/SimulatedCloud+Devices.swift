import JSONDocument

extension SimulatedCloud {
  /// How far ahead of the true time a last_seen may be, in milliseconds.
  private static let futureTolerance: Int64 = 300_000
  /// How long after its last_seen a device counts as online, in milliseconds.
  private static let onlineTime: Int64 = 120_000

  func device(_ deviceid: String) throws(CloudRejection) -> CloudDevice {
    guard let device = devices[deviceid] else { throw .deviceNotFound }
    return device
  }

  /// The device that a person means: its deviceid, or a serial number that it has or was bound with.
  func device(named name: String) -> CloudDevice? {
    if let device = devices[name] ?? devices[name.uppercased()] { return device }
    let all = deviceOrder.compactMap { devices[$0] }
    return all.first { $0.boundSerialNumber == name } ?? all.first { $0.serialNumber == name }
  }

  /// 201 for a new device; 409 with the deviceid for one that is bound, which takes over what was sent.
  mutating func bind(_ binding: CloudBinding, now: Int64) -> CloudAnswer {
    let deviceid = RehearsalRandom.digest(binding.serialNumber, seed: settings.seed, digits: 64)
    let isNew = devices[deviceid] == nil
    var device =
      devices[deviceid]
      ?? CloudDevice(
        deviceid: deviceid, boundSerialNumber: binding.serialNumber, createdAt: now, type: binding.type,
        model: binding.model, serialNumber: binding.serialNumber)
    device.model = binding.model
    device.alias = binding.alias ?? device.alias
    device.firmware = binding.firmware ?? device.firmware
    device.lastSeen = max(device.lastSeen ?? now, now)
    device.lastContact = now
    devices[deviceid] = device
    if isNew { deviceOrder.append(deviceid) }
    return success(
      ["deviceid": .string(deviceid)], status: isNew ? 201 : 409,
      description: isNew ? "Device bound" : "Device already bound")
  }

  mutating func take(
    _ heartbeat: CloudHeartbeat, for deviceid: String, _ request: CloudRequest, now: Int64
  ) throws(CloudRejection) -> CloudAnswer {
    var device = try device(deviceid)
    if let serialNumber = heartbeat.serialNumber, serialNumber != device.boundSerialNumber {
      note(
        .otherReader, "\(serialNumber) sent under the device of \(device.boundSerialNumber)", request, now)
    }
    if let lastSeen = heartbeat.lastSeen {
      // One that lies in the future is corrected.
      let isCorrection = device.latestReport.map { $0 > now && lastSeen <= now } ?? false
      if let latest = device.latestReport, lastSeen < latest, !isCorrection {
        let step = "\(CloudTime.text(latest)) to \(CloudTime.text(lastSeen))"
        note(.wentBack, "\(device.boundSerialNumber): last_seen from \(step)", request, now)
      }
      if lastSeen > now + SimulatedCloud.futureTolerance {
        let gap = "\(CloudTime.text(lastSeen)) at \(CloudTime.text(now))"
        note(.future, "\(device.boundSerialNumber): last_seen \(gap)", request, now)
      }
      device.lastSeen = lastSeen
      device.latestReport = isCorrection ? lastSeen : max(device.latestReport ?? lastSeen, lastSeen)
    }
    device.model = heartbeat.model ?? device.model
    device.firmware = heartbeat.firmware ?? device.firmware
    device.alias = heartbeat.alias ?? device.alias
    for member in heartbeat.telemetry.members { device.telemetry[member.name] = member.value }
    device.lastContact = now
    devices[deviceid] = device
    return success(["deviceid": .string(deviceid)])
  }

  mutating func remove(device deviceid: String) {
    for session in sessions(of: deviceid) { sessions[session.token] = nil }
    sessionOrder.removeAll { sessions[$0] == nil }
    devices[deviceid] = nil
    deviceOrder.removeAll { $0 == deviceid }
  }

  func listDevices(page: Int, limit: Int, now: Int64) throws(CloudRejection) -> CloudAnswer {
    let total = deviceOrder.count
    let pages = (total + limit - 1) / limit
    let listed = page > pages ? [] : deviceOrder.dropFirst((page - 1) * limit).prefix(limit)
    if listed.isEmpty { try refuseEmpty("Devices", of: "page", "\(page)") }
    let entries = listed.compactMap { devices[$0] }.map { describeInList($0, now: now) }
    return success([
      "result": .array(entries),
      "pagination": [
        "page": .whole(page), "limit": .whole(limit), "total": .whole(total), "pages": .whole(pages),
      ],
    ])
  }

  /// A device as `GET /devices/{deviceid}` shows it.
  func describe(_ device: CloudDevice) -> JSONValue {
    let own = sessions(of: device.deviceid)
    return [
      "deviceid": .string(device.deviceid), "type": .string(device.type), "model": .string(device.model),
      "alias": .text(device.alias), "firmware": .text(device.firmware),
      "serial_number": .string(device.serialNumber),
      "creation_date": .string(CloudTime.text(device.createdAt)), "sessions": .whole(own.count),
      "passings": .whole(own.reduce(0) { $0 + $1.passings.count }),
      "last_seen": .text(device.lastSeen.map(CloudTime.text)),
    ]
  }

  /// A device as the newer lists show it.
  private func describeInList(_ device: CloudDevice, now: Int64) -> JSONValue {
    let isOnline = device.lastSeen.map { now - $0 < SimulatedCloud.onlineTime } ?? false
    var object = describe(device).object ?? JSONObject()
    object.append("last_login", .text(device.lastContact.map(CloudTime.text)))
    object.append(
      "last_telemetry_at",
      .text(device.telemetry.members.isEmpty ? nil : device.lastContact.map(CloudTime.text)))
    object.append("device_status", isOnline ? "online" : "offline")
    object.append("battery_percentage", device.telemetry["battery_percentage"] ?? .null)
    object.append("charging", device.telemetry["charging"] ?? .null)
    return .object(object)
  }

  /// All devices with everything that is known of them, for people and tests.
  var deviceOverview: JSONValue {
    .array(
      deviceOrder.compactMap { devices[$0] }.map { device in
        var object = describe(device).object ?? JSONObject()
        object.append("bound_serial_number", .string(device.boundSerialNumber))
        object.append("telemetry", .object(device.telemetry))
        object.append(
          "active_session", .text(sessions(of: device.deviceid).first(where: \.isActive)?.token))
        return .object(object)
      })
  }
}
