import Glibc
import LinuxSystem

/// The files in the store's folder: ordinary ones, that the agent's user writes, its group may read, and nobody else
/// sees, whatever the process' umask is.
enum StoreFiles {
  /// Permission bits of all of them.
  static let mode: mode_t = 0o640

  /// Opens one, making it when it is not there; never through a link, whose target would be overwritten.
  static func open(_ path: String, for flags: Int32 = O_RDWR) throws(SystemError) -> Descriptor {
    do throws(SystemError) {
      let file = try Files.open(path, for: flags | O_CREAT | O_NOFOLLOW, mode: mode)
      let status = try Files.status(of: file, path)
      guard status.kind == .file else {
        throw SystemError("open", path, number: SystemError.notOrdinary)
      }
      // One that was made by hand, or by an earlier agent.
      let number = file.number
      if status.permissions & 0o007 != 0 { fchmod(number, mode_t(status.permissions) & ~0o007) }
      return file
    } catch {
      // ELOOP: a link. ENXIO: a pipe without a reader, or a socket.
      let isOther = error.number == ELOOP || error.number == ENXIO
      throw isOther ? SystemError("open", path, number: SystemError.notOrdinary) : error
    }
  }

  /// Makes the database's file before SQLite does, which takes the permissions of its log from it.
  static func prepare(_ path: String) throws(StoreError) {
    do { _ = try open(path) } catch { throw .system(error) }
    for path in ["\(path)-wal", "\(path)-shm"] where Files.exists(path) { _ = try? open(path) }
  }
}
