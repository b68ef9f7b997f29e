import AgentCore
import Glibc
import LinuxSystem

/// Removes backup files that are old, or too many; the one that was written to last stays.
enum BackupRotation {
  private struct Entry {
    let path: String
    let size: Int64
    let modified: Int64
  }

  /// - Parameter nowSeconds: seconds since 1970; nil when the host's clock is not to be trusted: then none is old.
  static func run(_ folder: String, _ settings: StoreSettings, nowSeconds: Int64?) {
    var entries: [Entry] = []
    for reader in (try? Files.list(folder)) ?? [] {
      for name in (try? Files.list("\(folder)/\(reader)")) ?? [] {
        let path = "\(folder)/\(reader)/\(name)"
        guard let status = try? Files.status(path, followingLinks: false), status.kind == .file else {
          continue
        }
        entries.append(Entry(path: path, size: status.size, modified: status.modifiedSeconds))
      }
    }
    entries.sort { ($0.modified, $0.path) < ($1.modified, $1.path) }
    var total = entries.reduce(0) { $0 + $1.size }
    for entry in entries.dropLast() {
      let isOld =
        nowSeconds.map {
          $0.saturatingSubtract(entry.modified) > settings.backupMaxAge.wholeMilliseconds / 1000
        } ?? false
      guard isOld || total > settings.backupMaxSize else { continue }
      unlink(entry.path)
      // Goes only when it is empty.
      rmdir(Files.parent(of: entry.path))
      total -= entry.size
    }
  }
}
