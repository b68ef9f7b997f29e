import ProgramArguments
import Testing

@Suite("Arguments")
struct OptionParserTests {
  private static let options = [
    Option("config", letter: "c", argument: "FILE", help: "the file"), Option("json", help: "as JSON"),
    Option("verbose", letter: "v", help: "more words"), .help,
  ]

  private func parse(_ line: String, stopAtOperand: Bool = false) throws -> ParsedArguments {
    try OptionParser.parse(
      line.split(separator: " ").map(String.init), options: OptionParserTests.options,
      stopAtOperand: stopAtOperand)
  }

  private func complaint(_ line: String) -> String? {
    do {
      _ = try parse(line)
      return nil
    } catch { return "\(error)" }
  }

  @Test("can be long, short, joined and abbreviated")
  func forms() throws {
    for line in ["--config a", "--config=a", "-c a", "-ca", "--conf a"] {
      #expect(try parse(line).value("config") == "a")
    }
    let both = try parse("-vca")
    #expect(both.has("verbose") && both.value("config") == "a" && !both.has("json"))
  }

  @Test("keep their order; the last value counts, and all can be had")
  func order() throws {
    let parsed = try parse("-c a --config b")
    #expect(parsed.value("config") == "b")
    #expect(parsed.values("config") == ["a", "b"])
    #expect(try parse("").value("config") == nil)
  }

  @Test("may stand among operands, unless the first operand ends them")
  func operands() throws {
    let mixed = try parse("one --json two -v")
    #expect(mixed.operands == ["one", "two"] && mixed.has("json") && mixed.has("verbose"))
    let stopped = try parse("-v status --json --unknown", stopAtOperand: true)
    #expect(stopped.operands == ["status", "--json", "--unknown"] && !stopped.has("json"))
    let ended = try parse("-v -- --json")
    #expect(ended.operands == ["--json"] && !ended.has("json"))
    #expect(try parse("-").operands == ["-"])
  }

  @Test("that make no sense are named")
  func complaints() {
    #expect(complaint("--nonsense") == "unknown option --nonsense; see --help")
    #expect(complaint("--json -x") == "unknown option -x; see --help")
    #expect(complaint("-vx") == "unknown option -x; see --help")
    #expect(complaint("one --nonsense two") == "unknown option --nonsense; see --help")
    #expect(complaint("-c") == "-c needs an argument; see --help")
    #expect(complaint("--config") == "--config needs an argument; see --help")
    #expect(complaint("--json=yes") == "--json takes no argument; see --help")
  }

  @Test("are read afresh each time, also from several threads at once")
  func repeated() async throws {
    try await withThrowingTaskGroup { group in
      for number in 0..<50 {
        group.addTask {
          let parsed = try OptionParser.parse(
            ["-v", "\(number)", "-c", "x\(number)"], options: OptionParserTests.options)
          #expect(parsed.value("config") == "x\(number)" && parsed.operands == ["\(number)"])
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("have values that may be empty or hold anything")
  func values() throws {
    let parsed = try OptionParser.parse(
      ["--config", "", "-c", "a b=é", "-c", "--json"], options: OptionParserTests.options)
    #expect(parsed.values("config") == ["", "a b=é", "--json"] && !parsed.has("json"))
  }
}
