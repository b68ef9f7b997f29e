import Glibc
import LinuxSystem

/// The right to use a store: a lock on a file beside it, and one on the folder itself, so that removing the file lets
/// nobody in. The kernel drops both when their holder ends, however it ends.
final class StoreLock: Sendable {
  private let file: Descriptor
  private let folder: Descriptor

  /// Takes the lock and writes this process' number into its file.
  init(_ path: String) throws(StoreError) {
    do throws(SystemError) {
      let above = Files.parent(of: path)
      let folder = try Files.open(above, for: O_RDONLY | O_DIRECTORY)
      // Some network file systems cannot lock a folder; the file's lock has to do there.
      do throws(SystemError) { try folder.lock(above) } catch {
        if error.number == EWOULDBLOCK { throw error }
      }
      let file = try StoreFiles.open(path)
      let number = file.number
      try file.lock(path)
      try system("ftruncate", path) { ftruncate(number, 0) }
      try file.writeAll(Array("\(getpid())\n".utf8))
      self.file = file
      self.folder = folder
    } catch {
      guard error.operation == "flock", error.number == EWOULDBLOCK else { throw .system(error) }
      throw .inUse(path: path, holder: StoreLock.holder(path))
    }
  }

  deinit { release() }

  /// Gives the right up, to take it anew.
  func release() {
    file.unlock()
    folder.unlock()
  }

  private static func holder(_ path: String) -> Int32? {
    guard let content = try? Files.read(path, limit: 64) else { return nil }
    return Int32(String(decoding: content, as: UTF8.self).filter { $0 != "\n" })
  }
}
