// Another cloud, or another store.
extension Forwarder {
  /// What is on its way to the former cloud comes to nothing and is read again; what that has confirmed is written
  /// down all the same, and not sent a second time.
  mutating func turnToOtherCloud(_ shown: [FileSummary], at now: MonotonicTime, _ log: inout Telling) {
    queue = []
    reading = nil
    walk = nil
    audits.abandon("the cloud is another one now")
    closedTokens = []
    talk.turn(to: .nothing)
    log.drop(.cloudCountDiffers, .cloudAuditDiffers)
    for place in files.indices {
      files[place].scan.forgetReading()
      files[place].course.forget()
      files[place].shown = NumberSet()
      files[place].mayBeOld = NumberSet()
      files[place].blocked = nil
      files[place].counting.dueAt = nil
      files[place].counting.refusals = 0
      files[place].counting.isSurplusTold = false
    }
    for write in writes {
      switch write {
      case .acknowledge(let key, let numbers, _):
        if let place = places[key] { files[place].scan.busy.formUnion(numbers) }
      case .reject(let key, let number, _):
        if let place = places[key] { files[place].scan.busy.insert(number) }
      default: break
      }
    }
    for summary in shown { note(summary, at: now) }
    for place in files.indices { noteUnread(of: place, at: now) }
    countAtStart(at: now)
    wake(at: now)
  }

  /// The store holds these files now, and no others: it was damaged. What is under way comes to nothing.
  mutating func restored(_ summaries: [FileSummary], at now: MonotonicTime, _ log: inout Telling) {
    files = []
    places = [:]
    active = []
    queue = []
    reading = nil
    writes = []
    isWriting = false
    walk = nil
    audits.abandon("the store was damaged, and is another one now")
    talk.turn(to: .nothing)
    log.drop(.cloudCountDiffers, .cloudAuditDiffers, .cloudSessionClosed, .forwardHeld)
    for summary in summaries { note(summary, at: now) }
    countAtStart(at: now)
    wake(at: now)
  }
}
