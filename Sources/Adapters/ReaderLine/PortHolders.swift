public import AgentCore
import Glibc
import LinuxSystem

/// Which processes have a port open, by what /proc shows. Other users' processes show to root only.
public enum PortHolders {
  /// The processes that have that device open, this one left out.
  /// - Parameter path: links are followed.
  public static func of(_ path: String) -> [PortHolder] {
    guard let device = try? Files.resolve(path), let processes = try? Files.list("/proc") else { return [] }
    return processes.compactMap { Int32($0) }.filter { $0 != getpid() && holds($0, device) }.sorted().map {
      process in
      let name = (try? Files.read("/proc/\(process)/comm")).map { bytes in
        String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      }
      return PortHolder(processID: process, name: name ?? "a process")
    }
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
