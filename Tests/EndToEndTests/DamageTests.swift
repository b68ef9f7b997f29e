import ControlSocket
import Glibc
import JSONDocument
import JSONText
import LinuxSystem
import TestSupport
import Testing

extension EndToEndTests {
  /// How the daemon ends before its store is damaged. What is done to pages of the database shows only where they are
  /// not in the log as well: such a one ends in order.
  private static func ending(_ round: Int) -> Int32 { [0, 1, 3, 4, 9].contains(round) ? SIGTERM : SIGKILL }

  /// Ways to damage the store of a daemon that has ended.
  private static func damage(_ path: String, _ round: Int) throws {
    let log = path + "-wal"
    var bytes = try Files.read(path)
    /// Overwrites what there is of a page.
    func overwrite(page: Int, _ byte: (Int) -> UInt8) {
      let start = min(page * 4096, bytes.count)
      for index in start..<min(start + 4096, bytes.count) { bytes[index] = byte(index) }
    }
    try #require(bytes.count >= 4096, "round \(round): there is no database to damage")
    switch round {
    case 0:
      for part in 1...8 { bytes[bytes.count * part / 9] ^= 0x11 }
    case 1: overwrite(page: 1) { _ in 0 }
    case 2: bytes[60] = 77
    case 3: bytes.removeLast(bytes.count / 3)
    case 4: overwrite(page: 0) { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 3) }
    case 5: bytes = Array("no database".utf8)
    case 6: bytes = []
    case 7:
      var frames = try Files.read(log)
      if !frames.isEmpty { frames[frames.count / 3] ^= 0xFF }
      try Files.replace(log, with: frames)
    case 8: unlink(log)
    case 9:
      // A root page of a table, by the schema that all stores have.
      overwrite(page: 6) { _ in 0 }
    case 10:
      unlink(path)
      mkdir(path, 0o755)
      return
    default:
      unlink(path)
      return
    }
    try Files.replace(path, with: bytes)
  }

  /// Holds the cloud against the reader: each passing once, with its chip.
  private static func expectEqual(_ field: Field, _ file: String) throws {
    let made = try field.tell("reader", "truth \(file)").split(separator: "\n").map { line in
      let parts = line.split(separator: ";")
      return "\(parts[0]) \(parts[1])\(parts[2])"
    }
    let inCloud = field.session(file).map { passing in
      "\(passing["num_passing"]?.integer ?? 0) \(passing["chip"]?.string ?? "")"
    }
    #expect(inCloud.sorted() == made.sorted())
    #expect(field.sessions.count == 1, "\(field.sessions)")
    #expect(field.misuse["count"] == 0, "\(field.misuse)")
  }

  private static func madeCount(_ field: Field, _ file: String) throws -> Int {
    try field.tell("reader", "truth \(file)").split(separator: "\n").count
  }

  private static func events(_ field: Field) -> [String] {
    (field.status["conditions"]?.array ?? []).compactMap { $0["event"]?.string }
  }

  @Test(
    "Ended, damaged and started a dozen times over, the cloud has every passing once, as the reader has it")
  func damagedStores() throws {
    let field = try Field(rate: 50)
    try field.start()
    #expect(field.waits(30) { ($0["passings"]?["acknowledged"]?.integer ?? 0) >= 40 })
    let file = try #require(field.status["reader"]?["session_file"]?.string)
    for round in 0..<12 {
      _ = field.stop(Self.ending(round))
      try Self.damage(field.folder.file("state/one4all.db"), round)
      try field.start()
      let before = Int64(try Self.madeCount(field, file))
      #expect(
        field.waits(60) { ($0["passings"]?["acknowledged"]?.integer ?? 0) >= before }, "round \(round)")
    }
    try field.tell("reader", "rate 0")
    let all = Int64(try Self.madeCount(field, file))
    #expect(field.waits(60) { $0["passings"]?["acknowledged"]?.integer == all })
    try Self.expectEqual(field, file)
    // Nobody has to look at the right second to hear of it.
    #expect(Self.events(field).contains("store-damaged"))
    #expect(field.stop() == 0)
    try field.start()
    #expect(field.waits { $0["reader"]?["state"] == "connected" })
    #expect(Self.events(field).contains("store-damaged"))
    #expect(field.stop() == 0)
  }

  @Test("A store whose folder is removed under the daemon is made anew within 10 s, with all that it held")
  func removedStore() throws {
    let field = try Field(rate: 20)
    try field.start()
    #expect(field.waits(30) { ($0["passings"]?["acknowledged"]?.integer ?? 0) >= 20 })
    let file = try #require(field.status["reader"]?["session_file"]?.string)
    let state = field.folder.file("state")
    try #require(rename(state, field.folder.file("gone")) == 0)
    let isTold = eventually(within: 10) { Self.events(field).contains("store-vanished") }
    #expect(isTold)
    #expect(Files.exists("\(state)/one4all.db"))
    try field.tell("reader", "rate 0")
    let all = Int64(try Self.madeCount(field, file))
    #expect(field.waits(30) { $0["passings"]?["acknowledged"]?.integer == all })
    #expect(field.ledger(file)["stored"]?.integer == all)
    try Self.expectEqual(field, file)
    #expect(field.text("daemon.log").contains("everything in it goes on in a new one"))
    #expect(field.stop() == 0)
  }
}
