import AgentCore
import CSerialPort
import Glibc
import LinuxSystem

// A serial port, through libserialport.
extension OpenedLine {
  static func openSerial(
    _ path: String, _ resolved: String, _ options: LineOptions
  ) throws(LineFailure) -> OpenedLine {
    var port: OpaquePointer?
    guard sp_get_port_by_name(resolved, &port) == SP_OK, let port else {
      // Not in sysfs: no serial port, or pulled a moment ago.
      if !Files.exists(resolved) { throw .absent(path: path, present: SerialPorts.names()) }
      throw .notATerminal(path: path)
    }
    defer {
      // An opening that failed halfway may have left it open; closing a closed one does nothing.
      sp_close(port)
      sp_free_port(port)
    }
    guard SerialPorts.hasHardware(resolved) else { throw .absent(path: path, present: SerialPorts.names()) }
    // Whoever reads the port as well steals bytes, locked or not; and opening alone would already change the
    // settings of a port that another has locked.
    if let holder = PortHolders.of(resolved).first ?? PortHolders.locking(resolved) {
      throw .busy(path: path, holder: holder)
    }
    do throws(SystemError) {
      try check("open", path) { sp_open(port, SP_MODE_READ_WRITE) }
      var handle: Int32 = -1
      try check("sp_get_port_handle", path) { sp_get_port_handle(port, &handle) }
      // A descriptor of our own for the same open file: it stays when libserialport closes its.
      let descriptor = Descriptor(
        owning: try system("fcntl", path) { fcntl(handle, F_DUPFD_CLOEXEC, 0) })
      try descriptor.lock(path)
      try system("ioctl TIOCEXCL", path) { one4all_tty_exclusive(handle) }
      try check("set baud rate", path) { sp_set_baudrate(port, Int32(clamping: options.baudRate)) }
      try check("set 8 data bits", path) { sp_set_bits(port, 8) }
      try check("set no parity", path) { sp_set_parity(port, SP_PARITY_NONE) }
      try check("set 1 stop bit", path) { sp_set_stopbits(port, 1) }
      try check("set no flow control", path) { sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE) }
      try makeRaw(descriptor, path)
      try setModemLines(port, options)
      return OpenedLine(descriptor: descriptor, kind: .serial, device: resolved)
    } catch { throw failure(error, path) }
  }

  /// An adapter without modem lines says ENOTTY or EINVAL; it works without them.
  private static func setModemLines(_ port: OpaquePointer, _ options: LineOptions) throws(SystemError) {
    do throws(SystemError) {
      try check("set DTR") { sp_set_dtr(port, options.dtr ? SP_DTR_ON : SP_DTR_OFF) }
      try check("set RTS") { sp_set_rts(port, options.rts ? SP_RTS_ON : SP_RTS_OFF) }
    } catch {
      if error.number != ENOTTY && error.number != EINVAL { throw error }
    }
  }

  /// libserialport's results as errors that keep the operation and the kernel's number.
  private static func check(
    _ operation: String, _ path: String = "", _ call: () -> sp_return
  ) throws(SystemError) {
    errno = 0
    switch call() {
    case SP_OK: return
    case SP_ERR_ARG, SP_ERR_SUPP: throw SystemError(operation, path, number: EINVAL)
    case SP_ERR_MEM: throw SystemError(operation, path, number: ENOMEM)
    default: throw SystemError(operation, path, number: errno == 0 ? EIO : errno)
    }
  }
}
