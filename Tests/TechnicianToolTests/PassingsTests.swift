import AgentCore
import JSONDocument
import One4AllProtocol
import Testing

@Suite("one4allctl passings", .timeLimit(.minutes(1)))
struct PassingsTests {
  static func document(_ numbers: ClosedRange<Int>, file: String = "20191212-090000.csv", more: Bool = false)
    throws -> JSONValue
  {
    let rows = try numbers.map { number in
      let passing = try Passing(
        parsing: Array("\(number);MC;02976;2019-12-12;09:02:07.295;3;4;937f6".utf8))
      let kept = KeptPassing(
        passing: passing, zone: "America/Mexico_City",
        utc: WallTime(milliseconds: passing.localMilliseconds + 21_600_000),
        arrivedAt: MonotonicTime(nanoseconds: 0), arrivedWall: WallTime(milliseconds: 1_576_163_000_000),
        hostSynchronised: true, origin: .pushed, trust: number == 2 ? .unconfirmed : .believed)
      return StoredPassing(
        kept: kept, state: number == 3 ? .rejected : number == 1 ? .acknowledged : .waiting,
        reason: number == 3 ? "no such bib" : nil)
    }
    return PassingDocument.document(
      of: FileKey(serialNumber: "O4A5-00051", file: file), rows, more: more)
  }

  @Test("shows the last ones as a table within 80 columns")
  func table() throws {
    let daemon = try ControlSocketDaemon()
    let outcome = try daemon.run(
      ["-c", daemon.configuration, "passings"], answer: PassingsTests.document(1...3))
    #expect(outcome.code == 0)
    try Golden.expect(outcome.output, is: "passings.txt")
    for line in outcome.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    #expect(daemon.requests == [["last": 20, "request": "passings"]])
  }

  @Test("shows all of a file page by page, each once")
  func pages() throws {
    let daemon = try ControlSocketDaemon()
    let pages = [try PassingsTests.document(1...500, more: true), try PassingsTests.document(501...700)]
    let outcome = try daemon.run(
      ["-c", daemon.configuration, "passings", "--last", "all", "--session", "20191212-090000.csv", "--json"]
    ) { request in request["after"]?.integer == 0 ? pages[0] : pages[1] }
    let lines = outcome.output.split(separator: "\n")
    #expect(outcome.code == 0 && lines.count == 700)
    #expect(Set(lines).count == 700)
    #expect(
      daemon.requests == [
        ["after": 0, "request": "passings", "file": "20191212-090000.csv"],
        ["after": 500, "request": "passings", "file": "20191212-090000.csv"],
      ])
  }

  @Test("--rejected shows why, or that there is none")
  func rejected() throws {
    let daemon = try ControlSocketDaemon()
    let some = try daemon.run(
      ["-c", daemon.configuration, "passings", "--rejected"], answer: PassingsTests.document(3...3))
    #expect(some.code == 0 && some.output.contains("no such bib"))
    let empty = PassingDocument.document(
      of: FileKey(serialNumber: "O4A5-00051", file: "20191212-090000.csv"), [], more: false)
    let none = try daemon.run(["-c", daemon.configuration, "passings", "--rejected"], answer: empty)
    #expect(none.code == 0 && none.output.contains("none was refused"))
    #expect(daemon.requests.allSatisfy { $0["rejected"] == true })
  }

  @Test(
    "ends with 64 when the arguments make no sense",
    arguments: ["--last 0", "--last 501", "--last some", "--rejected --follow", "extra"])
  func usage(words: String) throws {
    let outcome = try Tool(["passings"] + words.split(separator: " ").map(String.init)).outcome
    #expect(outcome.code == 64 && outcome.output.isEmpty)
  }
}
