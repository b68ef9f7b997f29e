import JSONDocument
import One4AllProtocol

/// How everything stands, as a document: the contract `one4all.status/1`. docs/status.md is held against it.
public enum AgentStatus {
  /// Names the contract and its version.
  public static let schema = "one4all.status/1"

  /// The document. Times are UTC, `YYYY-MM-DDTHH:mm:ss.sssZ`; what is not known is null.
  /// - Parameter version: the daemon's.
  public static func document(of agent: Agent, version: String, at now: Moment) -> JSONValue {
    let health = Health(agent, at: now)
    return [
      "schema": .string(schema),
      "version": .string(version),
      "now": .string(now.wall.iso8601),
      "uptime_seconds": .integer((now.monotonic - agent.startedAt).wholeMilliseconds / 1000),
      "well": .bool(health.isWell),
      "summary": .string(health.summary),
      "advice": .text(health.advice),
      "reader": reader(agent.session, agent.settings.reader, at: now),
      "cloud": cloud(agent.report, at: now),
      "device": device(agent.report, at: now),
      "passings": passings(agent, health, at: now),
      "frames": frames(agent.session.totals),
      "clock": clock(agent.report, agent.readerClock.measurement, at: now),
      "conditions": .array(health.conditions.map { $0.document(at: now) }),
    ]
  }

  private static func reader(
    _ session: ReaderSession, _ settings: AgentSettings.Reader, at now: Moment
  ) -> JSONValue {
    let status = session.status
    return [
      "state": .string(session.state.rawValue),
      "reason": .text(session.stateReason),
      "port": .string("\(settings.port)"),
      "device": .text(session.device),
      "serial_number": .text(status?.serialNumber),
      "model": .text(status?.model),
      "firmware": .text(status?.firmware),
      "time_zone": .text(settings.timeZone ?? status?.timeZone),
      "session_file": .text(status?.sessionFile?.text),
      "reading": .flag(status?.startMode),
      "passings_in_file": .whole(status?.passingCount),
      "passings_counted_at": .text(
        status == nil ? nil : session.statusAt.map { now.label($0).iso8601 }),
      "last_frame_at": .text(session.lastFrameAt.map { now.label($0).iso8601 }),
      "last_frame_age_seconds": .real(session.lastFrameAt.map { tenths(now.monotonic - $0) }),
      "battery_percent": .whole(status?.batteryPercent),
      "battery_volts": .real(status?.batteryVolts),
      "mains_power": .flag(status?.mainsPower),
      "temperature_celsius": .real(status?.temperatureCelsius),
      "antennas": status?.antennas.map { .array($0.map { .integer(Int64($0)) }) } ?? .null,
    ]
  }

  private static func cloud(_ report: DeviceReport, at now: Moment) -> JSONValue {
    [
      "state": .string(report.state.rawValue),
      "url": .string(report.cloud.url),
      "deviceid": .text(report.binding?.deviceid),
      "last_heartbeat_at": .text(report.lastHeartbeatAt.map { now.label($0).iso8601 }),
      "heartbeat_request": .string("\(report.heartbeatRequest)"),
      "next_attempt_at": .text(report.nextAttemptAt.map { now.label($0).iso8601 }),
      "last_error": .text(report.lastError),
    ]
  }

  private static func device(_ report: DeviceReport, at now: Moment) -> JSONValue {
    let comparison = report.comparison(at: now)
    let fields = comparison?.fields.map { field -> JSONValue in
      [
        "name": .string(field.name.rawValue), "reader": .text(field.reader), "cloud": .text(field.cloud),
        "agrees": .flag(field.agrees),
      ]
    }
    return ["agrees": .flag(report.agrees(at: now)), "fields": .array(fields ?? [])]
  }

  private static func passings(_ agent: Agent, _ health: Health, at now: Moment) -> JSONValue {
    func sum(_ count: (FileSummary) -> Int) -> JSONValue { .integer(Int64(agent.ledger.sum(count))) }
    return [
      "captured": .integer(Int64(agent.session.totals.passing)),
      "stored": sum(\.stored), "acknowledged": sum(\.acknowledged), "waiting": sum(\.waiting),
      "rejected": sum(\.rejected), "lost": sum(\.lost),
      "gaps": .integer(Int64(agent.standings(at: now).reduce(0) { $0 + $1.gapCount })),
      "unconfirmed": sum(\.unconfirmed), "undecided": sum(\.undecided),
      "doubtful": .integer(Int64(agent.ledger.doubtful)),
      "unwritten": .integer(Int64(agent.intake.waitingRows)),
      "dropped": .integer(Int64(agent.intake.droppedRows)),
      "forward": .bool(agent.settings.passings.forward), "hold": .text(agent.hold(at: now)),
      "well": .bool(health.arePassingsWell),
    ]
  }

  private static func frames(_ totals: FrameTotals) -> JSONValue {
    [
      "passing": .integer(Int64(totals.passing)), "reply": .integer(Int64(totals.reply)),
      "malformed": .integer(Int64(totals.malformed)),
      "unknown_form": .integer(Int64(totals.unknownForm)), "bytes": .integer(Int64(totals.bytes)),
    ]
  }

  private static func clock(
    _ report: DeviceReport, _ reader: ReaderClock.Measurement?, at now: Moment
  ) -> JSONValue {
    [
      "trusted": .bool(report.clock.isTrusted(at: now)),
      "verdict": .string(report.clock.verdict(at: now).rawValue),
      "kernel_synchronised": .bool(now.kernelSynchronised),
      "cloud_time": .text(report.clock.cloudTime(at: now)?.time.iso8601),
      "offset_seconds": .real(report.clock.offset(at: now).map { tenths($0) }),
      "reader_offset_seconds": .real(reader.map { thousandths($0.offset) }),
      "reader_offset_uncertainty_seconds": .real(reader.map { thousandths($0.uncertainty) }),
      "reader_measured_at": .text(reader.map { now.label($0.at).iso8601 }),
    ]
  }

  private static func thousandths(_ span: Duration) -> Double { Double(span.wholeMilliseconds) / 1000 }

  private static func tenths(_ span: Duration) -> Double { Double(span.wholeMilliseconds / 100) / 10 }
}

extension Conditions.Condition {
  /// As status and ledger show it.
  func document(at now: Moment) -> JSONValue {
    [
      "event": .string(event.rawValue),
      "severity": .string(event.priority.name),
      "message": .string(message),
      "since": .string(now.label(since).iso8601),
      "repetitions": .integer(Int64(repetitions)),
    ]
  }
}
