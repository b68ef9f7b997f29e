import One4AllProtocol
import TestSupport
import Testing

@Suite("The rows of the cloud's export")
struct ExportedPassingTests {
  private static func text(_ line: String, _ range: Range<Int>) -> String {
    String(decoding: Array(line.utf8)[range], as: UTF8.self)
  }

  @Test("A real row has number, bib, time and zone, and keeps its text")
  func realRow() throws {
    let line = OlderLine.export
    let row = try ExportedPassing(parsing: Array(line.utf8).span)
    #expect(row.number == 3)
    #expect(Self.text(line, row.bib) == "02")
    let time = try #require(LocalDateTime(millisecondsSince1970: row.localMilliseconds))
    #expect(time.dateText == "2020-03-11" && time.preciseTimeText == "12:25:01.649")
    #expect(Self.text(line, row.latitude) == "16.7578038" && Self.text(line, row.longitude) == "-93.116542")
    #expect(Self.text(line, row.status) == "Sent")
    #expect(row.chip == .none && row.participant.isEmpty)
    #expect(row.zone == .offset(minutes: -360))
  }

  @Test("A chip is the same chip whatever recorded it, and another name is kept as it came")
  func chips() throws {
    let chip = { (text: String) throws -> RecordedChip in
      let line = "3;02;2020-03-11 12:25:01.649;;;;\(text);;"
      return try ExportedPassing(parsing: Array(line.utf8).span).chip
    }
    let older = try OlderPassing(parsingRow: Array(OlderLine.row.utf8).span)
    #expect(try chip("DM00328").key == older.chip.key)
    #expect(try chip("4711").text == "4711")
    #expect(try chip("4711").key != chip("4712").key)
    #expect(try chip("VOIDTAG") == .testRead)
    #expect(throws: RecordFault.chip) { try chip("123456789") }
    #expect(throws: RecordFault.chip) { try chip("4 7") }
  }

  @Test(
    "A zone is an offset, a name or nothing",
    arguments: [
      ("", RecordedZone.none), ("GMT", .offset(minutes: 0)), ("UTC", .offset(minutes: 0)),
      ("Z", .offset(minutes: 0)), ("GMT+05:30", .offset(minutes: 330)), ("-03:30", .offset(minutes: -210)),
      ("GMT-6", .offset(minutes: -360)), ("UTC+10", .offset(minutes: 600)),
      ("America/Mexico_City", .name(32..<51)), ("Etc/GMT+6", .name(32..<41)),
    ])
  func zones(text: String, zone: RecordedZone) throws {
    let line = "3;;2020-03-11 12:25:01.649;;;;;;\(text)"
    #expect(try ExportedPassing(parsing: Array(line.utf8).span).zone == zone)
  }

  @Test(
    "What is wrong with a row is said",
    arguments: [
      ("x;02;2020-03-11 12:25:01.649;1;2;Sent;;;GMT", RecordFault.number),
      (";02;2020-03-11 12:25:01.649;1;2;Sent;;;GMT", .number),
      ("4294967296;02;2020-03-11 12:25:01.649;1;2;Sent;;;GMT", .number),
      ("3;02;2020-13-11 12:25:01.649;1;2;Sent;;;GMT", .date), ("3;02;;1;2;Sent;;;GMT", .date),
      ("3;02;2020-03-11;1;2;Sent;;;GMT", .time), ("3;02;2020-03-11T12:25:01.649;1;2;Sent;;;GMT", .time),
      ("3;02;2020-03-11 12:25:61;1;2;Sent;;;GMT", .time),
      ("3;02;2020-03-11 12:25:01.64;1;2;Sent;;;GMT", .time),
      ("3;02;2020-03-11 12:25:01.649;1;2;Sent;;;GMT-6:0", .zone),
      ("3;02;2020-03-11 12:25:01.649;1;2;Sent;;;GMT-19:00", .zone),
      ("3;02;2020-03-11 12:25:01.649;1;2;Sent;;;GMT+05:60", .zone),
      ("3;02;2020-03-11 12:25:01.649;1;2;Sent;;;../../etc/passwd", .zone),
      ("3;0\u{1}2;2020-03-11 12:25:01.649;1;2;Sent;;;GMT", .text),
      ("3;02;2020-03-11 12:25:01.649;1;2;Sent;;", .truncated), ("", .truncated),
      ("3;02;2020-03-11 12:25:01.649;1;2;Sent;;;GMT;", .fieldCount),
    ])
  func faults(line: String, fault: RecordFault) {
    #expect(throws: fault) { try ExportedPassing(parsing: Array(line.utf8).span) }
  }

  @Test("Seconds need no fraction")
  func wholeSeconds() throws {
    let line = "3;;2020-03-11 12:25:01;;;;;;"
    #expect(try ExportedPassing(parsing: Array(line.utf8).span).localMilliseconds % 60_000 == 1000)
  }

  @Test("Whatever becomes of a byte: a reason, or what the fields say, split by hand")
  func everyByteMutated() {
    let good = Array(OlderLine.export.utf8)
    for index in good.indices {
      for byte in UInt8.min...UInt8.max {
        var bytes = good
        bytes[index] = byte
        guard let row = try? ExportedPassing(parsing: bytes.span) else { continue }
        let fields = bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        #expect(fields.count == 9)
        #expect(String(decoding: fields[0], as: UTF8.self) == "\(row.number)")
        #expect(Array(bytes[row.bib]) == Array(fields[1]))
        #expect(Array(bytes[row.status]) == Array(fields[5]))
        #expect(Array(row.chip.text.utf8) == Array(fields[6]))
      }
    }
  }
}
