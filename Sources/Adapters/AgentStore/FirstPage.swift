import Glibc
import LinuxSystem

/// A new first page for a database whose own is beyond reading. It holds the header and where each table begins;
/// databases that the same schema made begin alike.
enum FirstPage {
  private static let pageSize = 4096

  /// Puts a new first page in and keeps the old one beside the file, as `PATH.first-page`.
  /// - Returns: false when the file is too short to hold anything behind its first page.
  static func replace(in path: String) throws(StoreError) -> Bool {
    do {
      guard let size = try Files.status(path)?.size, size >= 2 * Int64(pageSize) else { return false }
      let page = try template(beside: path, pages: UInt32(clamping: size / Int64(pageSize)))
      let file = Descriptor(owning: try system("open", path) { open(path, O_RDWR | O_CLOEXEC) })
      var old = [UInt8](repeating: 0, count: pageSize)
      try system("pread", path) { pread(file.number, &old, pageSize, 0) }
      if !Files.exists("\(path).first-page") {
        try Files.replace("\(path).first-page", with: old, mode: 0o640)
      }
      try system("pwrite", path) { pwrite(file.number, page, pageSize, 0) }
      try system("fsync", path) { fsync(file.number) }
      return true
    } catch let error as StoreError { throw error } catch let error as SystemError {
      throw .system(error)
    } catch { return false }
  }

  /// The first page of an empty database, for a file of so many pages.
  private static func template(beside path: String, pages: UInt32) throws -> [UInt8] {
    let temporary = "\(path).template"
    unlink(temporary)
    defer { unlink(temporary) }
    do {
      let connection = try Connection(temporary, busyTimeout: 0)
      try connection.run("PRAGMA journal_mode = DELETE", for: "salvage")
      try Schema.migrate(connection)
    }
    var page = Array(try Files.read(temporary).prefix(pageSize))
    // Format: write and read version 2 (WAL); size in pages, valid for this change counter; no list of free pages.
    page[18] = 2
    page[19] = 2
    put(pages, into: &page, at: 28)
    put(0, into: &page, at: 32)
    put(0, into: &page, at: 36)
    put(1, into: &page, at: 24)
    put(1, into: &page, at: 92)
    return page
  }

  private static func put(_ value: UInt32, into page: inout [UInt8], at offset: Int) {
    for index in 0..<4 { page[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index)) }
  }
}
