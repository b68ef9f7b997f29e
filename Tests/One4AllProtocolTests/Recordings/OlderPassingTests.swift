import One4AllProtocol
import TestSupport
import Testing

@Suite("The passings of older readers")
struct OlderPassingTests {
  @Test("A real live frame has chip, both times, antenna, reads and flags")
  func frame() throws {
    let passing = try OlderPassing(parsingFrame: Array(OlderLine.frame.utf8).span)
    #expect(passing.chip.text == "MC00001")
    #expect(passing.firstSeen?.dateText == "2015-04-14")
    #expect(passing.firstSeen?.preciseTimeText == "12:07:55.416")
    #expect(try span(passing) == 2594)
    #expect(passing.antenna == 1 && passing.reads == 34 && passing.flags.text == "TV")
    #expect(Self.frame(passing) == OlderLine.frame)
  }

  @Test("A real row of a backup file has chip, both times, antenna and reads")
  func row() throws {
    let passing = try OlderPassing(parsingRow: Array(OlderLine.row.utf8).span)
    #expect(passing.chip.text == "DM00328")
    #expect(passing.firstSeen?.dateText == "2020-03-15")
    #expect(passing.firstSeen?.preciseTimeText == "06:02:55.029")
    #expect(try span(passing) == 282)
    #expect(passing.antenna == 3 && passing.reads == 6 && passing.flags.isEmpty)
    #expect(Self.row(passing) == OlderLine.row)
  }

  @Test("VOIDTAG is a test read, and no chip")
  func testRead() throws {
    let frame = "VOIDTAG" + OlderLine.frame.dropFirst(7)
    let passing = try OlderPassing(parsingFrame: Array(frame.utf8).span)
    #expect(passing.chip == .testRead && passing.chip.key == nil)
    #expect(Self.frame(passing) == frame)
  }

  @Test(
    "A test read may have no time and no antenna, which are zeros then",
    arguments: ["0;000", "0;001", "3;045", "8;1200"])
  func testReadWithoutTime(_ end: String) throws {
    let row = "VOIDTAG;0000/00/00;00:00:00.000;00:00:00.000;\(end)"
    let passing = try OlderPassing(parsingRow: Array(row.utf8).span)
    #expect(passing.chip == .testRead && passing.firstSeen == nil && passing.localMilliseconds == nil)
    #expect(Self.row(passing) == row)
    let frame = "VOIDTAGD00000000T000000000T000000000A0R000TV"
    let live = try OlderPassing(parsingFrame: Array(frame.utf8).span)
    #expect(live.chip == .testRead && live.localMilliseconds == nil && live.antenna == 0)
    #expect(Self.frame(live) == frame)
  }

  @Test("A test read with a time may have no antenna either")
  func testReadWithoutAntenna() throws {
    let row = "VOIDTAG;2020/03/15;06:02:55.029;06:02:55.311;0;000"
    let passing = try OlderPassing(parsingRow: Array(row.utf8).span)
    #expect(passing.antenna == 0 && passing.firstSeen?.preciseTimeText == "06:02:55.029")
    #expect(Self.row(passing) == row)
  }

  @Test(
    "Only a test read may be without a time, and only all of it may be zeros",
    arguments: [
      ("DM00328;0000/00/00;00:00:00.000;00:00:00.000;0;000", RecordFault.date),
      ("VOIDTAG;0000/00/00;06:02:55.029;00:00:00.000;0;000", .date),
      ("VOIDTAG;0000/00/00;00:00:00.000;00:00:00.000;9;000", .antenna),
      ("VOIDTAG;0000/00/00;00:00:00.000;00:00:00.000;0;0000", .reads),
    ])
  func otherZeros(row: String, fault: RecordFault) {
    #expect(throws: fault) { try OlderPassing(parsingRow: Array(row.utf8).span) }
  }

