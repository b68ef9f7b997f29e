import LinuxSystem
import ProgramArguments
import Rehearsal
import ZoneDatabase

/// What `one4all-sim reader` was called with.
struct ReaderArguments {
  static let help = CommandHelp(
    usage: ["one4all-sim reader --pty LINK [OPTION]…", "one4all-sim reader --tcp PORT [OPTION]…"],
    summary:
      "A One4All reader on a pseudo-terminal or on 127.0.0.1. The first line on standard output, when it is ready:\n"
      + "  reader: listening on LINK\n  reader: listening on tcp://127.0.0.1:PORT",
    options: [
      Option("pty", argument: "LINK", help: "a serial port; LINK becomes a symbolic link to it"),
      Option("tcp", argument: "PORT", help: "a TCP port; 0 takes a free one"),
      Option("baud", argument: "N", help: "bits a second on the line; 0: no limit (pty 115200, TCP 0)"),
      Option("serial-number", argument: "S", help: "its serial number (O4A5-00051)"),
      Option("model", argument: "M", help: "its model (One4All 5)"),
      Option("firmware", argument: "V", help: "its firmware version (1.1.3.0)"),
      Option("time-zone", argument: "ZONE", help: "zone of its wall clock (America/Mexico_City)"),
      Option("started", help: "begin in start mode; --rate and --replay do, too"),
      Option("rate", argument: "R", help: "passings a second while started (1; a replay: its own pace)"),
      Option("starters", argument: "N", help: "chips in the field, 1 to 99999 (2000)"),
      Option(
        "form", argument: "N",
        help: "fields of a passing: 8, 13, or as nobody knows it, up to 20 (8)"),
      Option("free-chips", help: "foreign chips too: codes and chips of all lengths"),
      Option(
        "replay", argument: "FILE",
        help: "the passings of a One4All 5 backup file instead of a field"),
      Option("speed", argument: "X", help: "replay X times faster than its own pace (1)"),
      Option("seed", argument: "N", help: "decides who passes and where faults strike (1)"),
      Option("noise", argument: "P", help: "probability of noise bytes before a frame, 0 to 1"),
      Option("cut", argument: "P", help: "probability that a frame ends early, 0 to 1"),
      Option("lose", argument: "P", help: "probability that a pushed passing is lost, 0 to 1"),
      Option("digit", argument: "P", help: "probability of a stray digit before a pushed passing"),
      Option("garble", argument: "P", help: "probability that bytes of a pushed passing are replaced"),
      Option("join", argument: "P", help: "probability that two pushed passings are run together"),
      Option("flip", argument: "P", help: "probability for each byte that one bit of it is another"),
      Option("mishear", argument: "P", help: "the same for each byte that the reader hears"),
      Option("list-rate", argument: "R", help: "frames a second of lists, pushes in between (0: at once)"),
      Option("control", argument: "SOCKET", help: "take commands on this unix socket; see one4all-sim tell"),
      Option("then", argument: "COMMAND", help: "a command to begin with, or wait SECONDS; repeatable"),
      Option("verbose", letter: "v", help: "what goes over the line, on standard error"),
    ],
    sections: [
      .init("Commands", ReaderService.commands.map { ($0.syntax, $0.meaning) }),
      .init(
        "Examples",
        [
          ("one4all-sim reader --pty /tmp/reader --started --rate 20", "a busy finish line"),
          ("one4all-sim reader --tcp 10002 --control /tmp/reader.sock", "a reader that waits for START"),
          ("one4all-sim tell /tmp/reader.sock unplug", "pull its cable"),
        ]),
      .init(
        "Exit codes",
        [
          ("0", "ended by SIGTERM or SIGINT"), ("1", "it could not serve; the message says why"),
          ("64", "the arguments make no sense"), ("65", "the replay file is no backup file"),
        ]),
    ])

  var settings = ReaderSettings(localClock: ReaderService.localClock)
  let line: ReaderService.Line
  let baud: Int?
  let replayPath: String?
  let control: String?
  let script: ReaderScript
  let isVerbose: Bool

  init(_ parsed: ParsedArguments) throws(UsageError) {
    if let word = parsed.operands.first { throw UsageError("unexpected argument '\(word)'; see --help") }
    line = try ReaderArguments.line(parsed)
    var standardBaud = 0.0
    if case .pseudoTerminal = line { standardBaud = 115_200 }
    let bits = try ReaderArguments.number(parsed, "baud", in: 0...100_000_000) ?? standardBaud
    guard bits == 0 || bits >= 10 else { throw UsageError("--baud: 0, or 10 and more") }
    baud = bits == 0 ? nil : Int(bits)
    replayPath = parsed.value("replay")
    control = parsed.value("control")
    isVerbose = parsed.has("verbose")
    do throws(ReaderOrderError) {
      script = try ReaderScript(parsed.values("then"))
    } catch {
      throw UsageError("--then: \(error)")
    }
    try readIdentity(parsed)
    try readField(parsed)
  }

