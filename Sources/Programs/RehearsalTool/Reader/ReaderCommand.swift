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
    if let file = wanted.replayFile {
      do {
        let text = String(decoding: try Files.read(file, limit: 1 << 30), as: UTF8.self)
        wanted.settings.replay = try ReplayedPassing.read(text)
      } catch {
        complain("\(file): \(error)")
        return ExitCode.dataError.rawValue
      }
    }
    do throws(SystemError) {
      try serve(wanted)
      return ExitCode.success.rawValue
    } catch {
      complain("\(error)")
      return ExitCode.failure.rawValue
    }
  }

  private static func serve(_ wanted: ReaderArguments) throws(SystemError) {
    let signals = try SignalReader([SIGTERM, SIGINT])
    var log: ((String) -> Void)?
    if wanted.isVerbose { log = { line in note(line) } }
    let service = try ReaderService(wanted.settings, port: wanted.port, baud: wanted.baud, note: log)
    var channel: ControlChannel?
    if let path = wanted.control { channel = try ControlChannel(path: path) }
    var answers = ["listening on \(service.address)"]
    for command in wanted.commands {
      let answer = service.tell(command)
      if answer != "ok" { answers.append(answer) }
    }
    for answer in answers { Output.write("reader: \(answer)\n") }
    var poll = Poll()
    while true {
      if try signals.next() != nil { return }
      poll.removeAll()
      poll.add(signals.descriptor, .read)
      channel?.register(in: &poll)
      service.register(in: &poll)
      try poll.wait(milliseconds: service.waitMilliseconds)
      channel?.serve(after: poll) { command in service.tell(command) }
      service.turn()
    }
  }

  private static func note(_ line: String) { Output.complain("reader: \(line)\n") }

  private static func complain(_ text: String) { Output.complain("one4all-sim reader: \(text)\n") }
}
