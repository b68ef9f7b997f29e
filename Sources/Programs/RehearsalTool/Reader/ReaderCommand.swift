import Glibc
import LinuxSystem
import ProgramArguments
import Rehearsal

/// `one4all-sim reader`.
enum ReaderCommand {
  static func run(_ arguments: [String]) -> Int32 {
    var wanted: ReaderArguments
    do throws(UsageError) {
      let parsed = try OptionParser.parse(arguments, options: ReaderArguments.help.options)
      if parsed.has("help") {
        Output.write(ReaderArguments.help.text)
        return ExitCode.success.rawValue
      }
      wanted = try ReaderArguments(parsed)
    } catch {
      complain("\(error)")
      return ExitCode.usage.rawValue
    }
    do {
      try wanted.readReplay()
      try serve(wanted)
      return ExitCode.success.rawValue
    } catch let error as ReaderBackupError {
      complain("\(wanted.replayPath ?? ""): \(error)")
      return ExitCode.dataError.rawValue
    } catch {
      complain("\(error)")
      return ExitCode.failure.rawValue
    }
  }

  private static func serve(_ wanted: ReaderArguments) throws(SystemError) {
    let signals = try SignalReader([SIGTERM, SIGINT])
    let service = try ReaderService(
      wanted.settings, on: wanted.line, baud: wanted.baud, control: wanted.control, script: wanted.script,
      log: wanted.isVerbose ? note : nil)
    Output.write("reader: listening on \(service.address)\n")
    try service.run(until: signals.descriptor)
  }

  @Sendable private static func note(_ line: String) { Output.complain("reader: \(line)\n") }

  private static func complain(_ text: String) { Output.complain("one4all-sim reader: \(text)\n") }
}
