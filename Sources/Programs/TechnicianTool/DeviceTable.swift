import JSONDocument

/// Reader and cloud side by side. Only what differs stands out.
struct DeviceTable {
  private let device: JSONValue

  init(_ status: JSONValue) { device = status["device"] ?? .null }

  var lines: [TerminalLine] {
    let fields = device["fields"]?.array ?? []
    guard !fields.isEmpty else { return [TerminalLine("Device    nothing to compare yet")] }
    let doubt = device["agrees"]?.isNull == true ? " (not verified)" : ""
    let head = row("  ", "Device", "reader", "cloud\(doubt)")
    return [TerminalLine(head, .faint)]
      + fields.map { field in
        let mark =
          switch field["agrees"]?.bool {
          case true?: "  "
          case false?: "! "
          case nil: "? "
          }
        let text = row(
          mark, field["name"]?.string ?? "unknown", field["reader"]?.string ?? "-",
          field["cloud"]?.string ?? "-")
        return TerminalLine(text, field["agrees"]?.bool == false ? .bad : nil)
      }
  }

  /// The same for few columns: a line each, the cloud's word only where it differs.
  var list: [TerminalLine] {
    let fields = device["fields"]?.array ?? []
    guard !fields.isEmpty else { return lines }
    let doubt = device["agrees"]?.isNull == true ? " (not verified)" : ""
    return [TerminalLine("Device    reader and cloud\(doubt)", .faint)]
      + fields.map { field in
        let name = field["name"]?.string ?? "unknown"
        let reader = field["reader"]?.string ?? "-"
        let cloud = field["cloud"]?.string ?? "-"
        return switch field["agrees"]?.bool {
        case true?: TerminalLine("  \(name): \(cloud)")
        case false?: TerminalLine("! \(name): \(reader), cloud \(cloud)", .bad)
        case nil: TerminalLine("? \(name): \(reader)")
        }
      }
  }

  private func row(_ mark: String, _ name: String, _ reader: String, _ cloud: String) -> String {
    mark + TerminalText.cell(name, 15) + TerminalText.cell(reader, 30) + TerminalText.safe(cloud)
  }
}
