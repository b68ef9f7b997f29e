import Glibc

/// What the kernel says of a file.
public struct FileStatus: Equatable, Sendable {
  /// What sort of thing it is.
  public enum Kind: Sendable {
    /// An ordinary file.
    case file
    /// A folder.
    case folder
    /// A character device, as serial ports are.
    case characterDevice
    /// A unix socket.
    case socket
    /// A symbolic link (only when links are not followed).
    case link
    /// Anything else.
    case other
  }

  /// What it is.
  public let kind: Kind
  /// The permission bits, e.g. 0o600.
  public let permissions: UInt32
  /// The owner's number.
  public let owner: UInt32
  /// Size in bytes.
  public let size: Int64
  /// When its content was last changed, in seconds since 1970 by the host's clock.
  public let modifiedSeconds: Int64
  /// Device number of the device itself, for device nodes.
  public let device: UInt64
  /// Number of the file in its file system.
  public let inode: UInt64

  /// Number of the file system that it lies in.
  public let fileSystem: UInt64

  /// Whether it is `/dev/null`, wherever it stands: device 1, 3 on every Linux.
  public var isNull: Bool { kind == .characterDevice && device == 0x103 }

  /// Whether it is the same file, at whatever path.
  public func isSame(as other: FileStatus) -> Bool {
    inode == other.inode && fileSystem == other.fileSystem
  }

  /// Whether the group or others may read it.
  public var isReadableByOthers: Bool { permissions & 0o044 != 0 }

  init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    case S_IFCHR: kind = .characterDevice
    case S_IFSOCK: kind = .socket
    case S_IFLNK: kind = .link
    default: kind = .other
    }
    permissions = status.st_mode & 0o7777
    owner = status.st_uid
    size = Int64(status.st_size)
    modifiedSeconds = Int64(status.st_mtim.tv_sec)
    device = UInt64(status.st_rdev)
    inode = UInt64(status.st_ino)
    fileSystem = UInt64(status.st_dev)
  }
}
