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
  private(set) var passings: [Int64: CloudPassing] = [:]
  /// The lowest and the highest of their numbers.
  private(set) var lowest: Int64?
  private(set) var highest: Int64?
  /// How many were sent again.
  var duplicates = 0
  /// Their numbers, ascending; nil after a change, until somebody asks.
  private var order: [Int64]?

  init(token: String, deviceid: String, alias: String?, createdAt: Int64) {
    self.token = token
    self.deviceid = deviceid
    self.alias = alias
    self.createdAt = createdAt
  }

  /// Takes a passing whose number it does not have yet.
  mutating func keep(_ passing: CloudPassing) {
    passings[passing.number] = passing
    lowest = min(lowest ?? passing.number, passing.number)
    highest = max(highest ?? passing.number, passing.number)
    order = nil
  }

  /// Loses a passing.
  mutating func remove(_ number: Int64) {
    passings[number] = nil
    lowest = passings.keys.min()
    highest = passings.keys.max()
    order = nil
  }

  /// Puts the numbers in order, once for all pages that are read until the next change.
  mutating func sort() {
    if order == nil { order = passings.keys.sorted() }
  }

  /// The numbers of its passings within that range, ascending.
  func numbers(in range: ClosedRange<Int64>) -> ArraySlice<Int64> {
    guard let order else { return passings.keys.filter(range.contains).sorted()[...] }
    // Binary search for the first number that is not below a bound.
    func place(of bound: Int64) -> Int {
      var (low, high) = (0, order.count)
      while low < high {
        let middle = (low + high) / 2
        if order[middle] < bound { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let end = range.upperBound == .max ? order.count : place(of: range.upperBound + 1)
    return order[place(of: range.lowerBound)..<end]
  }
}

/// One passing as it was sent.
struct CloudPassing: Equatable, Sendable {
  let number: Int64
  let timestamp: Int64
  /// Everything that was sent, those two included.
  let fields: JSONObject

  /// That it was sent before and is another one now: what differs.
  func changed(from former: CloudPassing) -> String {
    let names = Set(fields.members.map(\.name)).union(former.fields.members.map(\.name)).sorted()
    let changes = names.filter { fields[$0] != former.fields[$0] }.map { name in
      "\(name) was \(CloudPassing.word(former.fields[name])), is \(CloudPassing.word(fields[name]))"
    }
    return "num_passing \(number) again, with other content: \(changes.joined(separator: "; "))"
  }

  private static func word(_ value: JSONValue?) -> String {
    guard let value else { return "none" }
    return value.string ?? value.integer.map { "\($0)" } ?? "\(value)"
  }
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
