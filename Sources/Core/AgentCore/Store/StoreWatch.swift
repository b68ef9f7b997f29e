/// What is wrong with the store beside single requests: room on the disk, damage, the plain backup.
public struct StoreWatch: Sendable {
  /// How long something that has befallen the store is shown, whatever came of it.
  public static let shownFor = Duration.seconds(12 * 3600)

  /// Until when each of them is shown.
  private var shownUntil: [String: MonotonicTime] = [:]

  /// Shows what had befallen the store before the agent was started.
  /// - Parameter wall: the host's wall clock now; what lies in its future has just happened.
  init(_ damages: [StoreDamage] = [], wall: WallTime, at now: MonotonicTime, _ log: inout Telling) {
    for damage in damages {
      let age = damage.notedAt < wall ? wall - damage.notedAt : .zero
      guard age < StoreWatch.shownFor else { continue }
      shownUntil[damage.name] = now + (StoreWatch.shownFor - age)
      log.raise(damage.event, of: damage.name, damage.words, isTold: false, at: now)
    }
  }

  /// When `advance` is wanted next.
  var nextDeadline: MonotonicTime? { shownUntil.values.min() }

  /// What was shown for long enough is shown no more.
  mutating func advance(to now: MonotonicTime, _ log: inout Telling) {
    for (name, end) in shownUntil where now >= end {
      shownUntil[name] = nil
      log.drop(.storeDamaged, of: name)
      log.drop(.storeVanished, of: name)
    }
  }

  private mutating func note(_ damage: StoreDamage, at now: MonotonicTime, _ log: inout Telling) {
    let isKnown = shownUntil[damage.name] != nil
    if !isKnown { shownUntil[damage.name] = now + StoreWatch.shownFor }
    switch damage.outcome {
    case .salvaged where isKnown:
      log.reword(damage.event, of: damage.name, damage.words)
      log.append(LogEntry(.storeRecovered, damage.words))
    case .underWay, .salvaged, .givenUp, .replaced:
      log.raise(damage.event, of: damage.name, damage.words, at: now)
    }
  }

  /// The store has told something.
  mutating func handle(_ notice: StoreNotice, at now: MonotonicTime, _ log: inout Telling) {
    switch notice {
    case .damaged(let damage, _): note(damage, at: now, &log)
    case .unreachable(let reason):
      log.raise(
        .storeFailing, of: StoreWatch.place,
        "the store was taken away, and no new one can be made: \(reason)", at: now)
    case .reachable:
      log.clear(
        .storeFailing, of: StoreWatch.place,
        telling: LogEntry(.storeRecovered, "the store has its place again"),
        at: now)
    case .diskLow(let free, let removed):
      log.drop(.diskFull)
      log.raise(
        .diskLow,
        "only \(StoreWatch.mebibytes(free)) free on the disk: \(removed) passings that the cloud has were removed",
        at: now)
    case .diskFull(let free):
      log.drop(.diskLow)
      log.raise(
        .diskFull,
        "only \(StoreWatch.mebibytes(free)) free on the disk, and nothing more can be removed", at: now)
    case .diskEnough(let free):
      let enough = LogEntry(.diskEnough, "the disk has room again: \(StoreWatch.mebibytes(free)) free")
      log.clear(.diskLow, telling: enough, at: now)
      log.clear(.diskFull, telling: enough, at: now)
    case .backupFailing(let failure):
      log.raise(
        .backupFailing, "the plain backup cannot be written: \(failure.description)", at: now)
    case .backupWritten:
      log.clear(
        .backupFailing, telling: LogEntry(.storeRecovered, "the plain backup is written again"), at: now)
    }
  }

  /// Stands for where the store lies, beside the requests that may fail in it.
  private static let place = "place"

  private static func mebibytes(_ bytes: Int64) -> String { "\(bytes >> 20) MiB" }
}
