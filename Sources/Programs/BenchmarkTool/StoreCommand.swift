import LinuxSystem
import ProgramArguments

extension Subcommand {
  /// Batches of 500, as the intake sends at most.
  private static let batchSize = 500

  /// The store with everything on.
  static let store = Subcommand(
    name: "store", summary: "passings a second into the store, and whether many rows make it slower",
    help: CommandHelp(
      usage: ["one4all-bench store [--rows N] [--small N] [--window N] [--rounds N] [--folder DIR]"],
      summary: """
        Keeps N passings through the store's thread, in batches of 500, one under way at a time, durability and plain
        backup on. Then, in rounds, the same number of passings is added to a new store of few rows and to the large
        one, in turn; the medians and their ratio say what many rows cost. The time is from the request to the answer,
        which comes when the passings are on the disk.

        Takes about 150 bytes of disk a row, in a folder of its own that is removed at the end.
        """,
      options: [
        Option("rows", argument: "N", help: "rows of the large store; default 5000000"),
        Option("small", argument: "N", help: "rows of the small one; default 10000"),
        Option("window", argument: "N", help: "passings that are added in a round; default 50000"),
        Option("rounds", argument: "N", help: "rounds; default 7"),
        folderOption,
      ]),
    operands: 0...0,
    run: { arguments, _ throws(BenchmarkError) in
      let rows = try number(arguments, "rows", in: 1...100_000_000) ?? 5_000_000
      let small = try number(arguments, "small", in: 1...10_000_000) ?? 10_000
      let window = try number(arguments, "window", in: 1...1_000_000) ?? 50_000
      let rounds = try number(arguments, "rounds", in: 1...100) ?? 7
      let scratch = try scratchFolder(arguments)

      let large = try MeasuredStore(folder: scratch.file("large"))
      defer { large.close() }
      let before = Usage.writtenBytes
      let filling = try large.add(rows, batch: batchSize)
      let written = Double(Usage.writtenBytes - before) / Double(rows)
      report(
        "store", rows: rows, filling, of: rows, " written-bytes/passing=\(Meter.decimal(written, places: 0))")

      var few: [Usage] = []
      var many: [Usage] = []
      for round in 1...rounds {
        let folder = scratch.file("small\(round)")
        let store = try MeasuredStore(folder: folder)
        do throws(BenchmarkError) {
          try store.add(small, batch: batchSize)
          few.append(try store.add(window, batch: batchSize))
          store.close()
        } catch {
          store.close()
          throw error
        }
        ScratchFolder.remove(folder)
        many.append(try large.add(window, batch: batchSize))
      }
      let least = median(few)
      let most = median(many)
      report("store-few", rows: small, least, of: window)
      report(
        "store-many", rows: rows, most, of: window,
        " wall-ratio=\(ratio(most.wall, least.wall)) processor-ratio=\(ratio(most.processor, least.processor))"
          + " disk-MB=\(ScratchFolder.size(of: scratch.path) / 1_000_000)")
    })

  static let folderOption = Option(
    "folder", argument: "DIR", help: "where the benchmark makes its folder; default /var/tmp")

  /// A folder on the disk that is to be measured.
  static func scratchFolder(_ arguments: ParsedArguments) throws(BenchmarkError) -> ScratchFolder {
    do throws(SystemError) { return try ScratchFolder(in: arguments.value("folder") ?? "/var/tmp") } catch {
      throw .system(error)
    }
  }

  private static func median(_ usages: [Usage]) -> Usage {
    Usage(
      wall: usages.map(\.wall).sorted()[usages.count / 2],
      processor: usages.map(\.processor).sorted()[usages.count / 2])
  }

  private static func ratio(_ left: Int64, _ right: Int64) -> String {
    Meter.decimal(Double(left) / Double(max(1, right)), places: 2)
  }

  private static func report(_ name: String, rows: Int, _ usage: Usage, of count: Int, _ more: String = "") {
    let rate = Double(count) * 1e9 / Double(max(1, usage.wall))
    Output.write(
      "\(name) rows=\(rows) passings=\(count) passings/s=\(Meter.decimal(rate, places: 0))"
        + " us/passing=\(Meter.decimal(Double(usage.wall) / Double(count) / 1000, places: 2))"
        + " cpu-us/passing=\(Meter.decimal(Double(usage.processor) / Double(count) / 1000, places: 2))\(more)\n"
    )
  }
}
