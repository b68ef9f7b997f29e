import JSONDocument
import One4AllProtocol

/// One thing that the reader says of itself in GETSTATUS, and wherever it is shown: a row here is all that another one
/// takes.
struct ReaderField: Sendable {
  /// Its member of `reader` in the status document.
  let name: String
  /// What that holds; what the reader does not say, or not so that it can be read, is null.
  let kind: StatusCatalogue.Kind
  /// What it means, for the documentation.
  let meaning: String
  /// Its member of the heartbeat, by the names of the cloud's newer lists where these have one; nil for none.
  var heartbeat: String?
  /// Whether those lists show that name: a cloud that refuses the others may take it.
  var isListed = false
  /// What the reader says.
  let value: @Sendable (ReaderStatus) -> JSONValue

  /// Who the reader is.
  static let identity = [
    ReaderField(name: "serial_number", kind: .text, meaning: "by the reader's own word") {
      .text($0.serialNumber)
    },
    ReaderField(name: "model", kind: .text, meaning: "by the reader's own word") { .text($0.model) },
    ReaderField(name: "firmware", kind: .text, meaning: "by the reader's own word") { .text($0.firmware) },
  ]

  /// What it is doing.
  static let session = [
    ReaderField(name: "session_file", kind: .text, meaning: "the session file that is open on the reader") {
      .text($0.sessionFile?.text)
    },
    ReaderField(name: "reading", kind: .flag, meaning: "whether it reads chips into the session file") {
      .flag($0.startMode)
    },
    ReaderField(name: "passings_in_file", kind: .integer, meaning: "passings in the session file") {
      .whole($0.passingCount)
    },
  ]

  /// How it is.
  static let condition = [
    ReaderField(
      name: "battery_percent", kind: .integer, meaning: "0 to 100", heartbeat: "battery_percentage",
      isListed: true
    ) {
      .whole($0.batteryPercent)
    },
    ReaderField(name: "battery_volts", kind: .number, meaning: "26.5 is full", heartbeat: "battery_volts") {
      .real($0.batteryVolts)
    },
    ReaderField(
      name: "mains_power", kind: .flag, meaning: "whether mains power is connected", heartbeat: "charging",
      isListed: true
    ) { .flag($0.mainsPower) },
    ReaderField(
      name: "temperature_celsius", kind: .number, meaning: "of the reader", heartbeat: "temperature"
    ) { .real($0.temperatureCelsius) },
    ReaderField(
      name: "antennas", kind: .integers, meaning: "connected antennas, 1 to 8", heartbeat: "antennas"
    ) { $0.antennas.map { .array($0.map { .integer(Int64($0)) }) } ?? .null },
    ReaderField(name: "buzzer", kind: .flag, meaning: "whether it beeps at each passing", heartbeat: "buzzer")
    {
      .flag($0.buzzer)
    },
  ]

  /// As it is shown in the status document.
  var member: StatusCatalogue.Member {
    let value = value
    return .init("reader.\(name)", kind, orNull: true, meaning) {
      $0.agent.session.status.map(value) ?? .null
    }
  }

  /// How much of it the heartbeat carries: a cloud that refuses it is asked with less.
  enum Telemetry: Sendable {
    case all
    /// What the cloud's own lists show.
    case listed
    case none

    var less: Telemetry {
      switch self {
      case .all: .listed
      case .listed, .none: .none
      }
    }
  }

  /// What the heartbeat carries: what the reader says, and nothing else.
  static func telemetry(of status: ReaderStatus, _ sent: Telemetry, into body: inout JSONObject) {
    for field in identity + session + condition where sent == .all || sent == .listed && field.isListed {
      guard let name = field.heartbeat else { continue }
      let value = field.value(status)
      if !value.isNull { body[name] = value }
    }
  }
}
