import AgentCore
import JSONDocument
import One4AllProtocol
import TestSupport
import Testing

@testable import TechnicianTool

@Suite("one4allctl import", .timeLimit(.minutes(20)))
struct ImportTests {
  private let folder = TemporaryFolder()

  private static func frame(_ number: Int, _ date: String = "2027-01-11") -> String {
    "\(number);MC;00007;\(date);08:00:00.250;3;4;0a1b2"
  }

  /// A daemon's store, as far as `import` sees it.
  private struct Store {
    var frames: [String: [String]] = [:]
    /// How many passings of one request it takes.
    var most = Int.max
    var unwritten: [Int64] = []
    /// That of the reader's clock.
    var zone: JSONValue = "America/Mexico_City"

    mutating func answer(_ request: JSONValue) -> JSONValue {
      let file = request["file"]?.string ?? ""
      let stored = frames[file] ?? []
      switch request["request"]?.string {
      case "import":
        let given = request["passings"]?.array?.compactMap(\.string) ?? []
        frames[file, default: []] += given.prefix(most).filter { !stored.contains($0) }
        return [
          "serial_number": "O4A5-00051", "taken": .integer(Int64(min(most, given.count))),
          "unwritten": .integer(unwritten.isEmpty || !given.isEmpty ? 0 : unwritten.removeFirst()),
          "stored": .integer(Int64(stored.count)), "zone": zone,
        ]
      case "passings":
        let rows = stored.map { text -> JSONValue in
          [
            "number": .integer(text.split(separator: ";").first.flatMap { Int64($0) } ?? 0),
            "raw": .string(text),
          ]
        }
        return ["schema": .string(PassingDocument.schema), "passings": .array(rows), "more": false]
      default:
        let count = Int64(stored.count)
        return [
          "schema": .string(LedgerDocument.schema),
          "files": .array(
            frames.keys.sorted().map {
              [
                "serial_number": "O4A5-00051", "file": .string($0), "stored": .integer(count), "waiting": 0,
              ]
            }),
        ]
      }
    }
  }

  private func run(_ words: [String], _ store: inout Store) throws -> (Tool.Outcome, [JSONValue]) {
    let daemon = try ControlSocketDaemon()
    var changed = store
    let outcome = try daemon.run(["-c", daemon.configuration, "import"] + words) { changed.answer($0) }
    store = changed
    return (outcome, daemon.requests)
  }

  @Test("hands over what was not taken again, never more than 500 at once, and waits until all is on disk")
  func portions() throws {
    let frames = (1...1100).map { Self.frame($0) }
    let file = folder.write("20270111-080000.csv", frames.map { $0 + "\r\n" }.joined())
    var store = Store(most: 300, unwritten: [0, 700, 20])
    let (outcome, requests) = try run([file], &store)
    #expect(outcome.code == 0 && outcome.complaint.isEmpty)
    #expect(store.frames == ["20270111-080000.csv": frames])
    #expect(requests.compactMap { $0["passings"]?.array?.count } == [500, 500, 500, 200])
    #expect(store.unwritten.isEmpty)
    #expect(requests.last == ["request": "ledger"])
  }

  @Test("tells what is new, what is known, and what differs, and with --dry-run does nothing")
  func comparison() throws {
    let file = folder.write("race.csv", (1...4).map { Self.frame($0) + "\n" }.joined())
    var store = Store(frames: ["finish": [Self.frame(1), Self.frame(2, "2027-01-12")]])
    let (outcome, requests) = try run([file, "--session", "finish", "--dry-run"], &store)
    #expect(outcome.code == 1)
    #expect(outcome.output.contains("  new         2; nothing was done (--dry-run)\n"))
    #expect(outcome.output.contains("  known       1 stored already\n"))
    #expect(outcome.output.contains("  differ      1 stored otherwise; those that are stored stay: 2\n"))
    #expect(outcome.output.contains("    stored    2;MC;00007;2027-01-12;08:00:00.250;3;4;0a1b2\n"))
    #expect(outcome.output.contains("    here      2;MC;00007;2027-01-11;08:00:00.250;3;4;0a1b2\n"))
    #expect(requests.allSatisfy { $0["passings"] == nil })
  }

