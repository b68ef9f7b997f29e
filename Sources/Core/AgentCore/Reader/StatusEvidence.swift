import One4AllProtocol

/// What a status says of who the reader is and where its passings go acts once two receptions in a row say the same: no
/// check protects a status, and one bit of a serial number would make a device of its own.
struct StatusEvidence: Sendable {
  /// The fields that act.
  private struct Claims: Equatable, Sendable {
    let serialNumber: String
    let model: String
    let firmware: String
    let sessionFile: SessionFileName?
    let timeZone: String?
    /// Fields that the line may have damaged, as they came.
    let unsureFields: [Int: String]

    init(_ status: ReaderStatus) {
      serialNumber = status.serialNumber
      model = status.model
      firmware = status.firmware
      sessionFile = status.sessionFile
      timeZone = status.timeZone
      unsureFields = status.unsureFields
    }
  }

  /// Those that act.
  private var proven: Claims?
  /// Those of the last reception.
  private var last: Claims?
  /// Whether the last status was asked for to be sure of the one before it.
  private var isRepeated = false

  /// Takes a reception.
  /// - Returns: whether it acts: it says what acts already, or what the one before it said.
  mutating func receive(_ status: ReaderStatus) -> Bool {
    let claims = Claims(status)
    defer { last = claims }
    guard claims == proven || claims == last else { return false }
    proven = claims
    isRepeated = false
    return true
  }

  /// Whether a status that does not act is to be asked for again at once: where it says something else each time, every
  /// second time only.
  mutating func asksAgain() -> Bool {
    isRepeated.toggle()
    return isRepeated
  }

  /// Another reader may be there, or the line is another one. One that says what was proven before is the same one.
  mutating func beginAgain() {
    last = nil
    isRepeated = false
  }
}
