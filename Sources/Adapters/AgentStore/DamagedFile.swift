import AgentCore
import Glibc
import LinuxSystem

/// Setting a damaged database aside.
enum DamagedFile {
  /// Renames the file and what SQLite keeps beside it, so that nothing is lost and a new one can be made. The parts
  /// keep their endings: SQLite's tools can still be tried on them together.
  /// - Returns: the new path of the file.
  static func setAside(_ path: String, at now: WallTime) throws(StoreError) -> String {
    let label = now.iso8601.prefix(19).filter { $0 != "-" && $0 != ":" }
    var target = "\(path).damaged-\(label)Z"
    var count = 1
    while Files.exists(target) {
      count += 1
      target = "\(path).damaged-\(label)Z-\(count)"
    }
    do {
      // The file last: were it gone first and the power next, SQLite would throw the log away at the next opening.
      for ending in ["-shm", "-wal", ""] where Files.exists(path + ending) {
        try system("rename", path + ending) { rename(path + ending, target + ending) }
      }
      let folder = Files.parent(of: path)
      let directory = Descriptor(
        owning: try system("open", folder) { open(folder, O_RDONLY | O_CLOEXEC) })
      try system("fsync", folder) { fsync(directory.number) }
    } catch { throw .system(error) }
    return target
  }
}
