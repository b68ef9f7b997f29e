import LinuxSystem
import ProgramArguments

extension Subcommand {
  /// How soon a daemon works that was ended in the middle of a race.
  static let start = Subcommand(
    name: "start", summary: "from the start of one4alld to READY, with many passings waiting",
    help: CommandHelp(
      usage: ["one4all-bench start [--passings N] [--rounds N] [--daemon PATH] [--folder DIR]"],
      summary: """
        Stores N passings that wait for the cloud, and starts the real daemon with them, as its service manager: prints
        the median of the times from the start of the process to READY=1, the slowest, and the most memory that it
        held then (VmRSS), a second later, and at any moment (VmHWM). Reader and cloud are not there.
        """,
      options: [
        Option("passings", argument: "N", help: "waiting passings; default 1000000"),
        Option("rounds", argument: "N", help: "starts; default 7"),
        daemonOption, folderOption,
      ]),
    operands: 0...0,
    run: { arguments, _ throws(BenchmarkError) in
      let passings = try number(arguments, "passings", in: 1...100_000_000) ?? 1_000_000
      let rounds = try number(arguments, "rounds", in: 1...100) ?? 7
      let agent = try RehearsedAgent(arguments)
      try fill(agent.storeFolder, passings)
      var times: [Int64] = []
      var atReady = 0
      var later = 0
      var most = 0
      for _ in 1...rounds {
        // The discard port: nobody listens there.
        times.append(try agent.startDaemon(readerPort: 9))
        atReady = max(atReady, agent.daemon?.residentKiB ?? 0)
        let settled = SystemClock.monotonicNanoseconds + 1_000_000_000
        try agent.wait(seconds: 5, "") { SystemClock.monotonicNanoseconds >= settled }
        later = max(later, agent.daemon?.residentKiB ?? 0)
        most = max(most, agent.daemon?.mostResidentKiB ?? 0)
        agent.stopDaemon()
      }
      times.sort()
      Output.write(
        "start waiting=\(passings) ready-ms=\(milliseconds(times[rounds / 2]))"
          + " slowest-ms=\(milliseconds(times[rounds - 1])) rss-MiB=\(mebibytes(atReady))"
          + " rss-later-MiB=\(mebibytes(later)) rss-peak-MiB=\(mebibytes(most))\n")
    })

  /// Puts waiting passings into a new store.
  static func fill(_ folder: String, _ passings: Int) throws(BenchmarkError) {
    let store = try MeasuredStore(folder: folder)
    defer { store.close() }
    try store.add(passings, batch: 4000)
  }

  static func milliseconds(_ nanoseconds: Int64) -> String {
    Meter.decimal(Double(max(0, nanoseconds)) / 1e6, places: 1)
  }

  static func mebibytes(_ kibibytes: Int) -> String { Meter.decimal(Double(kibibytes) / 1024, places: 1) }
}
