import Glibc
import LinuxSystem

/// A symbolic link that gives a device a name of its own; it is removed with its owner, unless somebody else has
/// put something in its place.
final class DeviceLink {
  private let path: String
  private let target: String

  /// Makes the link, or replaces one that stands there, so that at no moment there is none.
  init(path: String, target: String) throws(SystemError) {
    if let status = try Files.status(path, followingLinks: false), status.kind != .link {
      throw SystemError("symlink", path, number: EEXIST)
    }
    self.path = path
    self.target = target
    let temporary = "\(path).\(getpid()).new"
    unlink(temporary)
    try system("symlink", path) { symlink(target, temporary) }
    do {
      try system("rename", path) { rename(temporary, path) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  deinit {
    var buffer = [CChar](repeating: 0, count: 256)
    let count = readlink(path, &buffer, buffer.count)
    guard count > 0 else { return }
    let found = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    if found == target { unlink(path) }
  }
}
