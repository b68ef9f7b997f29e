import JSONDocument

/// The status for a person: one screen, the answer in the first line.
struct StatusPage {
  /// ANSI colours, when the terminal wants them.
  private enum Colour: String {
    case good = "32"
    case bad = "31"
    case doubtful = "33"
    case faint = "2"
  }

  private let status: JSONValue
  private let isColoured: Bool
  private static let width = 78

  init(_ status: JSONValue, isColoured: Bool) {
    self.status = status
    self.isColoured = isColoured
  }

  /// The page, ending in a newline.
  var text: String {
    var lines = [headline, "", readerLine]
    lines += [details(reader)].filter { !$0.isEmpty }
    lines += [cloudLine]
    if let error = status["cloud"]?["last_error"]?.string { lines.append(cut("          " + error)) }
    lines += [""] + fieldLines + ["", countsLine, framesLine]
    let shown = conditions.prefix(4)
    if !shown.isEmpty { lines.append("") }
    for condition in shown { lines.append(cut(conditionLine(condition))) }
    if conditions.count > shown.count { lines.append("  … and \(conditions.count - shown.count) more") }
    return lines.joined(separator: "\n") + "\n"
  }

  private var reader: JSONValue { status["reader"] ?? .null }
  private var conditions: [JSONValue] { status["conditions"]?.array ?? [] }

  private var headline: String {
    let summary = status["summary"]?.string ?? ""
    if status["well"]?.bool == true { return paint("All is well: \(summary)", .good) }
    return paint("Not well: \(summary)", .bad)
  }

  private var readerLine: String {
    let state = word(reader["state"])
    var line =
      "Reader    " + paint(state, state == "connected" ? .good : .bad) + " on \(word(reader["port"]))"
    if let device = reader["device"]?.string, device != reader["port"]?.string { line += " (\(device))" }
    return line
  }

  private func details(_ reader: JSONValue) -> String {
    guard let serial = reader["serial_number"]?.string else {
      return reader["reason"]?.string.map { cut("          \($0)") } ?? ""
    }
    var lines = ["          \(serial), \(word(reader["model"])), firmware \(word(reader["firmware"]))"]
    var power: [String] = []
    if let percent = reader["battery_percent"]?.integer { power.append("battery \(percent) %") }
    if let volts = reader["battery_volts"]?.number { power.append("\(volts) V") }
    if let mains = reader["mains_power"]?.bool { power.append(mains ? "mains" : "no mains") }
    if let degrees = reader["temperature_celsius"]?.number { power.append("\(degrees) °C") }
    if let antennas = reader["antennas"]?.array {
      power.append("antennas " + antennas.compactMap { $0.integer.map(String.init) }.joined(separator: " "))
    }
    if !power.isEmpty { lines.append("          " + power.joined(separator: ", ")) }
    let file = reader["session_file"]?.string ?? "no session file"
    lines.append(
      "          \(file), clock \(word(reader["time_zone"])), last frame \(word(reader["last_frame_at"]).dropFirst(11))"
    )
    if let reason = reader["reason"]?.string { lines.append("          \(reason)") }
    return lines.map(cut).joined(separator: "\n")
  }

  private var cloudLine: String {
    let cloud = status["cloud"] ?? .null
    let state = word(cloud["state"])
    let colour: Colour =
      state == "ok"
      ? .good : ["unverified", "verifying", "binding", "waiting"].contains(state) ? .doubtful : .bad
    var line = "Cloud     " + paint(state, colour)
    if let deviceid = cloud["deviceid"]?.string { line += ", device \(deviceid.prefix(12))…" }
    if let at = cloud["last_heartbeat_at"]?.string { line += ", heartbeat \(at)" }
    return line
  }

  private var fieldLines: [String] {
    let fields = status["device"]?["fields"]?.array ?? []
    guard !fields.isEmpty else { return ["Device    nothing to compare yet"] }
    let rows = fields.map { field -> String in
      let name = padded(word(field["name"]), 14)
      let cells = padded(field["reader"]?.string ?? "-", 26) + (field["cloud"]?.string ?? "-")
      switch field["agrees"]?.bool {
      case true?: return cut("  \(name)\(cells)")
      case false?: return paint(cut("! \(name)\(cells)"), .bad)
      case nil: return paint(cut("? \(name)\(cells)"), .faint)
      }
    }
    return [paint("  " + padded("", 14) + padded("reader", 26) + "cloud", .faint)] + rows
  }

  private var countsLine: String {
    let counts = status["passings"]?.object?.members.map { "\($0.value.integer ?? 0) \($0.name)" } ?? []
    return cut("Passings  " + counts.joined(separator: ", "))
  }

  private var framesLine: String {
    let counts = status["frames"]?.object?.members.map { "\($0.value.integer ?? 0) \($0.name)" } ?? []
    return cut("Frames    " + counts.joined(separator: ", "))
  }

  private func conditionLine(_ condition: JSONValue) -> String {
    let since = word(condition["since"]).dropFirst(11).prefix(8)
    let again = condition["repetitions"]?.integer ?? 0
    return "\(since) \(word(condition["message"]))" + (again > 0 ? " (\(again + 1) times)" : "")
  }

  private func word(_ value: JSONValue?) -> String { value?.string ?? "unknown" }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private func cut(_ line: String) -> String {
    line.count <= StatusPage.width ? line : line.prefix(StatusPage.width - 1) + "…"
  }

  private func paint(_ text: String, _ colour: Colour) -> String {
    isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}
