import JSONDocument
import JSONText
import LinuxSystem
import TestSupport
import Testing

@testable import TechnicianTool

@Suite("one4allctl decode", .timeLimit(.minutes(20)))
struct DecodeTests {
  private static let folder = Files.parent(of: #filePath) + "/Golden/decode"

  /// A recording beside these tests, and the zone to decode it with.
  struct Recording: Sendable, CustomTestStringConvertible {
    let name: String
    var zone: String?
    var testDescription: String { name }
    var path: String { "\(DecodeTests.folder)/\(name)" }
  }

  private static let recordings = [
    Recording(name: "one4all5.csv", zone: "America/Mexico_City"), Recording(name: "older.csv"),
    Recording(name: "export.csv", zone: "GMT+02:00"), Recording(name: "frames.txt", zone: "Asia/Kolkata"),
    Recording(name: "summertime.csv", zone: "Europe/Berlin"),
    Recording(name: "startless.csv", zone: "Europe/Berlin"), Recording(name: "other.txt"),
  ]

  @Test("shows recordings of every form in every format", arguments: recordings, ["table", "csv", "json"])
  func golden(recording: Recording, format: String) throws {
    let zone = recording.zone.map { ["--time-zone", $0] } ?? []
    let config = ["--config", Self.emptyConfiguration.file("a.conf")]
    let outcome = try Tool(["decode", "--format", format] + zone + config + [recording.path]).outcome
    var text = "exit code \(outcome.code)\n== standard output\n\(outcome.output)"
    text += "== standard error\n\(outcome.complaint)"
    try Golden.expect(
      text.replacing(Self.folder + "/", with: ""), is: "decode/\(recording.name).\(format)")
  }

  private static let emptyConfiguration: TemporaryFolder = {
    let folder = TemporaryFolder()
    folder.write("a.conf", "")
    return folder
  }()

  @Test("writes every line of JSON as a document of its own, and the summary elsewhere")
  func jsonLines() throws {
    for recording in Self.recordings where recording.name != "other.txt" {
      let outcome = try Tool.run("decode", "-f", "json", "-z", "UTC", recording.path)
      let lines = outcome.output.split(separator: "\n")
      #expect(!lines.isEmpty)
      for line in lines {
        let members = try JSONText.parse(String(line)).object?.members.map(\.name)
        #expect(
          members == [
            "utc", "local", "chip", "antenna", "reads", "number", "bib", "first_seen", "note",
            "epc", "reserved",
          ])
      }
      #expect(outcome.complaint.contains("  passings  "))
    }
  }

  @Test("shows EPC and reserved fields of passings of 13 fields, and chips of FREE readers")
  func thirteenFields() throws {
    let folder = TemporaryFolder()
    let path = folder.write(
      "free.csv",
      """
      1;MC;00978;2026-05-17;09:02:07.295;3;4;30303030304D433030393738;;;;;937f6
      2;;RUNNER7;2026-05-17;09:02:08.295;3;4;;a b;;,;x;937f6
      3;EV2026;7;2026-05-17;09:02:09.295;3;4;937f6
      4;MC;00978;2026-05-17;09:02:10.295;3;4;;937f6

      """)
    let csv = try Tool.run("decode", "-z", "UTC", "-f", "csv", path)
    let rows = csv.output.split(separator: "\n").dropFirst()
    #expect(rows.count == 3 && csv.code == 65)
    #expect(csv.complaint.contains("\(path):4: not 8 fields, nor 13"))
    #expect(rows[1].hasSuffix("MC00978,3,4,1,,,,30303030304D433030393738,"))
    #expect(rows[2].hasSuffix("RUNNER7,3,4,2,,,,,\"a b;;,;x\""))
    #expect(rows[3].hasSuffix("EV20267,3,4,3,,,,,"))
    let json = try Tool.run("decode", "-z", "UTC", "-f", "json", path).output.split(separator: "\n")
    let second = try JSONText.parse(String(json[1]))
    #expect(second["epc"] == "" && second["reserved"] == ["a b", "", ",", "x"])
    #expect(try JSONText.parse(String(json[2]))["epc"] == .null)
    let table = try Tool.run("decode", "-z", "UTC", path).output
    #expect(table.contains("  epc 30303030304D433030393738\n") && table.contains(" RUNNER7 "))
  }

