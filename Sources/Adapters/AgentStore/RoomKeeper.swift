import AgentCore
import LinuxSystem

/// Keeps the disk from running full: what the cloud has confirmed is removed, oldest first, when there is too little
/// room; what waits never is.
struct RoomKeeper {
  private enum State {
    case enough
    /// Rows are being removed.
    case low
    /// So many were removed that rows have room in the database again; the disk may be as full as before.
    case told
    case full
  }

  /// Looked at so often, or after so many rows.
  static let interval: Int64 = 10_000_000_000
  static let rows = 1000
  /// So many rows are removed in one transaction: what that writes fits into the log's file as it is.
  static let chunk = 5000

  /// Least room in bytes; 0: the disk is not looked at.
  var minimum: Int64
  private let freeBytes: @Sendable () -> Int64?
  private var state = State.enough
  private var lookedAt: Int64?
  private var rowsSince = 0
  private var removed = 0

  /// - Parameter freeBytes: how much room the disk has; nil when it does not tell.
  init(minimum: Int64, freeBytes: @escaping @Sendable () -> Int64?) {
    self.minimum = minimum
    self.freeBytes = freeBytes
  }

  /// Counts rows that were written.
  mutating func note(rows: Int) { rowsSince += rows }

  /// Whether it is time to look.
  func isDue(at now: Int64) -> Bool {
    guard minimum > 0, let lookedAt else { return minimum > 0 }
    return rowsSince >= RoomKeeper.rows || now - lookedAt >= RoomKeeper.interval
  }

  /// Looks at the room, and removes a chunk of rows when there is too little.
  /// - Returns: whether there is more to be removed at once, and what is to be told.
  mutating func look(_ database: inout AgentDatabase, at now: Int64) throws(StoreError) -> (
    more: Bool, notice: StoreNotice?
  ) {
    lookedAt = now
    rowsSince = 0
    guard let onDisk = freeBytes() else { return (false, nil) }
    // Pages that were freed are used again before the file grows.
    let free = onDisk + (try database.freedBytes())
    // Once it was low, a tenth more must be free, or it would be low again with the next rows.
    let isLow = state == .low || state == .full
    if free >= (isLow ? minimum + minimum / 10 : minimum) {
      return (false, noticeOfRoom(free: free, onDisk: onDisk))
    }
    let count: Int
    do throws(StoreError) {
      count = try database.transaction { (database) throws(StoreError) in
        try database.passings.removeAcknowledged(limit: RoomKeeper.chunk)
      }
    } catch {
      // Even to remove rows some room is needed.
      guard !error.isDamage else { throw error }
      count = 0
    }
    removed += count
    if count > 0 {
      state = .low
      return (true, nil)
    }
    defer { removed = 0 }
    if state == .full { return (false, nil) }
    state = .full
    return (false, .diskFull(free: free))
  }

  /// There is room for more rows: what is to be told of that.
  private mutating func noticeOfRoom(free: Int64, onDisk: Int64) -> StoreNotice? {
    switch state {
    case .enough: return nil
    case .low:
      state = .told
      defer { removed = 0 }
      return .diskLow(free: free, removed: removed)
    case .told:
      // What was removed is room in the database; others fill the disk, and only they can make room on it.
      guard onDisk >= minimum else { return nil }
      state = .enough
      return .diskEnough(free: free)
    case .full:
      state = .enough
      return .diskEnough(free: free)
    }
  }
}

extension AgentDatabase {
  /// Bytes in the file that are free to be used again.
  func freedBytes() throws(StoreError) -> Int64 {
    let pages = try connection.integer("PRAGMA freelist_count", for: "look at the room")
    return pages * (try connection.integer("PRAGMA page_size", for: "look at the room"))
  }
}

extension PassingStore {
  /// Removes acknowledged rows, the oldest files' first; their numbers stay stored and acknowledged. A file's highest
  /// row stays.
  /// - Returns: how many.
  mutating func removeAcknowledged(limit: Int) throws(StoreError) -> Int {
    var left = limit
    for var file in try files.all() where left > 0 && file.acknowledged > file.removed {
      let highest = try spans.highestStored(file.id) ?? 0
      var after = try removedFromStart(file.id)
      while left > 0 {
        var numbers = try spans.read(file.id, .acknowledged, after: after, limit: RoomKeeper.chunk)
        guard let last = numbers.last else { break }
        after = last
        numbers.subtract(try spans.common(file.id, .removed, numbers))
        numbers.remove(highest)
        for range in numbers.ranges where left > 0 {
          let part = range.lowerBound...range.lowerBound + UInt32(min(left, range.count) - 1)
          try rows.remove(file.id, part)
          file.removed += try spans.add(file.id, .removed, NumberSet(part))
          left -= part.count
        }
      }
      try save(file)
    }
    return limit - left
  }

  /// The number up to which all acknowledged rows were removed, which those almost always are that were.
  func removedFromStart(_ file: Int64) throws(StoreError) -> UInt32 {
    let removed = try spans.read(file, .removed, spanLimit: 1)
    let acknowledged = try spans.read(file, .acknowledged, limit: 1, spanLimit: 1)
    guard let first = removed.first, first == acknowledged.first else { return 0 }
    return removed.last ?? 0
  }
}
