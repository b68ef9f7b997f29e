import AgentCore
import Glibc
import LinuxSystem

/// A backup file that is open to be added to.
struct BackupFile: ~Copyable {
  private let path: String
  private let file: Descriptor

  /// Opens the file, making it and its folder when they are not there.
  init(_ path: String) throws(SystemError) {
    try Files.makeFolder(Files.parent(of: path), mode: 0o750)
    file = try StoreFiles.open(path, for: O_RDWR | O_APPEND)
    self.path = path
  }

  /// In bytes.
  var size: Int64 { (try? Files.status(path)?.size) ?? 0 }

  /// Adds lines, all of them or none.
  func append(_ lines: [UInt8]) throws(SystemError) {
    guard !lines.isEmpty else { return }
    let before = size
    do throws(SystemError) { try file.writeAll(lines) } catch {
      ftruncate(file.number, off_t(before))
      throw error
    }
  }

  /// The running numbers of the lines that are there. A last line without its end, as a crash leaves it, is cut off.
  func numbers() throws(SystemError) -> NumberSet {
    var lines = LineNumbers()
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { chunk.deallocate() }
    let path = path
    while true {
      let offset = off_t(lines.length)
      let count = try system("pread", path) { pread(file.number, chunk.baseAddress, chunk.count, offset) }
      guard count > 0 else { break }
      for byte in chunk[..<count] { lines.take(byte) }
    }
    let whole = off_t(lines.wholeLength)
    if lines.wholeLength < lines.length { try system("ftruncate", path) { ftruncate(file.number, whole) } }
    return lines.numbers
  }
}

/// Reads the number in front of the first semicolon of each line.
private struct LineNumbers {
  private enum Place {
    case number(UInt64)
    case rest(UInt64)
    case nothing
  }

  private(set) var numbers = NumberSet()
  private(set) var length = 0
  /// Length of the lines that have their end.
  private(set) var wholeLength = 0
  private var place = Place.number(0)

  mutating func take(_ byte: UInt8) {
    length += 1
    if byte == 0x0A {
      if case .rest(let value) = place, let number = UInt32(exactly: value), number > 0 {
        numbers.insert(number)
      }
      place = .number(0)
      wholeLength = length
      return
    }
    guard case .number(let value) = place else { return }
    if byte == UInt8(ascii: ";") {
      place = .rest(value)
    } else if 0x30...0x39 ~= byte, value < 1 << 40 {
      place = .number(value * 10 + UInt64(byte - 0x30))
    } else {
      place = .nothing
    }
  }
}
