import One4AllProtocol
import TestSupport
import Testing

@Suite("A recording")
struct RecordingDecoderTests {
  private static let files: [(form: RecordingForm, text: String)] = [
    (
      .one4All5,
      "1;MC;02976;2019-12-12;09:02:07.295;3;4;937f6\n4;LY;00213;2019-12-12;09:02:08.029;1;6;a5e07\r\n"
    ),
    (
      .olderBackup,
      [OlderLine.header, OlderLine.row, OlderLine.row, OlderLine.trailer].joined(separator: "\r\n")
    ),
    (
      .cloudExport,
      [OlderLine.exportHeader, OlderLine.export, OlderLine.export, ""].joined(separator: "\r\n")
    ),
    (.olderFrames, "CONECTADO_4|\(OlderLine.frame)|CONECTADO_4\(OlderLine.frame)|\(OlderLine.frame)|"),
  ]

  @Test("is recognised by itself", arguments: files)
  func recognised(form: RecordingForm, text: String) {
    #expect(Decoded.form(text) == form)
    #expect(!Decoded.records(text).contains { $0.contains("malformed") })
  }

  @Test("is recognised behind a byte order mark and blank lines", arguments: files)
  func behindBlanks(form: RecordingForm, text: String) {
    let padded = "\u{FEFF}\r\n\n   \n" + text
    #expect(Decoded.form(padded) == form)
    #expect(Decoded.form("\u{FEFF}" + text) == form)
    #expect(!Decoded.records(padded).contains { $0.contains("malformed") })
  }

  @Test("keeps all its passings when it was joined from files with a byte order mark each", arguments: files)
  func joinedWithMarks(form: RecordingForm, text: String) {
    let alone = Decoded.records(text)
    let joined = Decoded.records("\u{FEFF}\(text)\n\u{FEFF}\(text)")
    #expect(joined.count == 2 * alone.count && !joined.contains { $0.contains("malformed") })
  }

  @Test("is recognised though its first line is damaged", arguments: files)
  func firstLineDamaged(form: RecordingForm, text: String) {
    for cut in [1, 5, 9, 20] {
      let damaged = String(text.dropFirst(cut))
      #expect(Decoded.form(damaged) == form, "without its first \(cut) bytes")
    }
  }

