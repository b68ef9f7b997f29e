import JSONDocument
import Rehearsal
import Testing

@Suite("The simulated reader answers as the protocol reference says")
struct ReaderProtocolTests {
  @Test("It greets a host with a line that begins with HELLO, unless told not to")
  func hello() throws {
    var rig = ReaderRig()
    #expect(rig.greeting.hasPrefix("HELLO") && rig.greeting.hasSuffix("\r\n"))
    try rig.order("hello off")
    #expect(rig.reader.connected(2, at: rig.now).isEmpty)
  }

  @Test(
    "Stop mode: each command and its reply",
    arguments: [
      ("PING", "PING;PONG"), ("GETPROTOCOL", "GETPROTOCOL;3.0;3.0;3.0"),
      ("SETPROTOCOL;3.0", "SETPROTOCOL;3.0"), ("SETPROTOCOL;9.9", "SETPROTOCOL;UNKNOWN"),
      ("READBATTERY", "READBATTERY;VOLTS;26.5;PERCENT;100;HASPOWER;true"),
      ("GETTIME", "GETTIME;2019-11-17;13:17:17"),
      ("SETTIME;2017-12-23;15:30:55", "SETTIME;2017-12-23;15:30:55"),
      ("START", "START;20191117-131717.csv"), ("STOP", "STOP;STOPMODE"), ("NEWFILE", "NEWFILE;STOPTMODE"),
      ("PUSHTAGS;true", "PUSHTAGS;true"), ("PUSHTAGS;False", "PUSHTAGS;False"),
      ("PASSINGS", "PASSINGS;0"), ("GETPASSINGS;1;10", ""), ("LISTFILES", "LISTFILES;NOFILES"),
      ("GETFILEINFO;20191117-131717.csv", "GETFILEINFO;FILENOTFOUND"),
      ("GETFILE;20191117-131717.csv;1;2", "GETFILE;FILENOTFOUND"), ("CLEARFILES", "CLEARFILES;OK"),
      ("SETBOUNCE;3600", "SETBOUNCE;3600"), ("SETBUZZER;true", "SETBUZZER;true"),
    ])
  func stopMode(command: String, reply: String) {
    var rig = ReaderRig()
    #expect(rig.say(command) == "\(reply)\r\n")
  }

  @Test(
    "Start mode: what is different",
    arguments: [
      ("START", "START;STARTMODE"), ("STOP", "STOP;OK"), ("NEWFILE", "NEWFILE;20191117-131718.csv"),
      ("SETTIME;2017-12-23;15:30:55", "SETTIME;STARTMODE"), ("SETPROTOCOL;3.0", "SETPROTOCOL;STARTMODE"),
      ("CLEARFILES", "CLEARFILES;STARTMODE"), ("LISTFILES", "LISTFILES;20191117-131717.csv;"),
      ("GETFILEINFO;20191117-131717.csv", "GETFILEINFO;;;;;0"), ("GETFILE;20191117-131717.csv;1;9", ""),
    ])
  func startMode(command: String, reply: String) {
    var rig = ReaderRig { $0.isStarted = true }
    #expect(rig.say(command) == "\(reply)\r\n")
  }

  @Test(
    "An unknown command and arguments that make no sense are answered with ERR",
    arguments: [
      "FLY", "ping", "PING;1", "GETSTATUS;all", "SETPROTOCOL", "SETTIME;2017-02-29;10:00:00",
      "SETTIME;2017-12-23;15:30:55.000", "SETTIME;2017-12-23", "PUSHTAGS", "PUSHTAGS;1", "GETPASSINGS;1",
      "GETPASSINGS;0;5", "GETPASSINGS;5;1", "GETPASSINGS;-1;5", "GETPASSINGS;a;b", "GETFILE;a.csv",
      "GETFILE;;1;2", "GETFILEINFO", "GETFILEINFO;", "SETBOUNCE;0", "SETBOUNCE;3601", "SETBOUNCE;+5",
      "SETBUZZER;yes", "START;now",
    ])
  func refusals(command: String) throws {
    var rig = ReaderRig()
    let name = String(command.prefix { $0 != ";" })
    #expect(rig.say(command) == "\(name);ERR\r\n")
    let counts = try rig.document("count")
    #expect([counts["unknown_commands"], counts["bad_arguments"]].contains(1))
  }

