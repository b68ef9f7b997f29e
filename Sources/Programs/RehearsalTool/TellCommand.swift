import LinuxSystem
import ProgramArguments

/// `one4all-sim tell`: one command to a running part, and its answer on standard output.
enum TellCommand {
  private static let help = CommandHelp(
    usage: ["one4all-sim tell SOCKET COMMAND…"],
    summary: "Gives a running reader or cloud a command over its control socket and shows the answer.",
    sections: [
      .init(
        "Examples",
        [
          ("one4all-sim tell /run/cloud.sock fail 503 until ok", "the cloud fails from now on"),
          ("one4all-sim tell /run/cloud.sock ok", "it works again"),
          ("one4all-sim tell /run/cloud.sock help", "the commands that it knows"),
        ]),
      .init(
        "Exit codes",
        [
          ("0", "done"), ("1", "refused; the answer says why"), ("64", "the arguments make no sense"),
          ("69", "nobody answers at the socket"),
        ]),
    ])

  static func run(_ arguments: [String]) -> Int32 {
    let parsed: ParsedArguments
    do {
      parsed = try OptionParser.parse(arguments, options: help.options, stopAtOperand: true)
    } catch {
      Output.complain("one4all-sim tell: \(error)\n")
      return ExitCode.usage.rawValue
    }
    if parsed.has("help") {
      Output.write(help.text)
      return ExitCode.success.rawValue
    }
    guard let path = parsed.operands.first, parsed.operands.count >= 2 else {
      Output.complain("one4all-sim tell: needs a socket and a command; see --help\n")
      return ExitCode.usage.rawValue
    }
    let command = parsed.operands.dropFirst().joined(separator: " ")
    do {
      let answer = try ControlClient.tell(command, at: path)
      Output.write(answer + "\n")
      return answer.hasPrefix(ControlChannel.refusal(""))
        ? ExitCode.failure.rawValue : ExitCode.success.rawValue
    } catch {
      Output.complain("one4all-sim tell: \(error)\n")
      return ExitCode.unavailable.rawValue
    }
  }
}
