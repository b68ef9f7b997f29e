import Glibc
import LinuxSystem

/// What a write-ahead log (`-wal`) holds: the committed pages in front of its end or its first damage.
struct LogFrames {
  private static let headerSize = 32
  private static let frameHeaderSize = 24
  /// A log is worked into its database at 4 MB; one that a reader kept from that may be larger, but not without end.
  private static let most = 1 << 28

  /// Where the newest committed version of each page begins in the file.
  private(set) var places: [UInt32: Int64] = [:]
  /// Pages of the database after the last transaction; nil when there is none.
  private(set) var pageCount: UInt32?
  /// Why what is there cannot all be what was committed; nil when it can.
  private(set) var damage: String?

  /// An empty one.
  init() {}

  /// Reads the log beside a database.
  init(_ file: borrowing Descriptor, size: Int64) {
    guard size > 0, let header = LogFrames.read(file, 0, LogFrames.headerSize) else { return }
    let isBigEndian: Bool
    switch header.number32(0) {
    case 0x377F_0682: isBigEndian = false
    case 0x377F_0683: isBigEndian = true
    default:
      // SQLite makes a log's header whole before it is used; a file of zeros is none yet.
      if header.bytes.contains(where: { $0 != 0 }) { damage = "its log is no log" }
      return
    }
    var sum = LogSum(isBigEndian: isBigEndian)
    sum.add(header.bytes[..<24])
    guard header.number32(8) == UInt32(PageFile.pageSize), sum.isStored(in: header, at: 24) else {
      damage = "the header of its log is damaged"
      return
    }
    readFrames(file, size: min(size, Int64(LogFrames.most)), salt: Array(header.bytes[16..<24]), sum)
  }

  private mutating func readFrames(
    _ file: borrowing Descriptor, size: Int64, salt: [UInt8], _ header: LogSum
  ) {
    let frameSize = LogFrames.frameHeaderSize + PageFile.pageSize
    var sum = header
    var pending: [UInt32: Int64] = [:]
    var offset = Int64(LogFrames.headerSize)
    while offset + Int64(frameSize) <= size, let frame = LogFrames.read(file, offset, frameSize) {
      guard Array(frame.bytes[8..<16]) == salt, let number = frame.number32(0), number > 0 else { break }
      sum.add(frame.bytes[..<8])
      sum.add(frame.bytes[LogFrames.frameHeaderSize...])
      guard sum.isStored(in: frame, at: 16) else { break }
      pending[number] = offset + Int64(LogFrames.frameHeaderSize)
      offset += Int64(frameSize)
      guard let count = frame.number32(4), count > 0 else { continue }
      places.merge(pending) { $1 }
      pending = [:]
      pageCount = count
    }
    if LogFrames.commits(file, from: offset, size: size, salt: salt) > 1 {
      damage = "its log is damaged in front of what was committed"
    }
  }

  /// How many transactions of this log end behind a place, at most 2. A power cut leaves the frames of one behind it:
  /// the next is begun only when that one is on the disk.
  private static func commits(_ file: borrowing Descriptor, from start: Int64, size: Int64, salt: [UInt8])
    -> Int
  {
    let frameSize = Int64(frameHeaderSize + PageFile.pageSize)
    var commits = 0
    var offset = start
    while commits < 2, offset + frameSize <= size {
      guard let header = read(file, offset, frameHeaderSize) else { break }
      if Array(header.bytes[8..<16]) == salt, header.number32(4) ?? 0 > 0 { commits += 1 }
      offset += frameSize
    }
    return commits
  }

  private static func read(_ file: borrowing Descriptor, _ offset: Int64, _ count: Int) -> PageBytes? {
    PageFile.read(file, at: offset, count).map(PageBytes.init)
  }
}

/// The running check sum of a log.
private struct LogSum {
  let isBigEndian: Bool
  private var first: UInt32 = 0
  private var second: UInt32 = 0

  init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

  /// Adds a multiple of eight bytes.
  mutating func add(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { buffer in
      for offset in stride(from: 0, to: buffer.count - 7, by: 8) {
        let left = buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        let right = buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
        first &+= (isBigEndian ? UInt32(bigEndian: left) : UInt32(littleEndian: left)) &+ second
        second &+= (isBigEndian ? UInt32(bigEndian: right) : UInt32(littleEndian: right)) &+ first
      }
    }
  }

  func isStored(in page: PageBytes, at offset: Int) -> Bool {
    page.number32(offset) == first && page.number32(offset + 4) == second
  }
}
