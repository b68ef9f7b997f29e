import AgentCore
import CSQLite
import Glibc
import LinuxSystem
import TestSupport

@testable import AgentStore

/// A way to damage a store; which one, and where, follows from a seed.
struct StoreCorruption {
  enum Kind: String, CaseIterable {
    case flippedBytes, flippedLog, zeroPage, garbagePage, garbagePages, swappedPages, repeatedPage, cutFile,
      cutLog
    case header, firstPage, rootPage, freeList, overflowPage, interiorPage
    case noLog, logOfAnother, logOfAStranger, garbageLog, noDatabase
    case oddSharedMemory, folderAsSharedMemory, folderAsLog
    case textFile, emptyFile, folder, danglingLink, linkElsewhere, anotherDatabase, pipe
    case twoThings
  }

  let kind: Kind
  private var random: RandomSource
  private let store: FullStore
  private let other: FullStore
  private let path: String

  /// - Parameter other: another store, of which there may be a log.
  init(seed: UInt64, _ store: FullStore, other: FullStore, in folder: String) {
    random = RandomSource(seed: seed)
    // Every kind in turn; all else at random.
    kind = Kind.allCases[Int(seed % UInt64(Kind.allCases.count))]
    self.store = store
    self.other = other
    path = "\(folder)/\(AgentDatabase.fileName)"
  }

  private static let pageSize = 4096

  /// Writes the store, damaged, into its folder.
  mutating func write() throws {
    for (name, content) in store.files where !name.hasSuffix("-shm") {
      try Files.replace("\(Files.parent(of: path))/\(name)", with: content)
    }
    try damage(kind)
  }

  private mutating func damage(_ kind: Kind) throws {
    switch kind {
    case .flippedBytes, .flippedLog, .zeroPage, .garbagePage, .garbagePages, .swappedPages, .repeatedPage,
      .cutFile,
      .cutLog, .header, .firstPage, .rootPage, .freeList, .overflowPage, .interiorPage:
      try damageBytes(kind)
    case .noLog: unlink(path + "-wal")
    case .logOfAnother: try Files.replace(path + "-wal", with: other.files["one4all.db-wal"] ?? [])
    case .logOfAStranger: try writeStranger(log: true)
    case .garbageLog: try Files.replace(path + "-wal", with: garbage(.random(in: 1...40_000, using: &random)))
    case .noDatabase: unlink(path)
    case .oddSharedMemory: try Files.replace(path + "-shm", with: garbage(32_768))
    case .folderAsSharedMemory: mkdir(path + "-shm", 0o755)
    case .folderAsLog:
      unlink(path + "-wal")
      mkdir(path + "-wal", 0o755)
    case .textFile: try Files.replace(path, with: Array(String(repeating: "no database\n", count: 800).utf8))
    case .emptyFile: try Files.replace(path, with: [])
    case .folder:
      unlink(path)
      mkdir(path, 0o755)
    case .danglingLink:
      unlink(path)
      symlink(path + ".nowhere", path)
    case .linkElsewhere:
      rename(path, path + ".elsewhere")
      symlink(path + ".elsewhere", path)
    case .anotherDatabase: try writeStranger(log: false)
    case .pipe:
      unlink(path)
      mkfifo(path, 0o644)
    case .twoThings:
      for kind in [Kind.flippedBytes, .garbagePage, .flippedLog, .swappedPages].shuffled(using: &random)
        .prefix(2)
      {
        try damage(kind)
      }
    }
  }

