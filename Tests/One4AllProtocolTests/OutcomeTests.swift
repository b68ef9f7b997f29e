import One4AllProtocol
import Testing

@Suite struct OutcomeTests {
  private func outcome(_ command: Command?, _ line: String) throws -> CommandOutcome {
    CommandOutcome(command: try #require(command), reply: try #require(Reply(line: line)))
  }

  @Test func everySuccessIsTyped() throws {
    let file = try #require(SessionFileName("20171223-153055.csv"))
    let time = try #require(LocalDateTime(date: "2017-12-23", time: "15:30:55"))
    let version = try #require(ProtocolVersion("3.0"))
    #expect(try outcome(.ping, "PING;PONG") == .pong)
    if case .protocolVersions(let versions) = try outcome(.getProtocol, "GETPROTOCOL;3.0;1.2;3.0") {
      let texts = [versions.current, versions.lowest, versions.highest].map { $0?.text }
      #expect(texts == ["3.0", "1.2", "3.0"])
    } else {
      Issue.record("no versions")
    }
    #expect(try outcome(.setProtocol(version), "SETPROTOCOL;3.0") == .protocolSet(version))
    if case .battery(let battery) = try outcome(
      .readBattery, "READBATTERY;VOLTS;25.5;PERCENT;90;HASPOWER;false")
    {
      #expect(battery.volts == 25.5)
      #expect(battery.percent == 90)
      #expect(battery.mainsPower == false)
    } else {
      Issue.record("no battery")
    }
    #expect(try outcome(.getTime, "GETTIME;2017-12-23;15:30:55") == .time(time))
    #expect(try outcome(.setTime(time), "SETTIME;2017-12-23;15:30:55") == .timeSet(time))
    #expect(try outcome(.start, "START;20171223-153055.csv") == .sessionFile(file))
    #expect(try outcome(.newFile, "NEWFILE;20171223-153055.csv") == .sessionFile(file))
    #expect(try outcome(.stop, "STOP;OK") == .done)
    #expect(try outcome(.clearFiles, "CLEARFILES;OK") == .done)
    #expect(try outcome(.pushTags(true), "PUSHTAGS;True") == .pushTags(true))
    #expect(try outcome(.setBuzzer(false), "SETBUZZER;false") == .buzzer(false))
    #expect(try outcome(.setBounce(seconds: 5), "SETBOUNCE;5") == BounceTime(seconds: 5).map { .bounce($0) })
    if case .status(let status) = try outcome(.getStatus, RealLine.status) {
      #expect(status.serialNumber == "O4A5-00051")
    } else {
      Issue.record("no status")
    }
  }

  @Test func listsAndCounts() throws {
    guard case .passings(let summary) = try outcome(.passings, "PASSINGS;190;MC00001;MC00002;"),
      case .files(let list) = try outcome(.listFiles, "LISTFILES;20171223-153055.csv;old.csv;"),
      let file = list.files.first,
      case .fileInfo(let info) = try outcome(
        .getFileInfo(file), "GETFILEINFO;2017-12-23;15:30:55;2017-12-24;01:00:00;190")
    else {
      Issue.record("not typed")
      return
    }
    #expect(summary.count == 190)
    #expect(summary.lastChips == ["MC00001", "MC00002"])
    #expect(list.files.map(\.text) == ["20171223-153055.csv"])
    #expect(list.otherNames == ["old.csv"])
    #expect(info.count == 190)
    #expect(info.first?.dateText == "2017-12-23" && info.last?.dateText == "2017-12-24")
  }

  @Test(arguments: Refusal.allCases) func everyRefusalIsKnown(_ refusal: Refusal) throws {
    #expect(try outcome(.start, "START;\(refusal.rawValue)") == .refused(refusal))
    #expect(try outcome(.getStatus, "GETSTATUS;\(refusal.rawValue)") == .refused(refusal))
  }

  @Test func theOddSpellingIsStopMode() throws {
    #expect(try outcome(.newFile, "NEWFILE;STOPTMODE") == .refused(.stopMode))
  }

  @Test func whatCanBeReadIsRead() throws {
    for (line, volts, percent, mainsPower) in [
      ("READBATTERY;VOLTS;25,5;PERCENT;90;HASPOWER;false", 25.5, 90, false),
      ("READBATTERY;VOLTS;25.5 V;PERCENT;105;HASPOWER;false;MODE;eco", 25.5, nil, false),
      ("READBATTERY;VOLTS;full;PERCENT;90 %;HASPOWER;maybe", nil, 90, nil),
    ] as [(String, Double?, Int?, Bool?)] {
      guard case .battery(let battery) = try outcome(.readBattery, line) else {
        Issue.record("no battery: \(line)")
        continue
      }
      #expect(battery.volts == volts && battery.percent == percent && battery.mainsPower == mainsPower)
    }
    #expect(try outcome(.readBattery, "READBATTERY;VOLTS;a;PERCENT;b;HASPOWER;c") == .unexpected(.fields))
    guard case .protocolVersions(let versions) = try outcome(.getProtocol, "GETPROTOCOL;beta;1.0;3.0;new"),
      case .fileInfo(let info) = try outcome(
        SessionFileName("20171223-153055.csv").map { .getFileInfo($0) }, "GETFILEINFO;;;yesterday;25:00:00;7"),
      case .passings(let passings) = try outcome(.passings, "PASSINGS;190;J\u{fc}rgen;;7 7")
    else {
      Issue.record("not typed")
      return
    }
    #expect(versions.current == nil && versions.lowest?.text == "1.0" && versions.highest?.text == "3.0")
    #expect(info.count == 7 && info.first == nil && info.last == nil)
    #expect(passings.count == 190 && passings.lastChips == ["J\u{fc}rgen", "7 7"])
    let time = try #require(LocalDateTime(date: "2017-12-23", time: "15:30:55"))
    #expect(try outcome(.getTime, "GETTIME;2017-12-23;15:30:55;GPS") == .time(time))
    #expect(try outcome(.getProtocol, "GETPROTOCOL;a;b;c") == .unexpected(.fields))
  }

  @Test func whatDoesNotFitIsUnexpected() throws {
    #expect(try outcome(.ping, "PING;PANG") == .unexpected(.fields))
    #expect(try outcome(.ping, "STOP;OK") == .unexpected(.otherCommand(.stop)))
    #expect(try outcome(.pushTags(true), "PUSHTAGS;false") == .unexpected(.otherArgument))
    #expect(try outcome(.setBounce(seconds: 50), "SETBOUNCE;5") == .unexpected(.otherArgument))
    #expect(try outcome(.getStatus, "GETSTATUS;1;2") == .unexpected(.status(.tooFewFields(3))))
    #expect(try outcome(.getTime, "GETTIME;2017-02-29;15:30:55") == .unexpected(.fields))
    #expect(try outcome(.start, "START;now.csv") == .unexpected(.fields))
  }
}

@Suite struct ReplyTests {
  @Test func aTrailingSemicolonMakesNoField() {
    #expect(Reply(line: "LISTFILES;a.csv;b.csv;")?.arguments == ["a.csv", "b.csv"])
    #expect(Reply(line: "LISTFILES;")?.arguments == [])
    #expect(Reply(line: "GETSTATUS;;0")?.arguments == ["", "0"])
  }

  @Test(arguments: ["PING", "ping;pong", "FOO;1", "", ";", "PINGX;1", "GETFILEINF;1"])
  func whatIsNoReplyIsNone(_ line: String) { #expect(Reply(line: line) == nil) }

  @Test func aReplyMadeFromFieldsHasItsBytes() {
    #expect(Reply(name: .stop, arguments: ["OK"]) == Reply(line: "STOP;OK"))
  }
}
