import Glibc
import LinuxSystem

/// A folder of the benchmark's own, removed with all that it holds when the benchmark lets go of it.
final class ScratchFolder {
  let path: String

  /// A new, empty folder.
  /// - Parameter parent: where it is made; its disk is the one that is measured.
  init(in parent: String) throws(SystemError) {
    var template = Array("\(parent)/one4all-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp", parent, number: errno) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws(SystemError) {
    try Files.replace(file(name), with: Array(text.utf8), mode: mode)
  }

  func text(_ name: String) -> String {
    String(decoding: (try? Files.read(file(name))) ?? [], as: UTF8.self)
  }

  deinit { ScratchFolder.remove(path) }

  /// Removes what stands there, with all that it holds.
  static func remove(_ path: String) {
    guard let status = try? Files.status(path, followingLinks: false) else { return }
    if status.kind == .folder {
      for name in (try? Files.list(path)) ?? [] { remove("\(path)/\(name)") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  /// Bytes of all files in a folder and those below it.
  static func size(of path: String) -> Int64 {
    guard let status = try? Files.status(path, followingLinks: false) else { return 0 }
    guard status.kind == .folder else { return status.size }
    return ((try? Files.list(path)) ?? []).reduce(0) { $0 + size(of: "\(path)/\($1)") }
  }
}
