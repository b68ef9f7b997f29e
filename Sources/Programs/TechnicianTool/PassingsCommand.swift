import AgentCore
import Glibc
import JSONDocument
import JSONText
import ProgramArguments

/// `one4allctl passings`.
enum PassingsCommand {
  static let help = CommandHelp(
    usage: [
      "one4allctl [--config FILE] passings [--session FILE] [--last N] [-f]",
      "one4allctl [--config FILE] passings --rejected [--session FILE]",
    ],
    summary:
      "Shows stored passings of a session file, by number: by default the last 20 of\n"
      + "the reader's current file.",
    options: [
      ToolCommand.configOption,
      Option("session", letter: "s", argument: "FILE", help: "the session file; default the current one"),
      Option("last", letter: "n", argument: "N", help: "so many of the last ones; `all` for all"),
      Option("follow", letter: "f", help: "go on with those that come, until Ctrl-C"),
      Option("rejected", help: "only those that the cloud refused, and why"),
      Option("json", help: "one JSON object a line instead"),
    ],
    sections: [ToolCommand.exitCodes])

  /// How often new ones are looked for, microseconds.
  private static let pause: UInt32 = 250_000

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let isRejected = parsed.has("rejected")
    if isRejected && parsed.has("follow") { throw .usage("--rejected and --follow do not go together") }
    var listing = Listing(
      configuration: ToolCommand.configuration(parsed, configuration), session: parsed.value("session"),
      isRejected: isRejected, table: PassingTable(isJSON: parsed.has("json")))
    if let last = try count(parsed.value("last"), whenAbsent: isRejected ? nil : 20) {
      try listing.showLast(last)
    } else {
      try listing.showRest()
    }
    while parsed.has("follow") {
      usleep(pause)
      try listing.showRest()
    }
    return .success
  }

  private static func count(_ text: String?, whenAbsent count: Int?) throws(ToolError) -> Int? {
    guard let text else { return count }
    if text == "all" { return nil }
    guard let count = Int(text), 1...PassingDocument.limit ~= count else {
      throw .usage("--last takes a number from 1 to \(PassingDocument.limit), or all; not '\(text)'")
    }
    return count
  }
}

/// Asks for passings page by page, and shows them.
private struct Listing {
  let configuration: String
  let session: String?
  let isRejected: Bool
  let table: PassingTable
  /// The highest number that was shown, and its file.
  private var shown: (file: String, number: Int64)?
  private var hasHead = false

  init(configuration: String, session: String?, isRejected: Bool, table: PassingTable) {
    self.configuration = configuration
    self.session = session
    self.isRejected = isRejected
    self.table = table
  }

  mutating func showLast(_ count: Int) throws(ToolError) {
    show(try ask(["last": .integer(Int64(count))]))
  }

  /// All behind those that were shown.
  mutating func showRest() throws(ToolError) {
    while true {
      var page = try ask(["after": .integer(shown?.number ?? 0)])
      // Another file is current now: it is shown from its beginning.
      if session == nil, let shown, page["file"]?.string != shown.file {
        self.shown = nil
        page = try ask(["after": 0])
      }
      show(page)
      guard page["more"]?.bool == true else { return }
    }
  }

  private func ask(_ members: JSONValue) throws(ToolError) -> JSONValue {
    var request = JSONObject(members.object?.members ?? [])
    request["request"] = "passings"
    if let session { request["file"] = .string(session) }
    if isRejected { request["rejected"] = true }
    return try DaemonQuestion.ask(
      .object(request), schema: PassingDocument.schema, configuration: configuration)
  }

  private mutating func show(_ page: JSONValue) {
    let passings = page["passings"]?.array ?? []
    let file = page["file"]?.string ?? ""
    var text = ""
    if shown?.file != file {
      if !table.isJSON { text += table.title(file: file, serialNumber: page["serial_number"]?.string ?? "") }
      shown = (file, shown?.file == file ? shown?.number ?? 0 : 0)
    }
    if !hasHead && !table.isJSON && !passings.isEmpty {
      text += table.head(isRejected: isRejected)
      hasHead = true
    }
    for passing in passings {
      text += table.row(passing, isRejected: isRejected)
      shown = (file, max(shown?.number ?? 0, passing["number"]?.integer ?? 0))
    }
    if passings.isEmpty && !hasHead && !table.isJSON {
      text += isRejected ? "none was refused\n" : "none is stored yet\n"
      hasHead = true
    }
    Output.write(text)
  }
}

/// Passings as lines.
struct PassingTable {
  let isJSON: Bool

  func title(file: String, serialNumber: String) -> String {
    TerminalText.safe("\(file) of reader \(serialNumber)") + "\n"
  }

  func head(isRejected: Bool) -> String {
    line("number", "chip", "reader's clock", "UTC", "ant", "reads")
      + (isRejected ? "why\n" : "cloud\n")
  }

  func row(_ passing: JSONValue, isRejected: Bool) -> String {
    if isJSON { return JSONText.write(passing) + "\n" }
    func text(_ name: String) -> String { passing[name]?.string ?? "?" }
    func number(_ name: String) -> String { passing[name]?.integer.map { "\($0)" } ?? "?" }
    let last = isRejected ? text("reason") : state(passing)
    // The date stands with the local time; of UTC the time alone fits the width.
    let utc = text("utc").split(separator: "T").last.map { String($0.dropLast()) } ?? "?"
    return line(number("number"), text("chip"), text("local"), utc, number("antenna"), number("reads"))
      + TerminalText.safe(last) + "\n"
  }

  private func state(_ passing: JSONValue) -> String {
    let state = passing["state"]?.string ?? "?"
    return state == "waiting" && passing["trust"]?.string == "unconfirmed" ? "unconfirmed" : state
  }

  private func line(
    _ number: String, _ chip: String, _ local: String, _ utc: String, _ antenna: String, _ reads: String
  ) -> String {
    LedgerPage.right(number, 7) + "  " + TerminalText.cell(chip, 9) + TerminalText.cell(local, 25)
      + TerminalText.cell(utc, 14) + LedgerPage.right(antenna, 3) + LedgerPage.right(reads, 6) + "  "
  }
}
