/// A field of a status on which something depends. The raw value is its place, the name being field 0.
public enum StatusField: Int, CaseIterable, Sendable {
  /// Who the reader is.
  case serialNumber = 3
  /// Told to the cloud.
  case model = 4
  /// Told to the cloud.
  case antennas = 5
  /// Passings with another one are not believed before the reader's memory has confirmed one.
  case chipPrefix = 7
  /// Told to the cloud.
  case temperature = 8
  /// Whether it is stopped.
  case startMode = 9
  /// Where its passings belong.
  case sessionFile = 10
  /// Hints at passings that were not heard.
  case passingCount = 11
  /// Told to the cloud.
  case mainsPower = 12
  /// Told to the cloud.
  case batteryPercent = 13
  /// Told to the cloud.
  case batteryVolts = 14
  /// By it passings get their UTC.
  case timeZone = 19
  /// Told to the cloud.
  case firmware = 29

  /// What it is called for a person.
  public var name: String {
    switch self {
    case .serialNumber: "serial number"
    case .model: "model"
    case .antennas: "antennas"
    case .chipPrefix: "chip prefix"
    case .temperature: "temperature"
    case .startMode: "start mode"
    case .sessionFile: "session file"
    case .passingCount: "count of passings"
    case .mainsPower: "mains power"
    case .batteryPercent: "battery percentage"
    case .batteryVolts: "battery voltage"
    case .timeZone: "time zone"
    case .firmware: "firmware"
    }
  }

  /// Whether passings are kept or sent by it.
  var isVital: Bool {
    switch self {
    case .serialNumber, .model, .sessionFile, .timeZone, .firmware: true
    case .antennas, .chipPrefix, .temperature, .startMode, .passingCount, .mainsPower, .batteryPercent,
      .batteryVolts:
      false
    }
  }
}

/// A field of a status that could not be read, or not as it came.
public struct StrangeField: Equatable, Sendable {
  /// Which.
  public let field: StatusField
  /// What it says; of a long one the beginning.
  public let text: String
}

extension ReaderStatus {
  /// What a field says that could not be read; nil when it could.
  public func text(ofStrange field: StatusField) -> String? {
    strangeFields.first { $0.field == field }?.text
  }

  /// Reads fields one by one, and remembers what was strange.
  struct Reading {
    let fields: [String]
    private(set) var strange: [StrangeField] = []
    private(set) var unsure: [Int: String] = [:]

    init(fields: [String]) { self.fields = fields }

    /// A field as it is; nil when it is not there or empty.
    func text(_ place: Int) -> String? {
      place < fields.count && !fields[place].isEmpty ? fields[place] : nil
    }

    /// What a field means; nil when it is not there, empty, or strange.
    mutating func value<Value>(_ field: StatusField, _ read: (String) -> Value?) -> Value? {
      guard let text = text(field.rawValue) else { return nil }
      if let value = read(text) { return value }
      note(field, text)
      if field.isVital { unsure[field.rawValue] = StrangeField.beginning(of: text) }
      return nil
    }

    /// A name that must be there, as it came; of a very long one only its beginning.
    mutating func name(_ field: StatusField) -> String {
      let text = fields[field.rawValue]
      let isLong = text.utf8.count > longestName && text.count > longestName
      if isLong { note(field, text) }
      if isLong || !text.utf8.allSatisfy(\.isPrintable) {
        unsure[field.rawValue] = String(text.prefix(longestName))
      }
      return isLong ? String(text.prefix(longestName)) : text
    }

    private mutating func note(_ field: StatusField, _ text: String) {
      strange.append(StrangeField(field: field, text: StrangeField.beginning(of: text)))
    }
  }
}

extension StrangeField {
  /// So many characters are shown of what cannot be read.
  private static let shown = 40

  fileprivate static func beginning(of text: String) -> String {
    let beginning = text.prefix(shown)
    return beginning.endIndex == text.endIndex ? text : String(beginning) + "…"
  }
}
