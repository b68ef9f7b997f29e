import AgentCore
public import JSONDocument

/// The status for a person: one screen, the answer in its first line.
public struct StatusPage: Sendable {
  /// The most lines: a terminal has 24, and the prompt takes one of them.
  public static let height = 23
  /// The most columns: a terminal has 80.
  public static let width = 80

  private let status: JSONValue
  private let width: Int

  /// The page of a document as docs/status.md describes it. What is missing in it shows as unknown.
  /// - Parameter width: columns of the terminal; with fewer than 80 the page is longer than a screen.
  public init(_ status: JSONValue, width: Int = StatusPage.width) {
    self.status = status
    self.width = min(max(width, TerminalText.narrowest), StatusPage.width)
  }

  /// The page, each line ending in a newline.
  /// - Parameter isColoured: whether the terminal wants colours.
  public func text(isColoured: Bool) -> String {
    lines.map { $0.rendered(width: width, isColoured: isColoured) + "\n" }.joined()
  }

  /// Whether all is well.
  public var isWell: Bool { status["well"]?.bool == true }

  /// What can be left out when there is no room, in this order.
  private enum Extra: Int, CaseIterable {
    case frames, readerClock, reported, hold
  }

  private var isNarrow: Bool { width < StatusPage.width }
  /// What stands before details.
  private var margin: String { String(repeating: " ", count: isNarrow ? 2 : 10) }

  private var lines: [TerminalLine] {
    let list = ConditionList(status)
    if isNarrow {
      let all = sections(Set(Extra.allCases)) + (list.isEmpty ? [] : [list.lines(width: width)])
      return Array(
        all.map { $0.flatMap { $0.wrapped(width: width, indent: 4) } }.joined(separator: [TerminalLine()]))
    }
    // What is wrong has two lines at least.
    let most = StatusPage.height - (list.isEmpty ? 0 : 2)
    var extras = Set(Extra.allCases)
    for extra in Extra.allCases where sections(extras).joined().count > most { extras.remove(extra) }
    let sections = sections(extras)
    let length = sections.joined().count
    let listed = list.isEmpty ? [] : list.lines(width: StatusPage.width)
    let all = listed.isEmpty ? sections : sections + [listed]
    // Blank lines go before anything that is wrong does.
    if length + listed.count + all.count - 1 <= StatusPage.height {
      return Array(all.joined(separator: [TerminalLine()]))
    }
    let rest = list.isEmpty ? [] : list.lines(width: StatusPage.width, atMost: StatusPage.height - length)
    return sections.flatMap { $0 } + rest
  }

  private func sections(_ extras: Set<Extra>) -> [[TerminalLine]] {
    [
      headline, reader, cloud(extras) + clock + (extras.contains(.readerClock) ? readerClock : []),
      isNarrow ? DeviceTable(status).list : DeviceTable(status).lines,
      passings + (extras.contains(.hold) ? hold : []) + (extras.contains(.frames) ? frames : []),
    ]
  }

  private var headline: [TerminalLine] {
    let summary = status["summary"]?.string ?? "no summary"
    if isWell {
      // There is a line to spare, as nothing has to be done.
      return TerminalText.wrap("All is well: \(summary)", width: width).prefix(isNarrow ? .max : 2).map {
        TerminalLine($0, .good)
      }
    }
    let advice = status["advice"]?.string ?? "see `journalctl -u one4alld`"
    let parts = TerminalText.wrap(advice, width: width - 2)
    return [TerminalLine("Not well: \(summary)", .bad)]
      + parts.enumerated().map { TerminalLine(($0 == 0 ? "→ " : "  ") + $1) }
  }

