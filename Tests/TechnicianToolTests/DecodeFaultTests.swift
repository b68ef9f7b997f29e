import One4AllProtocol
import TestSupport
import Testing

@testable import TechnicianTool

@Suite(
  "What one4allctl decode says of lines and times that are not as they should be", .timeLimit(.minutes(20)))
struct DecodeFaultTests {
  private static let one4All5 = "1;MC;02976;2019-12-12;09:02:07.295;3;4;937f6"
  private static let older = "DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;006"
  private static let export = "3;02;2020-03-11 12:25:01.649;16.7578038;-93.116542;Sent;;;GMT-06:00"

  private func decode(_ text: String, _ words: String...) throws -> Tool.Outcome {
    let folder = TemporaryFolder()
    return try Tool(["decode", "-f", "csv"] + words + [folder.write("a.csv", text)]).outcome
  }

  private static func row(_ number: Int, _ time: String) -> String {
    "\(number);;2021-10-31 \(time).000;;;Sent;;;Europe/Berlin\n"
  }

  /// UTC's hour and minute, the number, the note.
  private static func times(_ outcome: Tool.Outcome) -> [String] {
    outcome.output.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return "\(fields[5]) \(fields[0].dropFirst(11).prefix(5)) \(fields[8])"
    }
  }

  @Test("says of an export that begins in the second pass of the doubled hour what it assumes")
  func exportFromWithinTheDoubledHour() throws {
    let outcome = try decode(Self.row(3, "02:10:00") + Self.row(2, "02:05:00") + Self.row(1, "02:50:00"))
    #expect(Self.times(outcome) == ["3 01:10 assumed_second", "2 01:05 assumed_second", "1 00:50 by_order"])
  }

  @Test("gives an export that begins in the second pass its hours, and its summary says what was assumed")
  func longExportFromWithinTheDoubledHour() throws {
    // Number 1 is of 00:00 UTC, and then there is one a minute.
    let rows = (0..<100).reversed().map { minute in
      let clock = minute < 60 ? minute : minute - 60
      return Self.row(minute + 1, "02:\(clock < 10 ? "0" : "")\(clock):00")
    }
    let outcome = try decode(rows.joined())
    let expected = (0..<100).reversed().map { minute in
      "\(minute + 1) 0\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60) "
        + (minute < 60 ? "by_order" : "assumed_second")
    }
    #expect(Self.times(outcome) == expected)
    #expect(
      outcome.complaint.contains(
        "  times       40 in the doubled hour, taken for its second pass as the newest come first: nothing"
          + " says which it was\n"))
  }

  @Test("gives each of two sessions its hours where the second begins after the clock ran back")
  func sessionsInTheDoubledHour() throws {
    // Minutes since 00:00 UTC. The first session ends in the first pass, the second begins in the second one.
    let first = (1...86).map { ($0, $0 - 31) }
    let second = (1...76).map { ($0, $0 + 64) }
    let digits = { (value: Int) in (value < 10 ? "0" : "") + "\(value)" }
    let clock = { (minute: Int) in
      let local = minute + (minute < 60 ? 120 : 60)
      return "\(digits(local / 60)):\(digits(local % 60)):00"
    }
    let utc = { (minute: Int) in
      minute < 0 ? "23:\(minute + 60)" : "\(digits(minute / 60)):\(digits(minute % 60))"
    }
    let newestFirst = Array((first + second).reversed())
    let export = try decode(newestFirst.map { Self.row($0.0, clock($0.1)) }.joined())
    #expect(
      Self.times(export).map { $0.prefix { $0 != "b" && $0 != "a" } }
        == newestFirst.map { "\($0.0) \(utc($0.1)) " })
    // Of the second session the first passing was lost.
    let oldestFirst = first + second.dropFirst()
    let backup = try decode(
      oldestFirst.map { "\($0.0);MC;00001;2021-10-31;\(clock($0.1)).000;1;1;abcde\n" }.joined(), "-z",
      "Europe/Berlin")
    #expect(
      Self.times(backup).map { $0.prefix { $0 != "b" && $0 != "a" } }
        == oldestFirst.map { "\($0.0) \(utc($0.1)) " })
    for outcome in [export, backup] {
      #expect(outcome.complaint.contains("  restarts    the numbering began anew once\n  gaps        none\n"))
    }
  }

  @Test("claims no order where either pass of the doubled hour fits, in either direction")
  func sparse() throws {
    let lines = [("1", "01:59:00"), ("2", "02:30:00"), ("3", "03:10:00")].map { number, time in
      "\(number);MC;00001;2021-10-31;\(time).000;1;1;abcde\n"
    }
    let rising = Self.times(try decode(lines.joined(), "-z", "Europe/Berlin"))
    #expect(rising == ["1 23:59 ", "2 00:30 assumed_first", "3 02:10 "])
    let falling = Self.times(
      try decode(Self.row(3, "03:10:00") + Self.row(2, "02:30:00") + Self.row(1, "01:59:00")))
    #expect(falling == ["3 02:10 ", "2 01:30 assumed_second", "1 23:59 "])
  }

  @Test(
    "takes a line with a field too many or too few for one of the form around it",
    arguments: [
      (one4All5, "2;MC;02976;2019-12-12;09:02:08.295;3;4;937f6;", "cut off"),
      (one4All5, "2;MC;02;76;2019-12-12;09:02:08.295;3;4;937f6", "not a valid date"),
      (
        one4All5, "2;MC;02-76;2019-12-12;09:02:08.295;3;4;937f6",
        "the chip is not 1 to 32 letters and digits"
      ),
      (export, "2;02;2020-03-11 12:25:01.649;16.7578038;-93.116542;Sent;;", "cut off"),
      (older, "DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;006;;", "too many fields"),
      (one4All5, "DM00328;2020/03/15;06:02:55.029;06:02:55.311;9;006", "the antenna is not 1 to 8"),
      (
        one4All5, "0;MC;02976;2019-12-12;09:02:07.295;3;4;937f6",
        "the running number is not from 1 to 4294967295, or has leading zeros"
      ),
      (
        export, "x;02;2020-03-11 12:25:01.649;16.7578038;-93.116542;Sent;;;GMT-06:00",
        "the running number is not a number from 0 to 4294967295"
      ),
    ])
  func formIsKnown(good: String, line: String, words: String) throws {
    let outcome = try decode("\(good)\n\(line)\n\(good)\n")
    #expect(outcome.complaint.contains("a.csv:2: \(words): \(line)\n"), "\(outcome.complaint)")
  }

  @Test(
    "gives the first line as good a reason as the others",
    arguments: [
      // Of 13 fields the last ones may be missing.
      (one4All5 + ";", "cut off"), (one4All5 + ";;x", "cut off"),
      (one4All5 + one4All5, "a passing ran into another line: its number is not certain"),
      (older + ";", "too many fields"), (older + ";;;", "too many fields"),
    ])
  func firstLine(line: String, words: String) throws {
    for text in [line, line + "\n" + Self.export, Self.export + "\n" + line] {
      #expect(try decode(text).complaint.contains(": \(words): \(line.prefix(45))"), "\(text)")
    }
    #expect(try decode("1;b;c;d;e;f;g;h;i\n").complaint.contains(": not a valid date: "))
  }

  @Test("tells every malformed line that is like a passing, also before the first good one")
  func beforeTheFirst() throws {
    let bad = "1;MC;02976;2019-02-29;09:02:07.295;3;4;937f6\n"
    for text in [
      String(repeating: bad, count: 25) + Self.one4All5,
      String(repeating: "nothing\n", count: 12) + String(repeating: bad, count: 25) + Self.one4All5,
      String(repeating: bad, count: 25),
    ] {
      let told = try decode(text).complaint.split(separator: "\n").filter {
        $0.contains(": not a valid date: ")
      }
      #expect(told.count == 25)
    }
  }

  @Test("shows the beginning of a malformed line as a terminal can show it, byte for byte")
  func excerpt() throws {
    let good = Self.one4All5 + "\n"
    let exact = String(repeating: "x", count: 80)
    let noise = String(repeating: "\u{1}", count: 21)
    let outcome = try decode(good + exact + "\n" + exact + "y\n" + noise + "\n")
    #expect(outcome.complaint.contains("a.csv:2: like no line of any known recording: \(exact)\n"))
    #expect(
      outcome.complaint.contains("a.csv:3: like no line of any known recording: \(exact.dropLast())…\n"))
    let shown = String(repeating: "\\x01", count: 20).dropLast()
    #expect(outcome.complaint.contains("a.csv:4: bytes that are no text: \(shown)…\n"))
  }

  @Test("loses no passing to the byte order marks of files that were joined")
  func joinedWithMarks() throws {
    for line in [Self.one4All5, Self.older, Self.export] {
      let outcome = try decode("\u{FEFF}\(line)\r\n\u{FEFF}\(line)\r\n")
      #expect(outcome.code == 0 && outcome.output.split(separator: "\n").count == 3)
    }
  }

  @Test("gives no UTC, rather than an empty or an invented one, outside the years 1 to 9999")
  func beyondTheCalendar() throws {
    let first = "1;MC;00001;0001-01-01;00:00:00.000;1;1;abcde\n"
    let folder = TemporaryFolder()
    let path = folder.write("a.csv", first)
    let json = try Tool.run("decode", "-f", "json", "-z", "Asia/Kolkata", path)
    #expect(json.code == 0)
    #expect(json.output.hasPrefix(#"{"utc":null,"local":"0001-01-01T00:00:00.000","#))
    #expect(json.complaint.contains("  first       0001-01-01 00:00:00.000\n"))
    #expect(json.complaint.contains("  times       1 outside the years 1 to 9999 in UTC: no UTC\n"))
    let csv = try Tool.run("decode", "-f", "csv", "-z", "GMT+01:00", path)
    #expect(csv.output.contains("\n,0001-01-01T00:00:00.000,"))
    let row = "1;;9999-12-31 23:59:00.000;;;;;;America/Mexico_City\n"
    let export = try decode(row)
    #expect(export.output.contains("\n,9999-12-31T23:59:00.000,") && !export.output.contains("unknown_zone"))
    let older = try decode("MC00001;9999/12/31;23:59:00.000;00:00:01.000;1;001\n\(Self.older)\n")
    #expect(older.complaint.contains("a.csv:1: not a valid time: "))
  }

  @Test(
    "does not take this machine's zone for a reader's",
    arguments: ["localtime", "posixrules", "posix/localtime"])
  func zoneOfThisMachine(zone: String) throws {
    let outcome = try decode(Self.one4All5, "-z", zone)
    #expect(
      outcome.code == 64 && outcome.complaint.contains("--time-zone \(zone): there is no such time zone"))
    let row = Self.export.replacing("GMT-06:00", with: zone)
    #expect(try decode(row).output.contains("unknown_zone"))
  }
}
