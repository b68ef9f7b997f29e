import ControlSocket
import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import TestSupport
import Testing

extension EndToEndTests {
  /// All stored passings of a session file as `one4allctl passings --json` tells them.
  private static func passings(_ field: Field, of file: String) throws -> [JSONValue] {
    let answer = try field.tool("passings", "--session", file, "--last", "all", "--json")
    #expect(answer.code == 0)
    return try answer.output.split(separator: "\n").map { try JSONText.parse(String($0)) }
  }

  /// Runs a race until the cloud has so many passings, and stops.
  /// - Returns: the session file.
  private static func race(_ field: Field, _ count: Int64) throws -> String {
    try field.tell("reader", "rate 50")
    try field.start()
    #expect(field.waits(30) { ($0["passings"]?["acknowledged"]?.integer ?? 0) >= count })
    try field.tell("reader", "rate 0")
    let file = try #require(field.status["reader"]?["session_file"]?.string)
    let made = try field.tell("reader", "truth \(file)").split(separator: "\n").count
    #expect(eventually { field.ledger(file)["acknowledged"]?.integer == Int64(made) })
    return file
  }

  /// Expects status and ledger to be of one mind about a refused passing, which is not of that earlier file.
  private static func expectRefusal(_ field: Field, in earlier: String) throws {
    let status = field.status
    #expect(status["well"] == false && status["passings"]?["well"] == false)
    let conditions = (status["conditions"]?.array ?? []).compactMap { $0["event"]?.string }
    #expect(conditions.contains("passings-rejected"), "\(conditions)")
    #expect(status["advice"]?.string?.contains("passings --rejected") == true)
    #expect(try field.tool("ledger").code == 1 && field.tool("status").code == 1)
    let one = try field.tool("ledger", "--session", earlier)
    #expect(one.code == 0 && one.output.contains(earlier), "\(one)")
    let none = try field.tool("ledger", "--session", "20010101-000000.csv")
    #expect(none.code != 0 && none.errors.contains("no session file '20010101-000000.csv'"), "\(none)")
  }