  @Test("is recognised behind lines of noise, each of which is told", arguments: files)
  func behindNoise(form: RecordingForm, text: String) {
    let records = Decoded.records("garbage\n\u{1}\u{2}\n???\n" + text)
    #expect(Decoded.form("garbage\n\u{1}\u{2}\n???\n" + text) == form)
    #expect(
      Array(records.prefix(3)) == [
        "1:1 malformed unrecognised", "2:1 malformed noise", "3:1 malformed unrecognised",
      ])
    #expect(!records.dropFirst(3).contains { $0.contains("malformed") })
  }

  @Test("needs no form: one that is of none is malformed line by line")
  func unknown() {
    #expect(Decoded.form("name;age\nx;1\n") == nil)
    #expect(Decoded.records("name\nx\n") == ["1:1 malformed unrecognised", "2:1 malformed unrecognised"])
    #expect(Decoded.records("") == [] && Decoded.records("\n\r\n \n") == [])
  }

  @Test("may be several, joined")
  func joined() {
    var decoder = RecordingDecoder()
    let text = Self.files.map { $0.text + "\n" }.joined()
    let records = Decoded.records([Array(text.utf8)], &decoder)
    #expect(decoder.forms == [.one4All5, .olderBackup, .cloudExport, .olderFrames])
    #expect(!records.contains { $0.contains("malformed") })
    #expect(records.filter { $0.contains(" passing ") }.count == 2)
    #expect(records.filter { $0.contains("older ") }.count == 5)
  }

  @Test("of live frames may be one line without end, and every frame has its column")
  func endlessLine() {
    let frames = (0..<500).map { index in "MC0\(1000 + index)" + OlderLine.frame.dropFirst(7) }
    var text = frames.joined(separator: "|") + "|"
    let records = Decoded.records(text)
    #expect(records.count == 500)
    #expect(records[0].hasPrefix("1:1 older MC01000 ") && records[499].hasPrefix("1:22456 older MC01499 "))
    text += "\r\n" + frames[0] + "|x|" + frames[1]
    #expect(
      Decoded.records(text).suffix(3).map { $0.prefix(12) } == [
        "2:1 older MC", "2:46 malform", "2:48 older M",
      ])
  }

  @Test("of live frames may begin with any amount of noise", arguments: [60, 4000, 4060, 4096, 5000, 70_000])
  func framesBehindNoise(length: Int) {
    let frames = String(repeating: OlderLine.frame + "|", count: 100)
    for front in [String(repeating: "\u{0}", count: length), String(repeating: "x", count: length) + "|"] {
      let records = Decoded.records(front + frames + "\r\n" + OlderLine.row)
      #expect(records.count == 102 && records.filter { $0.contains(" older ") }.count == 101)
      #expect(records[0].hasPrefix("1:1 malformed "))
      #expect(records[1].hasPrefix("1:\(front.utf8.count + 1) older MC00001 "))
    }
  }

  @Test("of live frames has the columns of the file, also behind a byte order mark and blanks")
  func columnsBehindBlanks() {
    let records = Decoded.records("\u{FEFF}  \(OlderLine.frame)|x|")
    #expect(records.map { $0.prefix(12) } == ["1:6 older MC", "1:51 malform"])
  }

  @Test("tells why a line is malformed")
  func reasons() {
    let good = RealLine.passing
    let lines = [
      ("2;MC;02976;2019-12-12;09:02:07.295;9;4;937f6", "passing(One4AllProtocol.MalformedReason.antenna)"),
      ("2;MC;029", "passing(One4AllProtocol.MalformedReason.truncated)"),
      ("2;M-;02976;2019-12-12;09:02:07.295;3;4;937f6", "passing(One4AllProtocol.MalformedReason.prefix)"),
      (good + good, "passing(One4AllProtocol.MalformedReason.ambiguousJoin)"),
      ("\u{0}\u{0}" + good, "passing(One4AllProtocol.MalformedReason.number)"), ("well", "unrecognised"),
      ("\u{7F}\u{1}", "noise"), (String(repeating: "7", count: 4097), "tooLong"),
      ("DM00328;2020/03/15;06:02:55.029;06:02:55.311;x;006", "antenna"),
      ("3;02;2020-03-11 12:25:01.649;16.7578038;-93.116542;Sent;;;GMT-6:0", "zone"),
    ]
    let records = Decoded.records(good + "\n" + lines.map { $0.0 + "\n" }.joined() + good)
    for (index, line) in lines.enumerated() {
      #expect(records[index + 1] == "\(index + 2):1 malformed \(line.1)")
    }
    #expect(records.last == "\(lines.count + 2):1 passing \(good)")
  }

  @Test("may hold replies and greetings of the line that it was recorded from")
  func replies() {
    let text = "HELLO One4All\r\n\(RealLine.status)\r\n\(RealLine.passing)\r\nPING;PONG\r\n"
    #expect(
      Decoded.records(text).map { $0.split(separator: " ")[1] } == ["aside", "aside", "passing", "aside"])
  }

  @Test("keeps the passings that ran into a reply or a greeting")
  func joinedReplies() {
    let body = RealLine.passing.dropFirst()
    let passed = "malformed passing(One4AllProtocol.MalformedReason.ambiguousJoin)"
    let lines: [(String, [String])] = [
      (RealLine.status + "2" + body, ["1:1 aside", "1:\(RealLine.status.utf8.count + 1) passing 2\(body)"]),
      ("PING;PONG4" + body, ["1:1 aside", "1:10 passing 4\(body)"]),
      (
        "PING;PONG4\(body)\r\u{0}STOP;STOPMODE",
        ["1:1 aside", "1:10 passing 4\(body)", "1:54 malformed noise", "1:56 aside"]
      ),
      // Where it begins is not certain.
      ("HELLO3" + body, ["1:1 " + passed]), ("HELLO3\(body) and more", ["1:1 " + passed]),
      ("HELLO3" + body.dropLast(3), ["1:1 " + passed]), ("PING;" + OlderLine.row, ["1:1 " + passed]),
      ("STOP;STOPMODE" + OlderLine.export, ["1:1 " + passed]), ("HELLO" + OlderLine.frame, ["1:1 " + passed]),
      ("GETSTATUS;3;4", ["1:1 malformed unrecognised"]),
    ]
    for (line, records) in lines { #expect(Decoded.records(line) == records, "\(line)") }
  }

  @Test("keeps the row that ran into a header, and what is no header is none")
  func joinedHeader() {
    let row = Decoded.records(OlderLine.row)[0].dropFirst(4)
    let start = "ID2-20200315-062123-"
    #expect(Decoded.records(OlderLine.header + OlderLine.row) == ["1:1 aside", "1:34 \(row)"])
    #expect(
      Decoded.records(start + String(repeating: "\u{0}", count: 300) + OlderLine.row) == [
        "1:1 malformed noise", "1:321 \(row)",
      ])
    for wrong in [
      start + "\u{0}", start + OlderLine.frame, start + String(repeating: "1", count: 33), start + "a;b",
      "ID12345678901" + start.dropFirst(3),
    ] {
      #expect(Decoded.records(wrong).allSatisfy { $0.contains(" malformed ") }, "\(wrong)")
    }
    #expect(Decoded.records(start) == ["1:1 aside"])
  }

  @Test("believes nothing behind noise but what begins with a fixed field")
  func noiseInFront() {
    // The noise may have been the first digit of 12.
    #expect(!Decoded.records("\u{0}2" + RealLine.passing.dropFirst()).contains { $0.contains(" passing 2;") })
    #expect(
      Decoded.records("\u{0}\u{1}" + OlderLine.row).map { $0.prefix(13) } == [
        "1:1 malformed", "1:3 older DM0",
      ])
  }

  @Test("gives the same records however it is cut", arguments: 1...12)
  func chunks(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    let long = String(repeating: "9;", count: 3000)
    let endless = (0..<120).map { _ in OlderLine.frame }.joined(separator: "|")
    let parts =
      Self.files.map(\.text) + [
        "\n", "\r\n", "|", "\u{FEFF}", "noise\n", long, long + "\n", endless, endless + "\n",
        RealLine.passing, RealLine.status + "\n", OlderLine.frame + "|", "\u{0}\u{1}",
        String(repeating: "\u{0}", count: 4050), String(repeating: "x", count: 4096),
      ]
    for _ in 0..<60 {
      let part = Array((parts.randomElement(using: &random) ?? "").utf8)
      let isCut = Int.random(in: 0..<5, using: &random) == 0
      bytes += isCut ? part.prefix(Int.random(in: 0...part.count, using: &random)) : part[...]
    }
    var whole = RecordingDecoder()
    let records = Decoded.records([bytes], &whole)
    for longest in [1, 7, 300, 5000] {
      var decoder = RecordingDecoder()
      let chunks = FixtureTests.chunks(of: bytes, longest: longest, using: &random)
      #expect(Decoded.records(chunks, &decoder) == records, "chunks of \(longest)")
      #expect(decoder.forms == whole.forms)
    }
  }

  @Test("of random bytes ends in no crash, and nothing is believed of it", arguments: 1...8)
  func randomBytes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("0123456789;;;-:./ |\n\nMCDTAR\r\0".utf8)
    let bytes = (0..<60_000).map { _ -> UInt8 in
      seed % 2 == 0 ? .random(in: 0...255, using: &random) : alphabet.randomElement(using: &random) ?? 0
    }
    var decoder = RecordingDecoder()
    let records = Decoded.records([bytes], &decoder)
    #expect(!records.isEmpty && !records.contains { !$0.contains("malformed") && !$0.contains("aside") })
  }
}
