import AgentCore
public import JSONDocument

/// The status for a person: one screen, the answer in its first line.
public struct StatusPage: Sendable {
  /// The most lines: a terminal has 24, and the prompt takes one of them.
  public static let height = 23
  /// The most columns: a terminal has 80.
  public static let width = 79

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
    if isWell { return [TerminalLine("All is well: \(summary)", .good)] }
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
    var first = TerminalLine("Reader    ")
    first.add(state, state == ReaderState.connected.rawValue ? .good : .bad)
    first.add(" on \(reader["port"]?.string ?? "unknown port")")
    if let device = reader["device"]?.string, device != reader["port"]?.string { first.add(" (\(device))") }
    var lines = [first]
    if let serial = reader["serial_number"]?.string {
      let model = reader["model"]?.string ?? "unknown model"
      lines.append(detail("\(serial), \(model), firmware \(reader["firmware"]?.string ?? "unknown")"))
    }
    let power = StatusPage.power(reader)
    if !power.isEmpty { lines.append(detail(power)) }
    if let file = StatusPage.file(reader) { lines.append(detail(file)) }
    if let seen = when(reader["last_frame_at"]) {
      let age = reader["last_frame_age_seconds"]?.number.map { ", \($0) s ago" } ?? ""
      lines.append(detail("last frame \(seen)\(age)"))
    }
    // The reason is mostly told as a condition, below.
    let messages = status["conditions"]?.array?.map { $0["message"]?.string } ?? []
    if let reason = reader["reason"]?.string, !messages.contains(reason) { lines.append(detail(reason)) }
    return lines
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
    if let zone = reader["time_zone"]?.string { words.append("zone \(zone)") }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  private var cloud: [TerminalLine] {
    let cloud = status["cloud"] ?? .null
    let state = cloud["state"]?.string
    var first = TerminalLine("Cloud     ")
    first.add(state ?? "unknown", StatusPage.colour(state.flatMap(CloudState.init)))
    first.add(" at \(cloud["url"]?.string ?? "unknown address")")
    var lines = [first]
    if let deviceid = cloud["deviceid"]?.string { lines.append(detail("device \(deviceid)")) }
    if let beat = when(cloud["last_heartbeat_at"]) {
      let request = cloud["heartbeat_request"]?.string.map { " by \($0)" } ?? ""
      lines.append(detail("reported \(beat)\(request)"))
    }
    if let error = cloud["last_error"]?.string {
      let next = when(cloud["next_attempt_at"]).map { "again \($0): " } ?? ""
      lines.append(detail("\(next)\(error)", .bad))
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
    for member in status["passings"]?.object?.members ?? [] where member.name != "captured" {
      guard let count = member.value.integer, count > 0 else { continue }
      let isBad = ["rejected", "lost", "gaps"].contains(member.name)
      passings.add(", ")
      passings.add("\(count) \(member.name)", isBad ? .bad : nil)
    }
    let count = { (name: String) in status["frames"]?[name]?.integer ?? 0 }
    var frames = TerminalLine("Frames    \(count("passing")) passings, \(count("reply")) replies, ")
    frames.add("\(count("malformed")) malformed", count("malformed") > 0 ? .doubtful : nil)
    frames.add(", \(count("bytes")) bytes")
    return [passings, frames]
  }

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
