import AgentCore
import JSONDocument
import JSONText
import LinuxSystem
import One4AllProtocol
import ProgramArguments
import ReaderLine
import ZoneDatabase

/// `one4allctl probe`: who is on a port, without the daemon.
enum ProbeCommand {
  static let help = CommandHelp(
    usage: ["one4allctl probe PORT [--baud-rate N] [--json]"],
    summary:
      "Asks the reader on PORT (/dev/… or tcp://HOST[:PORT]) who it is, how full its battery is and how far its clock\n"
      + "is off. It changes nothing in the reader.",
    options: [
      Option("baud-rate", argument: "N", help: "bits per second of a serial port (115200)"),
      Option("json", help: "as JSON"),
    ], sections: [ToolCommand.exitCodes])

  private static let timeout = Duration.seconds(3)

  static func run(_ words: [String]) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help, operands: 1...1) else { return .success }
    guard let address = PortAddress(parsed.operands[0]) else {
      throw .usage("'\(parsed.operands[0])' is no port: /dev/… or tcp://HOST[:PORT]")
    }
    let baud = Int(parsed.value("baud-rate") ?? "115200") ?? 0
    guard baud > 0 else {
      throw .usage("--baud-rate \(parsed.value("baud-rate") ?? ""): not a number of bits per second")
    }
    let findings = try probe(
      LineOptions(address: address, baudRate: baud, dtr: true, rts: true, settleDelay: .milliseconds(200)))
    Output.write(
      parsed.has("json")
        ? JSONText.write(findings.document, indented: true) + "\n" : findings.page)
    return .success
  }

  private static func probe(_ options: LineOptions) throws(ToolError) -> ProbeFindings {
    var dialogue: ReaderDialogue
    do throws(LineFailure) { dialogue = try ReaderDialogue(options) } catch { throw .line(error) }
    do throws(ReaderDialogue.Failure) {
      _ = try dialogue.ask(.ping, timeout: timeout)
      var findings = ProbeFindings()
      if case .status(let status) = CommandOutcome(
        command: .getStatus, reply: try dialogue.ask(.getStatus, timeout: timeout))
      {
        findings.status = status
      }
      if case .protocolVersions(let versions) = CommandOutcome(
        command: .getProtocol, reply: try dialogue.ask(.getProtocol, timeout: timeout))
      {
        findings.protocolVersion = versions.current.text
      }
      if case .battery(let battery) = CommandOutcome(
        command: .readBattery, reply: try dialogue.ask(.readBattery, timeout: timeout))
      {
        findings.battery = battery
      }
      let asked = SystemClock.monotonicNanoseconds
      let reply = try dialogue.ask(.getTime, timeout: timeout)
      let answered = SystemClock.monotonicNanoseconds
      if case .time(let time) = CommandOutcome(command: .getTime, reply: reply) {
        findings.measureClock(
          time, roundTrip: .nanoseconds(answered - asked), hostNow: SystemClock.wallMilliseconds)
      }
      return findings
    } catch {
      throw .reader(words(for: error, on: options.address))
    }
  }

  private static func words(for failure: ReaderDialogue.Failure, on address: PortAddress) -> String {
    switch failure {
    case .silent: "nothing is heard on \(address): is the reader switched on, are cable and baud rate right?"
    case .foreign(let bytes):
      "what speaks on \(address) is no One4All, or the baud rate is wrong; it said: "
        + bytes.map { $0 >= 32 && $0 < 127 ? String(UnicodeScalar($0)) : "." }.joined()
    case .unanswered(let command): "a reader speaks on \(address), but did not answer \(command.text)"
    case .lost(let reason): "\(address): the line was lost: \(reason)"
    }
  }
}

/// What a probe has found out.
struct ProbeFindings {
  var status: ReaderStatus?
  var protocolVersion: String?
  var battery: BatteryReading?
  /// The reader's clock less the host's, and how far that may be off, seconds.
  var clock: (offset: Double, uncertainty: Double)?

  /// GETTIME counts whole seconds, so its middle is half a second later; half the round trip comes on top.
  mutating func measureClock(_ time: LocalDateTime, roundTrip: Duration, hostNow: Int64) {
    guard let zone = status?.timeZone, let local = ZoneDatabase.local(utc: hostNow, zone: zone) else {
      return
    }
    let atReply = local - roundTrip.wholeMilliseconds / 2
    let offset = Double(time.millisecondsSince1970 + 500 - atReply) / 1000
    clock = (offset, 0.5 + roundTrip.inSeconds / 2)
  }

  var page: String {
    var lines: [String] = []
    if let status {
      lines += [
        "serial number  \(status.serialNumber)", "model          \(status.model)",
        "firmware       \(status.firmware)",
        "session file   \(status.sessionFile?.text ?? "none"), \(status.startMode == true ? "reading" : "not reading"), \(status.passingCount ?? 0) passings",
        "antennas       \((status.antennas ?? []).map { "\($0)" }.joined(separator: " "))",
        "time zone      \(status.timeZone ?? "unknown")",
      ]
    }
    if let protocolVersion { lines.append("protocol       \(protocolVersion)") }
    if let battery {
      lines.append(
        "battery        \(battery.percent) %, \(battery.volts) V, \(battery.mainsPower ? "mains" : "no mains")"
      )
    }
    if let clock {
      let trust = SystemClock.isSynchronised ? "" : " (the host's clock is not synchronised)"
      lines.append(
        "clock          \(tenths(clock.offset)) s against the host, ± \(tenths(clock.uncertainty)) s\(trust)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  var document: JSONValue {
    [
      "serial_number": .text(status?.serialNumber), "model": .text(status?.model),
      "firmware": .text(status?.firmware), "session_file": .text(status?.sessionFile?.text),
      "reading": .flag(status?.startMode), "passings_in_file": .whole(status?.passingCount),
      "time_zone": .text(status?.timeZone), "protocol": .text(protocolVersion),
      "battery_percent": .whole(battery?.percent), "battery_volts": .real(battery?.volts),
      "mains_power": .flag(battery?.mainsPower),
      "clock_offset_seconds": .real(clock?.offset), "clock_uncertainty_seconds": .real(clock?.uncertainty),
      "host_clock_synchronised": .bool(SystemClock.isSynchronised),
    ]
  }

  private func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
