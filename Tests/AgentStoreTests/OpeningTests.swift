import AgentCore
import CSQLite
import Glibc
import LinuxSystem
import TestSupport
import Testing

@testable import AgentStore

@Suite("Opening the store")
struct OpeningTests {
  private let folder = TemporaryFolder()
  private var file: String { folder.file(AgentDatabase.fileName) }

  /// A store with a hundred bindings, closed in order.
  private func fill() throws {
    let store = try TestedStore(folder.path)
    for number in 1...100 { store.worker.send(.keep(binding(number))) }
    store.worker.stop()
    try #require(!Files.exists(file + "-wal"))
  }

  /// Opens a damaged store and looks at what became of it.
  /// - Parameter bindings: the bindings that could still be read.
  private func expectSetAside(_ damaged: [UInt8], bindings: [DeviceBinding] = []) throws {
    let store = try TestedStore(folder.path)
    let aside = try #require(store.worker.setAside)
    #expect(aside.hasPrefix(file + ".damaged-2"))
    let label = aside.dropFirst((file + ".damaged-").count)
    #expect(label.utf8.count == 16 && label.hasSuffix("Z") && label.dropFirst(8).hasPrefix("T"))
    #expect(try Files.read(aside) == damaged)
    #expect(try store.worker.bindings(cloud: cloud) == bindings)
    let new = binding(101)
    #expect(try store.report(.keep(new)) == .kept(new))
  }

  private func overwrite(_ bytes: [UInt8]) throws { try Files.replace(file, with: bytes) }

  @Test("sets a file aside whose header is gone, and takes over what is behind it")
  func garbage() throws {
    try fill()
    var bytes = try Files.read(file)
    bytes.replaceSubrange(0..<16, with: Array("not a database! ".utf8))
    try overwrite(bytes)
    try expectSetAside(bytes, bindings: (1...100).map { binding($0) })
  }

  @Test("sets a file aside that has a page turned round")
  func flippedPage() throws {
    try fill()
    var bytes = try Files.read(file)
    // The first page of the bindings, which leads to the others.
    for index in 4096..<8192 { bytes[index] ^= 0xFF }
    try overwrite(bytes)
    let store = try TestedStore(folder.path)
    #expect(try Files.read(try #require(store.worker.setAside)) == bytes)
    let found = try store.worker.bindings(cloud: cloud)
    #expect(found.count >= 90 && found.allSatisfy { (1...100).map { binding($0) }.contains($0) })
  }

  @Test("sets a file aside that was cut", arguments: [0, 1, 99, 512, 4096, 6000])
  func truncated(_ length: Int) throws {
    try fill()
    let bytes = Array(try Files.read(file).prefix(length))
    try overwrite(bytes)
    try expectSetAside(bytes)
  }

  @Test("sets a log aside whose database is gone")
  func lostDatabase() throws {
    folder.write(AgentDatabase.fileName + "-wal", "log")
    let store = try TestedStore(folder.path)
    let aside = try #require(store.worker.setAside)
    #expect(try Files.read(aside + "-wal") == Array("log".utf8))
  }

  @Test("sets the log aside with its damaged database, and takes over what the log holds")
  func damagedWithLog() throws {
    let source = TemporaryFolder()
    let store = try TestedStore(source.path)
    _ = try store.report(.keep(binding(1)))
    try copyStore(from: source, to: folder)
    let log = try Files.read(file + "-wal")
    #expect(!log.isEmpty)
    let damaged = Array("garbage".utf8)
    try overwrite(damaged)
    try expectSetAside(damaged, bindings: [binding(1)])
    let names = try Files.list(folder.path)
    let kept = try #require(names.first { $0.hasPrefix("one4all.db.damaged-") && $0.hasSuffix("-wal") })
    #expect(try Files.read(folder.file(kept)) == log)
  }

  @Test("never overwrites what was set aside before")
  func setAsideTwice() throws {
    for count in 1...3 {
      try overwrite(Array("garbage \(count)".utf8))
      _ = try TestedStore(folder.path)
    }
    let contents = try Files.list(folder.path).filter {
      $0.contains(".damaged-") && !$0.hasSuffix(".salvaged")
    }
    .map { String(decoding: try Files.read(folder.file($0)), as: UTF8.self) }
    #expect(contents.sorted() == ["garbage 1", "garbage 2", "garbage 3"])
  }