  private mutating func damageBytes(_ kind: Kind) throws {
    let isOfLog = kind == .flippedLog || kind == .cutLog
    let file = isOfLog ? path + "-wal" : path
    guard Files.exists(file) else { return }
    var bytes = try Files.read(file)
    guard !bytes.isEmpty else { return }
    let pages = max(1, bytes.count / StoreCorruption.pageSize)
    switch kind {
    case .flippedBytes, .flippedLog:
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        bytes[.random(in: 0..<bytes.count, using: &random)] ^= .random(in: 1...255, using: &random)
      }
    case .zeroPage: overwrite(&bytes, page: .random(in: 0..<pages, using: &random), with: zeros)
    case .garbagePage: overwrite(&bytes, page: .random(in: 0..<pages, using: &random), with: garbage(4096))
    case .garbagePages:
      for page in 0..<pages where UInt8.random(in: 0...3, using: &random) == 0 {
        overwrite(&bytes, page: page, with: garbage(4096))
      }
    case .swappedPages: try copy(&bytes, pages: pages, bothWays: true)
    case .repeatedPage: try copy(&bytes, pages: pages, bothWays: false)
    case .cutFile, .cutLog: bytes.removeLast(.random(in: 1...bytes.count, using: &random))
    case .header:
      let place = Int.random(in: 0..<100, using: &random)
      for index in place..<min(100, place + .random(in: 1...4, using: &random)) {
        bytes[index] ^= .random(in: 1...255, using: &random)
      }
    case .firstPage: overwrite(&bytes, page: 0, with: Bool.random(using: &random) ? zeros : garbage(4096))
    case .rootPage:
      let roots = StoreTable.usualRoots().values.sorted()
      let root = Int(roots.randomElement(using: &random) ?? 1)
      overwrite(&bytes, page: root - 1, with: Bool.random(using: &random) ? zeros : garbage(4096))
    case .freeList:
      // First trunk and count; and the trunk itself.
      let trunk = PageBytes(bytes).number32(32) ?? 0
      if trunk > 0, Bool.random(using: &random) {
        overwrite(&bytes, page: Int(trunk) - 1, with: garbage(4096))
      } else {
        for index in 32..<40 { bytes[index] = .random(in: 0...255, using: &random) }
      }
    case .overflowPage: damagePages(&bytes, pages) { ![0x02, 0x05, 0x0A, 0x0D].contains($0) }
    case .interiorPage: damagePages(&bytes, pages) { $0 == 0x05 || $0 == 0x02 }
    default: break
    }
    try Files.replace(file, with: bytes)
  }

  private mutating func damagePages(_ bytes: inout [UInt8], _ pages: Int, where isMeant: (UInt8) -> Bool) {
    let found = (1..<pages).filter { isMeant(bytes[$0 * StoreCorruption.pageSize]) }
    guard let page = found.randomElement(using: &random) else { return }
    overwrite(&bytes, page: page, with: garbage(4096))
  }

  private mutating func copy(_ bytes: inout [UInt8], pages: Int, bothWays: Bool) throws {
    let (left, right) = (
      Int.random(in: 0..<pages, using: &random) * 4096, Int.random(in: 0..<pages, using: &random) * 4096
    )
    guard max(left, right) + 4096 <= bytes.count else { return }
    let first = Array(bytes[left..<left + 4096])
    if bothWays { bytes.replaceSubrange(left..<left + 4096, with: bytes[right..<right + 4096]) }
    bytes.replaceSubrange(right..<right + 4096, with: first)
  }

  private func overwrite(_ bytes: inout [UInt8], page: Int, with content: [UInt8]) {
    let start = page * StoreCorruption.pageSize
    guard page >= 0, start < bytes.count else { return }
    let end = min(bytes.count, start + StoreCorruption.pageSize)
    bytes.replaceSubrange(start..<end, with: content[..<(end - start)])
  }

  private var zeros: [UInt8] { [UInt8](repeating: 0, count: 4096) }

  private mutating func garbage(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  /// Another program's database in the place of the store, or only its log.
  private func writeStranger(log: Bool) throws {
    let folder = TemporaryFolder()
    let stranger = folder.file("stranger.db")
    let connection = try Connection(stranger, busyTimeout: 0, sealing: false)
    try connection.run(
      """
      PRAGMA journal_mode = WAL; CREATE TABLE passing (a, b); PRAGMA user_version = 3;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
      INSERT INTO passing SELECT i, 'x' || i FROM n;
      """, for: "test")
    if !log { try connection.run("PRAGMA wal_checkpoint(TRUNCATE)", for: "test") }
    try Files.replace(log ? path + "-wal" : path, with: Files.read(log ? stranger + "-wal" : stranger))
  }
}
