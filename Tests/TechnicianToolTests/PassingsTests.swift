import AgentCore
import JSONDocument
import JSONText
import One4AllProtocol
import Testing

@Suite("one4allctl passings", .timeLimit(.minutes(20)))
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
    func file(_ name: String, _ rejected: Int) -> LedgerDocument.File {
      .init(
        FileStanding(
          summary: FileSummary(
            key: FileKey(serialNumber: "O4A5-00051", file: name), stored: 3, rejected: rejected)))
    }
    func ledger(_ files: LedgerDocument.File...) -> JSONValue {
      LedgerDocument.document(
        of: files, doubtful: 0, isForwarding: true, hold: nil, at: LedgerTests.now)
    }
    let three = ledger(file("a.csv", 1), file("b.csv", 0), file("c.csv", 1))
    let page = { (request: JSONValue) in
      try PassingsTests.document(3...3, file: request["file"]?.string ?? "?")
    }
    let some = try daemon.run(["-c", daemon.configuration, "passings", "--rejected"]) { request in
      request["request"] == "ledger" ? three : (try? page(request)) ?? .null
    }
    #expect(some.code == 0)
    let lines = some.output.split(separator: "\n")
    #expect(lines.filter { $0.contains("no such bib") }.count == 2, "\(some.output)")
    #expect(lines.first == "a.csv of reader O4A5-00051" && lines.contains("c.csv of reader O4A5-00051"))
    #expect(daemon.requests.dropFirst().allSatisfy { $0["rejected"] == true })
    #expect(daemon.requests.compactMap { $0["file"]?.string } == ["a.csv", "c.csv"])
    let json = try daemon.run(["-c", daemon.configuration, "passings", "--rejected", "--json"]) { request in
      request["request"] == "ledger" ? three : (try? page(request)) ?? .null
    }
    #expect(
      try json.output.split(separator: "\n").map { try JSONText.parse(String($0))["file"] } == [
        "a.csv", "c.csv",
      ])
    let none = try daemon.run(
      ["-c", daemon.configuration, "passings", "--rejected"], answer: ledger(file("a.csv", 0)))
    #expect(none.code == 0 && none.output == "none was refused\n")
    let unknown = try daemon.run(
      ["-c", daemon.configuration, "passings", "--rejected", "-s", "x.csv"], answer: ledger(file("a.csv", 0)))
    #expect(unknown.code == 1 && unknown.complaint.contains("no session file 'x.csv' is stored"))
  }

  @Test("--last leafs back through pages when more than one holds are wanted")
  func lastPages() throws {
    let daemon = try ControlSocketDaemon()
    let outcome = try daemon.run(
      ["-c", daemon.configuration, "passings", "--last", "620", "--serial-number", "O4A5-00051", "--json"]
    ) { request in
      let end = (request["before"]?.integer).map { Int($0) - 1 } ?? 1000
      let count = Int(request["last"]?.integer ?? 0)
      return (try? PassingsTests.document(end - count + 1...end)) ?? .null
    }
    let numbers = try outcome.output.split(separator: "\n").map {
      try JSONText.parse(String($0))["number"]?.integer
    }
    #expect(outcome.code == 0 && numbers == (381...1000).map { Int64($0) })
    #expect(
      daemon.requests == [
        ["serial_number": "O4A5-00051", "last": 500, "request": "passings"],
        [
          "serial_number": "O4A5-00051", "last": 120, "before": 501, "request": "passings",
          "file": "20191212-090000.csv",
        ],
      ])
  }

  @Test("--doubtful shows frames that are not believed, and why")
  func doubtful() throws {
    let daemon = try ControlSocketDaemon()
    let frame = { (key: FileKey?, reason: DoubtfulFrame.Reason) throws in
      DoubtfulFrame(
        key: key, passing: try Passing(parsing: Array("7;MC;02976;2019-12-12;09:02:07.295;3;4;937f6".utf8)),
        reason: reason, arrivedWall: WallTime(milliseconds: 1_576_163_000_000))
    }
    let key = FileKey(serialNumber: "O4A5-00051", file: "20191212-090000.csv")
    let document = DoubtfulDocument.document(
      of: [try frame(nil, .file), try frame(key, .jump), try frame(key, .time)],
      reasons: [.file: 1, .jump: 1, .time: 1])
    let outcome = try daemon.run(["-c", daemon.configuration, "passings", "--doubtful"], answer: document)
    #expect(outcome.code == 0)
    try Golden.expect(outcome.output, is: "doubtful.txt")
    for line in outcome.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    let none = try daemon.run(
      ["-c", daemon.configuration, "passings", "--doubtful"],
      answer: DoubtfulDocument.document(of: [], reasons: [:]))
    #expect(none.output == "every frame is believed\n")
    #expect(daemon.requests == [["request": "doubtful"], ["request": "doubtful"]])
  }

  @Test(
    "What cannot be written ends with 71 and is told, and nothing is followed into the void",
    arguments: ["passings", "passings --last all", "passings --follow", "passings --json", "ledger --json"])
  func fullOutput(words: String) throws {
    let daemon = try ControlSocketDaemon()
    let pages = try PassingsTests.document(1...3)
    let outcome = try daemon.run(
      ["-c", daemon.configuration] + words.split(separator: " ").map(String.init), output: "/dev/full"
    ) { $0["request"] == "ledger" ? LedgerTests.done : pages }
    #expect(outcome.code == 71)
    #expect(
      outcome.complaint == "one4allctl: write standard output: No space left on device\n", "\(words)")
  }

  @Test(
    "ends with 64 when the arguments make no sense",
    arguments: [
      "--last 0", "--last -1", "--last some", "--doubtful --rejected", "--doubtful --last 3",
      "--rejected --follow", "extra",
    ])
  func usage(words: String) throws {
    let outcome = try Tool(["passings"] + words.split(separator: " ").map(String.init)).outcome
    #expect(outcome.code == 64 && outcome.output.isEmpty)
  }
}
