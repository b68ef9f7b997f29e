import One4AllProtocol
import Testing

@Suite struct StatusTests {
  private let fields = RealLine.status.split(separator: ";", omittingEmptySubsequences: false).map(
    String.init)

  private func status(_ fields: [String]) throws -> ReaderStatus {
    try ReaderStatus(reply: #require(Reply(line: fields.joined(separator: ";"))))
  }

  private func status(_ field: Int, as text: String) throws -> ReaderStatus {
    var fields = fields
    fields[field] = text
    return try status(fields)
  }

  @Test func everyFieldOfTheRealLine() throws {
    let status = try status(fields)
    #expect(status.readerID == "3")
    #expect(status.ipAddress == "192.168.1.13")
    #expect(status.serialNumber == "O4A5-00051")
    #expect(status.model == "One4All 5")
    #expect(status.antennas == [1, 2, 3, 4, 6, 7, 8])
    #expect(status.owner == "Macsha Mexico")
    #expect(status.chipPrefix == "MC")
    #expect(status.temperatureCelsius == 46.2)
    #expect(status.startMode == true)
    #expect(status.sessionFile?.text == "20191117-131717.csv")
    #expect(status.passingCount == 0)
    #expect(status.mainsPower == true)
    #expect(status.batteryPercent == 100)
    #expect(status.batteryVolts == 26.5)
    #expect(status.buzzer == true)
    #expect(status.timeZone == "America/Mexico_City")
    #expect(status.radioModule == "Motorola")
    #expect(status.radioState == "OK")
    #expect(status.radioRegion == "fcc")
    #expect(status.bounceSeconds == 5)
    #expect(status.firmware == "1.1.3.0")
    #expect(status.protocolVersion == ProtocolVersion("3.0"))
    #expect(status.rawLine == RealLine.status)
  }

  @Test func fieldsAtTheEndAreNewFirmware() throws {
    let status = try status(fields + ["later", "firmware"])
    #expect(status.firmware == "1.1.3.0")
    #expect(status.rawLine.hasSuffix("later;firmware"))
  }

  @Test func thirtyFieldsAreEnoughAndTwentyNineAreNot() throws {
    #expect(try status(Array(fields[..<30])).protocolVersion == nil)
    #expect(throws: StatusError.tooFewFields(29)) { try status(Array(fields[..<29])) }
    #expect(throws: StatusError.tooFewFields(29)) { try status(Array(fields[..<29]) + [""]) }
  }

  @Test func identityMustBeThere() {
    #expect(throws: StatusError.noSerialNumber) { try status(3, as: "") }
    #expect(throws: StatusError.noModel) { try status(4, as: " ") }
    #expect(throws: StatusError.noFirmware) { try status(29, as: "") }
  }

  @Test(arguments: ["beta", "v2", "False", "1.1.3.0-rc1"])
  func anOddFirmwareDoesNotHideTheReader(_ firmware: String) throws {
    let status = try status(29, as: firmware)
    #expect(status.firmware == firmware)
    #expect(status.serialNumber == "O4A5-00051")
  }

  /// The real line with a field of other bytes, as the framer reads it.
  private func status(_ field: Int, bytes: [UInt8], isEnded: Bool = true) throws -> ReaderStatus {
    let parts = fields.map { Array($0.utf8) }
    let line = Array((parts[..<field] + [bytes] + parts[(field + 1)...]).joined(separator: [0x3B]))
    var framer = Framer()
    var frames = framer.frames(of: line + (isEnded ? [0x0D, 0x0A] : []))
    frames += framer.framesAfterSilence()
    guard case .reply(let reply) = try #require(frames.first), frames.count == 1 else {
      throw StatusError.tooFewFields(frames.count)
    }
    #expect(reply.raw == line)
    return try ReaderStatus(reply: reply)
  }

  @Test(arguments: [6, 4, 29, 20, 42], [true, false])
  func lettersBeyondASCIIDoNotHideTheReader(_ field: Int, isEnded: Bool) throws {
    for (bytes, text) in [
      (Array("Macsha M\u{e9}xico \u{a9}".utf8), "Macsha M\u{e9}xico \u{a9}"),
      ([0x4D, 0xE9, 0x78], "M\u{e9}x"),
    ] {
      let status = try status(field, bytes: bytes, isEnded: isEnded)
      #expect(status.serialNumber == "O4A5-00051")
      #expect(status.owner == (field == 6 ? text : "Macsha Mexico"))
      #expect(status.model == (field == 4 ? text : "One4All 5"))
      #expect(status.firmware == (field == 29 ? text : "1.1.3.0"))
      #expect(status.unsureFields == ([4, 29].contains(field) ? [field: text] : [:]))
      #expect(status.strangeFields.isEmpty)
    }
  }

