import Testing

/// The benchmark as it is called: the real program, its output and its exit code.
@Suite struct BenchmarkCommandTests {
  private let bench = Bench()

  @Test func theSameSeedGivesTheSameLines() throws {
    let first = try bench.run("generate", "500", "--seed", "7")
    #expect(first.code == 0)
    #expect(first.output == (try bench.run("generate", "500", "--seed", "7")).output)
    #expect(first.output != (try bench.run("generate", "500", "--seed", "8")).output)
    #expect(first.output.filter { $0 == 0x0A }.count == 500)
    let mixed = try bench.run("generate", "500", "--seed", "7", "--mixed")
    #expect(mixed.output == (try bench.run("generate", "500", "--seed", "7", "--mixed")).output)
    #expect(mixed.output != first.output)
  }

  @Test func twoParsersAndAnIndependentSumAgree() throws {
    let input = try bench.run("generate", "400", "--seed", "3")
    let file = try bench.write("passings", input.output)
    let expected = try IndependentSum(of: input.output)
    #expect(expected.frames == 400)
    let beginning = "frames=400 acc=\(expected.sum) MB/s="
    for words in [
      ["parse", file], ["parse", file, "--chunk", "64"], ["parse", file, "--chunk", "1"], ["c", file],
    ] {
      let result = try bench.run(words)
      #expect(result.code == 0)
      let lines = result.lines
      #expect(lines.count == 1)
      #expect(lines.first?.hasPrefix("\(words[0]) \(beginning)") == true, "\(lines)")
      #expect(lines.first?.contains(" ns/frame=") == true)
    }
  }

  @Test func nothingIsAllocatedForPassings() throws {
    for form in [[], ["--form", "13"], ["--free-chips"], ["--form", "13", "--free-chips"]] {
      let file = try bench.write("passings", try bench.run(["generate", "300"] + form).output)
      for size in ["0", "1", "64", "4096"] {
        let result = try bench.run("parse", file, "--chunk", size)
        #expect(
          result.lines.first?.hasSuffix(" allocations=0") == true,
          "\(form), chunks of \(size): \(result.lines)")
      }
    }
  }

  @Test func twoParsersAgreeAboutPassingsOfThirteenFields() throws {
    let file = try bench.write("passings", try bench.run("generate", "400", "--form", "13").output)
    let sums = try [["parse", file], ["parse", file, "--chunk", "64"], ["c", file]].map { words in
      try bench.run(words).lines.first?.split(separator: " ").prefix(3).dropFirst().joined(separator: " ")
    }
    #expect(sums[0]?.hasPrefix("frames=400 acc=") == true)
    #expect(Set(sums).count == 1, "\(sums)")
  }

  @Test func replyAndMalformedFramesAreCountedAndTheirAllocationsSeen() throws {
    let file = try bench.write("mixed", try bench.run("generate", "400", "--mixed").output)
    let whole = try #require(try bench.run("mixed", file).lines.first)
    let small = try #require(try bench.run("mixed", file, "--chunk", "64").lines.first)
    let work = { (line: String) in line.split(separator: " ").prefix(3).joined(separator: " ") }
    #expect(work(whole).hasPrefix("mixed frames=4"))
    #expect(work(whole) == work(small))
    #expect(!whole.hasSuffix(" allocations=0"))
  }

  @Test func everyKindOfMalformedPassingIsNoPassing() throws {
    let help = String(decoding: try bench.run("generate", "--help").output, as: UTF8.self)
    let kinds = help.split(separator: "\n").drop { !$0.hasPrefix("Kinds") }.dropFirst().map {
      String($0.split(separator: " ")[0])
    }
    #expect(kinds.count > 15)
    for kind in kinds {
      let file = try bench.write(kind, try bench.run("generate", "20", "--malformed", kind).output)
      #expect(try bench.run("parse", file).lines.first?.hasPrefix("parse frames=0 ") == true, "\(kind)")
      #expect(try bench.run("mixed", file).lines.first?.hasPrefix("mixed frames=20 ") == true, "\(kind)")
    }
  }

  @Test func scannerAndMemchrFindTheSame() throws {
    let file = try bench.write("passings", try bench.run("generate", "300").output)
    let lines = try bench.run("scan", file, "--chunk", "100").lines
    #expect(lines.count == 2)
    let work = { (line: String) in line.split(separator: " ").dropFirst().prefix(2).joined(separator: " ") }
    #expect(lines.first?.hasPrefix("scan frames=300 ") == true)
    #expect(lines.map(work).allSatisfy { $0 == work(lines[0]) })
  }

  @Test func anEmptyFileHasNoFrames() throws {
    let file = try bench.write("empty", [])
    let parsed = try bench.run("parse", file)
    #expect(parsed.lines.first?.hasPrefix("parse frames=0 acc=0 ") == true)
    #expect(parsed.code == 65 && parsed.errors.hasSuffix("there is no passing in \(file)\n"))
    #expect(try bench.run("c", file).lines.first?.hasPrefix("c frames=0 acc=0 ") == true)
  }

  @Test(
    arguments: [
      ([], 64, "which command?"), (["dance"], 64, "no command 'dance'"),
      (["parse"], 64, "an argument is missing"),
      (["parse", "a", "b"], 64, "unexpected argument 'b'"),
      (["parse", "x", "--chunk", "-1"], 64, "--chunk wants a number"),
      (["generate", "many"], 64, "N wants a number"),
      (["generate", "5", "--seed", "x"], 64, "--seed wants a number"),
      (["generate", "5", "--malformed", "x"], 64, "no kind 'x'"),
      (["c", "x", "--chunk", "3"], 64, "unknown option"),
      (["parse", "/nowhere/at/all"], 66, "open /nowhere/at/all: No such file or directory"),
    ] as [([String], Int32, String)])
  func whatMakesNoSenseIsSaid(_ words: [String], _ code: Int32, _ text: String) throws {
    let result = try bench.run(words)
    #expect(result.code == code)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains(text), "\(result.errors)")
  }

  @Test func everyCommandHasItsHelp() throws {
    let help = try bench.run("--help")
    #expect(help.code == 0)
    for command in [
      "parse", "c", "scan", "mixed", "generate", "store", "start", "latency", "drain",
    ] {
      #expect(String(decoding: help.output, as: UTF8.self).contains("  \(command) "))
      let own = try bench.run(command, "--help")
      #expect(own.code == 0)
      #expect(String(decoding: own.output, as: UTF8.self).hasPrefix("Usage: one4all-bench \(command)"))
    }
  }
}