  @Test("A frame needs no flags, and has eight at most")
  func flags() throws {
    let bare = String(OlderLine.frame.prefix(42))
    #expect(try OlderPassing(parsingFrame: Array(bare.utf8).span).flags.isEmpty)
    #expect(try OlderPassing(parsingFrame: Array((bare + "12345678").utf8).span).flags.text == "12345678")
    #expect(throws: RecordFault.flags) {
      try OlderPassing(parsingFrame: Array((bare + "123456789").utf8).span)
    }
    #expect(throws: RecordFault.flags) { try OlderPassing(parsingFrame: Array((bare + "T V").utf8).span) }
  }

  @Test("The end of a frame is no flag of it")
  func frameEnd() {
    #expect(throws: RecordFault.flags) {
      try OlderPassing(parsingFrame: Array((OlderLine.frame + "|").utf8).span)
    }
  }

  @Test("A best time behind midnight belongs to the next day")
  func midnight() throws {
    let row = "DM00328;2020/02/29;23:59:59.900;00:00:00.100;3;006"
    let passing = try OlderPassing(parsingRow: Array(row.utf8).span)
    #expect(try span(passing) == 200)
    #expect(Self.row(passing) == row)
  }

  @Test("A best time a little before the first is kept as it is")
  func earlierBest() throws {
    let row = "DM00328;2020/02/29;12:00:00.900;12:00:00.100;3;006"
    let passing = try OlderPassing(parsingRow: Array(row.utf8).span)
    #expect(try span(passing) == -800)
  }

  @Test(
    "What is wrong with a row is said",
    arguments: [
      ("DM0032;2020/03/15;06:02:55.029;06:02:55.311;3;0060", RecordFault.chip),
      ("D100328;2020/03/15;06:02:55.029;06:02:55.311;3;006", .chip),
      ("DM00328;2020-03-15;06:02:55.029;06:02:55.311;3;006", .date),
      ("DM00328;2021/02/29;06:02:55.029;06:02:55.311;3;006", .date),
      ("DM00328;2020/03/15;24:02:55.029;06:02:55.311;3;006", .firstSeen),
      ("DM00328;2020/03/15;06:02:55.029;06:02:60.311;3;006", .time),
      ("DM00328;9999/12/31;23:59:00.000;00:00:01.000;3;006", .time),
      ("DM00328;2020/03/15;06:02:55.029;06:02:55.311;9;006", .antenna),
      ("DM00328;2020/03/15;06:02:55.029;06:02:55.311;0;006", .antenna),
      ("DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;00x", .reads),
      ("DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;0006", .reads),
      ("DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;4294967296", .reads),
      ("DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;006;1", .fieldCount),
      ("DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;00", .truncated), ("", .truncated),
    ])
  func faults(row: String, fault: RecordFault) {
    #expect(throws: fault) { try OlderPassing(parsingRow: Array(row.utf8).span) }
  }

  @Test(
    "What is wrong with a frame is said",
    arguments: [
      ("MC0000xD20150414T120755416T120758010A1R034TV", RecordFault.chip),
      ("MC00001d20150414T120755416T120758010A1R034TV", .chip),
      ("MC00001D20150431T120755416T120758010A1R034TV", .date),
      ("MC00001D20150414T126055416T120758010A1R034TV", .firstSeen),
      ("MC00001D20150414T120755416T12075801xA1R034TV", .time),
      ("MC00001D99991231T235900000T000001000A1R034TV", .time),
      ("MC00001D20150414T120755416T120758010A9R034TV", .antenna),
      ("MC00001D20150414T120755416T120758010A1R0x4TV", .reads),
      ("MC00001D20150414T120755416T120758010A1R03", .truncated),
    ])
  func frameFaults(frame: String, fault: RecordFault) {
    #expect(throws: fault) { try OlderPassing(parsingFrame: Array(frame.utf8).span) }
  }

  @Test("Random passings survive both forms")
  func roundTrips() throws {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<2000 {
      let passing = try #require(Self.passing(using: &random))
      var bytes: [UInt8] = []
      passing.encodeFrame(into: &bytes)
      #expect(try OlderPassing(parsingFrame: bytes.span) == passing)
      bytes = []
      passing.encodeRow(into: &bytes)
      let back = try OlderPassing(parsingRow: bytes.span)
      #expect(back.chip == passing.chip && back.localMilliseconds == passing.localMilliseconds)
      #expect(back.firstSeen == passing.firstSeen && back.reads == passing.reads && back.flags.isEmpty)
    }
  }

  @Test("Whatever becomes of a byte: a reason, or exactly what the bytes say")
  func everyByteMutated() {
    for (text, isRow) in [(OlderLine.row, true), (OlderLine.frame, false)] {
      let good = Array(text.utf8)
      for index in good.indices {
        for byte in UInt8.min...UInt8.max {
          var bytes = good
          bytes[index] = byte
          guard
            let passing = isRow
              ? try? OlderPassing(parsingRow: bytes.span) : try? OlderPassing(parsingFrame: bytes.span)
          else { continue }
          var written: [UInt8] = []
          if isRow { passing.encodeRow(into: &written) } else { passing.encodeFrame(into: &written) }
          #expect(written == bytes)
        }
      }
      for length in good.indices {
        let cut = Array(good[..<length])
        let isWhole = isRow ? length >= 50 : length >= 42
        #expect(
          ((isRow ? try? OlderPassing(parsingRow: cut.span) : try? OlderPassing(parsingFrame: cut.span))
            != nil) == isWhole)
      }
    }
  }

  @Test("Values out of range make no passing")
  func ranges() throws {
    let prefix = try #require(ChipPrefix("MC"))
    let noon = try #require(LocalDateTime(year: 2020, month: 3, day: 15, hour: 12))
    let tomorrow = try #require(LocalDateTime(year: 2020, month: 3, day: 16, hour: 12))
    let make = { (chip: RecordedChip, antenna: UInt8, best: LocalDateTime) in
      OlderPassing(chip: chip, firstSeen: noon, best: best, antenna: antenna, reads: 1)
    }
    #expect(make(.chip(prefix, 99_999), 8, noon) != nil)
    #expect(make(.chip(prefix, 100_000), 8, noon) == nil)
    #expect(make(.none, 8, noon) == nil)
    #expect(make(.testRead, 9, noon) == nil)
    #expect(make(.testRead, 8, tomorrow) == nil)
  }

  /// From the first read to the best one, milliseconds.
  private func span(_ passing: OlderPassing) throws -> Int64 {
    try #require(passing.localMilliseconds) - #require(passing.firstSeenMilliseconds)
  }

  private static func row(_ passing: OlderPassing) -> String {
    var bytes: [UInt8] = []
    passing.encodeRow(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func frame(_ passing: OlderPassing) -> String {
    var bytes: [UInt8] = []
    passing.encodeFrame(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  static func passing(using random: inout SeededGenerator) -> OlderPassing? {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)
    let start = Int64.random(in: -62_135_596_800_000...253_402_200_000_000, using: &random)
    guard let a = letters.randomElement(using: &random), let b = letters.randomElement(using: &random),
      let prefix = ChipPrefix(a + b), let first = LocalDateTime(millisecondsSince1970: start),
      let best = LocalDateTime(millisecondsSince1970: start + Int64.random(in: 0...60_000, using: &random)),
      let flags = PackedText(["", "TV", "X"].randomElement(using: &random) ?? "")
    else { return nil }
    let isTest = Int.random(in: 0..<20, using: &random) == 0
    return OlderPassing(
      chip: isTest ? .testRead : .chip(prefix, UInt32.random(in: 0...99_999, using: &random)),
      firstSeen: first, best: best, antenna: UInt8.random(in: 1...8, using: &random),
      reads: UInt32.random(in: 0...999, using: &random), flags: flags)
  }
}