  @Test("Refusals that need a broken reader come when they are ordered, once")
  func orderedRefusals() throws {
    var rig = ReaderRig()
    for (name, answer) in [("START", "ERRCONNECT"), ("START", "ERRSTART"), ("PING", "ERR")] {
      try rig.order("refuse \(name) \(answer)")
      #expect(rig.say(name) == "\(name);\(answer)\r\n")
    }
    try rig.order("antennas none")
    #expect(rig.say("START") == "START;ERRANTENNAS\r\n")
    try rig.order("antennas 12")
    #expect(rig.say("START") == "START;20191117-131717.csv\r\n")
    for (name, answer) in [("STOP", "ERRSTOP"), ("STOP", "ERRCLOSE"), ("NEWFILE", "ERRFILE")] {
      try rig.order("refuse \(name) \(answer)")
      #expect(rig.say(name) == "\(name);\(answer)\r\n")
    }
    #expect(rig.say("STOP") == "STOP;OK\r\n")
  }

  @Test("GETSTATUS is the reference's real reply, field by field, also with the argument system")
  func status() {
    var rig = ReaderRig { $0.isStarted = true }
    let real =
      "GETSTATUS;3;192.168.1.13;O4A5-00051;One4All 5;1234678;Macsha Mexico;MC;46.2;True;20191117-131717.csv;0;"
      + "True;100;26.5;True;False;False;True;America/Mexico_City;False;never;960122610340BFDD;Motorola;OK;fcc;5;"
      + "3;False;1.1.3.0;False;False;False;False;False;False;3;3.0;15336649CD289D56E1B2;False;;0;False\r\n"
    #expect(rig.say("GETSTATUS") == real)
    #expect(rig.say("GETSTATUS;system") == real)
  }

