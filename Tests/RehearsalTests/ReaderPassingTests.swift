import JSONDocument
import Rehearsal
import Testing

@Suite("The simulated reader's passings and session files")
struct ReaderPassingTests {
  private static func frames(_ document: JSONValue, session: Int = 0) -> [String] {
    document["sessions"]?.array?[session]["frames"]?.array?.compactMap(\.string) ?? []
  }

  @Test("A passing has the form of the reference, the reader's clock and its number")
  func form() throws {
    var rig = ReaderRig { $0.isStarted = true }
    let frame = try rig.order("pass 123 4")
    #expect(frame.hasPrefix("1;MC;00123;2019-11-17;13:17:17.000;4;"))
    let fields = frame.split(separator: ";")
    #expect(fields.count == 8)
    #expect((1...12).contains(Int(fields[6]) ?? 0))
    #expect(fields[7].count == 5 && Int(fields[7], radix: 16) != nil)
    #expect(try rig.order("pass LY00213 1").hasPrefix("2;LY;00213;"))
    #expect(try rig.order("pass 8").split(separator: ";")[5] == "1")
    #expect(try rig.order("pass 7 5") == "refused: antenna 5 is not connected")
    #expect(rig.say("PASSINGS") == "PASSINGS;3;MC00123;LY00213;MC00008\r\n")
  }

  @Test("Nobody passes in stop mode")
  func stopMode() throws {
    var rig = ReaderRig { $0.rate = 100 }
    #expect(try rig.order("pass 1 1") == "refused: it is not started")
    #expect(rig.wait(10).isEmpty)
    #expect(try rig.document("count")["recorded"] == 0)
    #expect(rig.reader.nextDeadline == nil)
  }

