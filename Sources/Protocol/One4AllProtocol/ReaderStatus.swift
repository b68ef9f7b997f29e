/// Why a reply is no status.
public enum StatusError: Error, Equatable, Sendable {
  /// The reply answers another command.
  case otherCommand(ReplyName)
  /// The reader refused.
  case refused(Refusal)
  /// Fewer than 30 fields, the name counted.
  case tooFewFields(Int)
  /// Field 3 is empty.
  case noSerialNumber
  /// Field 4 is empty.
  case noModel
  /// Field 29 is empty.
  case noFirmware
}

/// What GETSTATUS says. Field numbers are those of the reader protocol reference, the name being field 0.
/// Fields that later firmware adds at the end are in `rawLine`.
public struct ReaderStatus: Equatable, Sendable {
  /// The fewest fields of a status, the name counted.
  public static let minimumFieldCount = 30

  /// Field 1.
  public let readerID: String?
  /// Field 2.
  public let ipAddress: String?
  /// Field 3.
  public let serialNumber: String
  /// Field 4, e.g. `One4All 5`.
  public let model: String
  /// Field 5: connected antennas, 1 to 8, ascending.
  public let antennas: [Int]?
  /// Field 6.
  public let owner: String?
  /// Field 7.
  public let chipPrefix: String?
  /// Field 8, °C.
  public let temperatureCelsius: Double?
  /// Field 9: whether chips are being read into a session file.
  public let startMode: Bool?
  /// Field 10: the current session file.
  public let sessionFile: SessionFileName?
  /// Field 11: passings in the session file.
  public let passingCount: Int?
  /// Field 12.
  public let mainsPower: Bool?
  /// Field 13, 0 to 100.
  public let batteryPercent: Int?
  /// Field 14, volts.
  public let batteryVolts: Double?
  /// Field 15.
  public let buzzer: Bool?
  /// Field 19: the zone of the reader's wall clock, e.g. `America/Mexico_City`.
  public let timeZone: String?
  /// Field 23.
  public let radioModule: String?
  /// Field 24.
  public let radioState: String?
  /// Field 25.
  public let radioRegion: String?
  /// Field 26: how long a chip is ignored after a passing, seconds.
  public let bounceSeconds: Int?
  /// Field 29, e.g. `1.1.3.0`. Its place is inferred, not documented: any text is kept as it came, because a
  /// reader whose firmware writes it otherwise must still be recognised by its serial number.
  public let firmware: String
  /// Field 37.
  public let protocolVersion: ProtocolVersion?
  /// The whole line, without its end.
  public let rawLine: String

  /// Unknown or unreadable fields are nil; without serial number, model and firmware it is no status.
  public init(reply: Reply) throws(StatusError) {
    guard reply.name == .getStatus else { throw .otherCommand(reply.name) }
    if reply.arguments.count == 1, let refusal = Refusal(word: reply.arguments[0]) { throw .refused(refusal) }
    let fields = [reply.name.rawValue] + reply.arguments
    guard fields.count >= Self.minimumFieldCount else { throw .tooFewFields(fields.count) }
    guard Self.isName(fields[3]) else { throw .noSerialNumber }
    guard Self.isName(fields[4]) else { throw .noModel }
    guard Self.isName(fields[29]) else { throw .noFirmware }
    let text = { (index: Int) -> String? in
      index < fields.count && !fields[index].isEmpty ? fields[index] : nil
    }
    readerID = text(1)
    ipAddress = text(2)
    serialNumber = fields[3]
    model = fields[4]
    antennas = Self.antennas(fields[5])
    owner = text(6)
    chipPrefix = text(7)
    temperatureCelsius = text(8).flatMap(DecimalText.decimal)
    startMode = text(9).flatMap(DecimalText.truth)
    sessionFile = text(10).flatMap(SessionFileName.init)
    passingCount = text(11).flatMap(DecimalText.whole)
    mainsPower = text(12).flatMap(DecimalText.truth)
    batteryPercent = text(13).flatMap(DecimalText.whole).flatMap { 0...100 ~= $0 ? $0 : nil }
    batteryVolts = text(14).flatMap(DecimalText.decimal)
    buzzer = text(15).flatMap(DecimalText.truth)
    timeZone = text(19)
    radioModule = text(23)
    radioState = text(24)
    radioRegion = text(25)
    bounceSeconds = text(26).flatMap(DecimalText.whole)
    firmware = fields[29]
    protocolVersion = text(37).flatMap(ProtocolVersion.init)
    rawLine = reply.text
  }

  private static func isName(_ text: String) -> Bool { text.utf8.contains { $0 != 0x20 } }

  private static func antennas(_ text: String) -> [Int]? {
    let numbers = text.utf8.map { Int($0.digitValue) }
    return numbers.allSatisfy { 1...8 ~= $0 } ? Set(numbers).sorted() : nil
  }
}
