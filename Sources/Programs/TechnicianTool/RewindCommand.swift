import AgentCore
import JSONDocument
import One4AllProtocol
import ProgramArguments
import ZoneDatabase

/// `one4allctl rewind`.
enum RewindCommand {
  static let help = CommandHelp(
    usage: ["one4allctl [--config FILE] rewind FROM TO [--time-zone ZONE] [--dry-run]"],
    summary:
      "Sends the passings of a time range to the cloud again, those at FROM and at TO\n"
      + "included. The cloud drops what it has already. Times are written\n"
      + "YYYY-MM-DDTHH:MM[:SS[.mmm]]: by the reader's clock, or in UTC with a Z behind.",
    options: [
      ToolCommand.configOption,
      Option("time-zone", argument: "ZONE", help: "zone of times without Z; default the reader's"),
      Option("dry-run", letter: "n", help: "only say how many there are"),
    ],
    sections: [ToolCommand.exitCodes])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help, operands: 2...2) else { return .success }
    let file = ToolCommand.configuration(parsed, configuration)
    let given = parsed.value("time-zone")
    if let given, !ZoneDatabase.exists(given) {
      throw .usage("there is no time zone '\(given)'; names are like Europe/Madrid")
    }
    var zone = given
    if zone == nil, parsed.operands.contains(where: { TimeArgument($0)?.isLocal ?? false }) {
      let status = try DaemonQuestion.ask(["request": "status"], configuration: file)
      zone = status["reader"]?["time_zone"]?.string
    }
    let from = try moment(parsed.operands[0], zone: zone, isEnd: false)
    let to = try moment(parsed.operands[1], zone: zone, isEnd: true)
    guard from <= to else { throw .usage("FROM is after TO") }
    let answer = try DaemonQuestion.ask(
      [
        "request": "rewind", "from": .string(from.iso8601), "to": .string(to.iso8601),
        "dry_run": .bool(parsed.has("dry-run")),
      ], configuration: file)
    return try WorkProgress(configuration: file).finish(answer)
  }

  private static func moment(_ text: String, zone: String?, isEnd: Bool) throws(ToolError) -> WallTime {
    guard let time = TimeArgument(text) else {
      throw .usage("'\(text)' is no time; write 2026-05-17T09:30, or 2026-05-17T07:30:00Z for UTC")
    }
    let milliseconds = isEnd ? time.last : time.first
    guard time.isLocal else { return WallTime(milliseconds: milliseconds) }
    guard let zone else {
      throw .usage("the reader's time zone is not known: name one by --time-zone, or write times in UTC")
    }
    switch ZoneDatabase.utc(local: milliseconds, zone: zone) {
    case .once(let utc): return WallTime(milliseconds: utc)
    // All that the reading may mean lies in the range.
    case .twice(let earlier, let later): return WallTime(milliseconds: isEnd ? later : earlier)
    case .never(let jump, _): return WallTime(milliseconds: jump)
    case nil: throw .usage("there is no time zone '\(zone)' in this machine's database")
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
