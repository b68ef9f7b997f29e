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
///
/// Each field is read by itself: one that cannot be read costs nothing but itself, and stands in `strangeFields` when
/// something depends on it.
public struct ReaderStatus: Equatable, Sendable {
  /// The fewest fields of a status, the name counted.
  public static let minimumFieldCount = 30
  /// Of a longer serial number, model or firmware only so many characters are taken.
  public static let longestName = 128

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
  /// Field 7; nil also when no chip can have it, as it is not ASCII.
  public let chipPrefix: String?
  /// Field 8, °C; with or without a unit.
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
  /// Field 19: the zone of the reader's wall clock, e.g. `America/Mexico_City`; nil also when it is not ASCII.
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
  /// The line, without its end; of a long one the first `Framer.maximumFrameLength` bytes.
  public let rawLine: String
  /// What could not be read, or not as it came, of the fields that something depends on, by their places.
  public let strangeFields: [StrangeField]
  /// Of the fields by which passings are kept and sent (who the reader is, its session file, its zone), those that the line
  /// may have damaged, as they came: they are beyond ASCII, too long, or cannot be read. They are to be believed when they
  /// have come a second time.
  public let unsureFields: [Int: String]

  /// Unknown or unreadable fields are nil; without serial number, model and firmware it is no status.
  public init(reply: Reply) throws(StatusError) {
    guard reply.name == .getStatus else { throw .otherCommand(reply.name) }
    if reply.arguments.count == 1, let refusal = Refusal(word: reply.arguments[0]) { throw .refused(refusal) }
    let fields = [reply.name.rawValue] + reply.arguments
    guard fields.count >= Self.minimumFieldCount else { throw .tooFewFields(fields.count) }
    guard Self.isName(fields[3]) else { throw .noSerialNumber }
    guard Self.isName(fields[4]) else { throw .noModel }
    guard Self.isName(fields[29]) else { throw .noFirmware }
    var reading = Reading(fields: fields)
    readerID = reading.text(1)
    ipAddress = reading.text(2)
    serialNumber = reading.name(.serialNumber)
    model = reading.name(.model)
    antennas = reading.value(.antennas, Self.antennas) ?? (fields[5].isEmpty ? [] : nil)
    owner = reading.text(6)
    chipPrefix = reading.value(.chipPrefix, Self.ascii)
    temperatureCelsius = reading.value(.temperature) { DecimalText.measure($0, units: "°C", "C", "°") }
    startMode = reading.value(.startMode, DecimalText.truth)
    sessionFile = reading.value(.sessionFile, SessionFileName.init)
    passingCount = reading.value(.passingCount, DecimalText.whole)
    mainsPower = reading.value(.mainsPower, DecimalText.truth)
    batteryPercent = reading.value(.batteryPercent, DecimalText.percent)
    batteryVolts = reading.value(.batteryVolts) { DecimalText.measure($0, units: "V") }
    buzzer = reading.text(15).flatMap(DecimalText.truth)
    timeZone = reading.value(.timeZone, Self.ascii)
    radioModule = reading.text(23)
    radioState = reading.text(24)
    radioRegion = reading.text(25)
    bounceSeconds = reading.text(26).flatMap(DecimalText.whole)
    firmware = reading.name(.firmware)
    protocolVersion = reading.text(37).flatMap(ProtocolVersion.init)
    rawLine = FreeText.decode(line: Array(reply.raw.prefix(Framer.maximumFrameLength)))
    strangeFields = reading.strange.sorted { $0.field.rawValue < $1.field.rawValue }
    unsureFields = reading.unsure
  }

  private static func isName(_ text: String) -> Bool { text.utf8.contains { $0 != 0x20 } }

  private static func ascii(_ text: String) -> String? { text.utf8.allSatisfy(\.isPrintable) ? text : nil }

  private static func antennas(_ text: String) -> [Int]? {
    let numbers = text.utf8.map { Int($0.digitValue) }
    return numbers.allSatisfy { 1...8 ~= $0 } ? Set(numbers).sorted() : nil
  }
}
