public import One4AllProtocol

/// Who a reader is, by its own word.
public struct ReaderIdentity: Hashable, Sendable {
  /// GETSTATUS field 3.
  public let serialNumber: String
  /// GETSTATUS field 4.
  public let model: String
  /// GETSTATUS field 29.
  public let firmware: String

  /// An identity.
  public init(serialNumber: String, model: String, firmware: String) {
    self.serialNumber = serialNumber
    self.model = model
    self.firmware = firmware
  }

  /// The identity in a status.
  public init(_ status: ReaderStatus) {
    self.init(serialNumber: status.serialNumber, model: status.model, firmware: status.firmware)
  }
}