  @Test("shows first, last and zone, and warns when the session file's name is of another date")
  func times() throws {
    let frames = [Self.frame(1), "2;MC;00007;2027-01-11;09:30:00.000;3;4;0a1b2"]
    let file = folder.write("20270111-075500.csv", frames.map { $0 + "\n" }.joined())
    var store = Store()
    let (outcome, _) = try run([file], &store)
    #expect(outcome.code == 0 && outcome.complaint.isEmpty)
    #expect(outcome.output.contains("  first       2027-01-11 08:00:00.250 = 2027-01-11T14:00:00.250Z\n"))
    #expect(outcome.output.contains("  last        2027-01-11 09:30:00.000 = 2027-01-11T15:30:00.000Z\n"))
    #expect(outcome.output.contains("  time zone   America/Mexico_City, the reader's\n"))
    let (other, requests) = try run([file, "-s", "20261124-060000.csv", "-z", "GMT-06:00", "-n"], &store)
    #expect(
      other.complaint
        == "one4allctl: warning: the passings are of 2027-01-11, session file 20261124-060000.csv is of"
        + " 2026-11-24: is it the right one?\n", "\(other.complaint)")
    #expect(requests.first?["zone"] == "GMT-06:00")
  }

  @Test("without a zone, --dry-run refuses like the import, and names the remedy")
  func noZone() throws {
    let file = folder.write("race.csv", Self.frame(1) + "\n")
    for words in [[file], [file, "--dry-run"]] {
      var store = Store(zone: .null)
      let (outcome, _) = try run(words, &store)
      #expect(outcome.code == 1 && store.frames["race.csv"] ?? [] == [])
      #expect(outcome.complaint.contains("time zone is not known: name one, e.g. --time-zone "), "\(outcome)")
    }
  }

  @Test("an empty file is told, and ends with 65; standard input needs a name")
  func empty() throws {
    for nothing in ["", "\r\n\n"] {
      let file = folder.write("20270111-080000.csv", nothing)
      var store = Store()
      let (outcome, requests) = try run([file], &store)
      #expect(outcome.code == 65 && requests.isEmpty)
      #expect(outcome.complaint == "one4allctl: \(file) is empty: was it copied whole?\n")
    }
    let nameless = try Tool(["import", "-"]).outcome
    #expect(nameless.code == 64 && nameless.complaint.contains("--session"))
  }

  @Test("makes a session file of each numbering, and takes the last of a number that comes again")
  func numberings() throws {
    let lines = [Self.frame(1), Self.frame(2), Self.frame(2, "2027-01-10"), Self.frame(1, "2027-01-12")]
    let file = folder.write("usb.csv", lines.map { $0 + "\n" }.joined())
    var store = Store()
    let (outcome, _) = try run([file], &store)
    #expect(outcome.code == 0 && outcome.output.contains("  repeated    1 "))
    #expect(store.frames == ["usb.csv": [lines[0], lines[2]], "usb-2.csv": [lines[3]]])
    #expect(ImportedFile.name("start", of: 2) == "start-3" && ImportedFile.name(".csv", of: 1) == ".csv-2")
  }

  @Test("refuses what it cannot number, and names that are none")
  func refusals() throws {
    let older = folder.write("older.csv", "DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;045\n")
    let mixed = folder.write(
      "mixed.csv", "DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;045\n\(Self.frame(1))\n")
    var store = Store()
    let (several, requests) = try run([older, older, "--session", "finish"], &store)
    #expect(several.code == 65 && several.complaint.contains("import each by itself") && requests.isEmpty)
    let (both, _) = try run([mixed], &store)
    #expect(both.code == 65 && both.complaint.contains("divide it into files of one form"))
    for words in [
      [], [older, "--session", ""], [older, "--session", "a/b"], [older, "--session", "a\u{1B}b"],
      [older, "--session", ".."], [older, "--serial-number", "a b"],
      [older, "--time-zone", "Europe/Nowhere"],
    ] {
      let outcome = try Tool(["import"] + words).outcome
      #expect(outcome.code == 64 && outcome.output.isEmpty && !outcome.complaint.isEmpty, "\(words)")
    }
    #expect(store.frames.isEmpty)
  }
}
