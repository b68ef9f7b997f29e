import TestSupport
import Testing

/// The benchmarks of passings with few of them: that they work and say what they should, not how fast it is.
@Suite(.serialized) struct PassingBenchmarkTests {
  private let bench = Bench()

  @Test func theStoreIsMeasuredSmallAndLarge() throws {
    let lines = try bench.measure(
      "store", "--rows", "1200", "--small", "300", "--window", "500", "--rounds", "3")
    #expect(lines.map { $0["name"] } == ["store", "store-few", "store-many"])
    #expect(lines.map { $0["rows"] } == ["1200", "300", "1200"])
    #expect(lines.map { $0["passings"] } == ["1200", "500", "500"])
    for line in lines {
      let rate = try number(line, "passings/s")
      #expect(rate > 0)
      // Both are rounded.
      #expect(abs(1_000_000 / (try number(line, "us/passing")) / rate - 1) < 0.05)
      #expect(try number(line, "cpu-us/passing") > 0)
    }
    #expect(try number(lines[0], "written-bytes/passing") >= 0)
    #expect(try number(lines[2], "wall-ratio") > 0)
    #expect(try number(lines[2], "processor-ratio") > 0)
    #expect(bench.isTidy)
  }

  @Test func aStartIsMeasuredUntilTheDaemonIsReady() throws {
    let lines = try bench.measure("start", "--passings", "700", "--rounds", "2")
    let line = try #require(lines.first)
    #expect(line["name"] == "start" && line["waiting"] == "700" && lines.count == 1)
    #expect(try number(line, "ready-ms") > 0)
    #expect(try number(line, "slowest-ms") >= number(line, "ready-ms"))
    #expect(try number(line, "rss-MiB") > 1)
    #expect(try number(line, "rss-peak-MiB") >= number(line, "rss-MiB"))
    #expect(bench.isTidy)
  }

  @Test func aBacklogIsDrainedToTheCloud() throws {
    let line = try #require(try bench.measure("drain", "--passings", "1700").first)
    #expect(line["name"] == "drain" && line["passings"] == "1700")
    #expect(line["in-cloud"] == "1700" && line["sessions"] == "1" && line["sent-again"] == "0")
    // A session is opened over a connection of its own, which is kept then.
    #expect(try number(line, "connections") <= 2)
    #expect(try number(line, "passings/s") > 0)
    #expect(try number(line, "rss-max-MiB") >= number(line, "rss-ready-MiB"))
    #expect(bench.isTidy)
  }

  @Test func passingsAreTimedFromTheLineToDiskAndCloud() throws {
    let line = try #require(try bench.measure("latency", "--rate", "50", "--seconds", "1").first)
    #expect(line["name"] == "latency" && line["rate"] == "50")
    let passings = try number(line, "passings")
    #expect(passings > 0)
    #expect(try number(line, "in-cloud") >= passings)
    #expect(line["sessions"] == "1")
    #expect(try number(line, "connections") <= 2)
    #expect(try number(line, "committed-p50-ms") > 0)
    #expect(try number(line, "committed-p99-ms") >= number(line, "committed-p50-ms"))
    #expect(try number(line, "acknowledged-p50-ms") > number(line, "committed-p50-ms"))
    #expect(try number(line, "cpu-%") > 0)
    #expect(bench.isTidy)
  }

  @Test func withoutPassingsOnlyTheLoadIsMeasured() throws {
    let line = try #require(try bench.measure("latency", "--rate", "0", "--seconds", "1").first)
    #expect(line["passings"] == "0" && line["in-cloud"] == "0")
    #expect(try number(line, "cpu-%") >= 0)
  }

  @Test(
    arguments: [
      (["store", "--rows", "0"], 64, "--rows wants a number"),
      (["start", "--daemon", "/nowhere/one4alld"], 66, "run /nowhere/one4alld: No such file"),
      (["drain", "--folder", "/nowhere/at/all"], 66, "mkdtemp /nowhere/at/all: No such file"),
      (["latency", "--rate", "-3"], 64, "--rate wants a number"),
    ] as [([String], Int32, String)])
  func whatCannotBeMeasuredIsSaid(_ words: [String], _ code: Int32, _ text: String) throws {
    let result = try bench.run(words)
    #expect(result.code == code)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains(text), "\(result.errors)")
  }

  private func number(_ line: [String: String], _ name: String) throws -> Double {
    try #require(line[name].flatMap { Double($0) }, "\(name) in \(line)")
  }
}
