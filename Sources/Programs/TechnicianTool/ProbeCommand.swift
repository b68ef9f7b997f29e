import AgentCore
import JSONDocument
import JSONText
import LinuxSystem
import One4AllProtocol
import ProgramArguments
import ReaderLine
import ZoneDatabase

/// `one4allctl probe`: who is on a port, without the daemon.
enum ProbeCommand {
  static let help = CommandHelp(
    usage: ["one4allctl probe PORT [--baud-rate N] [--json]"],
    summary:
      "Asks the reader on PORT (/dev/… or tcp://HOST[:PORT]) who it is, how full its\n"
      + "battery is and how far its clock is off. It changes nothing in the reader. While\n"
      + "the daemon has the port, ask it instead: one4allctl status.",
    options: [
      Option("baud-rate", argument: "N", help: "bits per second of a serial port (115200)"),
      Option("json", help: "as JSON"),
    ], sections: [ToolCommand.exitCodes])

  private static let timeout = Duration.seconds(3)

  static func run(_ words: [String]) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help, operands: 1...1) else { return .success }
    guard let address = PortAddress(parsed.operands[0]) else {
      throw .usage("'\(parsed.operands[0])' is no port: /dev/… or tcp://HOST[:PORT]")
    }
    let baud = Int(parsed.value("baud-rate") ?? "115200") ?? 0
    guard baud > 0 else {
      throw .usage("--baud-rate \(parsed.value("baud-rate") ?? ""): not a number of bits per second")
    }
    let findings = try probe(
      LineOptions(address: address, baudRate: baud, dtr: true, rts: true, settleDelay: .milliseconds(200)))
    Output.write(
      parsed.has("json")
        ? JSONText.write(findings.document, indented: true) + "\n" : findings.page)
    return .success
  }

  private static func probe(_ options: LineOptions) throws(ToolError) -> ProbeFindings {
    var dialogue: ReaderDialogue
    do throws(LineFailure) { dialogue = try ReaderDialogue(options) } catch { throw .line(error) }
    var findings = ProbeFindings(port: "\(options.address)", device: dialogue.device)
    do throws(ReaderDialogue.Failure) {
      _ = try dialogue.ask(.ping, timeout: timeout)
      for command in [Command.getProtocol, .getStatus, .readBattery, .getTime] {
        let asked = SystemClock.monotonicNanoseconds
        let reply: Reply
        do throws(ReaderDialogue.Failure) {
          reply = try dialogue.ask(command, timeout: timeout)
        } catch .unanswered {
          // The reader is there: what else it says is still worth having.
          findings.note("\(command.text) was not answered")
          continue
        } catch .unreadable(_, let frame) {
          findings.note("the answer to \(command.text) cannot be read: \(frame.printable())")
          continue
        }
        findings.take(
          command, CommandOutcome(command: command, reply: reply),
          host: ProbeFindings.HostTime(
            milliseconds: SystemClock.wallMilliseconds,
            roundTrip: .nanoseconds(SystemClock.monotonicNanoseconds - asked),
            isSynchronised: SystemClock.isSynchronised))
      }
      return findings
    } catch {
      throw .reader(words(for: error, on: options.address))
    }
  }

  private static func words(for failure: ReaderDialogue.Failure, on address: PortAddress) -> String {
    switch failure {
    case .silent:
      "nothing is heard on \(address): is the reader switched on, are cable and baud rate right?"
    case .foreign(let bytes):
      "what speaks on \(address) is no One4All, or the baud rate is wrong; it said: "
        + MalformedFrame(reason: .unrecognised, raw: bytes).printable()
    case .unanswered(let command): "a reader speaks on \(address), but did not answer \(command.text)"
    case .unreadable(let command, let frame):
      "a reader speaks on \(address), but its answer to \(command.text) cannot be read: \(frame.printable())"
    case .lost(let reason): "\(address): the line was lost: \(reason)"
    }
  }
}
