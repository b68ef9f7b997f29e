// Which devices passings may be sent for.
extension DeviceReport {
  /// The deviceid by serial number, of the devices that passings may be sent for. A device that belongs to another
  /// reader, or that a person removed, is not among them.
  public var usableDevices: [String: String] {
    var devices = bindings.mapValues(\.deviceid)
    for serialNumber in barred { devices[serialNumber] = nil }
    if let identity, !isUsable { devices[identity.serialNumber] = nil }
    return devices
  }

  /// Whether passings may be sent for the device of the reader that is there.
  var isUsable: Bool {
    switch standing {
    case .conflict, .unbound, .binding, .keeping: false
    case .unknown, .verifying, .working: true
    }
  }
}
