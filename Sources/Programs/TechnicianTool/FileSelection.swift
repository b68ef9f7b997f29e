import AgentCore
import ControlSocket
import JSONDocument
import ProgramArguments

/// Which session files a command is about: the one that was named, or all that have something to show.
struct FileSelection {
  let configuration: String
  let session: String?
  let serialNumber: String?

  init(configuration: String, session: String?, serialNumber: String?) {
    self.configuration = configuration
    self.session = session
    self.serialNumber = serialNumber
  }

  /// What `--session` and `--serial-number` say.
  init(_ parsed: ParsedArguments, configuration: String) {
    self.init(
      configuration: configuration, session: parsed.value("session"),
      serialNumber: parsed.value("serial-number"))
  }

  /// A request about them, to which more members may be added.
  func request(_ name: JSONValue) -> JSONObject {
    var request = JSONObject(members)
    request["request"] = name
    return request
  }

  /// A session file as the daemon keys it.
  struct File: Hashable {
    let serialNumber: String
    let name: String
  }

  private var members: [JSONObject.Member] {
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
