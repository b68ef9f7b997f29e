import LinuxSystem
import ProgramArguments
import Rehearsal
import ZoneDatabase

/// What `one4all-sim reader` was called with.
struct ReaderArguments {
  static let help = CommandHelp(
    usage: ["one4all-sim reader --pty LINK [OPTION]…", "one4all-sim reader --tcp PORT [OPTION]…"],
    summary:
      "A One4All reader on a pty or on a TCP port of 127.0.0.1. The first line on standard output, when it is ready:\n"
      + "  reader: listening on LINK\n  reader: listening on tcp://127.0.0.1:PORT",
    options: [
      Option("pty", argument: "LINK", help: "a pty behind this symbolic link"),
      Option("tcp", argument: "PORT", help: "a TCP port of 127.0.0.1; 0 takes a free one"),
      Option("serial-number", argument: "S", help: "serial number (O4A5-00051)"),
      Option("model", argument: "M", help: "model (One4All 5)"),
      Option("firmware", argument: "V", help: "firmware version (1.1.3.0)"),
      Option("time-zone", argument: "ZONE", help: "zone of its clock (America/Mexico_City)"),
      Option("started", help: "it reads from the beginning"),
      Option("rate", argument: "R", help: "passings a second; it reads from the beginning then"),
      Option("starters", argument: "N", help: "how many chips there are (500)"),
      Option("replay", argument: "FILE", help: "passings from a One4All 5 backup file instead"),
      Option("speed", argument: "X", help: "replays so many times faster than it was (1)"),
      Option("seed", argument: "N", help: "decides chips, antennas, checks and faults (1)"),
      Option("noise", argument: "P", help: "chance of noise before a frame, 0 to 1"),
      Option("cut", argument: "P", help: "chance that a pushed frame is cut off"),
      Option("lose", argument: "P", help: "chance that a pushed frame is lost"),
      Option("baud", argument: "N", help: "bytes leave at this pace; 0 for at once (115200 on a pty)"),
      Option("control", argument: "SOCKET", help: "take commands on this unix socket; see one4all-sim tell"),
      Option("then", argument: "COMMAND", help: "a command to begin with; repeatable"),
      Option("verbose", letter: "v", help: "hosts and their commands on standard error"),
    ],
    sections: [
      .init("Commands", ReaderOrder.commands.map { ($0.syntax, $0.meaning) }),
      .init(
        "Exit codes",
        [
          ("0", "ended by SIGTERM or SIGINT"), ("1", "it could not serve; the message says why"),
          ("64", "the arguments make no sense"), ("65", "the file to replay is no backup file"),
        ]),
    ])

  var settings = SimulatedReader.Settings()
  var port: ReaderPort
  var baud: Int?
  var control: String?
  var commands: [String]
  var isVerbose: Bool
  var replayFile: String?

  init(_ parsed: ParsedArguments) throws(UsageError) {
    if let word = parsed.operands.first { throw UsageError("unexpected argument '\(word)'; see --help") }
    switch (parsed.value("pty"), parsed.value("tcp")) {
    case (let link?, nil): port = .pty(link: link)
    case (nil, let text?):
      guard let number = UInt16(text) else { throw UsageError("--tcp \(text): not a port from 0 to 65535") }
      port = .tcp(port: number)
    case (nil, nil): throw UsageError("--pty LINK or --tcp PORT is missing; see --help")
    case (.some, .some): throw UsageError("--pty or --tcp, not both")
    }
    control = parsed.value("control")
    isVerbose = parsed.has("verbose")
    replayFile = parsed.value("replay")
    var commands: [String] = []
    for (option, command) in [
      ("serial-number", "serial-number"), ("model", "model"), ("firmware", "firmware"), ("noise", "noise"),
      ("cut", "cut"), ("lose", "lose"),
    ] {
      guard let value = parsed.value(option) else { continue }
      do throws(ReaderOrderError) { _ = try ReaderOrder("\(command) \(value)") } catch {
        throw UsageError("--\(option): \(error)")
      }
      commands.append("\(command) \(value)")
    }
    for command in parsed.values("then") {
      do throws(ReaderOrderError) { _ = try ReaderOrder(command) } catch {
        throw UsageError("--then: \(error)")
      }
      commands.append(command)
    }
    self.commands = commands
    if let zone = parsed.value("time-zone") {
      guard ZoneDatabase.exists(zone) else {
        throw UsageError("--time-zone \(zone): no such zone (package tzdata)")
      }
      settings.timeZone = zone
    }
    settings.isStarted = parsed.has("started")
    settings.rate = try Self.number(parsed, "rate", 0...1000) ?? 0
    settings.starters = Int(try Self.number(parsed, "starters", 1...99_999) ?? 500)
    settings.replaySpeed = try Self.number(parsed, "speed", 0.01...10_000) ?? 1
    settings.seed = UInt64(try Self.number(parsed, "seed", 0...1e15) ?? 1)
    let isPty = parsed.value("pty") != nil
    let baud = Int(try Self.number(parsed, "baud", 0...10_000_000) ?? (isPty ? 115_200 : 0))
    self.baud = baud == 0 ? nil : baud
  }

  private static func number(
    _ parsed: ParsedArguments, _ name: String, _ range: ClosedRange<Double>
  ) throws(UsageError) -> Double? {
    guard let text = parsed.value(name) else { return nil }
    guard let value = Double(text), range.contains(value) else {
      throw UsageError("--\(name) \(text): not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
