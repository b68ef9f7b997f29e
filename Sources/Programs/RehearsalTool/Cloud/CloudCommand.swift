import Glibc
import HTTPServer
import LinuxSystem
import ProgramArguments
import Rehearsal

/// `one4all-sim cloud`.
enum CloudCommand {
  static func run(_ arguments: [String]) -> Int32 {
    let wanted: CloudArguments
    do throws(UsageError) {
      let parsed = try OptionParser.parse(arguments, options: CloudArguments.help.options)
      if parsed.has("help") {
        Output.write(CloudArguments.help.text)
        return ExitCode.success.rawValue
      }
      wanted = try CloudArguments(parsed)
    } catch {
      complain("\(error)")
      return ExitCode.usage.rawValue
    }
    do {
      try serve(wanted)
      return ExitCode.success.rawValue
    } catch {
      complain("\(error)")
      return ExitCode.failure.rawValue
    }
  }

  private static func serve(_ wanted: CloudArguments) throws {
    let signals = try SignalReader([SIGTERM, SIGINT])
    let tls = try wanted.readCertificate()
    let service = try CloudService(
      wanted.settings, port: wanted.port, tls: tls, log: wanted.isVerbose ? note : nil)
    defer { service.stop() }
    var channel: ControlChannel?
    if let path = wanted.control { channel = try ControlChannel(path: path) }
    let answers = wanted.commands.map { service.tell($0) }
    Output.write("cloud: listening on \(service.url)\n")
    if wanted.usesDefaultKey {
      Output.write("cloud: no --key given; the key is \(CloudArguments.defaultKey) (READ_WRITE)\n")
    }
    for answer in answers { Output.write("cloud: \(answer)\n") }
    var poll = Poll()
    while true {
      if !signals.takeAll().isEmpty { return }
      poll.removeAll()
      poll.add(signals.descriptor, .read)
      channel?.register(in: &poll)
      try poll.wait(milliseconds: -1)
      channel?.serve(after: poll) { command in service.tell(command) }
    }
  }

  @Sendable private static func note(_ line: String) { Output.complain("cloud: \(line)\n") }

  private static func complain(_ text: String) { Output.complain("one4all-sim cloud: \(text)\n") }
}
