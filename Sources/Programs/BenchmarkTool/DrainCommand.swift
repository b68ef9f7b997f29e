import AgentStore
import LinuxSystem
import ProgramArguments

extension Subcommand {
  /// How soon a backlog is gone.
  static let drain = Subcommand(
    name: "drain", summary: "many waiting passings, brought to a simulated cloud",
    help: CommandHelp(
      usage: ["one4all-bench drain [--passings N] [--daemon PATH] [--folder DIR]"],
      summary: """
        Stores N passings that wait for the cloud, and has the real daemon bring them to one4all-sim cloud over HTTP on
        loopback. The time is from READY=1 until the last acknowledgement is on the disk; memory is VmRSS, looked at
        every 20 ms. Ends with exit code 1 when the cloud does not have each passing once.
        """,
      options: [
        Option("passings", argument: "N", help: "waiting passings; default 1000000"),
        daemonOption, folderOption,
      ]),
    operands: 0...0,
    run: { arguments, _ throws(BenchmarkError) in
      let passings = try number(arguments, "passings", in: 1...100_000_000) ?? 1_000_000
      let agent = try RehearsedAgent(arguments)
      try fill(agent.storeFolder, passings)
      try agent.startCloud()
      let port = try agent.startReader(options: ["--serial-number", FieldOfPassings.serialNumber])
      let ready = try agent.startDaemon(readerPort: port)
      let start = SystemClock.monotonicNanoseconds
      let processor = agent.daemon?.processorNanoseconds ?? 0
      let atReady = agent.daemon?.residentKiB ?? 0
      let watch = try StoreWatcher(agent)
      var resident = atReady
      var firstAt: Int64?
      try agent.wait(seconds: 60 + Double(passings) / 1000, "the passings do not reach the cloud") {
        resident = max(resident, agent.daemon?.residentKiB ?? 0)
        let acknowledged = watch.counts().acknowledged
        if firstAt == nil, acknowledged > 0 { firstAt = SystemClock.monotonicNanoseconds }
        return acknowledged >= passings
      }
      let end = SystemClock.monotonicNanoseconds
      let used = (agent.daemon?.processorNanoseconds ?? 0) - processor
      let counts = try agent.cloudCounts()
      agent.stopDaemon()
      let seconds = Double(end - start) / 1e9
      Output.write(
        "drain passings=\(passings) passings/s=\(Meter.decimal(Double(passings) / seconds, places: 0))"
          + " seconds=\(Meter.decimal(seconds, places: 2)) first-ms=\(milliseconds((firstAt ?? end) - start))"
          + " cpu-us/passing=\(Meter.decimal(Double(used) / Double(passings) / 1000, places: 2))"
          + " ready-ms=\(milliseconds(ready)) rss-ready-MiB=\(mebibytes(atReady)) rss-max-MiB=\(mebibytes(resident))"
          + " sessions=\(counts.sessions) connections=\(counts.connections) in-cloud=\(counts.passings)"
          + " sent-again=\(counts.duplicates)\n")
      guard counts.passings == passings, counts.sessions == 1 else {
        throw .wrongResult("the cloud has \(counts.passings) passings in \(counts.sessions) sessions")
      }
    })
}
