import Glibc
import LinuxSystem

/// The right to use a store: a lock on a file beside it, which the kernel drops when its holder ends, however it ends.
final class StoreLock: Sendable {
  private let file: Descriptor

  /// Takes the lock and writes this process' number into its file.
  init(_ path: String) throws(StoreError) {
    let file = try StoreLock.open(path)
    let number = file.number
    do {
      try file.lock(path)
      try system("ftruncate", path) { ftruncate(number, 0) }
      try file.writeAll(Array("\(getpid())\n".utf8))
    } catch {
      guard error.operation == "flock", error.number == EWOULDBLOCK else { throw .system(error) }
      throw .inUse(path: path, holder: StoreLock.holder(path))
    }
    self.file = file
  }

  deinit { release() }

  /// Gives the right up, to take it anew.
  func release() { file.unlock() }

  private static func open(_ path: String) throws(StoreError) -> Descriptor {
    do {
      let flags = O_RDWR | O_CREAT | O_CLOEXEC
      return Descriptor(owning: try system("open", path) { Glibc.open(path, flags, 0o640) })
    } catch { throw .system(error) }
  }

  private static func holder(_ path: String) -> Int32? {
    guard let content = try? Files.read(path, limit: 64) else { return nil }
    return Int32(String(decoding: content, as: UTF8.self).filter { $0 != "\n" })
  }
}
