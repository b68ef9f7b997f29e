import JSONDocument
import One4AllProtocol
import Rehearsal
import Testing

@Suite("The simulated reader's faults")
struct ReaderFaultTests {
  private static func busy(_ change: (inout ReaderSettings) -> Void = { _ in }) -> ReaderRig {
    ReaderRig {
      $0.isStarted = true
      $0.rate = 50
      change(&$0)
    }
  }

  @Test("Mute: nothing leaves, but commands are obeyed and passings recorded")
  func mute() throws {
    var rig = Self.busy()
    try rig.order("mute")
    #expect(rig.say("PUSHTAGS;true").isEmpty)
    #expect(rig.wait(1).isEmpty)
    #expect(rig.reader.connected(2, at: rig.now).isEmpty)
    #expect(try rig.document("identity")["pushing"] == true)
    try rig.order("unmute")
    #expect(rig.say("PING").hasPrefix("PING;PONG\r\n"))
    #expect(!rig.wait(1).isEmpty)
  }

  @Test("Reboot: dead for so long, then HELLO, stop mode, push off; the files are kept")
  func reboot() throws {
    var rig = Self.busy()
    _ = rig.say("PUSHTAGS;true")
    _ = rig.wait(2)
    let recorded = try rig.document("count")["recorded"]
    try rig.order("reboot 3")
    #expect(!rig.reader.isRunning)
    #expect(rig.say("PING").isEmpty)
    #expect(try rig.order("start") == "refused: it is rebooting")
    #expect(rig.wait(2.9).isEmpty)
    #expect(ReaderRig.text(rig.wait(0.2)) == rig.greeting)
    #expect(rig.reader.isRunning)
    let identity = try rig.document("identity")
    #expect(identity["started"] == false && identity["pushing"] == false && identity["session_file"] == .null)
    #expect(rig.say("LISTFILES") == "LISTFILES;20191117-131717.csv;\r\n")
    #expect(rig.say("GETPASSINGS;1;5") == "\r\n")
    #expect(rig.say("GETFILE;20191117-131717.csv;1;1").hasPrefix("1;MC;"))
    #expect(try rig.document("count")["recorded"] == recorded)
  }