  private var reader: [TerminalLine] {
    let reader = status["reader"] ?? .null
    let state = reader["state"]?.string ?? "unknown"
    let isConnected = state == ReaderState.connected.rawValue
    let port = reader["port"]?.string ?? "unknown port"
    var first = TerminalLine("Reader    ")
    first.add(state, isConnected ? .good : .bad)
    if isConnected, let device = reader["device"]?.string, device != port {
      // A by-id name fills the line, and its folder says nothing.
      first.add(" on \(device), \(port.split(separator: "/").last ?? "")")
    } else {
      first.add(" on \(port)")
    }
    var lines = [first]
    if let serial = reader["serial_number"]?.string {
      let model = reader["model"]?.string ?? "unknown model"
      lines.append(detail("\(serial), \(model), firmware \(reader["firmware"]?.string ?? "unknown")"))
    }
    let power = StatusPage.power(reader)
    if !power.isEmpty { lines.append(detail(power)) }
    if let file = file(reader) { lines.append(detail(file)) }
    if let seen = when(reader["last_frame_at"]) {
      let age = StatusPage.age(reader).map { ", \(humanSpan($0)) ago" }
      let zone = reader["time_zone"]?.string.map { "; zone \($0)" }
      lines.append(detail("last frame \(seen)\(age ?? "")\(zone ?? "")"))
    }
    if let reason = reader["reason"]?.string, !messages.contains(reason) { lines.append(detail(reason)) }
    return lines
  }

  private static func age(_ reader: JSONValue) -> Duration? {
    guard let age = reader["last_frame_age_seconds"]?.number, (0...1e9).contains(age) else { return nil }
    return Duration(clampingSeconds: age)
  }

  private static func power(_ reader: JSONValue) -> String {
    var words: [String] = []
    if let percent = reader["battery_percent"]?.integer { words.append("battery \(percent) %") }
    if let volts = reader["battery_volts"]?.number { words.append("\(volts) V") }
    if let mains = reader["mains_power"]?.bool { words.append(mains ? "mains" : "no mains") }
    if let degrees = reader["temperature_celsius"]?.number { words.append("\(degrees) °C") }
    if let antennas = reader["antennas"]?.array {
      let numbers = antennas.compactMap { $0.integer.map(String.init) }
      words.append(numbers.isEmpty ? "no antennas" : "antennas \(numbers.joined(separator: " "))")
    }
    return words.joined(separator: ", ")
  }