  @Test("treats several files alike, and one that is not there stops none")
  func severalFiles() throws {
    let paths = ["older.csv", "summertime.csv"].map { "\(Self.folder)/\($0)" }
    let outcome = try Tool.run(
      "decode", "-f", "csv", paths[0], "/nonexistent/file.csv", Self.folder, paths[1])
    #expect(outcome.code == 66)
    #expect(outcome.output.split(separator: "\n").count == 1 + 5 + 6)
    #expect(outcome.output.hasPrefix("utc,local,"))
    #expect(outcome.complaint.contains("one4allctl: /nonexistent/file.csv: No such file or directory\n"))
    #expect(outcome.complaint.contains("one4allctl: \(Self.folder): Is a directory\n"))
    #expect(outcome.complaint.contains("2 recordings\n  passings    9\n"))
  }

  @Test("takes the test reads of an older file that have no time for what they are, and ends with 0")
  func testReadsWithoutTime() throws {
    let test = "VOIDTAG;0000/00/00;00:00:00.000;00:00:00.000;0;000\r\n"
    let row = "DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;006\r\n"
    let folder = TemporaryFolder()
    let path = folder.write(
      "tests.csv",
      "ID2-20200315-062123- 123-e: 512_1\r\n" + String(repeating: test, count: 59) + row + test
        + "20200315-163625-695\r\n")
    let outcome = try Tool.run("decode", "-z", "Europe/Madrid", path)
    #expect(outcome.code == 0, "\(outcome)")
    #expect(outcome.output.contains("  passings    1\n") && outcome.output.contains("  test reads  60\n"))
    #expect(outcome.output.contains("  malformed   none\n"))
    #expect(outcome.output.contains("  first       2020-03-15 06:02:55.311 = 2020-03-15T05:02:55.311Z\n"))
  }

