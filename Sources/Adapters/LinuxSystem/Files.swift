import CLinux
import Glibc

/// Small files and paths.
public enum Files {
  /// The whole content of an ordinary file. Nothing else is read: a pipe or a device could wait for ever, or have no end.
  /// `/dev/null`, which stands for a file that is to count for nothing, is an empty one.
  /// - Parameter limit: most bytes; a larger file is an error (EFBIG).
  public static func read(_ path: String, limit: Int = 1 << 24) throws(SystemError) -> [UInt8] {
    // Looked at first, because opening alone does something to some devices; and what is open once more, because
    // another may have taken its place.
    if let status = try Files.status(path), try !isToBeRead(status, path) { return [] }
    let file = try open(path, for: O_RDONLY)
    guard try isToBeRead(try status(of: file, path), path) else { return [] }
    var content: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let count = try system("read", path) { Glibc.read(file.number, chunk.baseAddress, chunk.count) }
      guard count > 0 else { return content }
      guard content.count + count <= limit else { throw SystemError("read", path, number: EFBIG) }
      content.append(contentsOf: chunk[..<count])
    }
  }

  /// Opens what stands at that path without waiting for anybody, whatever it is.
  /// - Parameters:
  ///   - flags: beside those that see to that.
  ///   - mode: permission bits of a new file, less the umask.
  public static func open(_ path: String, for flags: Int32, mode: mode_t = 0) throws(SystemError)
    -> Descriptor
  {
    // Without O_NONBLOCK the opening of a pipe waits for its other end; for ordinary files it means nothing.
    let all = flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
    return Descriptor(owning: try system("open", path) { Glibc.open(path, all, mode) })
  }

  /// What is open there.
  public static func status(of file: borrowing Descriptor, _ path: String) throws(SystemError) -> FileStatus {
    var status = stat()
    let number = file.number
    try system("fstat", path) { fstat(number, &status) }
    return FileStatus(status)
  }

  private static func isToBeRead(_ status: FileStatus, _ path: String) throws(SystemError) -> Bool {
    switch status.kind {
    case .file: return true
    case .characterDevice where status.isNull: return false
    case .folder: throw SystemError("read", path, number: EISDIR)
    case .characterDevice, .socket, .link, .other:
      throw SystemError("read", path, number: SystemError.notOrdinary)
    }
  }

  /// Replaces a file so that after a power cut it is either the old or the new one, whole: a temporary file
  /// beside it, fsync, rename, fsync of the folder.
  /// - Parameter mode: permission bits of the new file.
  public static func replace(_ path: String, with content: [UInt8], mode: mode_t = 0o644) throws(SystemError)
  {
    let temporary = "\(path).\(getpid()).tmp"
    do throws(SystemError) {
      try write(temporary, content, mode: mode)
      try system("rename", temporary) { rename(temporary, path) }
    } catch {
      unlink(temporary)
      throw error
    }
    try keepNames(of: parent(of: path))
  }

  /// Renames a file, in the place of another one if there is one, so that a power cut afterwards changes nothing.
  public static func move(_ path: String, to target: String) throws(SystemError) {
    try system("rename", path) { rename(path, target) }
    try keepNames(of: parent(of: target))
  }

  /// Makes sure that the names in a folder are on the disk.
  public static func keepNames(of folder: String) throws(SystemError) {
    let directory = try open(folder, for: O_RDONLY | O_DIRECTORY)
    try system("fsync", folder) { fsync(directory.number) }
  }

  /// Writes a file and makes sure that it is on the disk.
  private static func write(_ path: String, _ content: [UInt8], mode: mode_t) throws(SystemError) {
    let file = try open(path, for: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode)
    try file.writeAll(content)
    try system("fsync", path) { fsync(file.number) }
  }

  /// What a folder holds, without `.` and `..`, sorted.
  public static func list(_ path: String) throws(SystemError) -> [String] {
    guard let folder = opendir(path) else { throw SystemError("opendir", path, number: errno) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// What stands at that path; nil when there is nothing.
  /// - Parameter followingLinks: whether a link counts as what it points to.
  public static func status(_ path: String, followingLinks: Bool = true) throws(SystemError) -> FileStatus? {
    var status = stat()
    do {
      try system("stat", path) { followingLinks ? stat(path, &status) : lstat(path, &status) }
    } catch {
      if error.number == ENOENT || error.number == ENOTDIR { return nil }
      throw error
    }
    return FileStatus(status)
  }

  /// Whether anything stands at that path.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The path with all links followed.
  public static func resolve(_ path: String) throws(SystemError) -> String {
    guard let resolved = realpath(path, nil) else { throw SystemError("realpath", path, number: errno) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Makes a folder and those above it.
  public static func makeFolder(_ path: String, mode: mode_t = 0o755) throws(SystemError) {
    if exists(path) { return }
    let above = parent(of: path)
    if above != path { try makeFolder(above, mode: mode) }
    do { try system("mkdir", path) { mkdir(path, mode) } } catch {
      if error.number != EEXIST { throw error }
    }
  }

  /// The folder that a path stands in.
  public static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path.
  public static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
