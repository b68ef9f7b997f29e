public import AgentCore
import Glibc
import LinuxSystem

/// Which processes have a port open, by what /proc shows. Other users' processes show to root only, their locks to
/// everybody.
public enum PortHolders {
  /// The processes that have that device open, this one left out.
  /// - Parameter path: links are followed.
  public static func of(_ path: String) -> [PortHolder] {
    guard let device = try? Files.resolve(path), let processes = try? Files.list("/proc") else { return [] }
    return processes.compactMap { Int32($0) }.filter { $0 != getpid() && holds($0, device) }.sorted()
      .map(holder)
  }

  /// The process whose flock on that device keeps others out; nil when there is none or it cannot be seen.
  static func locking(_ path: String) -> PortHolder? {
    var status = stat()
    guard stat(path, &status) == 0, let locks = try? Files.read("/proc/locks") else { return nil }
    let file = LockedFile(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    for line in locks.split(separator: UInt8(ascii: "\n")) {
      // 1: FLOCK  ADVISORY  WRITE 1234 00:05:678 0 EOF (proc_locks(5))
      let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
      guard fields.count >= 6, fields[1] == "FLOCK", LockedFile(fields[5]) == file,
        let process = Int32(fields[4]), process > 0
      else { continue }
      // Whoever took the lock may have left it to a child and ended.
      return Files.exists("/proc/\(process)") ? holder(process) : nil
    }
    return nil
  }

  /// A file as /proc/locks names it: `MAJOR:MINOR:INODE`, the first two in hexadecimal.
  private struct LockedFile: Equatable {
    let major: UInt64
    let minor: UInt64
    let inode: UInt64

    init(device: UInt64, inode: UInt64) {
      // As in makedev(3): each number lies in two parts.
      major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
      minor = device & 0xFF | (device >> 12) & 0xFFFF_FF00
      self.inode = inode
    }

    init?(_ text: Substring) {
      let parts = text.split(separator: ":")
      guard parts.count == 3, let major = UInt64(parts[0], radix: 16),
        let minor = UInt64(parts[1], radix: 16), let inode = UInt64(parts[2])
      else { return nil }
      self.major = major
      self.minor = minor
      self.inode = inode
    }
  }

  private static func holder(_ process: Int32) -> PortHolder {
    let name = (try? Files.read("/proc/\(process)/comm")).map { bytes in
      String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
    return PortHolder(processID: process, name: name ?? "a process")
  }

  private static func holds(_ process: Int32, _ device: String) -> Bool {
    let folder = "/proc/\(process)/fd"
    guard let descriptors = try? Files.list(folder) else { return false }
    return descriptors.contains { target(of: "\(folder)/\($0)") == device }
  }

  private static func target(of link: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(link, &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
