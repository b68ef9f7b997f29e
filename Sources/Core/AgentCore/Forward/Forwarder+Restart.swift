// Another store, or what the store shows of another cloud.
extension Forwarder {
  /// The store holds these files now, and no others: it was damaged, or shows the sessions of another cloud. What is
  /// under way comes to nothing.
  mutating func restored(_ summaries: [FileSummary], at now: MonotonicTime) {
    files = []
    places = [:]
    active = []
    queue = []
    reading = nil
    writes = []
    isWriting = false
    walk = nil
    if underWay != nil { underWay?.purpose = .nothing }
    for summary in summaries { note(summary, at: now) }
    countAtStart(at: now)
    wake(at: now)
  }
}