  @Test(
    arguments: [
      (5, "12x"), (7, "M\u{c9}"), (8, "hot"), (9, "perhaps"), (10, "RACE1.csv"), (11, "many"), (12, "mains"),
      (13, "200"), (14, "full"), (19, "Am\u{e9}rica/Mexico_City"),
    ])
  func eachFieldIsReadByItselfAndWhatIsStrangeIsTold(_ field: Int, _ text: String) throws {
    let status = try status(field, bytes: Array(text.utf8))
    #expect(status.strangeFields.map(\.field.rawValue) == [field])
    #expect(status.strangeFields.map(\.text) == [text])
    #expect(status.unsureFields == ([10, 19].contains(field) ? [field: text] : [:]))
    #expect((status.antennas == nil) == (field == 5) && (status.chipPrefix == nil) == (field == 7))
    #expect((status.temperatureCelsius == nil) == (field == 8) && (status.startMode == nil) == (field == 9))
    #expect((status.sessionFile == nil) == (field == 10) && (status.passingCount == nil) == (field == 11))
    #expect((status.mainsPower == nil) == (field == 12) && (status.batteryPercent == nil) == (field == 13))
    #expect((status.batteryVolts == nil) == (field == 14) && (status.timeZone == nil) == (field == 19))
  }

  @Test func measuresMayHaveACommaAndAUnit() throws {
    for text in ["46,2", "46.2 \u{b0}C", "46.2\u{b0}", " 46.2", "46.2 C"] {
      #expect(try status(8, as: text).temperatureCelsius == 46.2)
    }
    #expect(try status(8, bytes: Array("46.2 ".utf8) + [0xB0, 0x43]).temperatureCelsius == 46.2)
    #expect(try status(14, as: "25,5 V").batteryVolts == 25.5)
    #expect(try status(13, as: "90 %").batteryPercent == 90)
    for text in ["4 6", "46.2 F", "46..2", "-", "\u{b0}C", "1e3", "46.2 \u{b0}C \u{b0}C"] {
      #expect(try status(8, as: text).temperatureCelsius == nil, "\(text)")
    }
  }

  @Test func aNameThatIsTooLongIsCutAndTold() throws {
    let long = String(repeating: "One4All ", count: 1000)
    let status = try status(4, bytes: Array(long.utf8))
    #expect(status.model == String(long.prefix(128)) && status.serialNumber == "O4A5-00051")
    #expect(status.strangeFields.map(\.field) == [.model] && status.unsureFields.keys.sorted() == [4])
    #expect(status.strangeFields[0].text.count == 41)
    #expect(try self.status(6, bytes: Array(long.utf8)).strangeFields.isEmpty)
  }

  @Test func nulInTheOwnerIsNoise() {
    var line = Array(RealLine.status.utf8)
    if let place = line.firstIndex(of: UInt8(ascii: "x")) { line[place] = 0 }
    var framer = Framer()
    var isBelieved = false
    framer.feed(line + [13, 10]) { if $0.isValid { isBelieved = true } }
    #expect(!isBelieved)
  }

  @Test func whatCannotBeReadIsNotKnown() throws {
    #expect(try status(5, as: "129").antennas == nil)
    #expect(try status(5, as: "").antennas == [])
    #expect(try status(8, as: "n/a").temperatureCelsius == nil)
    #expect(try status(8, as: "-3.5").temperatureCelsius == -3.5)
    #expect(try status(9, as: "true").startMode == true)
    #expect(try status(9, as: "maybe").startMode == nil)
    #expect(try status(10, as: "").sessionFile == nil)
    #expect(try status(13, as: "101").batteryPercent == nil)
    #expect(try status(14, as: "inf").batteryVolts == nil)
    #expect(try status(14, as: "0x1p3").batteryVolts == nil)
    #expect(try status(19, as: "").timeZone == nil)
  }

  @Test func anotherReplyOrARefusalIsNoStatus() {
    #expect(throws: StatusError.refused(.err)) {
      try ReaderStatus(reply: Reply(name: .getStatus, arguments: ["ERR"]))
    }
    #expect(throws: StatusError.otherCommand(.ping)) {
      try ReaderStatus(reply: Reply(name: .ping, arguments: ["PONG"]))
    }
  }
}
