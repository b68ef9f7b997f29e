import One4AllProtocol
import Testing

@Suite struct CommandTests {
  static let file = SessionFileName("20171223-153055.csv")
  static let time = LocalDateTime(date: "2017-12-23", time: "15:30:55")

  static let encodings: [(Command?, String)] = [
    (.ping, "PING"), (.getProtocol, "GETPROTOCOL"),
    (ProtocolVersion("3.0").map { .setProtocol($0) }, "SETPROTOCOL;3.0"), (.getStatus, "GETSTATUS"),
    (.readBattery, "READBATTERY"), (.getTime, "GETTIME"),
    (time.map { .setTime($0) }, "SETTIME;2017-12-23;15:30:55"), (.start, "START"), (.stop, "STOP"),
    (.newFile, "NEWFILE"), (.pushTags(true), "PUSHTAGS;true"), (.pushTags(false), "PUSHTAGS;false"),
    (.passings, "PASSINGS"), (.getPassings(first: 1, last: 190), "GETPASSINGS;1;190"),
    (.listFiles, "LISTFILES"), (file.map { .getFileInfo($0) }, "GETFILEINFO;20171223-153055.csv"),
    (file.flatMap { .getFile($0, first: 3, last: 3) }, "GETFILE;20171223-153055.csv;3;3"),
    (.clearFiles, "CLEARFILES"), (.setBounce(seconds: 5), "SETBOUNCE;5"),
    (.setBuzzer(true), "SETBUZZER;true"),
    (.setBuzzer(false), "SETBUZZER;false"),
  ]

  @Test func everyCommandEncodesItselfWithItsLineEnd() throws {
    for (command, text) in Self.encodings {
      let command = try #require(command, "\(text)")
      #expect(command.encoded() == Array((text + "\r\n").utf8))
      #expect(command.replyName.rawValue == text.prefix { $0 != ";" })
    }
    #expect(Set(Self.encodings.compactMap { $0.0?.replyName }) == Set(CommandName.allCases))
  }

  @Test func onlyTheTwoThatFetchPassingsAreAnsweredByLists() {
    let listed = Self.encodings.compactMap(\.0).filter(\.isAnsweredByList).map(\.replyName)
    #expect(listed == [.getPassings, .getFile])
  }

  @Test func argumentsOutOfRangeMakeNoCommand() {
    #expect(Command.setBounce(seconds: 0) == nil)
    #expect(Command.setBounce(seconds: 1) != nil)
    #expect(Command.setBounce(seconds: 3600) != nil)
    #expect(Command.setBounce(seconds: 3601) == nil)
    #expect(Command.getPassings(first: 0, last: 1) == nil)
    #expect(Command.getPassings(first: 2, last: 1) == nil)
    #expect(Command.getPassings(first: -1, last: 1) == nil)
    #expect(Command.getPassings(first: 1, last: 4_294_967_296) == nil)
    #expect(ProtocolVersion(major: -1, minor: 0) == nil)
    for text in ["3", "3.", ".0", "3.0.1", "a.b", "+3.0", "1000.0"] { #expect(ProtocolVersion(text) == nil) }
  }

  @Test(arguments: [
    "20171223-153055.txt", "20171223153055.csv", "20171323-153055.csv", "20170229-153055.csv",
    "20171223-243055.csv", "20171223-153060.csv", "../etc/passwd.csv00", "20171223-153055.csv\r\nCLEARFILES",
    "",
  ])
  func aFileNameWithoutARealDateIsNone(_ name: String) { #expect(SessionFileName(name) == nil) }

  @Test func fileNamesAreKeptAndOrderedByTime() throws {
    let first = try #require(SessionFileName("20160229-235959.csv"))
    let second = try #require(SessionFileName("20160301-000000.csv"))
    #expect(first.text == "20160229-235959.csv")
    #expect(first < second)
    #expect(second.openedAt.timeText == "00:00:00")
  }

  @Test func aSetTimeDropsMilliseconds() throws {
    let time = try #require(LocalDateTime(date: "2017-12-23", time: "15:30:55.999"))
    #expect(Command.setTime(time).text == "SETTIME;2017-12-23;15:30:55")
  }
}

@Suite struct LocalDateTimeTests {
  @Test func itAgreesWithKnownMoments() throws {
    let known: [(String, String, Int64)] = [
      ("1970-01-01", "00:00:00", 0), ("1969-12-31", "23:59:59.999", -1),
      ("2000-03-01", "00:00:00", 951_868_800_000),
      ("2019-12-12", "09:02:07.295", 1_576_141_327_295), ("0001-01-01", "00:00:00", -62_135_596_800_000),
      ("9999-12-31", "23:59:59.999", 253_402_300_799_999),
    ]
    for (date, time, milliseconds) in known {
      let moment = try #require(LocalDateTime(date: date, time: time))
      #expect(moment.millisecondsSince1970 == milliseconds)
      #expect(moment.dateText == date)
      #expect(moment.preciseTimeText.hasPrefix(time))
    }
  }

  @Test func everyDayOfFourCenturiesComesBack() throws {
    var day = try #require(LocalDateTime(year: 1900, month: 1, day: 1)).millisecondsSince1970
    var month = 12
    var number = 31
    for _ in 0..<146_097 {
      let moment = try #require(LocalDateTime(millisecondsSince1970: day))
      let again = LocalDateTime(year: moment.year, month: moment.month, day: moment.day)
      if again != moment { Issue.record("\(moment.dateText)") }
      let isNext = moment.day == number + 1 && moment.month == month
      if !isNext && moment.day != 1 { Issue.record("\(moment.dateText) does not follow") }
      month = moment.month
      number = moment.day
      day += 86_400_000
    }
    #expect(LocalDateTime(millisecondsSince1970: day)?.dateText == "2300-01-01")
  }

  @Test func whatIsNoDateOrTimeIsNone() {
    for (date, time) in [
      ("2019-02-29", "00:00:00"), ("2100-02-29", "00:00:00"), ("2019-04-31", "00:00:00"),
      ("0000-01-01", "00:00:00"),
      ("2019-1-01", "00:00:00"), ("2019-01-01", "24:00:00"), ("2019-01-01", "00:00:60"),
      ("2019-01-01", "00:00"),
      ("2019-01-01", "00:00:00.1"), ("2019-01-01", "00:00:00.1000"), ("-019-01-01", "00:00:00"), ("", ""),
    ] {
      #expect(LocalDateTime(date: date, time: time) == nil, "\(date) \(time)")
    }
    #expect(LocalDateTime(date: "2000-02-29", time: "23:59:59") != nil)
  }
}
