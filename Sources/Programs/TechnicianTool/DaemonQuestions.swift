import AgentCore
import Configuration
import ControlSocket
import JSONDocument
import JSONText
import ProgramArguments

/// Asks the daemon over its control socket.
enum DaemonQuestion {
  /// - Parameter timeout: for everything together.
  static func ask(_ request: JSONValue, configuration: String, timeout: Duration = .seconds(5))
    throws(ToolError) -> JSONValue
  {
    let socket: String
    do throws(ConfigurationErrors) {
      let found = try ConfigurationLoader.controlSocket(path: configuration)
      socket = found.path
      if let problems = found.problems {
        Output.complain(
          "one4allctl: the configuration is wrong; a running daemon keeps its own:\n\(problems)")
      }
    } catch { throw .configuration(error) }
    do throws(ControlError) {
      return try ControlClient.ask(path: socket, request, timeout: timeout)
    } catch {
      if case .refused(let reason) = error, reason.hasPrefix("no request '") {
        throw .otherVersion("the daemon does not know what '\(request["request"]?.string ?? "")' is")
      }
      throw .control(error)
    }
  }

  /// Asks for a document of that contract.
  static func ask(
    _ request: JSONValue, schema: String, configuration: String, timeout: Duration = .seconds(5)
  ) throws(ToolError) -> JSONValue {
    let document = try ask(request, configuration: configuration, timeout: timeout)
    try check(document, schema: schema)
    return document
  }

  /// Whether a document is of that contract.
  static func check(_ document: JSONValue, schema: String) throws(ToolError) {
    let found = document["schema"]?.string ?? "nothing that names itself"
    guard found == schema else { throw .otherVersion("the daemon answers with \(found), not \(schema)") }
  }
}

/// `one4allctl status`.
enum StatusCommand {
  static let help = CommandHelp(
    usage: ["one4allctl [--config FILE] status [--json]"],
    summary:
      "How it stands with reader and cloud. The first line says whether all is well,\n"
      + "and so does the exit code; with --json the document alone says it.",
    options: [ToolCommand.configOption, Option("json", help: "the document of docs/status.md instead")],
    sections: [ToolCommand.exitCodes])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let file = ToolCommand.configuration(parsed, configuration)
    let status = try DaemonQuestion.ask(["request": "status"], configuration: file)
    if parsed.has("json") {
      // A program reads the document; that it was had is all the exit code says.
      Output.write(JSONText.write(status, indented: true) + "\n")
      return .success
    }
    try DaemonQuestion.check(status, schema: AgentStatus.schema)
    let page = StatusPage(status, width: TerminalSize.columns)
    Output.write(page.text(isColoured: Output.isColourTerminal))
    return page.isWell ? .success : .failure
  }
}

/// `one4allctl bind`.
enum BindCommand {
  static let help = CommandHelp(
    usage: ["one4allctl [--config FILE] bind"],
    summary:
      "Makes the reader on the line a device of the cloud, whatever was before: after\n"
      + "a person removed the device there, or when it belongs to another reader.",
    options: [ToolCommand.configOption], sections: [ToolCommand.exitCodes])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let file = ToolCommand.configuration(parsed, configuration)
    let answer = try DaemonQuestion.ask(["request": "bind"], configuration: file)
    let reader = answer["serial_number"]?.string ?? "the reader"
    Output.write("\(reader) is being bound; one4allctl status shows what comes of it\n")
    return .success
  }
}

/// `one4allctl check-config`.
enum CheckConfigCommand {
  static let help = CommandHelp(
    usage: ["one4allctl [--config FILE] check-config"],
    summary: "Prints the settings in force with their origin, or all that is wrong with them.",
    options: [ToolCommand.configOption], sections: [ToolCommand.exitCodes])

  static func run(_ words: [String], configuration: String?) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let check = ConfigurationCheck.run(
      path: ToolCommand.configuration(parsed, configuration))
    if check.isFaulty { Output.complain(check.text) } else { Output.write(check.text) }
    return check.isFaulty ? .configuration : .success
  }
}