  @Test("brings the store of an earlier agent up to date, and keeps what it holds")
  func earlierSchema() throws {
    do {
      let connection = try Connection(file, busyTimeout: 0, sealing: false)
      try connection.run(
        "PRAGMA journal_mode = WAL; \(Schema.steps[0]); PRAGMA user_version = 1", for: "test")
      try BindingTable(connection).keep(binding(1))
    }
    let store = try TestedStore(folder.path)
    #expect(store.worker.setAside == nil)
    #expect(try store.worker.bindings(cloud: cloud) == [binding(1)])
    #expect(try store.contents(raceKey).stored.isEmpty)
  }

  @Test(
    "counts for the sessions of version 2 what is acknowledged in them, not before them",
    arguments: [(before: 400, counted: 600), (before: 1000, counted: 0), (before: 1200, counted: 0)])
  func version2(before: Int, counted: Int) throws {
    do {
      let connection = try Connection(file, busyTimeout: 0, sealing: false)
      try connection.run(
        """
        PRAGMA journal_mode = WAL; \(Schema.steps[0]); \(Schema.steps[1]); PRAGMA user_version = 2;
        INSERT INTO file (serial_number, name, first_contact_ms, stored, acknowledged)
          VALUES ('\(raceKey.serialNumber)', '\(raceKey.file)', 5, 1000, 1000);
        INSERT INTO span (file_id, kind, low, high) SELECT file_id, 2, 1, 1000 FROM file;
        INSERT INTO cloud_session SELECT file_id, '\(cloud)', 'device', 'token', 'Finish', 'open', 7, \(before)
          FROM file;
        """, for: "test")
    }
    var database = try AgentDatabase.open(directory: folder.path)
    let summary = try #require(try database.snapshot(cloud: cloud).files.first)
    #expect(summary.key == raceKey && summary.stored == 1000 && summary.acknowledged == 1000)
    #expect(summary.session?.token == "token" && summary.session?.acknowledged == counted)
    let numbers = NumberSet(1...1000)
    #expect(
      try database.perform([.readAcknowledged(raceKey, after: 0, limit: 1000)])
        == [.acknowledged(raceKey, after: 0, numbers)])
  }

  @Test("reads what the frames of version 3 say anew: of 8 and of 13 fields, and of any chip")
  func version3() throws {
    do {
      let connection = try Connection(file, busyTimeout: 0)
      let steps = Schema.steps[..<3].joined(separator: ";")
      let rows = [
        "1;MC;02976;2019-12-12;09:02:07.295;3;14;937f6",
        "2;;R7;2019-12-12;09:02:08.029;1;6;30303030304D433030393738;;;;;937f6",
        "3;EV2026;7;2019-12-12;09:02:09.100;8;0;;a b;;;x;937f6",
      ].enumerated().map {
        "(\(1 << 32 | ($0.offset + 1)), 0, 0, 0, 0, 0, 0, 0, 0, '\($0.element)')"
      }
      try connection.run(
        "PRAGMA journal_mode = WAL; \(steps); PRAGMA user_version = 3; "
          + "INSERT INTO passing (passing_id, utc_ms, arrived_ms, arrived_ns, zone_id, boot_id, "
          + "host_synchronised, origin, trust, frame) VALUES \(rows.joined(separator: ", "))",
        for: "test")
    }
    _ = try AgentDatabase.open(directory: folder.path)
    let connection = try Connection(file, busyTimeout: 0)
    let statement = try connection.prepare(
      "SELECT number || '|' || chip || '|' || local_time || '|' || antenna || '|' || reads || '|' || "
        + "coalesce(epc, 'none') || '|' || coalesce(reserved, 'none') FROM passing ORDER BY number",
      for: "test")
    var found: [String] = []
    while try statement.step() { found.append(statement.text(0)) }
    #expect(
      found == [
        "1|MC02976|2019-12-12 09:02:07.295|3|14|none|none",
        "2|R7|2019-12-12 09:02:08.029|1|6|30303030304D433030393738|;;;",
        "3|EV20267|2019-12-12 09:02:09.100|8|0||a b;;;x",
      ])
  }

  @Test("refuses a file of a newer agent and leaves it as it is")
  func newerSchema() throws {
    try fill()
    do { try Connection(file, busyTimeout: 0).run("PRAGMA user_version = 99", for: "test") }
    let before = try Files.read(file)
    let names = try Files.list(folder.path)
    let error = StoreError.newerSchema(path: file, found: 99, known: Schema.version)
    #expect(throws: error) { try TestedStore(folder.path) }
    #expect("\(error)".contains("schema version 99"))
    #expect(try Files.read(file) == before)
    #expect(try Files.list(folder.path) == names)
  }

  @Test("refuses a store that is in use and names its holder")
  func inUse() throws {
    let first = try TestedStore(folder.path)
    let error = StoreError.inUse(path: folder.file(AgentDatabase.lockName), holder: getpid())
    #expect(throws: error) { try TestedStore(folder.path) }
    #expect("\(error)".contains("process \(getpid())"))
    first.worker.stop()
    _ = try TestedStore(folder.path)
  }

  @Test("lets go of its lock though a child process that is just being made still holds the file")
  func sharedLock() throws {
    let path = folder.file(AgentDatabase.lockName)
    var lock: StoreLock? = try StoreLock(path)
    let resolved = try Files.resolve(path)
    let numbers = try Files.list("/proc/self/fd").compactMap(Int32.init)
    let number = try #require(numbers.first { (try? Files.resolve("/proc/self/fd/\($0)")) == resolved })
    // What a child inherits: the same open file by another number.
    let inherited = Descriptor(owning: try system("fcntl") { fcntl(number, F_DUPFD_CLOEXEC, 0) })
    #expect(throws: StoreError.inUse(path: path, holder: getpid())) { try StoreLock(path) }
    #expect(lock != nil)
    lock = nil
    _ = try StoreLock(path)
    #expect(inherited.number >= 0)
  }

  @Test("says which call failed when the folder cannot be made")
  func noFolder() throws {
    let path = folder.write("file", "") + "/state"
    #expect(throws: StoreError.system(SystemError("mkdir", path, number: ENOTDIR))) { try TestedStore(path) }
  }

  @Test("sets a folder in the file's place aside")
  func folderInPlace() throws {
    try Files.makeFolder(file)
    let store = try TestedStore(folder.path)
    #expect(Files.exists(try #require(store.worker.setAside)))
    #expect(try store.report(.keep(binding(1))) == .kept(binding(1)))
  }

  @Test("takes a version for damage that no seal vouches for", arguments: [7, 60, 99, 0x7FFF_FFFF])
  func unsealedVersion(_ version: Int) throws {
    do {
      let connection = try Connection(file, busyTimeout: 0, sealing: false)
      try connection.run(
        "PRAGMA journal_mode = WAL; \(Schema.steps[0]); PRAGMA user_version = \(version)", for: "test")
      try BindingTable(connection).keep(binding(1))
    }
    let store = try TestedStore(folder.path)
    #expect(store.worker.setAside != nil)
    #expect(try store.worker.bindings(cloud: cloud) == [binding(1)])
  }

  @Test("takes a changed version in a sealed header for damage, whatever byte it is", arguments: 60..<64)
  func flippedVersion(_ place: Int) throws {
    try fill()
    var bytes = try Files.read(file)
    bytes[place] ^= 0x40
    try overwrite(bytes)
    try expectSetAside(bytes, bindings: (1...100).map { binding($0) })
  }

  @Test("seals the pages of a store of an earlier agent")
  func sealing() throws {
    do {
      let connection = try Connection(file, busyTimeout: 0, sealing: false)
      try connection.run(
        "PRAGMA journal_mode = WAL; \(Schema.steps.prefix(3).joined()); PRAGMA user_version = 3", for: "test")
      try BindingTable(connection).keep(binding(1))
      let isSealed = connection.isSealed
      #expect(!isSealed)
    }
    let store = try TestedStore(folder.path)
    #expect(store.worker.setAside == nil)
    #expect(try store.worker.bindings(cloud: cloud) == [binding(1)])
    store.worker.stop()
    let pages = try #require(try PageFile(file))
    #expect(pages.isSealed && (1...pages.pageCount).allSatisfy { pages.page($0) != nil })
  }
}
