public import AgentCore
import CSerialPort
import LinuxSystem

/// A serial port of this machine.
public struct SerialPortInfo: Equatable, Sendable {
  /// Its device, e.g. `/dev/ttyUSB0`.
  public let device: String
  /// Its name that stays, e.g. `/dev/serial/by-id/usb-FTDI_…-port0`; nil when udev gives none.
  public let byID: String?
  /// What the adapter says of itself.
  public let description: String?
  /// USB vendor number; nil when it is no USB adapter.
  public let usbVendorID: Int?
  /// USB product number.
  public let usbProductID: Int?
  /// USB manufacturer in words.
  public let usbManufacturer: String?
  /// USB product in words.
  public let usbProduct: String?
  /// The adapter's serial number (not the reader's).
  public let usbSerialNumber: String?
  /// Who has it open, as far as this user may see.
  public let holders: [PortHolder]

  /// A port.
  public init(
    device: String, byID: String? = nil, description: String? = nil, usbVendorID: Int? = nil,
    usbProductID: Int? = nil, usbManufacturer: String? = nil, usbProduct: String? = nil,
    usbSerialNumber: String? = nil, holders: [PortHolder] = []
  ) {
    self.device = device
    self.byID = byID
    self.description = description
    self.usbVendorID = usbVendorID
    self.usbProductID = usbProductID
    self.usbManufacturer = usbManufacturer
    self.usbProduct = usbProduct
    self.usbSerialNumber = usbSerialNumber
    self.holders = holders
  }

  /// The name to put into the configuration.
  public var bestName: String { byID ?? device }
}

/// The serial ports of this machine, by libserialport and udev's links.
public enum SerialPorts {
  static let byIDFolder = "/dev/serial/by-id"

  /// All ports with hardware behind them, by device name.
  public static func list() -> [SerialPortInfo] {
    var ports: UnsafeMutablePointer<OpaquePointer?>?
    guard sp_list_ports(&ports) == SP_OK, let ports else { return [] }
    defer { sp_free_port_list(ports) }
    let names = byIDNames()
    var found: [SerialPortInfo] = []
    var index = 0
    while let port = ports[index] {
      index += 1
      guard let device = text(sp_get_port_name(port)), hasHardware(device) else { continue }
      var vendor: Int32 = 0
      var product: Int32 = 0
      let isUSB =
        sp_get_port_transport(port) == SP_TRANSPORT_USB
        && sp_get_port_usb_vid_pid(port, &vendor, &product) == SP_OK
      found.append(
        SerialPortInfo(
          device: device, byID: names[device], description: text(sp_get_port_description(port)),
          usbVendorID: isUSB ? Int(vendor) : nil, usbProductID: isUSB ? Int(product) : nil,
          usbManufacturer: isUSB ? text(sp_get_port_usb_manufacturer(port)) : nil,
          usbProduct: isUSB ? text(sp_get_port_usb_product(port)) : nil,
          usbSerialNumber: isUSB ? text(sp_get_port_usb_serial(port)) : nil, holders: PortHolders.of(device)))
    }
    return found.sorted { $0.device < $1.device }
  }

  /// The names of all ports as a person would configure them; cheaper than `list`.
  static func names() -> [String] {
    var ports: UnsafeMutablePointer<OpaquePointer?>?
    guard sp_list_ports(&ports) == SP_OK, let ports else { return [] }
    defer { sp_free_port_list(ports) }
    let names = byIDNames()
    var found: [String] = []
    var index = 0
    while let port = ports[index] {
      index += 1
      if let device = text(sp_get_port_name(port)), hasHardware(device) {
        found.append(names[device] ?? device)
      }
    }
    return found.sorted()
  }

  private static func byIDNames() -> [String: String] {
    var names: [String: String] = [:]
    for name in (try? Files.list(byIDFolder)) ?? [] {
      if let device = try? Files.resolve("\(byIDFolder)/\(name)") { names[device] = "\(byIDFolder)/\(name)" }
    }
    return names
  }

  /// The kernel lists serial ports of the PC's old kind whether they exist or not; type 0 says that they do not.
  static func hasHardware(_ device: String) -> Bool {
    guard let type = try? Files.read("/sys/class/tty/\(Files.name(of: device))/type") else { return true }
    return type.first != UInt8(ascii: "0")
  }

  private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
    pointer.map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
    text(pointer.map { UnsafePointer($0) })
  }
}
