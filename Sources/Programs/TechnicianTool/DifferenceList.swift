import AgentCore
import JSONDocument
import JSONText
import ProgramArguments

/// Where the reader's memory says otherwise than what was stored, for a person or a program.
struct DifferenceList {
  /// Of the commands that show them.
  static let exitCodes = CommandHelp.Section(
    "Exit codes",
    [
      ("0", "nothing is wrong in the cloud"),
      ("1", "something is wrong in the cloud, or the daemon refused"),
      ("64 to 78", "as with other commands: one4allctl --help"),
    ])

  private let configuration: String
  private let file: FileSelection.File
  /// How many there are of the file.
  let count: Int64
  /// How many of them are wrong in the cloud.
  let wrong: Int64
  private let first: JSONValue

  /// Asks for those of a file.
  init(of file: FileSelection.File, configuration: String) throws(ToolError) {
    self.configuration = configuration
    self.file = file
    first = try DifferenceList.page(of: file, skipping: 0, configuration: configuration)
    guard let count = first["count"]?.count, let wrong = first["wrong_in_cloud"]?.count else {
      throw .otherVersion("the daemon does not say how many passings differ")
    }
    self.count = count
    self.wrong = wrong
  }

  /// Hands over the differences, those that are wrong in the cloud first.
  /// - Parameter body: returns whether it wants more.
  func each(_ body: (JSONValue) -> Bool) throws(ToolError) {
    var page = first
    var seen: Int64 = 0
    while true {
      for row in page["differences"]?.array ?? [] {
        seen += 1
        if !body(row) { return }
      }
      guard page["more"]?.bool == true else { return }
      page = try DifferenceList.page(of: file, skipping: seen, configuration: configuration)
    }
  }

  private static func page(
    of file: FileSelection.File, skipping skipped: Int64, configuration: String
  ) throws(ToolError) -> JSONValue {
    try DaemonQuestion.ask(
      [
        "request": "differences", "file": .string(file.name), "serial_number": .string(file.serialNumber),
        "skip": .integer(skipped),
      ], schema: DifferenceDocument.schema, configuration: configuration)
  }

  /// What it comes to, in a line.
  static func headline(count: Int64, wrong: Int64) -> String {
    let passings = count == 1 ? "1 passing differs" : "\(count) passings differ"
    let differ = "\(passings) from the reader's memory"
    guard count > 0 else { return "no passing differs from the reader's memory\n" }
    guard wrong > 0 else { return "\(differ); what the cloud was sent is right\n" }
    return "\(differ); \(wrong) of them WRONG IN THE CLOUD\n"
      + "Correct the results: the cloud does not change what it has.\n"
  }

  /// A difference as a person reads it.
  static func text(_ row: JSONValue) -> String {
    let fields = (row["fields"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
    let memory = row["memory"]?.string
    let isSent = row["sent"]?.bool == true
    let standing =
      if row["wrong_in_cloud"]?.bool == true {
        "WRONG IN THE CLOUD"
      } else if isSent {
        "the cloud has the same time and chip"
      } else if row["kept"]?.bool == true {
        "kept; the cloud does not have it"
      } else {
        memory == nil ? "removed before it was sent" : "corrected before it was sent"
      }
    let what = memory == nil ? "the reader has no such passing" : fields.isEmpty ? "spelling" : fields
    let number = row["number"]?.integer.map { "\($0)" } ?? "?"
    return "  " + TerminalText.safe("\(number): \(what); \(standing)") + "\n"
      + "      heard   " + TerminalText.safe(row["stored"]?.string ?? "?") + "\n"
      + (memory.map { "      memory  " + TerminalText.safe($0) + "\n" } ?? "")
  }

  /// A difference as a line of JSON.
  func line(_ row: JSONValue) -> String {
    var object = JSONObject([
      .init(name: "serial_number", value: .string(file.serialNumber)),
      .init(name: "file", value: .string(file.name)),
    ])
    for member in row.object?.members ?? [] { object[member.name] = member.value }
    return JSONText.write(.object(object)) + "\n"
  }
}
