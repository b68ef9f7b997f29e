import AgentCore
import JSONDocument
import One4AllProtocol
import ProgramArguments
import ZoneDatabase

/// `one4allctl resend`.
enum ResendCommand {
  static let help = CommandHelp(
    usage: [
      "one4allctl [--config FILE] resend FROM TO [--session FILE]",
      "           [--serial-number S] [--time-zone ZONE] [--dry-run]",
    ],
    summary:
      "Sends the passings of a time range to the cloud again, those at FROM and at TO\n"
      + "included, also those that the cloud has refused. The cloud drops what it has\n"
      + "already: what is missing there comes back, what is wrong there stays wrong.\n"
      + "What lies in a session that it has closed goes to no other one: it is counted,\n"
      + "and not sent.\n"
      + "Times are written YYYY-MM-DDTHH:MM[:SS[.mmm]]: by the reader's clock, or in UTC\n"
      + "with a Z behind. Its former name, rewind, is taken as well.",
    options: [
      ToolCommand.configOption,
      Option("session", letter: "s", argument: "FILE", help: "only of that session file; default all"),
      Option("serial-number", argument: "S", help: "of whose file; default the newest of that name"),
      Option(
        "time-zone", letter: "z", argument: "ZONE",
        help: "of times without Z, as GMT-06:00; default the reader's"),
      Option("dry-run", letter: "n", help: "only say how many there are"),
    ],
    sections: [
      .init(
        "Exit codes",
        [
          ("0", "they are being sent again"),
          ("1", "none of that range is sent again, or the daemon refused"),
          ("64 to 78", "as with other commands: one4allctl --help"),
        ])
    ])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help, operands: 2...2) else { return .success }
    let file = ToolCommand.configuration(parsed, configuration)
    let selection = FileSelection(parsed, configuration: file)
    if selection.session == nil, selection.serialNumber != nil {
      throw .usage("--serial-number names the reader of --session; name that too")
    }
    let ends = [try time(parsed.operands[0]), try time(parsed.operands[1])]
    var zone: ZoneArgument?
    if let name = parsed.value("time-zone") { zone = try ZoneArgument(name) }
    if zone == nil, ends.contains(where: \.isLocal) {
      zone = try readersZone(file)
      if zone == nil {
        throw .usage(
          "the reader's time zone is not known: name one, e.g. --time-zone Europe/Madrid, or write times in UTC"
        )
      }
    }
    let from = try moment(ends[0], zone: zone, isEnd: false)
    let to = try moment(ends[1], zone: zone, isEnd: true)
    guard from <= to else { throw .usage("FROM is after TO") }
    if zone == nil { zone = try readersZone(file) }
    Output.write("from  \(text(from, zone))\nto    \(text(to, zone))\n")
    var request = selection.request("resend")
    request["from"] = .string(from.iso8601)
    request["to"] = .string(to.iso8601)
    request["dry_run"] = .bool(parsed.has("dry-run"))
    let answer = try DaemonQuestion.ask(.object(request), configuration: file)
    let (code, work) = try WorkProgress(configuration: file).finished(answer)
    guard code == .success else { return code }
    guard work["total"]?.integer == 0 else {
      // What was found may lie in sessions that take no more.
      guard work["done"]?.integer != 0 else { return .failure }
      if !parsed.has("dry-run") { Output.write("The cloud drops what it has, and changes nothing of it.\n") }
      return .success
    }
    if let first = answer["stored_from"]?.string.flatMap(WallTime.init(iso8601:)),
      let last = answer["stored_to"]?.string.flatMap(WallTime.init(iso8601:))
    {
      Output.write("stored are passings\n  from  \(text(first, zone))\n  to    \(text(last, zone))\n")
    } else {
      Output.write("nothing is stored yet\n")
    }
    return .failure
  }

  private static func readersZone(_ configuration: String) throws(ToolError) -> ZoneArgument? {
    let status = try DaemonQuestion.ask(["request": "status"], configuration: configuration)
    return status["reader"]?["time_zone"]?.string.flatMap(ZoneArgument.init(known:))
  }

  /// By the reader's clock where its zone is known, and in UTC.
  private static func text(_ moment: WallTime, _ zone: ZoneArgument?) -> String {
    guard let zone, let local = zone.local(utc: moment.milliseconds),
      let time = LocalDateTime(millisecondsSince1970: local)
    else { return moment.iso8601 }
    return "\(time.dateText) \(time.preciseTimeText) \(zone.name) = \(moment.iso8601)"
  }

  private static func time(_ text: String) throws(ToolError) -> TimeArgument {
    guard let time = TimeArgument(text) else {
      throw .usage("'\(text)' is no time; write 2026-05-17T09:30, or 2026-05-17T07:30:00Z for UTC")
    }
    return time
  }

  private static func moment(
    _ time: TimeArgument, zone: ZoneArgument?, isEnd: Bool
  ) throws(ToolError) -> WallTime {
    let milliseconds = isEnd ? time.last : time.first
    guard time.isLocal, let zone else { return WallTime(milliseconds: milliseconds) }
    switch zone.utc(local: milliseconds) {
    case .once(let utc): return WallTime(milliseconds: utc)
    // All that the reading may mean lies in the range.
    case .twice(let earlier, let later): return WallTime(milliseconds: isEnd ? later : earlier)
    case .never(let jump, _): return WallTime(milliseconds: jump)
    case nil: throw ZoneArgument.unknown(zone.name)
    }
  }
}

/// A time as a person types it; one without seconds means the whole minute.
struct TimeArgument: Equatable {
  /// The first and the last millisecond that it means, since 1970-01-01T00:00:00, in UTC or by a local clock.
  let first: Int64
  let last: Int64
  /// Whether it is by a local clock.
  let isLocal: Bool

  /// nil when it is none.
  init?(_ text: String) {
    let body = text.hasSuffix("Z") ? String(text.dropLast()) : text
    isLocal = !text.hasSuffix("Z")
    switch body.utf8.count {
    case 16:
      guard let time = WallTime(iso8601: body + ":00Z") else { return nil }
      (first, last) = (time.milliseconds, time.milliseconds + 59_999)
    case 19:
      guard let time = WallTime(iso8601: body + "Z") else { return nil }
      (first, last) = (time.milliseconds, time.milliseconds + 999)
    case 20...23:
      guard let time = WallTime(iso8601: body + "Z") else { return nil }
      (first, last) = (time.milliseconds, time.milliseconds)
    default: return nil
    }
  }
}
