import CPageSeals
import Glibc
import LinuxSystem

/// A database read page by page without SQLite: the file, and what its log has committed over it. A page that is not as
/// it was written does not exist here.
final class PageFile {
  static let pageSize = Int(ONE4ALL_PAGE_SIZE)
  static let sealSize = Int(ONE4ALL_SEAL_SIZE)
  /// So many pages are looked at to see whether a file's pages are sealed.
  private static let sample: UInt32 = 256

  /// Pages in the file, or by its log.
  let pageCount: UInt32
  /// Whether the pages carry seals, as those of all stores do since they were introduced. Pages without are believed by
  /// their form alone.
  let isSealed: Bool
  /// What its log holds.
  let log: LogFrames
  private let file: Descriptor
  private let logFile: Descriptor?

  /// Opens a database; nil when it is no file that holds a page.
  /// - Parameter hasLog: whether its log is read, too.
  init?(_ path: String, hasLog: Bool = true) throws(SystemError) {
    // Links are followed as SQLite follows them: the log lies beside the file itself.
    let resolved: String
    do { resolved = try Files.resolve(path) } catch {
      guard error.number == ENOENT || error.number == ENOTDIR else { throw error }
      return nil
    }
    let path = resolved
    guard let status = try Files.status(path), status.kind == .file else { return nil }
    let file = try Files.open(path, for: O_RDONLY)
    var log = LogFrames()
    var logFile: Descriptor?
    var saysSo = false
    if hasLog, let status = try Files.status("\(path)-wal"), status.kind == .file {
      let descriptor = try Files.open("\(path)-wal", for: O_RDONLY)
      log = LogFrames(descriptor, size: status.size)
      // The log is believed by its own sums: its first page says whether there are seals, too.
      if let place = log.places[1] {
        saysSo = PageFile.read(descriptor, at: place + 20, 1) == [UInt8(ONE4ALL_SEAL_SIZE)]
      }
      logFile = consume descriptor
    }
    let pageCount = max(UInt32(clamping: status.size / Int64(PageFile.pageSize)), log.pageCount ?? 0)
    guard pageCount > 0 else { return nil }
    isSealed = saysSo || PageFile.hasSeals(file, pages: pageCount)
    self.pageCount = pageCount
    self.log = log
    self.file = file
    self.logFile = logFile
  }

  private static func hasSeals(_ file: borrowing Descriptor, pages: UInt32) -> Bool {
    // Damage is seldom everywhere: the sample is spread over the file.
    let step = max(1, pages / sample)
    for number in stride(from: 1, through: pages, by: Int(step)) {
      if let page = mainPage(file, number), one4all_page_is_sealed(page, number) != 0 { return true }
    }
    return false
  }

  /// Bytes of a page that SQLite uses.
  var usableSize: Int { isSealed ? PageFile.pageSize - PageFile.sealSize : PageFile.pageSize }

  /// A page as it was committed last; nil when it cannot be read or its seal is broken.
  func page(_ number: UInt32) -> [UInt8]? {
    guard number > 0, number <= pageCount else { return nil }
    if let place = log.places[number] {
      switch logFile {
      case .some(let logFile): return PageFile.read(logFile, at: place, PageFile.pageSize)
      case .none: return nil
      }
    }
    guard let page = PageFile.mainPage(file, number) else { return nil }
    return !isSealed || one4all_page_is_sealed(page, number) != 0 ? page : nil
  }

  /// The beginning of the file itself, by which SQLite reads all else: it never changes, and is the same in its log.
  var beginning: [UInt8]? { PageFile.read(file, at: 0, 21) }

  /// The first page as the file itself has it; nil when its seal is broken.
  private var firstPageOfFile: [UInt8]? {
    guard let page = PageFile.mainPage(file, 1), one4all_page_is_sealed(page, 1) != 0 else { return nil }
    return page
  }

  /// Whether the log is another database's, by the number that each database of a store has. A log that does not hold
  /// the first page has not changed how many pages there are.
  var hasForeignLog: Bool {
    guard let count = log.pageCount, let own = firstPageOfFile.map(PageBytes.init),
      let name = own.number32(PageFile.namePlace), name != 0
    else { return false }
    if log.places[1] != nil { return page(1).map(PageBytes.init)?.number32(PageFile.namePlace) != name }
    return count != own.number32(28)
  }

  /// Where the first page holds `PRAGMA application_id`: a number of its own for each database.
  private static let namePlace = 68

  private static func mainPage(_ file: borrowing Descriptor, _ number: UInt32) -> [UInt8]? {
    read(file, at: Int64(number - 1) * Int64(pageSize), pageSize)
  }

  /// So many bytes; nil when there are not as many, or the disk does not give them.
  static func read(_ file: borrowing Descriptor, at offset: Int64, _ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    let number = file.number
    let got = try? system("pread") { pread(number, &bytes, count, off_t(offset)) }
    return got == count ? bytes : nil
  }
}
