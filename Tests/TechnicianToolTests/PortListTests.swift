import AgentCore
import JSONDocument
import ReaderLine
import TechnicianTool
import Testing

@Suite("The serial ports for a person and a program")
struct PortListTests {
  private let adapter = SerialPortInfo(
    device: "/dev/ttyUSB0", byID: "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0",
    description: "FT232R USB UART - A50285BI", usbVendorID: 0x403, usbProductID: 0x6001,
    usbManufacturer: "FTDI", usbProduct: "FT232R USB UART", usbSerialNumber: "A50285BI",
    holders: [PortHolder(processID: 4711, name: "one4alld"), PortHolder(processID: 12, name: "minicom")])
  private let plain = SerialPortInfo(device: "/dev/ttyS0")

  @Test("each have a block of lines")
  func page() {
    #expect(
      PortList([plain, adapter]).page == """
        /dev/ttyS0
        /dev/ttyUSB0
          by-id   /dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0
          USB     0403:6001 FTDI FT232R USB UART
          serial  A50285BI
          in use  by one4alld (pid 4711)
          in use  by minicom (pid 12)

        """)
  }

  @Test("that are not there are asked for")
  func none() {
    #expect(PortList([]).page == "no serial port: is the adapter plugged in?\n")
    #expect(PortList([]).document == [])
  }

  @Test("have every member in JSON, null where nothing is known")
  func document() throws {
    let ports = try #require(PortList([plain, adapter]).document.array)
    #expect(ports.count == 2)
    #expect(ports[0].object?.members.map(\.name) == ports[1].object?.members.map(\.name))
    #expect(ports[0]["device"] == "/dev/ttyS0" && ports[0]["by_id"] == nil as JSONValue)
    #expect(ports[0]["holders"] == [])
    #expect(ports[1]["usb_vendor_id"] == "0403" && ports[1]["usb_product_id"] == "6001")
    #expect(ports[1]["holders"]?.array?.first == ["pid": 4711, "name": "one4alld"])
  }

  @Test("cannot bring escapes to the terminal by an adapter's name")
  func escapes() {
    let evil = SerialPortInfo(
      device: "/dev/ttyUSB0", usbVendorID: 1, usbProductID: 2, usbProduct: "\u{1B}[2Jx\ny")
    #expect(PortList([evil]).page == "/dev/ttyUSB0\n  USB     0001:0002 \u{FFFD}[2Jx\u{FFFD}y\n")
  }
}
