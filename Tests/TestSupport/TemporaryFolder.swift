import Glibc
import LinuxSystem

/// A folder of a test's own, removed with all that it holds when the test lets go of it.
public final class TemporaryFolder: Sendable {
  /// Its path.
  public let path: String

  /// A new, empty folder.
  public init() {
    var template = Array("/tmp/one4all-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("mkdtemp: \(SystemError.text(for: errno))") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The path of something in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file in it and returns its path.
  @discardableResult
  public func write(_ name: String, _ text: String, mode: mode_t = 0o644) -> String {
    let path = file(name)
    do {
      try Files.makeFolder(Files.parent(of: path))
      try Files.replace(path, with: Array(text.utf8), mode: mode)
      chmod(path, mode)
    } catch { fatalError("\(error)") }
    return path
  }

  deinit { TemporaryFolder.remove(path) }

  private static func remove(_ path: String) {
    guard let status = try? Files.status(path, followingLinks: false) else { return }
    if status.kind == .folder {
      for name in (try? Files.list(path)) ?? [] { remove("\(path)/\(name)") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}
