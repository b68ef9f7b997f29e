import LinuxSystem
import ProgramArguments

extension Subcommand {
  /// How often the store is looked at; what the measured times may be too long by.
  private static let lookMilliseconds: Int64 = 5
  /// Passings of the first seconds are not counted: the session file is asked for, the cloud session is opened.
  private static let warmUpSeconds: Int64 = 2

  /// From the line to the disk, and to the cloud's confirmation on the disk.
  static let latency = Subcommand(
    name: "latency", summary: "from the reader's line to the disk and to the cloud, and the processor's load",
    help: CommandHelp(
      usage: [
        "one4all-bench latency [--rate R] [--seconds S] [--baud N] [--daemon PATH] [--folder DIR]"
      ],
      summary: """
        Runs one4all-sim reader, one4all-sim cloud and the real daemon between them, and sends R passings a second for S
        seconds, after two to warm up. The benchmark relays the line: a passing's time begins when its bytes go into the
        daemon's socket. Beside the daemon it reads the store every 5 ms, and a passing's time ends at the first look
        that shows it committed, or acknowledged; so the times are up to 5 ms too long, and a passing that was fetched
        later counts from when it was pushed. Passings are taken to be committed and acknowledged in the order of their
        numbers.

        With --rate 0 nothing comes, and only the load is measured.
        """,
      options: [
        Option("rate", argument: "R", help: "passings a second; default 500"),
        Option("seconds", argument: "S", help: "how long; default 20"),
        Option("baud", argument: "N", help: "how fast the line is; default 115200, a serial line's"),
        daemonOption, folderOption,
      ]),
    operands: 0...0,
    run: { arguments, _ throws(BenchmarkError) in
      let rate = try number(arguments, "rate", in: 0...100_000) ?? 500
      let seconds = try number(arguments, "seconds", in: 1...86_400) ?? 20
      let agent = try RehearsedAgent(arguments)
      try agent.startCloud()
      let baud = try number(arguments, "baud", in: 1200...100_000_000) ?? 115_200
      let reader = try agent.startReader(
        options: ["--started", "--starters", "99999", "--baud", "\(baud)"])
      let relay: LineRelay
      do throws(SystemError) { relay = try LineRelay(readerPort: reader) } catch { throw .system(error) }
      defer { relay.stop() }
      try agent.startDaemon(readerPort: relay.port)
      let watch = try StoreWatcher(agent)
      try agent.wait(seconds: 20, "the reader does not become a device") {
        ((try? agent.tell("cloud", "devices")) ?? "").contains(FieldOfPassings.serialNumber)
      }
      if rate > 0 { try agent.tell("reader", "rate \(rate)") }
      var looks = try looking(watch, nanoseconds: warmUpSeconds * 1_000_000_000)
      let first = relay.handedOn.count
      let before = (agent.daemon?.processorNanoseconds ?? 0, SystemClock.monotonicNanoseconds)
      looks += try looking(watch, nanoseconds: Int64(seconds) * 1_000_000_000)
      let after = (agent.daemon?.processorNanoseconds ?? 0, SystemClock.monotonicNanoseconds)
      let load = Double(after.0 - before.0) / Double(after.1 - before.1) * 100
      let resident = agent.daemon?.residentKiB ?? 0
      let last = relay.handedOn.count
      if rate > 0 {
        try agent.tell("reader", "rate 0")
        // The last ones may still be in the reader's line.
        let recorded = try agent.recordedCount()
        looks += try looking(watch, nanoseconds: 10_000_000_000) { counts in
          counts.acknowledged >= recorded
        }
      }
      let counts = try agent.cloudCounts()
      let all = relay.handedOn
      agent.stopDaemon()
      let times = Latencies(looks, handedOn: all, from: first, to: last)
      let reached = Meter.decimal(Double(last - first) / (Double(after.1 - before.1) / 1e9), places: 0)
      Output.write(
        "latency rate=\(rate) reached=\(reached) passings=\(last - first) \(times.committed) \(times.acknowledged)"
          + " cpu-%=\(Meter.decimal(load, places: 2))"
          + " rss-MiB=\(mebibytes(resident)) connections=\(counts.connections) sessions=\(counts.sessions)"
          + " in-cloud=\(counts.passings) sent-again=\(counts.duplicates)\n")
      guard counts.passings == all.count, !all.contains(0) else {
        throw .wrongResult("\(all.count) passings were sent, and the cloud has \(counts.passings)")
      }
    })

  /// Looks at the store for so long, or until it is as wanted.
  private static func looking(
    _ watch: StoreWatcher, nanoseconds: Int64,
    until isEnough: (StoreWatcher.Counts) -> Bool = { _ in false }
  ) throws(BenchmarkError) -> [StoreWatcher.Look] {
    let end = SystemClock.monotonicNanoseconds + nanoseconds
    var looks: [StoreWatcher.Look] = []
    while SystemClock.monotonicNanoseconds < end {
      let counts = watch.counts()
      looks.append(.init(time: SystemClock.monotonicNanoseconds, counts: counts))
      if isEnough(counts) { break }
      pause(milliseconds: Int32(lookMilliseconds))
    }
    return looks
  }
}

/// How long passings took, in milliseconds.
private struct Latencies {
  private(set) var committed = ""
  private(set) var acknowledged = ""

  /// - Parameters:
  ///   - first, last: passings behind the first number and up to the last one count.
  init(_ looks: [StoreWatcher.Look], handedOn: [Int64], from first: Int, to last: Int) {
    committed = Latencies.words("committed", looks, handedOn, first, last) { $0.stored }
    acknowledged = Latencies.words("acknowledged", looks, handedOn, first, last) { $0.acknowledged }
  }

  private static func words(
    _ name: String, _ looks: [StoreWatcher.Look], _ handedOn: [Int64], _ first: Int, _ last: Int,
    _ count: (StoreWatcher.Counts) -> Int
  ) -> String {
    var times: [Int64] = []
    var missing = 0
    var place = 0
    for number in first + 1..<max(first + 1, last + 1) {
      while place < looks.count, count(looks[place].counts) < number { place += 1 }
      if place < looks.count { times.append(looks[place].time - handedOn[number - 1]) } else { missing += 1 }
    }
    times.sort()
    let part = { (share: Double) in
      times.isEmpty
        ? "-" : Subcommand.milliseconds(times[min(times.count - 1, Int(Double(times.count) * share))])
    }
    return "\(name)-p50-ms=\(part(0.5)) \(name)-p99-ms=\(part(0.99)) \(name)-max-ms=\(part(1))"
      + (missing > 0 ? " \(name)-missing=\(missing)" : "")
  }
}