  @Test("Numbers begin again with START and with NEWFILE, and each file keeps its own")
  func numbering() throws {
    var rig = ReaderRig { $0.isStarted = true }
    try rig.order("pass 1 1")
    try rig.order("pass 2 1")
    _ = rig.wait(10)
    #expect(rig.say("NEWFILE") == "NEWFILE;20191117-131727.csv\r\n")
    #expect(try rig.order("pass 1 1").hasPrefix("1;"))
    #expect(rig.say("STOP") == "STOP;OK\r\n")
    _ = rig.wait(10)
    #expect(rig.say("START") == "START;20191117-131737.csv\r\n")
    #expect(try rig.order("pass 2 1").hasPrefix("1;"))
    #expect(
      rig.say("LISTFILES")
        == "LISTFILES;20191117-131717.csv;20191117-131727.csv;20191117-131737.csv;\r\n")
    #expect(
      rig.say("GETFILEINFO;20191117-131717.csv")
        == "GETFILEINFO;2019-11-17;13:17:17.000;2019-11-17;13:17:17.000;2\r\n")
    #expect(try rig.document("truth")["sessions"]?.array?.map { $0["count"] } == [2, 1, 1])
    #expect(
      rig.say("STOP") + rig.say("CLEARFILES") + rig.say("LISTFILES")
        == "STOP;OK\r\nCLEARFILES;OK\r\nLISTFILES;NOFILES\r\n")
  }

  @Test("Lists give the numbers that there are and end with an empty line")
  func lists() throws {
    var rig = ReaderRig { $0.isStarted = true }
    let frames = try (1...10).map { try rig.order("pass \($0) 1") }
    let list: (Range<Int>) -> String = { frames[$0].map { "\($0)\r\n" }.joined() + "\r\n" }
    #expect(rig.say("GETPASSINGS;1;10") == list(0..<10))
    #expect(rig.say("GETPASSINGS;3;3") == list(2..<3))
    #expect(rig.say("GETPASSINGS;9;2000000000") == list(8..<10))
    #expect(rig.say("GETPASSINGS;11;12") == "\r\n")
    #expect(rig.say("GETFILE;20191117-131717.csv;2;4") == list(1..<4))
    #expect(
      rig.say("PASSINGS") == "PASSINGS;10;MC00003;MC00004;MC00005;MC00006;MC00007;MC00008;MC00009;MC00010\r\n"
    )
    _ = rig.say("STOP")
    #expect(rig.say("GETPASSINGS;1;2") == list(0..<2))
    #expect(try rig.order("truth 20191117-131717.csv") == frames.joined(separator: "\n"))
    #expect(try rig.order("truth nothing.csv").hasPrefix("refused: "))
  }

  @Test("Push mode is off after power-up, and PUSHTAGS turns it on and off")
  func push() throws {
    var rig = ReaderRig { $0.isStarted = true }
    _ = rig.say("PING")
    try rig.order("pass 1 1")
    #expect(rig.sent.isEmpty)
    _ = rig.say("PUSHTAGS;true")
    let frame = try rig.order("pass 2 1")
    #expect(ReaderRig.text(rig.sent) == "\(frame)\r\n")
    #expect(rig.sent.map(\.isPush) == [true])
    _ = rig.say("PUSHTAGS;false")
    try rig.order("pass 3 1")
    #expect(rig.sent.count == 1)
  }

  @Test("Only the connection that spoke last gets pushes")
  func speaker() throws {
    var rig = ReaderRig { $0.isStarted = true }
    _ = rig.reader.connected(2, at: rig.now)
    _ = rig.say("PUSHTAGS;true", on: 1)
    try rig.order("pass 1 1")
    #expect(rig.sent.map(\.connection) == [1])
    #expect(rig.say("PING", on: 2) == "PING;PONG\r\n")
    try rig.order("pass 2 1")
    #expect(rig.sent.map(\.connection) == [1, 2])
    rig.reader.disconnected(2)
    try rig.order("pass 3 1")
    #expect(rig.sent.map(\.connection) == [1, 2])
    #expect(try rig.document("count")["recorded"] == 3)
  }

  @Test("A chip is ignored for the bounce time after a passing, however often it is read")
  func bounce() throws {
    var rig = ReaderRig { $0.isStarted = true }
    #expect(rig.say("SETBOUNCE;10") == "SETBOUNCE;10\r\n")
    try rig.order("pass 1 1")
    for _ in 0..<3 {
      _ = rig.wait(3.3)
      #expect(try rig.order("pass 1 1").hasPrefix("refused: ignored"))
    }
    _ = rig.wait(0.1)
    #expect(try rig.order("pass 1 1").hasPrefix("2;"))
    #expect(try rig.order("pass 2 1").hasPrefix("3;"))
    #expect(try rig.document("count")["bounced"] == 3)
  }

  @Test("Passings come at the rate, each chip once a lap, the same for the same seed")
  func rate() throws {
    var runs: [[String]] = []
    for seed: UInt64 in [7, 7, 8] {
      var rig = ReaderRig {
        $0.isStarted = true
        $0.rate = 10
        $0.starters = 100
        $0.seed = seed
      }
      _ = rig.say("PUSHTAGS;true")
      let pushed: [String] = ReaderRig.text(rig.wait(60)).split(separator: "\r\n").map(String.init)
      try #require((550...650).contains(pushed.count))
      #expect(pushed == Self.frames(try rig.document("truth")))
      let chips = pushed.map { $0.split(separator: ";")[2] }
      for lap in 0..<5 { #expect(Set(chips[lap * 100..<lap * 100 + 100]).count == 100) }
      #expect(Set(pushed.map { $0.split(separator: ";")[5] }) == ["1", "2", "3", "4", "6", "7", "8"])
      runs.append(pushed)
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0] != runs[2])
  }

  @Test("Faults do not change who passes")
  func truthIsApart() throws {
    var truths: [JSONValue] = []
    for faulty in [false, true] {
      var rig = ReaderRig {
        $0.isStarted = true
        $0.rate = 20
        if faulty { ($0.faults.noise, $0.faults.cut, $0.faults.lose) = (0.3, 0.3, 0.3) }
      }
      _ = rig.say("PUSHTAGS;true")
      _ = rig.wait(10)
      truths.append(try rig.document("truth"))
    }
    #expect(truths[0] == truths[1])
  }

  @Test("The rate can be changed while it runs, to nothing and back")
  func changedRate() throws {
    var rig = ReaderRig { $0.isStarted = true }
    #expect(rig.reader.nextDeadline == nil)
    try rig.order("rate 10")
    _ = rig.wait(10)
    let first = try #require(try rig.document("count")["recorded"]?.integer)
    #expect((90...110).contains(first))
    try rig.order("rate 0")
    _ = rig.wait(10)
    #expect(try rig.document("count")["recorded"]?.integer == first)
  }

  private static let backup = """
    7;MC;02976;2019-12-12;09:02:07.295;3;4;937f6
    8;LY;00213;2019-12-12;09:02:08.295;1;6;a5e07

    9;MC;02976;2019-12-12;09:02:08.545;6;12;Z1y39
    """

  @Test("A replay keeps pace, chips and checks; number and time are the reader's own", arguments: [1.0, 2.0])
  func replay(speed: Double) throws {
    let text = speed == 1 ? Self.backup : Self.backup.split(separator: "\n").joined(separator: "\r\n")
    let passings = try ReaderBackup.parse(Array(text.utf8))
    var rig = ReaderRig {
      $0.replay = passings
      $0.speed = speed
    }
    _ = rig.say("START")
    _ = rig.wait(10)
    let expected =
      speed == 1
      ? [
        "1;MC;02976;2019-11-17;13:17:17.000;3;4;937f6", "2;LY;00213;2019-11-17;13:17:18.000;1;6;a5e07",
        "3;MC;02976;2019-11-17;13:17:18.250;6;12;Z1y39",
      ]
      : [
        "1;MC;02976;2019-11-17;13:17:17.000;3;4;937f6", "2;LY;00213;2019-11-17;13:17:17.500;1;6;a5e07",
        "3;MC;02976;2019-11-17;13:17:17.625;6;12;Z1y39",
      ]
    #expect(Self.frames(try rig.document("truth")) == expected)
    #expect(rig.reader.nextDeadline == nil)
  }

  @Test("A replay at a rate has even gaps")
  func replayAtRate() throws {
    let passings = try ReaderBackup.parse(Array(Self.backup.utf8))
    var rig = ReaderRig {
      $0.replay = passings
      $0.rate = 10
      $0.isStarted = true
    }
    _ = rig.wait(1)
    let times = Self.frames(try rig.document("truth")).map { $0.split(separator: ";")[4] }
    #expect(times == ["13:17:17.100", "13:17:17.200", "13:17:17.300"])
  }

  @Test(
    "What is no backup file is refused with its line",
    arguments: [
      ("", "it has no passings"), ("ID2-20200315-062123- 123-e: 512_1", "line 1: "),
      (
        "1;MC;02976;2019-12-12;09:02:07.295;3;4;937f6\n2;MC;02976;2019-12-32;09:02:07.295;3;4;937f6",
        "line 2: "
      ),
      ("1;MC;29-76;2019-12-12;09:02:07.295;3;4;937f6", "line 1: "),
      ("1;MC;02976;2019-12-12;09:02:07.295;9;4;937f6", "line 1: "),
      ("1;MC;02976;2019-12-12;09:02:07;3;4;937f6", "line 1: "),
    ])
  func badBackup(text: String, message: String) throws {
    let error = #expect(throws: ReaderBackupError.self) { try ReaderBackup.parse(Array(text.utf8)) }
    #expect(error?.description.hasPrefix(message) == true)
  }
}
