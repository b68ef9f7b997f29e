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

  /// Makes the database's file before SQLite does, which takes the permissions of its log from it. One that is there is
  /// not opened: to close it again would give up the locks of every connection of this process.
  static func prepare(_ path: String) throws(StoreError) {
    do throws(SystemError) {
      guard let status = try Files.status(path) else {
        _ = try open(path)
        return
      }
      guard status.kind == .file else {
        throw SystemError("open", path, number: SystemError.notOrdinary)
      }
      for path in [path, "\(path)-wal", "\(path)-shm"] { try close(path) }
    } catch { throw .system(error) }
  }

  /// Takes from all but user and group what a file that was made by hand, or by an earlier agent, lets them do.
  private static func close(_ path: String) throws(SystemError) {
    guard let status = try Files.status(path), status.permissions & 0o007 != 0 else { return }
    chmod(path, mode_t(status.permissions) & ~0o007)
  }
}
