import AgentCore
public import JSONDocument
public import One4AllProtocol
import ZoneDatabase

/// What a probe has found out.
public struct ProbeFindings: Sendable {
  /// The host's clock when a reply had come.
  public struct HostTime: Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64
    /// Between command and reply.
    public let roundTrip: Duration
    /// Whether the kernel vouches for the clock.
    public let isSynchronised: Bool

    /// A time of the host.
    public init(milliseconds: Int64, roundTrip: Duration, isSynchronised: Bool) {
      self.milliseconds = milliseconds
      self.roundTrip = roundTrip
      self.isSynchronised = isSynchronised
    }
  }

  /// The reader's clock against the host's.
  public struct ClockOffset: Equatable, Sendable {
    /// The reader's less the host's, in seconds.
    public let seconds: Double
    /// How far that may be off either way, in seconds.
    public let uncertainty: Double
    /// Whether the host's own clock is vouched for.
    public let isHostSynchronised: Bool
  }

  private let port: String
  private let device: String
  private var status: ReaderStatus?
  private var versions: ProtocolVersions?
  private var battery: BatteryReading?
  private var time: (reader: LocalDateTime, host: HostTime)?
  private var notes: [String] = []

  /// Nothing yet.
  /// - Parameters:
  ///   - port: as it was asked for.
  ///   - device: what that resolved to.
  public init(port: String, device: String) {
    self.port = port
    self.device = device
  }

  /// Keeps something to tell beside the findings.
  public mutating func note(_ text: String) { notes.append(text) }

  /// Takes what came of a command.
  /// - Parameter host: when it came.
  public mutating func take(_ command: Command, _ outcome: CommandOutcome, host: HostTime) {
    switch outcome {
    case .status(let status):
      self.status = status
      for strange in status.strangeFields {
        note(
          "GETSTATUS field \(strange.field.rawValue), \(strange.field.name), cannot be read: \(strange.text)")
      }
    case .protocolVersions(let versions): self.versions = versions
    case .battery(let battery): self.battery = battery
    case .time(let time): self.time = (time, host)
    case .refused(let refusal): note("\(command.text) was refused: \(refusal.rawValue)")
    case .unexpected: note("the answer to \(command.text) cannot be read")
    case .pong, .protocolSet, .timeSet, .sessionFile, .done, .pushTags, .passings, .files, .fileInfo, .bounce,
      .buzzer:
      break
    }
  }

  /// The reader's clock against the host's; nil unless the reader told its time and a known zone.
  public var clock: ClockOffset? {
    guard let (reader, host) = time, let zone = status?.timeZone,
      let local = ZoneDatabase.local(utc: host.milliseconds, zone: zone)
    else { return nil }
    // GETTIME counts whole seconds, so the reader's clock stood half a second later, give or take as much. It was
    // read somewhere between command and reply: half the round trip ago, give or take as much.
    let half = host.roundTrip.wholeMilliseconds / 2
    return ClockOffset(
      seconds: Double(reader.millisecondsSince1970 + 500 - (local - half)) / 1000,
      uncertainty: 0.5 + Double(half) / 1000, isHostSynchronised: host.isSynchronised)
  }

  /// For a person, each line ending in a newline.
  public var page: String {
    var rows = [("port", device == port ? port : "\(port) (\(device))")]
    if let status {
      rows += [
        ("serial number", status.serialNumber), ("model", status.model), ("firmware", status.firmware),
        ("antennas", status.antennas.map(ProbeFindings.antennas) ?? "unknown"),
        ("session file", ProbeFindings.file(status)), ("time zone", status.timeZone ?? "unknown"),
      ]
    }
    if let versions {
      let known = [versions.current, versions.lowest, versions.highest].map { $0?.text ?? "unknown" }
      rows.append(("protocol", "\(known[0]) of \(known[1]) to \(known[2])"))
    }
    if let battery {
      let percent = battery.percent.map { "\($0) %" } ?? "unknown"
      rows.append(("battery", percent + (battery.volts.map { ", \($0) V" } ?? "")))
      rows.append(("mains power", battery.mainsPower.map { $0 ? "yes" : "no" } ?? "unknown"))
    }
    if let time {
      rows.append(("clock", "\(time.reader.dateText) \(time.reader.timeText)"))
      rows.append(("against host", clock.map(ProbeFindings.words) ?? "not known: the zone is not"))
    }
    rows += notes.map { ("note", $0) }
    return rows.map { TerminalText.cell($0, 15) + TerminalText.safe($1) + "\n" }.joined()
  }

  /// For a program. What is not known is null.
  public var document: JSONValue {
    [
      "port": .string(port), "device": .string(device), "serial_number": .text(status?.serialNumber),
      "model": .text(status?.model), "firmware": .text(status?.firmware),
      "antennas": status?.antennas.map { .array($0.map { .integer(Int64($0)) }) } ?? .null,
      "session_file": .text(status?.sessionFile?.text), "reading": .flag(status?.startMode),
      "passings_in_file": .whole(status?.passingCount), "time_zone": .text(status?.timeZone),
      "protocol": .text(versions?.current?.text), "battery_percent": .whole(battery?.percent),
      "battery_volts": .real(battery?.volts), "mains_power": .flag(battery?.mainsPower),
      "clock": .text(time.map { "\($0.reader.dateText)T\($0.reader.timeText)" }),
      "clock_offset_seconds": .real(clock?.seconds), "clock_uncertainty_seconds": .real(clock?.uncertainty),
      "host_clock_synchronised": .flag(time?.host.isSynchronised), "notes": .array(notes.map { .string($0) }),
    ]
  }

  private static func antennas(_ numbers: [Int]) -> String {
    numbers.isEmpty ? "none" : numbers.map { "\($0)" }.joined(separator: " ")
  }

  private static func file(_ status: ReaderStatus) -> String {
    let reading = status.startMode.map { $0 ? ", reading" : ", not reading" } ?? ""
    let count = status.passingCount.map { ", \($0) passings" } ?? ""
    return (status.sessionFile?.text ?? "none") + reading + count
  }

  private static func words(_ clock: ClockOffset) -> String {
    let uncertainty = "± \(tenths(clock.uncertainty)) s"
    let distance = abs(clock.seconds)
    let span = distance < 60 ? "\(tenths(distance)) s" : humanSpan(Duration(clampingSeconds: distance))
    let offset =
      distance <= clock.uncertainty
      ? "the same, \(uncertainty)" : "\(span) \(clock.seconds < 0 ? "behind" : "ahead"), \(uncertainty)"
    return offset + (clock.isHostSynchronised ? "" : "; but the host's clock is not synchronised")
  }

  private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
