import JSONDocument
import JSONText

/// Passings as lines.
struct PassingTable {
  let isJSON: Bool
  /// Whether they are those that the cloud refused.
  let isRejected: Bool

  static func title(file: String, serialNumber: String) -> String {
    TerminalText.safe("\(file) of reader \(serialNumber)") + "\n"
  }

  var head: String {
    line("number", "chip", "reader's clock", "UTC", "ant", "reads") + (isRejected ? "why\n" : "cloud\n")
  }

  func row(_ passing: JSONValue, file: String, serialNumber: String) -> String {
    if isJSON {
      var object = JSONObject([
        .init(name: "serial_number", value: .string(serialNumber)),
        .init(name: "file", value: .string(file)),
      ])
      for member in passing.object?.members ?? [] { object[member.name] = member.value }
      return JSONText.write(.object(object)) + "\n"
    }
    let last = isRejected ? passing["reason"]?.string ?? "?" : state(passing)
    return columns(passing) + TerminalText.safe(last) + "\n"
  }

  /// The columns that say what passed when and where.
  func columns(_ passing: JSONValue) -> String {
    func text(_ name: String) -> String { passing[name]?.string ?? "?" }
    func number(_ name: String) -> String { passing[name]?.integer.map { "\($0)" } ?? "?" }
    // The date stands with the local time; of UTC the time alone fits the width.
    let utc = text("utc").split(separator: "T").last.map { String($0.dropLast()) } ?? "?"
    return line(number("number"), text("chip"), text("local"), utc, number("antenna"), number("reads"))
  }

  private func state(_ passing: JSONValue) -> String {
    var state = passing["state"]?.string ?? "?"
    if state == "waiting", passing["stamp"]?.string == "undecided" {
      state = "undecided"
    } else if state == "waiting", passing["trust"]?.string == "unconfirmed" {
      state = "unconfirmed"
    }
    var marks: [String] = []
    if passing["stamp"]?.string == "accepted" { marks.append("clock jumped") }
    if passing["certainty"]?.string?.hasPrefix("assumed") == true { marks.append("hour guessed") }
    return marks.isEmpty ? state : "\(state) (\(marks.joined(separator: ", ")))"
  }

  func line(
    _ number: String, _ chip: String, _ local: String, _ utc: String, _ antenna: String, _ reads: String
  ) -> String {
    LedgerPage.right(number, 7) + "  " + TerminalText.cell(chip, 9) + TerminalText.cell(local, 25)
      + TerminalText.cell(utc, 14) + LedgerPage.right(antenna, 3) + LedgerPage.right(reads, 6) + "  "
  }
}