  @Test("After a race the ledger adds up, every passing is shown, and a rewind brings the cloud nothing new")
  func ledgerAndRewind() throws {
    let field = try Field()
    let file = try Self.race(field, 150)
    let made = try field.tell("reader", "truth \(file)").split(separator: "\n").map(String.init)
    let ledger = try field.tool("ledger")
    #expect(
      ledger.code == 0 && ledger.output.hasPrefix("Every passing is in the cloud\n"), "\(ledger.output)")
    #expect(ledger.output.contains("\(made.count) stored = \(made.count) acknowledged + 0 waiting"))
    let row = field.ledger(file)
    #expect(row["current"] == true && row["stored"]?.integer == Int64(made.count) && row["lost"] == 0)
    #expect(row["hold"] == .null && row["session"]?["standing"] == "open")
    let stored = try Self.passings(field, of: file)
    #expect(stored.compactMap { $0["raw"]?.string } == made)
    #expect(stored.allSatisfy { $0["state"] == "acknowledged" })
    let last = try field.tool("passings", "--last", "5")
    #expect(last.output.split(separator: "\n").count == 7 && last.output.hasPrefix("\(file) of reader"))
    let page = try field.tool("status").output
    #expect(
      page.contains("Passings  \(made.count) stored, \(made.count) acknowledged, 0 waiting\n"), "\(page)")

    let times = stored.compactMap { $0["utc"]?.string }
    let from = try #require(times.min())
    let to = try #require(times.max())
    let dry = try field.tool("rewind", from, to, "--dry-run")
    #expect(dry.code == 0, "\(dry)")
    #expect(dry.output.hasPrefix("from  ") && dry.output.contains(" = \(from)\n"), "\(dry)")
    #expect(
      dry.output.hasSuffix("\n\(made.count) passings would be sent again: \(made.count) of \(file)\n"),
      "\(dry)")
    let wrongYear = try field.tool("rewind", "2001-01-01T00:00", "2001-01-02T00:00", "--session", file)
    #expect(wrongYear.code == 1 && wrongYear.output.contains("\n0 passings are sent again\n"), "\(wrongYear)")
    #expect(wrongYear.output.contains(" = \(from)\n") && wrongYear.output.contains(" = \(to)\n"))
    let strange = try field.tool("rewind", from, to, "--session", "no.csv")
    #expect(strange.code == 1 && strange.errors.contains("the newest are \(file)"), "\(strange)")
    let rewound = try field.tool("rewind", from, to)
    #expect(
      rewound.code == 0 && rewound.output.contains("\n\(made.count) passings are sent again: "), "\(rewound)")
    #expect(eventually { field.ledger(file)["waiting"] == 0 })
    #expect(field.sessions.map { $0["duplicates"]?.integer } == [Int64(made.count)])
    #expect(field.session(file).count == made.count)
    #expect(field.misuse["count"] == 0, "\(field.misuse)")
    #expect(field.stop() == 0)
  }

  @Test("A file that is over is compared whole; a refused passing and forward = no are shown")
  func auditRejectedAndForward() throws {
    let field = try Field()
    let file = try Self.race(field, 20)
    try field.tell("reader", "newfile")
    #expect(eventually(within: 30) { field.ledger(file)["settled"] == true })
    let audit = try field.tool("audit", "--session", file)
    #expect(audit.code == 0 && audit.output.contains(file), "\(audit)")
    #expect(field.ledger(file)["differences"] == 0)
    let cloud = try field.tool("audit", "--cloud", "--session", file)
    #expect(cloud.code == 0 && cloud.output.contains("of \(file), each once"), "\(cloud)")
    let other = try field.tool("audit", "--serial-number", "O4A5-00007")
    #expect(other.code == 1 && other.errors.contains("'O4A5-00007' is not connected"), "\(other)")

    try field.tell("cloud", #"say 400 {"description":"bib"} for 1 requests on passings-insert"#)
    try field.tell("reader", "pass 123 1")
    #expect(field.waits(30) { $0["passings"]?["rejected"] == 1 })
    let refusedFile = try #require(field.status["reader"]?["session_file"]?.string)
    let rejected = try field.tool("passings", "--rejected")
    #expect(rejected.code == 0 && rejected.output.contains("MC00123"), "\(rejected)")
    try field.tell("reader", "newfile")
    #expect(field.waits { $0["reader"]?["session_file"]?.string != refusedFile })
    let later = try field.tool("passings", "--rejected")
    #expect(later.output.contains("MC00123"), "refused in an earlier file: \(later)")
    let ledger = try field.tool("ledger")
    #expect(ledger.code == 1 && ledger.output.hasPrefix("1 passing refused by the cloud"), "\(ledger.output)")
    #expect(try field.tool("status").output.contains("1 rejected"))
    try Self.expectRefusal(field, in: file)
    // A restart hides nothing.
    #expect(field.stop() == 0)
    try field.start()
    #expect(field.waits(30) { $0["reader"]?["state"] == "connected" && $0["cloud"]?["state"] == "ok" })
    try Self.expectRefusal(field, in: file)

    field.configure(more: "[passings]\nforward = no")
    field.daemon?.signal(SIGHUP)
    #expect(field.waits { $0["passings"]?["forward"] == false })
    try field.tell("reader", "pass 124 1")
    #expect(field.waits { $0["passings"]?["waiting"] == 1 })
    #expect(try field.tool("ledger").output.contains("Nothing is sent: the configuration says forward = no"))
    #expect(try field.tool("status").output.contains("not sent: the configuration says forward = no"))
    field.configure()
    field.daemon?.signal(SIGHUP)
    #expect(field.waits { $0["passings"]?["waiting"] == 0 && $0["passings"]?["forward"] == true })

    try field.tell("cloud", #"say 400 {"description":"bib"} for 1 requests on passings-insert"#)
    try field.tell("reader", "pass 125 1")
    #expect(field.waits(30) { $0["passings"]?["rejected"] == 2 })
    // Once what it was refused for is gone, a rewind sends it, too.
    let current = try #require(field.status["reader"]?["session_file"]?.string)
    let again = try field.tool("rewind", "2001-01-01T00:00Z", "2999-01-01T00:00Z", "--session", current)
    #expect(again.code == 0 && again.output.contains("\n2 passings are sent again: 2 of "), "\(again)")
    #expect(field.waits { $0["passings"]?["waiting"] == 0 && $0["passings"]?["rejected"] == 1 })
    #expect(field.session(current).count == 2)
    try field.tell("cloud", "spoil twice O4A5-00051 3")
    let twice = try field.tool("audit", "--cloud", "--session", file)
    #expect(twice.code == 1 && twice.output.contains("has 3 twice"), "\(twice)")
    #expect(
      field.waits { status in
        status["well"] == false
          && (status["conditions"]?.array ?? []).contains { $0["event"] == "cloud-audit-differs" }
      })
    #expect(field.misuse["count"] == 0, "\(field.misuse)")
    #expect(field.stop() == 0)
  }

  @Test("What the cloud was sent wrong is named exactly, in every audit; what it is not sent is no alarm")
  func sentWrong() throws {
    let field = try Field(rate: 0, baud: 0)
    field.configure(more: "[passings]\nconfirm = never")
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    try field.tell("reader", "garble 0.8")
    try field.tell("reader", "rate 100")
    #expect(field.waits(30) { ($0["passings"]?["acknowledged"]?.integer ?? 0) >= 800 })
    try field.tell("reader", "rate 0")
    try field.tell("reader", "garble 0")
    let file = try #require(field.status["reader"]?["session_file"]?.string)
    let made = try JSONText.parse(field.tell("reader", "truth"))["sessions"]?.array ?? []
    let session = try #require(made.first { $0["file"]?.string == file })
    var truth: [Int64: String] = [:]
    for (frame, time) in zip(session["frames"]?.array ?? [], session["times"]?.array ?? []) {
      let fields = (frame.string ?? "").split(separator: ";")
      truth[try #require(Int64(fields[0]))] = "\(time.string ?? "") \(fields[1])\(fields[2])"
    }
    #expect(eventually(within: 30) { field.ledger(file)["acknowledged"]?.integer == Int64(truth.count) })

    let audits = [try field.tool("audit"), try field.tool("audit", "--session", file)]
    let wrong = Set(
      field.session(file).compactMap { passing -> Int64? in
        guard let number = passing["num_passing"]?.integer else { return nil }
        let sent = "\(passing["timestamp"]?.string ?? "") \(passing["chip"]?.string ?? "")"
        return truth[number] == sent ? nil : number
      })
    // Which frames are garbled so that they look whole is up to chance; it may be none.
    let isWrong = !wrong.isEmpty
    let answer = try field.tool("differences", "--json")
    let differences = try answer.output.split(separator: "\n").map { try JSONText.parse(String($0)) }
    let named = differences.filter { $0["wrong_in_cloud"] == true }
    #expect(Set(named.compactMap { $0["number"]?.integer }) == wrong)
    #expect(
      (answer.code == 1) == isWrong && audits.allSatisfy { ($0.code == 1) == isWrong }, "\(answer), \(audits)"
    )
    #expect(
      !isWrong || audits.allSatisfy { $0.output.contains("\(named.count) of them WRONG IN THE CLOUD") })
    #expect(field.ledger(file)["sent_differences"]?.integer == Int64(named.count))
    #expect(field.stop() == 0)
  }

  @Test("A member of a request that is of another kind than it should be is refused, not overlooked")
  func strictRequests() throws {
    let field = try Field()
    try field.start()
    #expect(field.waits { ($0["passings"]?["acknowledged"]?.integer ?? 0) > 0 })
    let socket = field.folder.file("control.sock")
    for (request, remedy) in [
      (["request": "passings", "last": "x"], "'last' is a whole number, 1 or more"),
      (["request": "passings", "last": 0], "'last' is a whole number, 1 or more"),
      (["request": "passings", "rejected": 1], "'rejected' is true or false"),
      (["request": "passings", "file": 7], "'file' is a string"),
      (["request": "import", "file": "a.csv", "passings": "x"], "'passings' is a list of strings"),
      (
        [
          "request": "rewind", "from": "2001-01-01T00:00:00Z", "to": "2999-01-01T00:00:00Z",
          "serial_number": "O4A5-00051",
        ], "resend with 'serial_number' takes 'file' as well: else the files of all readers are meant"
      ),
    ] as [(JSONValue, String)] {
      #expect(throws: ControlError.refused(reason: remedy)) {
        try ControlClient.ask(path: socket, request)
      }
    }
    let frames = try ControlClient.ask(path: socket, ["request": "doubtful", "file": nil])
    #expect(frames["schema"] == "one4all.doubtful/1" && frames["reasons"]?["jump"]?.integer != nil)
    #expect(field.stop() == 0)
  }
}