  /// Reads the replay file into the settings.
  mutating func readReplay() throws {
    guard let replayPath else { return }
    settings.replay = try ReaderBackup.parse(try Files.read(replayPath, limit: 1 << 28))
  }

  private mutating func readIdentity(_ parsed: ParsedArguments) throws(UsageError) {
    if case .serialNumber(let number) = try ReaderArguments.order(parsed, "serial-number") {
      settings.serialNumber = number
    }
    if case .model(let model) = try ReaderArguments.order(parsed, "model") { settings.model = model }
    if case .firmware(let version) = try ReaderArguments.order(parsed, "firmware") {
      settings.firmware = version
    }
    if let zone = parsed.value("time-zone") {
      guard ZoneDatabase.exists(zone) else { throw UsageError("--time-zone \(zone): there is no such zone") }
      settings.timeZone = zone
    }
  }

  private mutating func readField(_ parsed: ParsedArguments) throws(UsageError) {
    settings.rate =
      try ReaderArguments.number(parsed, "rate", in: 0...100_000) ?? (replayPath == nil ? 1 : 0)
    // Whoever asks for passings wants to see some; only START or `start` would bring them otherwise.
    let wantsPassings = replayPath != nil || parsed.has("rate") && settings.rate > 0
    settings.isStarted = parsed.has("started") || wantsPassings
    if let starters = try ReaderArguments.number(parsed, "starters", in: 1...99_999) {
      settings.starters = Int(starters)
    }
    if case .form(let count) = try ReaderArguments.order(parsed, "form") {
      settings.form.fieldCount = count
    }
    settings.form.hasFreeChips = parsed.has("free-chips")
    if let speed = try ReaderArguments.number(parsed, "speed", in: 0.001...1e6) {
      settings.speed = speed
    }
    if let text = parsed.value("seed") {
      guard let seed = UInt64(text) else { throw UsageError("--seed \(text): not a number from 0") }
      settings.seed = seed
    }
    settings.faults.noise = try ReaderArguments.number(parsed, "noise", in: 0...1) ?? 0
    settings.faults.cut = try ReaderArguments.number(parsed, "cut", in: 0...1) ?? 0
    settings.faults.lose = try ReaderArguments.number(parsed, "lose", in: 0...1) ?? 0
    settings.faults.digit = try ReaderArguments.number(parsed, "digit", in: 0...1) ?? 0
    settings.faults.garble = try ReaderArguments.number(parsed, "garble", in: 0...1) ?? 0
    settings.faults.join = try ReaderArguments.number(parsed, "join", in: 0...1) ?? 0
    settings.faults.flip = try ReaderArguments.number(parsed, "flip", in: 0...1) ?? 0
    settings.faults.mishear = try ReaderArguments.number(parsed, "mishear", in: 0...1) ?? 0
    settings.listRate = try ReaderArguments.number(parsed, "list-rate", in: 0...100_000) ?? 0
  }

  private static func line(_ parsed: ParsedArguments) throws(UsageError) -> ReaderService.Line {
    switch (parsed.value("pty"), parsed.value("tcp")) {
    case (let link?, nil):
      guard !link.isEmpty else { throw UsageError("--pty: the link has no name") }
      return .pseudoTerminal(link: link)
    case (nil, let text?):
      guard let port = UInt16(text) else { throw UsageError("--tcp \(text): not a port from 0 to 65535") }
      return .tcp(port: port)
    case (nil, nil): throw UsageError("where? --pty LINK or --tcp PORT; see --help")
    case (.some, .some): throw UsageError("--pty and --tcp: one of them only")
    }
  }

  /// An option that has an order of the same name, with the same rules.
  private static func order(_ parsed: ParsedArguments, _ name: String) throws(UsageError) -> ReaderOrder? {
    guard let value = parsed.value(name) else { return nil }
    do throws(ReaderOrderError) {
      return try ReaderOrder("\(name) \(value)")
    } catch {
      throw UsageError("--\(name): \(error)")
    }
  }

  private static func number(
    _ parsed: ParsedArguments, _ name: String, in range: ClosedRange<Double>
  ) throws(UsageError) -> Double? {
    guard let text = parsed.value(name) else { return nil }
    guard let number = Double(text), range.contains(number) else {
      throw UsageError("--\(name) \(text): not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
