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

  @Test(arguments: [Array("Macsha México".utf8), [0x4D, 0xE9, 0x78]], [true, false])
  func anOwnerWithAccentsDoesNotHideTheReader(_ owner: [UInt8], isEnded: Bool) throws {
    let parts = RealLine.status.split(separator: ";", omittingEmptySubsequences: false).map { Array($0.utf8) }
    let line = Array((parts[..<6] + [owner] + parts[7...]).joined(separator: [UInt8(ascii: ";")]))
    var framer = Framer()
    var frames: [Frame] = []
    framer.feed(line + (isEnded ? [13, 10] : [])) { frames.append($0) }
    framer.flushAfterSilence { frames.append($0) }
    guard case .reply(let reply)? = frames.first, frames.count == 1 else {
      Issue.record("\(frames)")
      return
    }
    let status = try ReaderStatus(reply: reply)
    #expect(status.serialNumber == "O4A5-00051")
    #expect(status.owner?.contains("?") == true)
    #expect(status.firmware == "1.1.3.0")
  }

  @Test(arguments: [UInt8(0), 0xFF])
  func noiseInTheOwnerIsNoLetter(_ noise: UInt8) {
    var line = Array(RealLine.status.utf8)
    if let place = line.firstIndex(of: UInt8(ascii: "x")) { line[place] = noise }
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
