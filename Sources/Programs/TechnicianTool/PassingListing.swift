import AgentCore
import JSONDocument
import ProgramArguments

/// Asks for passings page by page, and shows them.
struct PassingListing {
  private let selection: FileSelection
  private let table: PassingTable
  /// The highest number that was shown, and its file.
  private var shown: (file: String, number: Int64)?
  private var hasHead = false

  init(_ selection: FileSelection, _ table: PassingTable) {
    self.selection = selection
    self.table = table
  }

  /// The last ones, so many.
  mutating func showLast(_ count: Int) throws(ToolError) {
    let limit = PassingDocument.limit
    var pages = [try ask(["last": .integer(Int64(min(count, limit)))])]
    var left = count - limit
    // Backwards, until all are there that are wanted, or the file begins.
    while left > 0, let page = pages.last, let rows = page["passings"]?.array, rows.count == limit,
      let lowest = rows.first?["number"]?.integer
    {
      let file = page["file"]?.string ?? ""
      let earlier = try ask(
        ["last": .integer(Int64(min(left, limit))), "before": .integer(lowest)], file: file)
      guard (earlier["passings"]?.array ?? []).allSatisfy({ $0["number"]?.integer ?? 0 < lowest }) else {
        throw .otherVersion("the daemon does not leaf back in a file")
      }
      pages.append(earlier)
      left -= limit
    }
    for page in pages.reversed() { show(page) }
  }

  /// All behind those that were shown.
  mutating func showRest() throws(ToolError) {
    while !Output.isLost {
      var page = try ask(["after": .integer(shown?.number ?? 0)])
      // Another file is current now: it is shown from its beginning.
      if selection.session == nil, let shown, page["file"]?.string != shown.file {
        self.shown = nil
        page = try ask(["after": 0])
      }
      show(page)
      guard page["more"]?.bool == true else { return }
    }
  }

  /// - Parameter file: instead of the one that is wanted, which may be whichever is current.
  private func ask(_ members: JSONValue, file: String? = nil) throws(ToolError) -> JSONValue {
    var request = selection.request("passings")
    for member in members.object?.members ?? [] { request[member.name] = member.value }
    if let file { request["file"] = .string(file) }
    if table.isRejected { request["rejected"] = true }
    return try DaemonQuestion.ask(
      .object(request), schema: PassingDocument.schema, configuration: selection.configuration)
  }

  private mutating func show(_ page: JSONValue) {
    let passings = page["passings"]?.array ?? []
    let file = page["file"]?.string ?? ""
    let serialNumber = page["serial_number"]?.string ?? ""
    var text = ""
    if shown?.file != file {
      if !table.isJSON { text += PassingTable.title(file: file, serialNumber: serialNumber) }
      shown = (file, 0)
    }
    if !hasHead && !table.isJSON && !passings.isEmpty {
      text += table.head
      hasHead = true
    }
    for passing in passings {
      text += table.row(passing, file: file, serialNumber: serialNumber)
      shown = (file, max(shown?.number ?? 0, passing["number"]?.integer ?? 0))
    }
    if passings.isEmpty && !hasHead && !table.isJSON {
      text += table.isRejected ? "none was refused\n" : "none is stored yet\n"
      hasHead = true
    }
    Output.write(text)
  }
}
