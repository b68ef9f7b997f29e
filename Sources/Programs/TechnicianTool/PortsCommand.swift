import AgentCore
import JSONDocument
import JSONText
import ProgramArguments
import ReaderLine

/// `one4allctl ports`.
enum PortsCommand {
  static let help = CommandHelp(
    usage: ["one4allctl ports [--json]"],
    summary:
      "The serial ports of this machine. Put the by-id name into the configuration: it stays when the adapter is\n"
      + "plugged in elsewhere. Who holds a port shows for other users' processes to root only.",
    options: [Option("json", help: "as JSON")], sections: [ToolCommand.exitCodes])

  static func run(_ words: [String]) throws(ToolError) -> ExitCode {
    guard let parsed = try ToolCommand.arguments(words, help) else { return .success }
    let ports = SerialPorts.list()
    if parsed.has("json") {
      Output.write(JSONText.write(.array(ports.map(document)), indented: true) + "\n")
    } else {
      Output.write(ports.isEmpty ? "no serial port\n" : ports.map(page).joined())
    }
    return .success
  }

  static func page(_ port: SerialPortInfo) -> String {
    var lines = [port.device]
    if let name = port.byID { lines.append("  by-id   \(name)") }
    if let vendor = port.usbVendorID, let product = port.usbProductID {
      let words = [port.usbManufacturer, port.usbProduct].compactMap { $0 }.joined(separator: " ")
      lines.append("  USB     \(hex(vendor)):\(hex(product)) \(words)")
    }
    if let serial = port.usbSerialNumber { lines.append("  serial  \(serial)") }
    for holder in port.holders { lines.append("  in use  by \(holder)") }
    return lines.joined(separator: "\n") + "\n"
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