  @Test("of several files each passing names its own; an empty file is told, and ends with 65")
  func namedFiles() throws {
    let folder = TemporaryFolder()
    let frame = "7;MC;02976;2019-12-12;09:02:07.295;3;4;937f6\n"
    let (first, second) = (folder.write("a.csv", frame), folder.write("b,c.csv", frame))
    let csv = try Tool.run("decode", "-z", "UTC", "-f", "csv", first, second)
    let lines = csv.output.split(separator: "\n")
    #expect(csv.code == 0 && lines[0].hasSuffix(",note,epc,reserved,file"))
    #expect(
      lines[1].hasSuffix(",,,,,,\(first)") && lines[2].hasSuffix(",,,,,,\"\(second)\""),
      "\(csv.output)")
    let json = try Tool.run("decode", "-z", "UTC", "-f", "json", first, second)
    #expect(
      try json.output.split(separator: "\n").map { try JSONText.parse(String($0))["file"]?.string } == [
        first, second,
      ])
    let odd = folder.write("d\r\ne.csv", frame)
    #expect(
      try Tool.run("decode", "-z", "UTC", "-f", "csv", odd, first).output.contains(
        ",,,,,,\"\(odd)\"\n"))
    let one = try Tool.run("decode", "-z", "UTC", "-f", "csv", first)
    #expect(
      one.output.hasPrefix("utc,local,chip,antenna,reads,number,bib,first_seen,note,epc,reserved\n")
    )
    for nothing in ["", "\r\n\n \t\n", "\u{FEFF}", "\u{FEFF}\n"] {
      let empty = folder.write("empty.csv", nothing)
      let aborted = try Tool.run("decode", "-z", "UTC", first, empty)
      #expect(
        aborted.code == 65 && aborted.complaint == "one4allctl: \(empty) is empty: was it copied whole?\n")
    }
  }

  @Test("reads standard input where there is no file, or -")
  func standardInput() throws {
    let folder = TemporaryFolder()
    for words in ["", "-", "- -"] {
      let program = "\(Program.builtFolder)/one4allctl decode -z UTC -f csv \(words)"
      let code = try Program(
        ["sh", "-c", "exec \(program) < '\(Self.folder)/summertime.csv'"], output: folder.file("output")
      ).wait()
      #expect(code == 0)
      let output = String(decoding: try Files.read(folder.file("output")), as: UTF8.self)
      #expect(output.split(separator: "\n").count == 7)
    }
  }

  @Test("takes the zone that the configuration sets, though the file is faulty elsewhere, and says so")
  func configuredZone() throws {
    let folder = TemporaryFolder()
    let path = folder.write("a.conf", "[reader]\ntime_zone = Asia/Kolkata\nbuad_rate = 1\n")
    let file = "\(Self.folder)/summertime.csv"
    let outcome = try Tool.run("--config", path, "decode", "-f", "csv", file)
    #expect(outcome.output.contains("\n2024-10-26T20:29:30.000Z,2024-10-27T01:59:30.000,MC00001,"))
    #expect(outcome.complaint.contains("UTC by the time zone Asia/Kolkata, from \(path)\n"))
    let other = try Tool.run("decode", "--config", path, "-f", "csv", "-z", "UTC", file)
    #expect(other.output.contains("\n2024-10-27T01:59:30.000Z,2024-10-27T01:59:30.000,MC00001,"))
    #expect(try Tool.run("--config", folder.file("none"), "decode", file).code == 78)
    folder.write("a.conf", "[reader]\ntime_zone = GMT-06:00\n")
    let offset = try Tool.run("--config", path, "decode", "-f", "csv", file)
    #expect(offset.output.contains("\n2024-10-27T07:59:30.000Z,2024-10-27T01:59:30.000,MC00001,"))
  }

  @Test(
    "says that the zone of the configuration is none, and where it stands",
    arguments: ["Europe/Madridd", "GMT-19:00", "posixrules"])
  func wrongConfiguredZone(zone: String) throws {
    let folder = TemporaryFolder()
    let path = folder.write("a.conf", "[reader]\ntime_zone = \(zone)\n")
    let place = "\(path):2: time_zone"
    let outcome = try Tool.run("--config", path, "decode", "\(Self.folder)/older.csv")
    #expect(outcome.code == 78 && outcome.output.isEmpty && outcome.complaint.contains(place), "\(outcome)")
    // Nobody named the default file: its recordings are decoded all the same.
    let chosen = try DecodeZone.choose(nil, configuration: nil, standard: path)
    #expect(chosen.warning?.hasPrefix("no time zone from the configuration:\n\(place)") == true)
    #expect(try DecodeZone.choose("UTC", configuration: nil, standard: path).warning == nil)
    // What is read later wins.
    folder.write("a.conf.d/b.conf", "[reader]\ntime_zone = UTC\n")
    #expect(
      try DecodeZone.choose(nil, configuration: path).note(isUTCMissing: true)?.contains("zone UTC,") == true)
    #expect(try DecodeZone.choose(nil, configuration: nil, standard: folder.file("none")).warning == nil)
  }

  @Test(
    "names the zones that were probably meant",
    arguments: [
      ("mexico_city", "America/Mexico_City"), ("Europe/Berln", "Europe/Berlin"),
      ("america/santiago", "America/Santiago"),
      ("Nowhere/Atall", "timedatectl"), ("GMT-19:00", "no such time zone"), ("../UTC", "UTC"),
    ])
  func wrongZone(zone: String, hint: String) throws {
    let outcome = try Tool.run("decode", "--time-zone", zone, "\(Self.folder)/older.csv")
    #expect(outcome.code == 64 && outcome.output.isEmpty)
    #expect(outcome.complaint.contains("--time-zone \(zone): ") && outcome.complaint.contains(hint))
  }

  @Test("shortens long lists of numbers, and sees what came twice or out of order")
  func numbers() throws {
    var lines = (0..<40).map { Self.line(1 + 3 * $0, second: $0) }
    lines += [Self.line(2, second: 1), Self.line(4, second: 1), Self.line(4, second: 1)]
    let folder = TemporaryFolder()
    let path = folder.write("a.csv", lines.joined(separator: "\n"))
    let outcome = try Tool.run("decode", path)
    #expect(outcome.output.contains("  passings    43\n"))
    #expect(outcome.output.contains("  numbers     1 to 118\n"))
    #expect(
      outcome.output.contains(
        "  gaps        77 numbers missing: 3, 5-6, 8-9, 11-12, 14-15, 17-18, 20-21, 23-24 and 31 more ranges\n"
      ))
    #expect(outcome.output.contains("  repeated    2 passings: 4\n"))
    #expect(!outcome.output.contains("restarts"))
  }

  @Test("tells a new session from passings that were fetched again")
  func restarts() throws {
    let first = (1...5).map { Self.line($0, second: $0) }
    let second = (1...3).map { Self.line($0, second: 20 + $0) }
    let folder = TemporaryFolder()
    let path = folder.write("a.csv", (first + second + second).joined(separator: "\n"))
    let outcome = try Tool.run("decode", path)
    #expect(outcome.output.contains("  numbers     1 to 5, 1 to 3\n"))
    #expect(outcome.output.contains("  restarts    the numbering began anew once\n"))
    #expect(outcome.output.contains("  gaps        none\n"))
    #expect(outcome.output.contains("  repeated    3 passings: 1-3\n"))
  }

  @Test("tells a new session in the doubled hour, and after the reader's clock was set back")
  func restartsBackInTime() throws {
    let folder = TemporaryFolder()
    let passing = { (number: Int, time: String) in "\(number);MC;00001;2024-10-27;\(time).000;1;1;abcde\n" }
    let path = folder.write(
      "a.csv",
      passing(1, "02:50:00") + passing(2, "02:55:00") + passing(1, "02:10:00") + passing(2, "02:12:00")
        + passing(1, "01:00:00") + passing(1, "01:00:00"))
    let outcome = try Tool.run("decode", "-f", "csv", "-z", "Europe/Berlin", path)
    let times = outcome.output.split(separator: "\n").dropFirst().map { $0.prefix(19) }
    #expect(
      times == [
        "2024-10-27T00:50:00", "2024-10-27T00:55:00", "2024-10-27T01:10:00", "2024-10-27T01:12:00",
        "2024-10-26T23:00:00", "2024-10-26T23:00:00",
      ])
    #expect(outcome.complaint.contains("  numbers     1 to 2, 1 to 2, 1\n"))
    #expect(outcome.complaint.contains("  restarts    the numbering began anew 2 times\n"))
    #expect(outcome.complaint.contains("  repeated    1 passing: 1\n"))
  }

  @Test("converts rows of several zones, one after the other")
  func alternatingZones() throws {
    let folder = TemporaryFolder()
    let zones = [
      "Europe/Berlin", "Asia/Kolkata", "GMT-06:00", "Europe/Berlin", "Mars/Olympus", "Asia/Kolkata",
    ]
    let rows = zones.enumerated().map { "\(9 - $0);;2020-01-15 12:00:00.000;;;;;;\($1)\n" }
    let outcome = try Tool.run("decode", "-f", "csv", folder.write("a.csv", rows.joined()))
    let hours = outcome.output.split(separator: "\n").dropFirst().map {
      $0.prefix { $0 != "," }.dropFirst(11).prefix(5)
    }
    #expect(hours == ["11:00", "06:30", "18:00", "11:00", "", "06:30"])
  }

  @Test("does not flood the terminal with a file of another kind")
  func anotherKind() throws {
    let folder = TemporaryFolder()
    let noise = folder.write("a.bin", String(repeating: "nothing here\n", count: 5000))
    let outcome = try Tool.run("decode", noise)
    #expect(outcome.code == 65)
    #expect(outcome.complaint.split(separator: "\n").count == 11)
    #expect(outcome.complaint.contains("a.bin: of no known form; known are One4All 5 backup, "))
    #expect(outcome.output.contains("  malformed   5000 lines\n"))
    let late = folder.write("b.bin", String(repeating: "nothing here\n", count: 50) + Self.line(1, second: 1))
    #expect(
      try Tool.run("decode", late).complaint.contains("b.bin: 40 more lines before the first that is known\n")
    )
  }

  @Test("brings no escapes to the terminal, neither from a bib nor from a malformed line")
  func escapes() throws {
    let folder = TemporaryFolder()
    let path = folder.write(
      "a.csv", "3;\u{9B}2J;2020-03-11 12:25:01.649;;;Sent;;;GMT\n4;\u{1B}[2J;2020-03-11 12:25:01.649;;;;;;\n")
    let outcome = try Tool.run("decode", path)
    #expect(outcome.output.contains("\u{FFFD}2J") && !outcome.output.contains("\u{9B}"))
    #expect(outcome.complaint.contains("\\x1b[2J") && !outcome.complaint.contains("\u{1B}"))
  }

  @Test("says that what it wrote could not be kept")
  func fullDisk() throws {
    let folder = TemporaryFolder()
    let words = ["\(Program.builtFolder)/one4allctl", "decode", "\(Self.folder)/older.csv"]
    let code = try Program(words, output: "/dev/full", errors: folder.file("errors")).wait()
    #expect(code == 71)
    let complaint = String(decoding: try Files.read(folder.file("errors")), as: UTF8.self)
    #expect(complaint.contains("standard output: No space left on device"))
  }

  private static func line(_ number: Int, second: Int) -> String {
    "\(number);MC;00001;2020-01-01;10:00:\(second < 10 ? "0" : "")\(second).000;1;1;abcde"
  }
}
