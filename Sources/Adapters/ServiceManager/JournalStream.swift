import Glibc

/// Whether a descriptor leads to systemd's journal.
enum JournalStream {
  /// systemd names the device and inode of the stream that it gave to the service in `JOURNAL_STREAM`
  /// (systemd.exec(5)). The variable alone says nothing: it is inherited, the descriptor may lead elsewhere.
  /// - Parameter stream: the variable's value, `DEVICE:INODE`.
  static func isConnected(_ descriptor: Int32, to stream: String?) -> Bool {
    guard let parts = stream?.split(separator: ":"), parts.count == 2, let device = UInt64(parts[0]),
      let inode = UInt64(parts[1])
    else { return false }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
  }
}