  @Test("GETSTATUS follows what changes")
  func statusFollows() throws {
    var rig = ReaderRig()
    for order in [
      "firmware 1.2.0.0", "serial-number O4A5-00077", "model One4All 6", "time-zone Europe/Berlin",
      "antennas 81",
      "mains off", "battery 90",
    ] { #expect(try rig.order(order) == "done") }
    _ = rig.say("SETBOUNCE;60")
    _ = rig.say("SETBUZZER;false")
    let fields = rig.say("GETSTATUS").split(separator: ";", omittingEmptySubsequences: false)
    #expect(fields.count == 43)
    let expected = [
      3: "O4A5-00077", 4: "One4All 6", 5: "18", 9: "False", 10: "", 12: "False", 13: "90", 14: "25.5",
      15: "False", 19: "Europe/Berlin", 26: "60", 29: "1.2.0.0",
    ]
    for (place, value) in expected { #expect(fields[place] == value, "field \(place)") }
  }

  @Test("Every field of GETSTATUS can say something else, and there can be fewer or more of them, until ok")
  func statusAsTold() throws {
    var rig = ReaderRig()
    let real = rig.say("GETSTATUS")
    try rig.order("status-field 8 -3.5")
    try rig.order("status-field 6 Club de Atletismo")
    try rig.order("status-field 29")
    var fields = rig.say("GETSTATUS").dropLast(1).split(separator: ";", omittingEmptySubsequences: false)
    #expect(fields.count == 43 && fields[0] == "GETSTATUS")
    #expect([fields[6], fields[8], fields[29], fields[30]] == ["Club de Atletismo", "-3.5", "", "False"])
    try rig.order("status-field 45 new")
    #expect(rig.say("GETSTATUS").hasSuffix(";0;False;;;new\r\n"))
    try rig.order("status-length 29")
    fields = rig.say("GETSTATUS").split(separator: ";", omittingEmptySubsequences: false)
    #expect(fields.count == 29 && fields[6] == "Club de Atletismo")
    try rig.order("status-length 1")
    #expect(rig.say("GETSTATUS") == "GETSTATUS\r\n")
    try rig.order("status-length off")
    for place in [6, 8, 29, 45] { try rig.order("status-field \(place) off") }
    #expect(rig.say("GETSTATUS") == real)
    try rig.order("status-field 1 9")
    try rig.order("status-length 50")
    #expect(rig.say("GETSTATUS").hasSuffix(";False;;;;;;;\r\n"))
    try rig.order("ok")
    #expect(rig.say("GETSTATUS") == real)
  }

  @Test("Both quirks: GETSTATUS without its line end, and truth values in either case")
  func quirks() throws {
    var rig = ReaderRig()
    try rig.order("status-without-crlf on")
    #expect(rig.say("GETSTATUS").hasSuffix(";False"))
    #expect(rig.say("PING") == "PING;PONG\r\n")
    try rig.order("booleans capital")
    #expect(rig.say("READBATTERY").hasSuffix("HASPOWER;True\r\n"))
    try rig.order("booleans lower")
    #expect(rig.say("GETSTATUS").hasSuffix(";false"))
    #expect(rig.say("READBATTERY").hasSuffix("HASPOWER;true\r\n"))
    try rig.order("ok")
    #expect(rig.say("GETSTATUS").hasSuffix(";false\r\n"))
  }

  @Test("Commands come in any chunks; LF alone is obeyed and counted; endless lines are given up")
  func chunks() throws {
    var rig = ReaderRig()
    var answers = ""
    for byte in Array("PING\r\nGETTIME\n".utf8) {
      answers += ReaderRig.text(rig.reader.received([byte], from: 1, at: rig.now))
    }
    #expect(answers == "PING;PONG\r\nGETTIME;2019-11-17;13:17:17\r\n")
    _ = rig.reader.received([UInt8](repeating: 65, count: 1025), from: 1, at: rig.now)
    #expect(rig.say("PING") == "PING;PONG\r\n")
    #expect(try rig.document("count")["bad_lines"] == 2)
    #expect(try rig.document("count")["commands"] == ["PING": 2, "GETTIME": 1])
  }

  @Test("SETTIME sets the clock, which goes on from there; its offset and drift are the person's to set")
  func clock() throws {
    var rig = ReaderRig()
    _ = rig.say("SETTIME;2017-12-31;23:59:58")
    _ = rig.wait(3)
    #expect(rig.say("GETTIME") == "GETTIME;2018-01-01;00:00:01\r\n")
    #expect(rig.say("START") == "START;20180101-000001.csv\r\n")
    try rig.order("time-told 946684800")
    #expect(rig.say("GETTIME") == "GETTIME;2048-01-01;00:00:01\r\n")
    #expect(try rig.document("identity")["local_time"]?.string?.hasPrefix("2018-01-01 00:00:01") == true)
    try rig.order("ok")
    try rig.order("clock-offset -90.5")
    #expect(rig.say("GETTIME") == "GETTIME;2019-11-17;13:15:49\r\n")
    try rig.order("clock-drift 1000")
    _ = rig.wait(1000)
    #expect(try rig.document("identity")["clock_offset_ms"] == -89_500)
  }

  @Test("A clock that falls begins again at the year 2000, by its own wall clock, and goes on from there")
  func fallenClock() throws {
    var rig = ReaderRig()
    try rig.order("clock-fall")
    _ = rig.wait(61)
    #expect(rig.say("GETTIME") == "GETTIME;2000-01-01;00:01:01\r\n")
    #expect(rig.say("START") == "START;20000101-000101.csv\r\n")
    try rig.order("clock-offset 0")
    #expect(try rig.document("identity")["clock_offset_ms"] == 0)
  }

  @Test("The battery drains without mains, charges with it, and READBATTERY says so")
  func battery() throws {
    var rig = ReaderRig()
    try rig.order("mains off")
    try rig.order("drain 20")
    _ = rig.wait(1800)
    #expect(rig.say("READBATTERY") == "READBATTERY;VOLTS;25.5;PERCENT;90;HASPOWER;false\r\n")
    _ = rig.wait(36_000)
    #expect(rig.say("READBATTERY") == "READBATTERY;VOLTS;21.0;PERCENT;0;HASPOWER;false\r\n")
    try rig.order("mains on")
    _ = rig.wait(36_000)
    #expect(rig.say("READBATTERY") == "READBATTERY;VOLTS;26.5;PERCENT;100;HASPOWER;true\r\n")
  }
}
