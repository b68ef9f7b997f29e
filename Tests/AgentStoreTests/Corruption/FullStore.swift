import AgentCore
import Glibc
import LinuxSystem
import One4AllProtocol
import TestSupport
import Testing

@testable import AgentStore

/// A store with everything that a store can hold, closed in order or as a kill leaves it, and the truth about it.
struct FullStore: Sendable {
  static let keys = [
    FileKey(serialNumber: "O4A5-00051", file: "20260703-090000.csv"),
    FileKey(serialNumber: "O4A5-00051", file: "20260704-090000.csv"),
    FileKey(serialNumber: "O4A5-00051", file: "20260704-150000.csv"),
    FileKey(serialNumber: "O4A5-00077", file: "20260704-100000.csv"),
  ]
  /// Passings that the reader's memory has, by file.
  static let counts: [UInt32] = [300, 900, 500, 40]

  /// Files of the folder of the store, by name.
  let files: [String: [UInt8]]
  /// Numbers that the cloud has ever confirmed, by file.
  let acknowledged: [FileKey: NumberSet]
  /// Tokens of cloud sessions, by file.
  let tokens: [FileKey: Set<String>]

  /// Makes one, always the same but for what SQLite makes up.
  /// - Parameter isClosed: whether it was closed in order; else there is a log.
  init(isClosed: Bool) throws {
    let folder = TemporaryFolder()
    var acknowledged: [FileKey: NumberSet] = [:]
    var tokens: [FileKey: Set<String>] = [:]
    do {
      var database = try AgentDatabase.open(directory: folder.path)
      try FullStore.fill(&database, &acknowledged, &tokens)
      if !isClosed {
        try database.connection.run("PRAGMA wal_checkpoint(TRUNCATE)", for: "test")
        try FullStore.goOn(&database, &acknowledged)
        files = try FullStore.contents(of: folder.path)
        self.acknowledged = acknowledged
        self.tokens = tokens
        return
      }
      try FullStore.goOn(&database, &acknowledged)
    }
    files = try FullStore.contents(of: folder.path)
    self.acknowledged = acknowledged
    self.tokens = tokens
  }

  private static func contents(of folder: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try Files.list(folder) where name != AgentDatabase.lockName {
      files[name] = try Files.read("\(folder)/\(name)")
    }
    return files
  }

  private static func fill(
    _ database: inout AgentDatabase, _ acknowledged: inout [FileKey: NumberSet],
    _ tokens: inout [FileKey: Set<String>]
  ) throws {
    try database.apply((1...3).map { .keep(binding($0)) })
    for serialNumber in ["O4A5-00051", "O4A5-00077"] {
      _ = try database.perform([.noteReader(serialNumber: serialNumber, firstFile: "20260703-090000.csv")])
    }
    for (place, key) in keys.enumerated() {
      let token = "token-\(place)"
      tokens[key] = [token]
      let count = counts[place]
      _ = try database.perform([
        .keepSession(key, session(token: token, askedAt: Int64(place))),
        .noteFile(key, readerCount: count, isSettled: place == 0),
      ])
      for start in stride(from: UInt32(1), through: count, by: 100) {
        _ = try database.perform([.capture(key, (start...min(start + 99, count)).map { truth(key, $0) })])
      }
      let sent = NumberSet(1...count / 2)
      acknowledged[key] = sent
      _ = try database.perform([.acknowledge(key, sent, session: token)])
    }
    let race = keys[1]
    // Refused ones, one of them with more words than fit a page; a hole; what is held; a difference.
    let long = String(repeating: "no such bib; ", count: 900)
    _ = try database.perform([
      .reject(race, 500, reason: "no such bib"), .reject(race, 501, reason: long),
      .capture(race, [truth(race, 500, trust: .confirmed)]),
    ])
    _ = try database.perform([.keepDoubtful((1...300).map { doubtfulFrame($0, key: race) })])
    _ = try database.perform([.keepDoubtful((1...50).map { doubtfulFrame($0, key: nil) })])
    _ = try database.perform([.settleDoubtful(race)])
    _ = try database.perform([.keepDoubtful((1...20).map { doubtfulFrame($0, key: keys[2]) })])
    // The reader's memory says otherwise than what was heard first.
    let late = keys[2]
    _ = try database.perform([
      .capture(late, [kept(counts[2] + 1, variant: 1)]),
      .capture(late, [truth(late, counts[2] + 1, trust: .confirmed)]),
    ])
    _ = try database.perform([
      .capture(late, (counts[2] + 2...counts[2] + 20).map { truth(late, $0, trust: .unconfirmed) })
    ])
    _ = try database.perform([.noteLost(late, [counts[2] + 30])])
  }

  /// What is done last: where it was not closed in order it stands in the log.
  private static func goOn(_ database: inout AgentDatabase, _ acknowledged: inout [FileKey: NumberSet]) throws
  {
    let race = keys[1]
    for number in UInt32(601)...640 {
      _ = try database.perform([.acknowledge(race, [number], session: "token-1")])
      acknowledged[race]?.insert(number)
    }
    let key = keys[3]
    for number in counts[3] + 1...counts[3] + 60 {
      _ = try database.perform([.capture(key, [truth(key, number)])])
    }
  }

  /// A passing as the reader's memory has it.
  static func truth(_ key: FileKey, _ number: UInt32, trust: KeptPassing.Trust = .believed) -> KeptPassing {
    kept(number, variant: key == keys[3] ? 7 : 0, trust: trust)
  }

  /// The numbers that the reader's memory has of a file.
  static func numbers(of key: FileKey) -> ClosedRange<UInt32> {
    switch key {
    case keys[2]: 1...counts[2] + 20
    case keys[3]: 1...counts[3] + 60
    default: 1...counts[keys.firstIndex(of: key) ?? 0]
    }
  }
}
