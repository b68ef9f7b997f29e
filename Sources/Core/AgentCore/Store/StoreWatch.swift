/// What is wrong with the store beside single requests: room on the disk, damage, the plain backup.
public struct StoreWatch: Sendable {
  /// What is wrong now.
  public private(set) var conditions = Conditions()

  /// The store has told something.
  mutating func handle(_ notice: StoreNotice, at now: MonotonicTime) -> [LogEntry] {
    var log: [LogEntry] = []
    switch notice {
    case .setAside(let path, let reason, _):
      log.append(
        LogEntry(
          .storeDamaged,
          "the store was damaged (\(reason)); it is kept as \(path), a new one is in use, and what can be read of"
            + " the old one is brought over"))
    case .salvaged(let passings, let unreadable, _):
      let rest = unreadable == 0 ? "nothing is missing" : "\(unreadable) are fetched from the reader again"
      log.append(
        LogEntry(.storeRecovered, "\(passings) passings were brought over from the damaged store; \(rest)"))
    case .diskLow(let free, let removed):
      conditions.drop(.diskFull)
      conditions.raise(
        .diskLow,
        "only \(StoreWatch.mebibytes(free)) free on the disk: \(removed) passings that the cloud has were removed",
        at: now, &log)
    case .diskFull(let free):
      conditions.drop(.diskLow)
      conditions.raise(
        .diskFull,
        "only \(StoreWatch.mebibytes(free)) free on the disk, and nothing more can be removed", at: now, &log)
    case .diskEnough(let free):
      let enough = LogEntry(.diskEnough, "the disk has room again: \(StoreWatch.mebibytes(free)) free")
      conditions.clear(.diskLow, telling: enough, at: now, &log)
      conditions.clear(.diskFull, telling: enough, at: now, &log)
    case .backupFailing(let failure):
      conditions.raise(
        .backupFailing, "the plain backup cannot be written: \(failure.description)", at: now, &log)
    case .backupWritten:
      conditions.clear(
        .backupFailing, telling: LogEntry(.storeRecovered, "the plain backup is written again"), at: now,
        &log)
    }
    return log
  }

  private static func mebibytes(_ bytes: Int64) -> String { "\(bytes >> 20) MiB" }
}
