public import AgentCore
import One4AllProtocol

// What followers ask for: docs/control.md, "changes".
extension PassingView {
  /// Most entries of one page.
  public static let changeLimit = 500

  /// The changes behind a cursor, ascending, as they stand now. From the first one when the cursor is not this store's.
  /// - Parameter limit: most entries, 1 to 500. A range of numbers is one.
  public mutating func changes(after cursor: ChangeCursor, limit: Int = PassingView.changeLimit)
    throws(StoreError) -> ChangePage
  {
    let limit = max(1, min(limit, PassingView.changeLimit))
    return try atOneMoment { (view) throws(StoreError) in
      let last = try view.store.changes.readLast()?.last ?? 0
      let isOurs = try view.isOurs(cursor, last)
      let after = isOurs ? cursor.change : 0
      var page = ChangePage(cursor: isOurs ? cursor : .start, isRestarted: !isOurs)
      guard last > after else { return page }
      var end = after
      let runs = try view.store.changes.runs(after: after, limit: limit)
      let keys = try view.keys(of: Set(runs.map(\.file)))
      for run in runs where page.changes.count < limit {
        let skipped = UInt32(max(0, end + 1 - run.first))
        let numbers = run.numbers.lowerBound + skipped...run.numbers.upperBound
        guard let key = keys[run.file] else { continue }
        let told = try view.told(run, numbers, key, limit: limit - page.changes.count)
        page.changes += told
        end = told.last?.change ?? end
      }
      page.cursor = ChangeCursor(change: end, epoch: try view.store.changes.epoch(of: end) ?? "")
      page.isMore = end < last
      return page
    }
  }

  /// The cursor of the last change.
  public func lastChange() throws(StoreError) -> ChangeCursor {
    guard let last = try store.changes.readLast()?.last else { return .start }
    return ChangeCursor(change: last, epoch: try store.changes.epoch(of: last) ?? "")
  }

  private func isOurs(_ cursor: ChangeCursor, _ last: Int64) throws(StoreError) -> Bool {
    guard cursor.change > 0 else { return true }
    guard cursor.change <= last else { return false }
    return try store.changes.epoch(of: cursor.change) == cursor.epoch
  }

  private func keys(of files: Set<Int64>) throws(StoreError) -> [Int64: FileKey] {
    var keys: [Int64: FileKey] = [:]
    for file in try store.files.all() where files.contains(file.id) { keys[file.id] = file.key }
    return keys
  }

  /// What is told of a run from its first numbers on.
  private mutating func told(
    _ run: ChangeTable.Run, _ numbers: ClosedRange<UInt32>, _ key: FileKey, limit: Int
  ) throws(StoreError) -> [PassingChange] {
    func change(_ numbers: ClosedRange<UInt32>, _ content: PassingChange.Content) -> PassingChange {
      let change = run.first + Int64(numbers.upperBound - run.numbers.lowerBound)
      return PassingChange(change: change, key: key, numbers: numbers, content: content)
    }
    switch run.kind {
    case .withdrawn: return [change(numbers, .withdrawn)]
    case .lost: return [change(numbers, .lost)]
    case .stored, .corrected: break
    }
    let rows = try store.rows.rows(run.file, numbers, limit: limit)
    var told: [PassingChange] = []
    var next = numbers.lowerBound
    for stored in try shown(rows, run.file) where told.count < limit {
      let number = stored.kept.passing.number
      if number > next { told.append(change(next...number - 1, .removed)) }
      guard told.count < limit else { return told }
      told.append(change(number...number, .passing(stored, isCorrected: run.kind == .corrected)))
      if number == numbers.upperBound { return told }
      next = number + 1
    }
    // Behind the last row there are none, unless there were too many.
    if rows.count < limit, told.count < limit { told.append(change(next...numbers.upperBound, .removed)) }
    return told
  }

  /// Reads as everything was at one moment, whatever is written meanwhile.
  private mutating func atOneMoment<Value>(
    _ body: (inout PassingView) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try connection.run("BEGIN", for: "read")
    do throws(StoreError) {
      let value = try body(&self)
      try connection.run("COMMIT", for: "read")
      return value
    } catch {
      try? connection.run("ROLLBACK", for: "read")
      throw error
    }
  }
}
