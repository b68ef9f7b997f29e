import AgentCore
import ControlSocket
import JSONDocument

/// Which session files a command is about: the one that was named, or all that have something to show.
struct FileSelection {
  let configuration: String
  let session: String?
  let serialNumber: String?

  /// A session file as the daemon keys it.
  struct File: Hashable {
    let serialNumber: String
    let name: String
  }

  /// Members of a request that name the session file, where one was named.
  var members: [JSONObject.Member] {
    var members: [JSONObject.Member] = []
    if let session { members.append(.init(name: "file", value: .string(session))) }
    if let serialNumber { members.append(.init(name: "serial_number", value: .string(serialNumber))) }
    return members
  }

  /// The files, in the order of first contact.
  /// - Parameter count: the member of the ledger that is not 0 where there is something to show.
  func files(with count: String) throws(ToolError) -> [File] {
    let ledger = try DaemonQuestion.ask(
      ["request": "ledger"], schema: LedgerDocument.schema, configuration: configuration)
    let known = (ledger["files"]?.array ?? []).filter { row in
      (session == nil || row["file"]?.string == session)
        && (serialNumber == nil || row["serial_number"]?.string == serialNumber)
    }
    if known.isEmpty, session != nil || serialNumber != nil {
      let name = session.map { "session file '\($0)'" } ?? "session file"
      let reader = serialNumber.map { " of reader '\($0)'" } ?? ""
      throw .control(
        .refused(reason: "no \(name)\(reader) is stored; one4allctl ledger shows those that are"))
    }
    return known.compactMap { row in
      guard row[count]?.integer ?? 0 > 0, let name = row["file"]?.string,
        let serialNumber = row["serial_number"]?.string
      else { return nil }
      return File(serialNumber: serialNumber, name: name)
    }
  }
}
