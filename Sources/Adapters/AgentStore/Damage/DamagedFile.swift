import AgentCore
import Glibc
import LinuxSystem

/// Damaged databases that were set aside. That one was salvaged is kept beside it, not only in the database that took
/// it over: when that one is damaged or lost in its turn, the old one must not come back.
enum DamagedFile {
  private static let mark = ".salvaged"

  /// The paths of those in a folder that are not marked as salvaged, the oldest first.
  static func unsalvaged(in folder: String) throws(StoreError) -> [String] {
    do {
      let names = Set(try Files.list(folder))
      return names.filter { $0.hasPrefix("\(AgentDatabase.fileName).damaged-") }
        .filter { !$0.dropFirst(AgentDatabase.fileName.utf8.count + 1).contains(".") }
        .filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") && !names.contains($0 + mark) }
        .sorted().map { "\(folder)/\($0)" }
    } catch { throw .system(error) }
  }

  /// Marks one as salvaged, if it is there. Where that fails, the next opening of the store does it.
  static func markSalvaged(_ path: String) {
    guard Files.exists(path), !Files.exists(path + mark) else { return }
    try? Files.replace(path + mark, with: [], mode: 0o640)
  }

  private static func isTaken(_ path: String) -> Bool {
    ["", "-wal", "-shm"].contains { Files.exists(path + $0) }
  }

  /// Renames the file and what SQLite keeps beside it, so that nothing is lost and a new one can be made. The parts
  /// keep their endings: SQLite's tools can still be tried on them together.
  /// - Returns: the new path of the file.
  static func setAside(_ path: String, at now: WallTime) throws(StoreError) -> String {
    try rename(path, as: "damaged", at: now)
  }

  /// Renames what stands in the place of a database that was taken away. It is kept, and nothing is taken from it.
  static func putAway(_ path: String, at now: WallTime) throws(StoreError) {
    do {
      guard try parts(of: path).isEmpty == false else { return }
    } catch { throw .system(error) }
    _ = try rename(path, as: "foreign", at: now)
  }

  private static func parts(of path: String) throws(SystemError) -> [String] {
    // The file last: were it gone first and the power next, SQLite would throw the log away at the next opening.
    var parts: [String] = []
    for ending in ["-shm", "-wal", ""] where try Files.status(path + ending, followingLinks: false) != nil {
      parts.append(ending)
    }
    return parts
  }

  private static func rename(_ path: String, as word: String, at now: WallTime) throws(StoreError) -> String {
    let label = now.iso8601.prefix(19).filter { $0 != "-" && $0 != ":" }
    var target = "\(path).\(word)-\(label)Z"
    var count = 1
    do {
      while try !parts(of: target).isEmpty {
        count += 1
        target = "\(path).\(word)-\(label)Z-\(count)"
      }
      for ending in try parts(of: path) {
        try system("rename", path + ending) { Glibc.rename(path + ending, target + ending) }
      }
      try Files.keepNames(of: Files.parent(of: path))
    } catch { throw .system(error) }
    return target
  }
}
