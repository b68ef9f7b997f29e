import AgentCore
import Glibc
import LinuxSystem
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

@Suite("The plain backup")
struct BackupTests {
  private let folder = TemporaryFolder()
  private let options = StoreOptions(StoreSettings(minFree: 0))
  private var path: String { folder.file("backup/\(raceKey.serialNumber)/\(raceKey.file)") }

  private func lines() throws -> [String] {
    let text = String(decoding: try Files.read(path), as: UTF8.self)
    #expect(text.hasSuffix("\r\n"))
    return text.components(of: "\r\n")
  }

  private func texts(_ numbers: [UInt32]) -> [String] { numbers.map { passing($0).text } }

  @Test("holds the frames of each session file as they were on the line, as committed")
  func writes() throws {
    let store = try TestedStore(folder.path, options: options)
    try store.report(.capture(raceKey, kept(1...3)))
    try store.report(.capture(earlierKey, kept(1...1)))
    try store.report(.capture(raceKey, [kept(5)]))
    try store.report(.capture(raceKey, [kept(4, trust: .confirmed), kept(5, trust: .confirmed)]))
    try store.report(.capture(raceKey, [kept(6), kept(6, variant: 1)]))
    store.worker.stop()
    #expect(try lines() == texts([1, 2, 3, 5, 4, 6]))
    #expect(Files.exists(folder.file("backup/\(earlierKey.serialNumber)/\(earlierKey.file)")))
  }

  @Test("adds a frame that the reader's memory has corrected behind the one that was wrong")
  func corrected() throws {
    let store = try TestedStore(folder.path, options: options)
    try store.report(.capture(raceKey, [kept(1, variant: 1), kept(2)]))
    try store.report(.capture(raceKey, [kept(1, trust: .confirmed)]))
    store.worker.stop()
    #expect(try lines() == [passing(1, variant: 1).text, passing(2).text, passing(1).text])
  }

  @Test("is completed after a crash, and a line that was cut is written again")
  func completes() throws {
    do {
      let store = try TestedStore(folder.path, options: options)
      try store.report(.capture(raceKey, kept(1...5)))
    }
    do {
      // Committed, and not yet in the backup.
      let store = try TestedStore(folder.path)
      try store.report(.capture(raceKey, kept(6...9)))
    }
    try Files.replace(path, with: Array(try Files.read(path).dropLast(7)))
    let store = try TestedStore(folder.path, options: options)
    try store.report(.capture(raceKey, kept(10...11)))
    store.worker.stop()
    #expect(try lines() == texts(Array(1...11)))
  }

  @Test("is written from its beginning when somebody took the file away")
  func taken() throws {
    let store = try TestedStore(folder.path, options: options)
    try store.report(.capture(raceKey, kept(1...5)))
    _ = try store.report(.keep(binding(1)))
    #expect(unlink(path) == 0)
    try store.report(.capture(raceKey, kept(6...6)))
    store.worker.stop()
    #expect(try lines() == texts(Array(1...6)))
  }

  @Test("says once that it cannot be written, does not stop the store, and is completed later")
  func failing() throws {
    let obstacle = folder.write("backup", "a file where the folder should be")
    let store = try TestedStore(folder.path, options: options)
    for number: UInt32 in 1...3 {
      guard case .captured = try store.report(.capture(raceKey, [kept(number)])) else {
        Issue.record("it was not captured")
        return
      }
    }
    _ = try store.report(.keep(binding(1)))
    _ = try store.notice("the failure") { if case .backupFailing(let failure) = $0 { failure } else { nil } }
    unlink(obstacle)
    try store.report(.capture(raceKey, [kept(4)]))
    _ = try store.notice("the end of the failure") { $0 == .backupWritten ? true : nil }
    store.worker.stop()
    #expect(store.notices.count == 2)
    #expect(try lines() == texts([1, 2, 3, 4]))
  }

  @Test(
    "makes harmless names of a reader's words",
    arguments: [
      ("20260704-090000.csv", "20260704-090000.csv"), ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
      ("", "%"),
      (".", "%2E"), ("..", "%2E."), ("a/b", "a%2Fb"), ("a%2Fb", "a%252Fb"), ("x\u{0}\n", "x%00%0A"),
      ("é", "%C3%A9"),
    ])
  func names(_ words: String, _ name: String) { #expect(BackupName.safe(words) == name) }

  @Test("makes different names of long words")
  func longNames() {
    let long = String(repeating: "x", count: 4000)
    #expect(BackupName.safe(long + "1") != BackupName.safe(long + "2"))
    #expect(BackupName.safe(long).utf8.count <= 120)
  }

  private func limits(_ bytes: Int64, days: Int) -> StoreSettings {
    StoreSettings(backupMaxSize: bytes, backupMaxAge: .seconds(days * 86_400))
  }

  @Test("leaves files within its limits, the oldest go first, and never the one written to last")
  func rotation() throws {
    let now: Int64 = 1_800_000_000
    for (name, age) in [("old", 400), ("second", 30), ("third", 20), ("newest", 10)] as [(String, Int64)] {
      let path = folder.write(
        "backup/\(name == "old" ? "gone" : "reader")/\(name)", String(repeating: "x", count: 100))
      var times = [
        timespec(tv_sec: Int(now - age * 86_400), tv_nsec: 0),
        timespec(tv_sec: Int(now - age * 86_400), tv_nsec: 0),
      ]
      #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
    }
    let backup = folder.file("backup")
    BackupRotation.run(backup, limits(1000, days: 365), nowSeconds: nil)
    #expect(try Files.list(backup) == ["gone", "reader"])
    BackupRotation.run(backup, limits(1000, days: 365), nowSeconds: now)
    #expect(try Files.list(backup) == ["reader"])
    BackupRotation.run(backup, limits(250, days: 365), nowSeconds: now)
    #expect(try Files.list(backup + "/reader") == ["newest", "third"])
    BackupRotation.run(backup, limits(1, days: 1), nowSeconds: now)
    #expect(try Files.list(backup + "/reader") == ["newest"])
  }
}

extension String {
  fileprivate func components(of separator: String) -> [String] {
    var parts: [String] = []
    var rest = utf8[...]
    let bytes = Array(separator.utf8)
    var part: [UInt8] = []
    while let first = rest.first {
      if rest.starts(with: bytes) {
        parts.append(String(decoding: part, as: UTF8.self))
        part = []
        rest = rest.dropFirst(bytes.count)
      } else {
        part.append(first)
        rest = rest.dropFirst()
      }
    }
    return part.isEmpty ? parts : parts + [String(decoding: part, as: UTF8.self)]
  }
}