  @Test("Lists with strange names, with many, and with test reads between passings")
  func strangeLists() throws {
    var rig = Self.busy { $0.rate = 0 }
    for chip in 1...3 { try rig.order("pass \(chip) 1") }
    try rig.order("odd-files 4")
    try rig.order("more-files 2")
    #expect(
      rig.say("LISTFILES")
        == "LISTFILES;RACE1.csv;20191112-090155.CSV;20010101-000000.csv;20010101-000001.csv;20191117-131717.csv;"
        + ";été.csv;\r\n")
    try rig.order("latin-1 on")
    let bytes = rig.reader.received(Array("LISTFILES\r\n".utf8), from: 1, at: rig.now).flatMap(\.bytes)
    #expect(bytes.contains([0xE9, 0x74, 0xE9]))
    try rig.order("more-files 20000")
    #expect(rig.say("LISTFILES").split(separator: ";").count == 20_006)
    try rig.order("test-reads 1")
    let test = "VOIDTAG;0000/00/00;00:00:00.000;00:00:00.000;0;000"
    let list = rig.say("GETPASSINGS;1;3").split(separator: "\r\n")
    #expect(list.count == 6 && list.count { $0 == test } == 3)
    try rig.order("ok")
    #expect(rig.say("LISTFILES") == "LISTFILES;20191117-131717.csv;\r\n")
    #expect(rig.say("GETPASSINGS;1;3").split(separator: "\r\n").count == 3)
    try rig.order("status-length 5043")
    try rig.order("status-field 4 One4All 5 ©")
    let status = rig.say("GETSTATUS")
    #expect(status.split(separator: ";", omittingEmptySubsequences: false).count == 5043)
    #expect(status.contains(";One4All 5 ©;"))
  }

  @Test("Lost frames never leave, and the reader's memory has them")
  func lost() throws {
    var rig = Self.busy { $0.rate = 0 }
    _ = rig.say("PUSHTAGS;true")
    try rig.order("lose-next 2")
    for chip in 1...4 { try rig.order("pass \(chip) 1") }
    #expect(ReaderRig.text(rig.sent).split(separator: "\r\n").map { $0.prefix(2) } == ["3;", "4;"])
    #expect(rig.say("GETPASSINGS;1;9").split(separator: "\r\n").count == 4)
    try rig.order("lose 1")
    for chip in 5...9 { try rig.order("pass \(chip) 1") }
    #expect(rig.sent.count == 2)
    #expect(rig.say("PING") == "PING;PONG\r\n")
    #expect(try rig.document("count")["lost"] == 7)
  }

  @Test("Cut frames end before their line end, so that the next one runs into them")
  func cut() throws {
    var rig = ReaderRig()
    try rig.order("cut-next 1")
    let first = rig.say("GETTIME")
    #expect(!first.isEmpty && "GETTIME;2019-11-17;13:17:17".hasPrefix(first))
    #expect(rig.say("PING") == "PING;PONG\r\n")
    try rig.order("cut 1")
    for _ in 0..<50 { #expect(!rig.say("PING").hasSuffix("\n")) }
    #expect(try rig.document("count")["cut"] == 51)
  }

  @Test("Flipped bits: so many of the bytes, in replies too, each by one bit, none vanishes")
  func flip() throws {
    var rig = ReaderRig()
    try rig.order("flip 0.01")
    var flipped = 0
    for _ in 0..<2000 {
      let bytes = rig.reader.received(Array("PING\r\n".utf8), from: 1, at: rig.now).flatMap(\.bytes)
      #expect(bytes.count == 11)
      for (byte, right) in zip(bytes, "PING;PONG\r\n".utf8) where byte != right {
        #expect((byte ^ right).nonzeroBitCount == 1)
        flipped += 1
      }
    }
    #expect((150...300).contains(flipped))
    #expect(try rig.document("count")["flipped"] == .whole(flipped))
  }

  @Test("What it mishears it obeys as it heard it, and says nothing to what is no command")
  func mishear() throws {
    var rig = ReaderRig()
    try rig.order("mishear 0.05")
    var answers: [String: Int] = [:]
    for _ in 0..<500 { answers[rig.say("PING"), default: 0] += 1 }
    #expect(answers["PING;PONG\r\n", default: 0] > 250)
    #expect(answers.values.reduce(0, +) - answers["PING;PONG\r\n", default: 0] > 50)
    let misheard = try rig.document("count")["misheard"]?.integer ?? 0
    #expect((100...200).contains(misheard))
    try rig.order("ok")
    _ = rig.say("")
    #expect(rig.say("PING") == "PING;PONG\r\n")
  }

  @Test("Noise comes before frames and leaves them whole: NUL, 0xFF and anything")
  func noise() throws {
    var rig = ReaderRig()
    try rig.order("noise 1")
    var noise: [UInt8] = []
    for _ in 0..<200 {
      let bytes = rig.reader.received(Array("PING\r\n".utf8), from: 1, at: rig.now).flatMap(\.bytes)
      #expect(bytes.suffix(11) == Array("PING;PONG\r\n".utf8)[...])
      #expect((1...8).contains(bytes.count - 11))
      noise += bytes.dropLast(11)
    }
    #expect(noise.contains(0) && noise.contains(0xFF) && Set(noise).count > 50)
    #expect(try rig.document("count")["noisy"] == 200)
  }

  @Test("A foreign device speaks NMEA every second and answers nothing")
  func foreign() throws {
    var rig = Self.busy()
    _ = rig.say("PUSHTAGS;true")
    try rig.order("foreign on")
    let sentences = ReaderRig.text(rig.sent + rig.wait(3)).split(separator: "\r\n")
    #expect(sentences.first == "$GPZDA,191717.00,17,11,2019,00,00*62")
    #expect(sentences.count == 4 && sentences.allSatisfy { $0.hasPrefix("$GPZDA,") })
    #expect(rig.say("PING").isEmpty)
    try rig.order("foreign off")
    #expect(rig.say("PING").contains("PING;PONG\r\n"))
  }

  @Test("Unplugged, nothing goes either way; ok takes every fault away")
  func unplug() throws {
    var rig = Self.busy()
    for order in [
      "unplug", "mute", "foreign on", "noise 1", "cut 1", "lose 1", "cut-next 5", "refuse PING ERR",
    ] {
      try rig.order(order)
    }
    #expect(!rig.reader.isPlugged)
    #expect(rig.say("PING").isEmpty)
    #expect(rig.wait(1).isEmpty)
    try rig.order("ok")
    #expect(rig.reader.isPlugged)
    #expect(rig.say("PING") == "PING;PONG\r\n")
  }

  @Test(
    "Orders that make no sense are refused in clear words",
    arguments: [
      ("", "missing: an order; help lists them"), ("dance", "no order 'dance'; help lists them"),
      ("mute now", "too much: 'now'"), ("foreign", "missing: on or off"),
      ("hello maybe", "'maybe' is neither on nor off"),
      ("rate -1", "'-1' is not passings a second, 0 to 100000"),
      ("noise 2", "'2' is not a probability from 0 to 1"),
      ("noise nan", "'nan' is not a probability from 0 to 1"),
      ("pass x 1", "'x' is no chip, as 123 or LY00123"), ("pass", "missing: a chip"),
      ("pass 123456 1", "'123456' is no chip, as 123 or LY00123"),
      ("pass 1 9", "'9' is not an antenna from 1 to 8"), ("firmware", "missing: a version"),
      ("model a;b", "'a;b' is not plain text without ; of at most 64 characters"),
      ("antennas 19", "'19' is neither digits from 1 to 8, each once, nor none"),
      ("refuse FLY ERR", "'FLY' is no command of the protocol"),
      ("status-field 0 x", "'0' is not a field from 1 to 127"),
      ("status-field 8 a;b", "'a;b' is not text without ; of at most 10000 bytes"),
      ("status-length 10001", "'10001' is not fields from 1 to 10000"),
      ("reboot -1", "'-1' is not seconds from 0 to 3600"),
      ("cut-next 0", "'0' is not a number from 1"),
    ])
  func badOrders(order: String, message: String) {
    let error = #expect(throws: ReaderOrderError.self) { try ReaderOrder(order) }
    #expect(error?.description == message)
  }

  @Test("A zone that does not exist is refused")
  func badZone() throws {
    var rig = ReaderRig()
    #expect(try rig.order("time-zone Nowhere") == "refused: no zone 'Nowhere'")
  }

  @Test("The agent's framer finds nothing malformed in all that a healthy reader says")
  func agentUnderstands() throws {
    var rig = Self.busy()
    var framer = Framer()
    var frames: [Frame] = []
    var bytes = Array(rig.greeting.utf8)
    for command in [
      "PUSHTAGS;true", "PING", "GETPROTOCOL", "GETSTATUS", "READBATTERY", "GETTIME", "PASSINGS", "LISTFILES",
      "GETPASSINGS;1;5", "GETFILEINFO;20191117-131717.csv", "SETTIME;2019-01-01;00:00:00", "NEWFILE", "STOP",
      "STOP", "NEWFILE", "CLEARFILES", "LISTFILES", "FLY",
    ] {
      bytes += rig.wait(0.5).flatMap(\.bytes) + Array(rig.say(command).utf8)
    }
    framer.feed(bytes) { frames.append($0) }
    #expect(framer.pendingCount == 0)
    let foreign = frames.filter { !$0.isValid }
    // FLY is no command, so its refusal is no reply that the agent could know.
    #expect(foreign.count <= 1, "\(foreign)")
    #expect(frames.count > 200)
  }
}
