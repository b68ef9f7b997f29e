import CLinux
import Glibc

/// How much room a disk has.
public enum FreeSpace {
  /// Bytes that this process may still write on the file system of that path.
  public static func bytes(at path: String) throws(SystemError) -> Int64 {
    var status = statvfs()
    try system("statvfs", path) { statvfs(path, &status) }
    return Int64(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }
}
