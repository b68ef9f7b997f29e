import JSONText
import ProgramArguments
import ReaderLine

/// `one4allctl ports`.
enum PortsCommand {
  static let help = CommandHelp(
    usage: ["one4allctl ports [--json]"],
    summary:
      "The serial ports of this machine. Put the by-id name into the configuration: it\n"
      + "stays when the adapter is plugged in elsewhere. Which processes of other users\n"
      + "hold a port shows to root only.",
    options: [Option("json", help: "as JSON")], sections: [ToolCommand.exitCodes])

  static func run(_ words: [String]) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let ports = SerialPorts.list()
    let list = PortList(ports)
    Output.write(parsed.has("json") ? JSONText.write(list.document, indented: true) + "\n" : list.page)
    return .success
  }
}
