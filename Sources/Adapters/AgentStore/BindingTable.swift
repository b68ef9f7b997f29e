import AgentCore

/// The table of bindings, by its prepared statements.
struct BindingTable: ~Copyable {
  private let keeping: Statement
  private let forgetting: Statement
  private let noting: Statement
  private let reading: Statement

  init(_ connection: borrowing Connection) throws(StoreError) {
    let keeping = try connection.prepare(
      "INSERT OR REPLACE INTO device_binding (cloud, serial_number, deviceid, bound_at_ms, last_seen_ms) "
        + "VALUES (?1, ?2, ?3, ?4, ?5)", for: "keep a binding")
    let forgetting = try connection.prepare(
      "DELETE FROM device_binding WHERE cloud = ?1 AND serial_number = ?2", for: "forget a binding")
    let noting = try connection.prepare(
      "UPDATE device_binding SET last_seen_ms = ?3 "
        + "WHERE cloud = ?1 AND serial_number = ?2", for: "note last_seen")
    let reading = try connection.prepare(
      "SELECT serial_number, deviceid, bound_at_ms, last_seen_ms FROM device_binding WHERE cloud = ?1 "
        + "ORDER BY serial_number", for: "read the bindings")
    self.keeping = keeping
    self.forgetting = forgetting
    self.noting = noting
    self.reading = reading
  }

  /// Keeps a binding unless the reader has one in that cloud.
  func keepIfNew(_ binding: DeviceBinding) throws(StoreError) {
    if try !read(cloud: binding.cloud).contains(where: { $0.serialNumber == binding.serialNumber }) {
      try keep(binding)
    }
  }

  func keep(_ binding: DeviceBinding) throws(StoreError) {
    try keeping.bind(1, binding.cloud)
    try keeping.bind(2, binding.serialNumber)
    try keeping.bind(3, binding.deviceid)
    try keeping.bind(4, binding.boundAt.milliseconds)
    try keeping.bind(5, binding.lastSeen?.milliseconds)
    try keeping.run()
  }

  func forget(cloud: String, serialNumber: String) throws(StoreError) {
    try forgetting.bind(1, cloud)
    try forgetting.bind(2, serialNumber)
    try forgetting.run()
  }

  func noteLastSeen(cloud: String, serialNumber: String, _ time: WallTime) throws(StoreError) {
    try noting.bind(1, cloud)
    try noting.bind(2, serialNumber)
    try noting.bind(3, time.milliseconds)
    try noting.run()
  }

  func read(cloud: String) throws(StoreError) -> [DeviceBinding] {
    defer { reading.reset() }
    try reading.bind(1, cloud)
    var bindings: [DeviceBinding] = []
    while try reading.step() {
      bindings.append(
        DeviceBinding(
          cloud: cloud, serialNumber: reading.text(0), deviceid: reading.text(1),
          boundAt: WallTime(milliseconds: reading.integer(2)),
          lastSeen: reading.integerOrNil(3).map { WallTime(milliseconds: $0) }))
    }
    return bindings
  }
}
