import AgentCore

/// Why a value is refused, worded to follow the value: `'10x' is not a duration`.
struct Refusal: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

/// A sort of value: what a person may write, and how it is read and written.
struct SettingKind<Value: Sendable>: Sendable {
  /// In a word or two, e.g. `duration`.
  let type: String
  /// What is allowed, e.g. `1s to 1h`; empty when the type says it all.
  let range: String
  /// Whether nothing after the `=` is a value too.
  let allowsEmpty: Bool
  let parse: @Sendable (String) throws(Refusal) -> Value
  let format: @Sendable (Value) -> String

  init(
    type: String, range: String = "", allowsEmpty: Bool = false,
    parse: @escaping @Sendable (String) throws(Refusal) -> Value,
    format: @escaping @Sendable (Value) -> String
  ) {
    self.type = type
    self.range = range
    self.allowsEmpty = allowsEmpty
    self.parse = parse
    self.format = format
  }

  /// The same, or nothing.
  var optional: SettingKind<Value?> {
    let (parse, format) = (self.parse, self.format)
    return SettingKind<Value?>(
      type: type, range: range, allowsEmpty: true,
      parse: { text throws(Refusal) in text.isEmpty ? nil : try parse(text) },
      format: { $0.map(format) ?? "" })
  }
}

extension SettingKind where Value == Duration {
  /// A duration, both ends included.
  static func duration(from least: Duration, to most: Duration) -> SettingKind {
    let shortest = DurationText.format(least)
    let longest = DurationText.format(most)
    return SettingKind(
      type: "duration", range: "\(shortest) to \(longest)",
      parse: { text throws(Refusal) in
        guard let value = DurationText.parse(text) else {
          throw Refusal("is not a duration; write it like 30s, 5min or 1min 30s")
        }
        guard value >= least else { throw Refusal("is too short; at least \(shortest)") }
        guard value <= most else { throw Refusal("is too long; at most \(longest)") }
        return value
      }, format: DurationText.format)
  }
}

extension SettingKind where Value == Bool {
  /// Yes or no.
  static var switched: SettingKind {
    SettingKind(
      type: "switch", range: "yes or no",
      parse: { text throws(Refusal) in
        switch text.lowercased() {
        case "yes", "true", "on", "1": return true
        case "no", "false", "off", "0": return false
        default: throw Refusal("is neither yes nor no")
        }
      }, format: { $0 ? "yes" : "no" })
  }
}

extension SettingKind where Value == Int {
  /// A speed that serial ports know.
  static var baudRate: SettingKind {
    let rates = [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600]
    let list = rates.map(String.init).joined(separator: ", ")
    return SettingKind(
      type: "bits per second", range: list,
      parse: { text throws(Refusal) in
        guard let rate = Int(text), rates.contains(rate) else {
          throw Refusal("is not a standard rate; one of \(list)")
        }
        return rate
      }, format: { "\($0)" })
  }
}

extension SettingKind where Value == LogPriority {
  /// The least important entries that are written.
  static var logLevel: SettingKind {
    let names = LogPriority.allCases.map(\.name)
    return SettingKind(
      type: "level", range: names.joined(separator: ", "),
      parse: { text throws(Refusal) in
        guard let level = LogPriority.allCases.first(where: { $0.name == text.lowercased() }) else {
          let meant = NearMiss.of(text, among: names)
          throw Refusal(
            "is not a level; "
              + (meant.map { "did you mean '\($0)'?" } ?? "one of \(names.joined(separator: ", "))"))
        }
        return level
      }, format: \.name)
  }
}

extension SettingKind where Value == PortAddress {
  /// Where a reader is reached.
  static var port: SettingKind {
    SettingKind(
      type: "port", range: "/dev/… or tcp://HOST[:PORT]",
      parse: { text throws(Refusal) in
        if text.hasPrefix("/") { return .device(path: try absolutePath(text)) }
        guard let address = PortAddress(text) else {
          throw Refusal("is not a port; write /dev/… or tcp://HOST[:PORT]")
        }
        return address
      }, format: \.description)
  }
}

extension SettingKind where Value == HeartbeatRequest {
  /// A method and a path.
  static var heartbeatRequest: SettingKind {
    SettingKind(
      type: "request", range: "PATCH, PUT or POST and a path; {deviceid} stands for the device",
      parse: { text throws(Refusal) in
        guard let request = HeartbeatRequest(text) else {
          throw Refusal(
            "is not a request; write PATCH, PUT or POST and a path, e.g. PATCH /devices/{deviceid}")
        }
        return request
      }, format: \.description)
  }
}
