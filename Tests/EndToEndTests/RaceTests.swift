import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import TestSupport
import Testing

@Suite("A race in which everything goes wrong", .serialized)
struct RaceTests {
  /// What a reader has recorded, or a cloud has: file and number, then time and chip.
  private typealias Passings = [String: String]

  @Test("Every passing is in the cloud once with its exact time, one session a file, nothing lost")
  func everyPassingOnce() throws {
    let field = try Field(rate: 0, baud: 0)
    try field.start()
    #expect(field.waits { $0["device"]?["agrees"] == true })
    for fault in ["lose 0.02", "digit 0.01", "garble 0.01", "cut 0.01", "join 0.01"] {
      try field.tell("reader", fault)
    }
    for fault in ["fail rate 10%", "fail rate 5% after-work", "reset after 5%"] {
      try field.tell("cloud", fault)
    }
    try field.tell("reader", "rate 200")
    for (recorded, trouble) in [
      (300, "kill"), (700, "unplug"), (1100, "kill"), (1500, "newfile"), (1700, "kill"), (2100, "kill"),
    ] {
      try #require(eventually(within: 60) { self.recorded(field) >= recorded }, "\(trouble)")
      switch trouble {
      case "kill":
        #expect(field.stop(SIGKILL) == -SIGKILL)
        try field.start()
      case "unplug":
        try field.tell("reader", "unplug")
        #expect(field.waits { $0["reader"]?["state"] == "absent" })
        try field.tell("reader", "plug")
      default: try field.tell("reader", trouble)
      }
    }
    try #require(eventually(within: 60) { recorded(field) >= 2600 })
    try field.tell("reader", "rate 0")

    let total = recorded(field)
    var ledger = JSONValue.null
    let isComplete = eventually(within: 90) {
      ledger = self.ledger(field)
      let sum = ledger["total"] ?? .null
      return sum["acknowledged"]?.integer == total && sum["waiting"] == 0 && sum["gaps"] == 0
    }
    #expect(
      isComplete, "\(total) recorded; \(ledger["total"] ?? .null)\n\(field.text("daemon.log").suffix(2000))")
    for sum in (ledger["files"]?.array ?? []) + [ledger["total"] ?? .null] {
      #expect(sum["stored"] == sum["acknowledged"] && sum["rejected"] == 0 && sum["lost"] == 0)
    }

    let truth = try made(field)
    let (cloud, aliases) = try arrived(field)
    #expect(truth.count == Int(total))
    #expect(Set(aliases).count == aliases.count, "more than one session of a file: \(aliases)")
    let wrong = truth.filter { cloud[$0.key] != $0.value }
    #expect(wrong.isEmpty, "\(wrong.prefix(3)) \(wrong.prefix(3).map { cloud[$0.key] ?? "not there" })")
    #expect(cloud.count == truth.count)
    #expect(field.misuse["count"] == 0, "\(field.misuse)")
    #expect(field.stop() == 0)
  }

  private func recorded(_ field: Field) -> Int64 {
    (try? JSONText.parse(field.tell("reader", "count")))?["recorded"]?.integer ?? 0
  }

  private func ledger(_ field: Field) -> JSONValue {
    let answer = try? field.run(
      "one4allctl", "--config", field.folder.file("one4alld.conf"), "ledger", "--json")
    return answer.flatMap { try? JSONText.parse($0.output) } ?? .null
  }

  private func made(_ field: Field) throws -> Passings {
    var passings: Passings = [:]
    for session in try JSONText.parse(field.tell("reader", "truth"))["sessions"]?.array ?? [] {
      let frames = session["frames"]?.array ?? []
      for (frame, time) in zip(frames, session["times"]?.array ?? []) {
        let fields = (frame.string ?? "").split(separator: ";")
        passings["\(session["file"]?.string ?? "")/\(fields[0])"] =
          "\(time.string ?? "") \(fields[1])\(fields[2])"
      }
    }
    return passings
  }

  private func arrived(_ field: Field) throws -> (Passings, aliases: [String]) {
    var passings: Passings = [:]
    var aliases: [String] = []
    for session in try JSONText.parse(field.tell("cloud", "passings"))["sessions"]?.array ?? [] {
      let alias = session["alias"]?.string ?? ""
      aliases.append(alias)
      let file = alias.split(separator: " ").last ?? ""
      for passing in session["passings"]?.array ?? [] {
        passings["\(file)/\(passing["num_passing"]?.integer ?? 0)"] =
          "\(passing["timestamp"]?.string ?? "") \(passing["chip"]?.string ?? "")"
      }
    }
    return (passings, aliases)
  }
}
