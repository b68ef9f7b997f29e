import AgentCore
public import JSONDocument

/// The status for a person: one screen, the answer in its first line.
public struct StatusPage: Sendable {
  /// The most lines: a terminal has 24, and the prompt takes one of them.
  public static let height = 23
  /// The most columns: a terminal has 80.
  public static let width = 80

  private let status: JSONValue

  /// The page of a document as docs/status.md describes it. What is missing in it shows as unknown.
  public init(_ status: JSONValue) { self.status = status }

  /// The page, each line ending in a newline.
  /// - Parameter isColoured: whether the terminal wants colours.
  public func text(isColoured: Bool) -> String {
    lines.map { $0.rendered(width: StatusPage.width, isColoured: isColoured) + "\n" }.joined()
  }

  /// Whether all is well.
  public var isWell: Bool { status["well"]?.bool == true }

  private var lines: [TerminalLine] {
    let sections = [headline, reader, cloud + clock, DeviceTable(status).lines, counts]
    let length = sections.reduce(0) { $0 + $1.count }
    let list = ConditionList(status)
    // Blank lines go before anything that is wrong does.
    let airy = StatusPage.height - length - sections.count
    if list.isEmpty || list.lines(width: StatusPage.width).count <= airy {
      let all = list.isEmpty ? sections : sections + [list.lines(width: StatusPage.width)]
      return Array(all.joined(separator: [TerminalLine()]))
    }
    return sections.flatMap { $0 } + list.lines(width: StatusPage.width, atMost: StatusPage.height - length)
  }

  private var headline: [TerminalLine] {
    let summary = status["summary"]?.string ?? "no summary"
    if isWell {
      // There is a line to spare, as nothing has to be done.
      return TerminalText.wrap("All is well: \(summary)", width: StatusPage.width).prefix(2).map {
        TerminalLine($0, .good)
      }
    }
    return [TerminalLine("Not well: \(summary)", .bad), TerminalLine("→ \(advice)")]
  }

  /// What a person can do: the remedy of the worst thing that has one.
  private var advice: String {
    let events = (status["conditions"]?.array ?? []).compactMap {
      $0["event"]?.string.flatMap(EventName.init)
    }
    if let remedy = events.map(\.remedy).first(where: { !$0.isEmpty }) { return remedy }
    switch status["reader"]?["state"]?.string.flatMap(ReaderState.init) {
    case .opening: return "wait a moment: the reader is being asked who it is"
    case .connected:
      switch status["cloud"]?["state"]?.string.flatMap(CloudState.init) {
      case .waiting, .binding, .verifying: return "wait a moment: the device is being made true in the cloud"
      case .ok, .unverified, .failing, .refused, .clock, .conflict, .unbound, nil: break
      }
    case .absent, .busy, .unusable, .silent, .foreign, nil: break
    }
    return "see `journalctl -u one4alld`"
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
    if let file = StatusPage.file(reader) { lines.append(detail(file)) }
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
    return .milliseconds(Int64(age * 1000))
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

  private static func file(_ reader: JSONValue) -> String? {
    var words: [String] = []
    if let reading = reader["reading"]?.bool { words.append(reading ? "reading" : "not reading") }
    if let file = reader["session_file"]?.string {
      words.append(file + (reader["passings_in_file"]?.integer.map { " with \($0) passings" } ?? ""))
    }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  private var cloud: [TerminalLine] {
    let cloud = status["cloud"] ?? .null
    let state = cloud["state"]?.string
    var first = TerminalLine("Cloud     ")
    first.add(state ?? "unknown", StatusPage.colour(state.flatMap(CloudState.init)))
    first.add(" at \(cloud["url"]?.string ?? "unknown address")")
    var lines = [first]
    if let deviceid = cloud["deviceid"]?.string { lines.append(detail("id \(deviceid)")) }
    if let beat = when(cloud["last_heartbeat_at"]) {
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
    var text = "not synchronised, and not trusted"
    if let offset = clock["offset_seconds"]?.number {
      text += ": \(abs(offset)) s \(offset < 0 ? "behind" : "ahead of") the cloud's"
    }
    var line = TerminalLine("Clock     ")
    line.add(text, .bad)
    return [line]
  }

  /// Of the passings, what happened to none of them is not told.
  private var counts: [TerminalLine] {
    var passings = TerminalLine("Passings  ")
    let captured = status["passings"]?["captured"]?.integer ?? 0
    passings.add("\(captured) captured")
    for name in ["lost", "gaps", "rejected", "waiting", "stored", "acknowledged"] {
      guard let count = status["passings"]?[name]?.integer, count > 0 else { continue }
      let isBad = ["lost", "gaps", "rejected"].contains(name)
      passings.add(", ")
      passings.add("\(count) \(name)", isBad ? .bad : nil)
    }
    let count = { (name: String) in status["frames"]?[name]?.integer ?? 0 }
    var frames = TerminalLine("Frames    \(count("passing")) passings, \(count("reply")) replies, ")
    frames.add("\(count("malformed")) malformed", count("malformed") > 0 ? .doubtful : nil)
    frames.add(", \(count("bytes")) bytes")
    return [passings, frames]
  }

  /// What the conditions tell already, below.
  private var messages: [String] { status["conditions"]?.array?.compactMap { $0["message"]?.string } ?? [] }

  private func when(_ time: JSONValue?) -> String? {
    time?.string.map { StatusPage.moment($0, now: status["now"]?.string) }
  }

  private func detail(_ text: String, _ colour: TerminalLine.Colour? = nil) -> TerminalLine {
    var line = TerminalLine("          ")
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