  private func file(_ reader: JSONValue) -> String? {
    var words: [String] = []
    if let reading = reader["reading"]?.bool { words.append(reading ? "reading" : "not reading") }
    if let file = reader["session_file"]?.string {
      // The daemon counts what comes; the reader says its count now and then.
      let counted = when(reader["passings_counted_at"]).map { " at \($0)" } ?? ""
      let count = reader["passings_in_file"]?.integer.map { " with \($0) passings\(counted)" }
      words.append(file + (count ?? ""))
    }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  private func cloud(_ extras: Set<Extra>) -> [TerminalLine] {
    let cloud = status["cloud"] ?? .null
    let state = cloud["state"]?.string
    var first = TerminalLine("Cloud     ")
    first.add(state ?? "unknown", StatusPage.colour(state.flatMap(CloudState.init)))
    first.add(" at \(cloud["url"]?.string ?? "unknown address")")
    var lines = [first]
    if let deviceid = cloud["deviceid"]?.string { lines.append(detail("id \(deviceid)")) }
    if extras.contains(.reported), let beat = when(cloud["last_heartbeat_at"]) {
      let request = cloud["heartbeat_request"]?.string.map { " by \($0)" } ?? ""
      lines.append(detail("reported \(beat)\(request)"))
    }
    if let error = cloud["last_error"]?.string {
      let next = when(cloud["next_attempt_at"]).map { "tried again \($0)" } ?? "failed"
      lines.append(detail(messages.contains(error) ? next : "\(next): \(error)", .bad))
    }
    return lines
  }

  private static func colour(_ state: CloudState?) -> TerminalLine.Colour {
    switch state {
    case .ok: .good
    case .waiting, .binding, .verifying, .unverified: .doubtful
    case .failing, .refused, .clock, .conflict, .unbound, nil: .bad
    }
  }

  /// Told only while the clock is not trusted.
  private var clock: [TerminalLine] {
    guard let clock = status["clock"], clock["trusted"]?.bool == false else { return [] }
    let isSynchronised = clock["kernel_synchronised"]?.bool == true
    var text = "\(isSynchronised ? "" : "not ")synchronised, and not trusted"
    if let offset = clock["offset_seconds"]?.number {
      text += ": \(abs(offset)) s \(offset < 0 ? "behind" : "ahead of") the cloud's"
    }
    var line = TerminalLine("Clock     ")
    line.add(text, .bad)
    return [line]
  }

  /// Told once it was measured.
  private var readerClock: [TerminalLine] {
    guard let offset = status["clock"]?["reader_offset_seconds"]?.number else { return [] }
    let way = offset < 0 ? "behind" : "ahead of"
    var text = "the reader's is \(abs(offset)) s \(way) the host's"
    if let uncertainty = status["clock"]?["reader_offset_uncertainty_seconds"]?.number {
      text += ", within \(uncertainty) s"
    }
    return [TerminalLine("Clock     \(text)")]
  }

  /// Of what can be wrong with passings, what happened to none of them is not told.
  private var passings: [TerminalLine] {
    let count = { (name: String) in status["passings"]?[name]?.integer ?? 0 }
    let sums = ["stored", "acknowledged", "waiting"].map { "\(count($0)) \($0)" }
    var lines = [TerminalLine("Passings  \(sums.joined(separator: ", "))")]
    let troubles: [(String, String, TerminalLine.Colour)] = [
      ("lost", "lost", .bad), ("dropped", "dropped", .bad), ("rejected", "rejected", .bad),
      ("undecided", "to be decided", .bad),
      ("gaps", "to be fetched", .doubtful), ("unconfirmed", "unconfirmed", .doubtful),
      ("doubtful", "doubtful", .faint),
    ]
    var line = TerminalLine(margin)
    var isFirst = true
    for (name, words, colour) in troubles where count(name) > 0 {
      if !isFirst { line.add(", ") }
      line.add("\(count(name)) \(words)", colour)
      isFirst = false
    }
    if !isFirst { lines.append(line) }
    return lines
  }

  /// Why nothing is sent, unless it stands elsewhere.
  private var hold: [TerminalLine] {
    if status["passings"]?["forward"]?.bool == false {
      return [detail("not sent: the configuration says forward = no", .doubtful)]
    }
    guard let hold = status["passings"]?["hold"]?.string, !messages.contains(hold),
      hold != status["cloud"]?["last_error"]?.string
    else { return [] }
    return [detail("not sent now: \(hold)", .bad)]
  }

  private var frames: [TerminalLine] {
    let count = { (name: String) in status["frames"]?[name]?.integer ?? 0 }
    var frames = TerminalLine("Frames    \(count("passing")) passings, \(count("reply")) replies, ")
    frames.add("\(count("malformed")) malformed", count("malformed") > 0 ? .doubtful : nil)
    frames.add(", \(count("bytes")) bytes")
    return [frames]
  }

  /// What the conditions tell already, below.
  private var messages: [String] { status["conditions"]?.array?.compactMap { $0["message"]?.string } ?? [] }

  private func when(_ time: JSONValue?) -> String? {
    time?.string.map { StatusPage.moment($0, now: status["now"]?.string) }
  }

  private func detail(_ text: String, _ colour: TerminalLine.Colour? = nil) -> TerminalLine {
    var line = TerminalLine(margin)
    line.add(text, colour)
    return line
  }

  /// A time in whole seconds; the date only when it is not today's (all in UTC).
  static func moment(_ time: String, now: String?) -> String {
    let parts = time.split(separator: "T")
    guard parts.count == 2 else { return time }
    let clock = "\(parts[1].prefix(8))Z"
    return now?.hasPrefix(parts[0]) == true ? clock : "\(parts[0]) \(clock)"
  }
}
