import AgentCore
import JSONDocument
import JSONText
import ProgramArguments

/// Frames that are kept and not believed, as lines.
struct DoubtfulTable {
  let isJSON: Bool

  /// Why a frame is not believed, for a person.
  static func words(_ reason: DoubtfulFrame.Reason) -> String {
    switch reason {
    case .jump: "its number is not the next one"
    case .repeated: "its number was there with other content"
    case .denied: "it was never believed, and the reader's memory has no such passing"
    case .time: "its time is before the one in front of it, or far from the host's"
    case .prefix: "its timer code is not that of the reader's chips"
    case .form: "its fields are unlike those of the reader's passings"
    case .fields: "it has neither 8 fields nor 13: firmware that is not known?"
    case .file: "it is not known which session file it is of"
    case .zone: "it is not known which zone the reader's clock shows"
    }
  }

  /// Asks for them, and shows them.
  func show(_ selection: FileSelection) throws(ToolError) {
    let document = try DaemonQuestion.ask(
      .object(selection.request("doubtful")), schema: DoubtfulDocument.schema,
      configuration: selection.configuration)
    let frames = document["frames"]?.array ?? []
    if isJSON {
      Output.write(frames.map { JSONText.write($0) + "\n" }.joined())
      return
    }
    guard !frames.isEmpty else { return Output.write("every frame is believed\n") }
    var title: String?
    for frame in frames {
      func text(_ name: String) -> String? { frame[name]?.string }
      let file = text("file").map {
        PassingTable.title(file: $0, serialNumber: text("serial_number") ?? "?")
      }
      if title == nil { Output.write(line("arrived (UTC)", "reason", "frame")) }
      if file ?? "of no known session file\n" != title {
        title = file ?? "of no known session file\n"
        Output.write(title ?? "")
      }
      let arrived = text("arrived_at").map { String($0.prefix(19)).replacing("T", with: " ") }
      Output.write(line(arrived ?? "?", text("reason") ?? "?", text("raw") ?? "?"))
    }
    let kept = (document["reasons"]?.object?.members ?? []).reduce(0) { $0 + ($1.value.count ?? 0) }
    if frames.count == PassingDocument.limit, kept > frames.count {
      Output.write("older ones are not shown; \(kept) are kept in all\n")
    }
  }

  private func line(_ arrived: String, _ reason: String, _ frame: String) -> String {
    "  " + TerminalText.cell(arrived, 21) + TerminalText.cell(reason, 10) + TerminalText.safe(frame) + "\n"
  }
}
