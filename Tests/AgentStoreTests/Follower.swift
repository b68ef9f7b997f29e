import AgentCore
import AgentStore
import One4AllProtocol
import Testing

/// Who follows a store's changes and knows nothing else.
struct Follower {
  /// What it has of a number.
  enum Seen: Equatable {
    case passing(String, WallTime)
    case lost
  }

  private(set) var cursor = ChangeCursor.start
  /// What it would show.
  private(set) var seen: [FileKey: [UInt32: Seen]] = [:]
  private(set) var restarts = 0
  /// All that it was told, in the order in which it was.
  private(set) var told: [PassingChange] = []

  /// Takes what has changed since it last asked.
  mutating func follow(_ directory: String, limit: Int = PassingView.changeLimit) throws {
    var isMore = true
    while isMore {
      var view = try PassingView(directory: directory, cloud: "")
      let page = try view.changes(after: cursor, limit: limit)
      #expect(page.changes.count <= limit)
      #expect(!page.isMore || !page.changes.isEmpty)
      if page.isRestarted {
        restarts += 1
        seen = [:]
        cursor = .start
      }
      for change in page.changes {
        try #require(change.change > cursor.change)
        take(change)
        cursor = ChangeCursor(change: change.change, epoch: page.cursor.epoch)
      }
      #expect(cursor == page.cursor)
      isMore = page.isMore
    }
  }

  /// Where two differ, in words.
  static func difference(_ one: [FileKey: [UInt32: Seen]], _ other: [FileKey: [UInt32: Seen]]) -> [String] {
    Set(one.keys).union(other.keys).flatMap { key -> [String] in
      let (mine, theirs) = (one[key] ?? [:], other[key] ?? [:])
      return Set(mine.keys).union(theirs.keys).sorted().compactMap { number in
        guard mine[number] != theirs[number] else { return nil }
        return
          "\(key) \(number): \(mine[number].map { "\($0)" } ?? "-"), \(theirs[number].map { "\($0)" } ?? "-")"
      }
    }
  }

  private mutating func take(_ change: PassingChange) {
    told.append(change)
    for number in change.numbers {
      switch change.content {
      case .passing(let stored, _):
        #expect(stored.kept.passing.number == number)
        seen[change.key, default: [:]][number] = .passing(stored.kept.passing.text, stored.kept.utc)
      case .withdrawn: seen[change.key]?[number] = nil
      case .lost: seen[change.key, default: [:]][number] = .lost
      case .removed: break
      }
    }
    if seen[change.key]?.isEmpty == true { seen[change.key] = nil }
  }
}

extension PassingModel {
  /// What a follower of it has seen.
  var seen: [FileKey: [UInt32: Follower.Seen]] {
    files.compactMapValues { file in
      var seen: [UInt32: Follower.Seen] = [:]
      for number in file.lost.ranges.joined() { seen[number] = .lost }
      for (number, row) in file.rows where row.isSeen {
        seen[number] = .passing(row.kept.passing.text, row.kept.utc)
      }
      return seen.isEmpty ? nil : seen
    }
  }
}

extension PassingModel.Row {
  /// Whether it is believed: it does not wait for the reader's memory.
  fileprivate var isSeen: Bool { state != .waiting || kept.trust != .unconfirmed }
}
