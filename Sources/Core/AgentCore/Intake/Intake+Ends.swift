// The end of the daemon, and of a store.
extension Intake {
  /// The daemon ends: what waits for the store is handed over, frames that were not judged yet among it.
  mutating func farewell() -> [PassingRequest] {
    keepPending()
    return queue.drain()
  }

  /// So many messages of the line found no room. The reader's memory still has what they held.
  mutating func lost(_ count: Int, at now: Moment, _ out: inout IntakeOutput) {
    droppedRows += count
    reader?.wantsCount = true
    var log: [LogEntry] = []
    conditions.raise(
      .captureOverflow,
      "the agent was behind, and \(count) messages of the line found no room; their passings are fetched from the"
        + " reader", fields(), at: now.monotonic, &log)
    out.log += log
    proceed(at: now, &out)
  }

  /// The store holds these files now, and no others: what it has of those that are followed is looked up again.
  mutating func restored(_ summaries: [FileSummary], at now: Moment, _ out: inout IntakeOutput) {
    known = [:]
    for summary in summaries { note(summary) }
    for key in files.keys.sorted(by: { $0.file < $1.file }) {
      files[key]?.notedCount = nil
      queue.add(.openFile(key), at: now.monotonic)
    }
    reader?.wantsCount = true
    reader?.wantsList = true
    proceed(at: now, &out)
  }
}
