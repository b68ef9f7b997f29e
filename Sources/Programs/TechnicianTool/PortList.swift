import AgentCore
public import JSONDocument
public import ReaderLine

/// Serial ports for a person and for a program.
public struct PortList: Sendable {
  private let ports: [SerialPortInfo]

  /// Those ports, in that order.
  public init(_ ports: [SerialPortInfo]) { self.ports = ports }

  /// A block of lines for each port: its names alone can fill a line.
  public var page: String {
    ports.isEmpty ? "no serial port: is the adapter plugged in?\n" : ports.map(PortList.page).joined()
  }

  /// An array with an object for each port. What is not known is null.
  public var document: JSONValue { .array(ports.map(PortList.document)) }

  private static func page(_ port: SerialPortInfo) -> String {
    var lines = [port.device]
    if let name = port.byID { lines.append("  by-id   \(name)") }
    if let vendor = port.usbVendorID, let product = port.usbProductID {
      let words = [port.usbManufacturer, port.usbProduct].compactMap { $0 }.joined(separator: " ")
      lines.append("  USB     \(hex(vendor)):\(hex(product))\(words.isEmpty ? "" : " ")\(words)")
    }
    if let serial = port.usbSerialNumber { lines.append("  serial  \(serial)") }
    for holder in port.holders { lines.append("  in use  by \(holder)") }
    return lines.map { TerminalText.safe($0) + "\n" }.joined()
  }

  private static func document(_ port: SerialPortInfo) -> JSONValue {
    [
      "device": .string(port.device), "by_id": .text(port.byID), "description": .text(port.description),
      "usb_vendor_id": .text(port.usbVendorID.map(hex)), "usb_product_id": .text(port.usbProductID.map(hex)),
      "usb_manufacturer": .text(port.usbManufacturer), "usb_product": .text(port.usbProduct),
      "usb_serial_number": .text(port.usbSerialNumber),
      "holders": .array(
        port.holders.map { ["pid": .integer(Int64($0.processID)), "name": .string($0.name)] as JSONValue }),
    ]
  }

  private static func hex(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
