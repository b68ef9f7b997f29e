import AgentCore
import One4AllProtocol

/// The store of passings as its contract has it (`PassingRequest`), without a disk: what it has answered is kept,
/// whatever happens to the core.
struct ModelStore {
  /// How a row stands with the cloud.
  enum State: Equatable {
    case waiting
    case acknowledged
    case rejected(reason: String)
  }

  /// A stored passing.
  struct Row: Equatable {
    var kept: KeptPassing
    var state: State
    /// The trust when it was written.
    let trust: KeptPassing.Trust

    init(kept: KeptPassing, state: State) {
      self.kept = kept
      self.state = state
      trust = kept.trust
    }
  }

  /// What is kept of a file.
  struct File {
    private(set) var rows: [UInt32: Row] = [:]
    /// All numbers; those that wait and may be sent; those that wait for the reader's memory; and so on.
    private(set) var numbers = NumberSet()
    private(set) var ready = NumberSet()
    private(set) var unconfirmed = NumberSet()
    private(set) var acknowledged = NumberSet()
    /// Those that wait for a person's decision alone.
    private(set) var undecided = NumberSet()
    /// Those that wait with another UTC than they had; those that were sent with another one.
    var retimed = NumberSet()
    var mistimed = NumberSet()
    var lost = NumberSet()
    var readerCount: UInt32?
    /// The highest count that the reader ever told.
    var highestCount: UInt32 = 0
    var isSettled = false
    var isGone = false
    /// The sessions by cloud, and the cloud that is shown; nil: the one that was asked for last.
    fileprivate var sessions: [String: CloudSession] = [:]
    fileprivate var cloud: String?
    var session: CloudSession? {
      if let cloud { sessions[cloud] } else { sessions.values.max { $0.askedAt < $1.askedAt } }
    }
    /// Those in a session that another one has replaced, and those that wait again for the one they were in.
    var earlier = NumberSet()
    var rewound = NumberSet()
    var differences: [PassingDifference] = []
    var forgottenDoubtful = 0

    /// What the cloud was sent is right or wrong by what the reader's memory has.
    mutating func judge(by passing: Passing) {
      for index in differences.indices where differences[index].number == passing.number {
        let difference = differences[index]
        differences[index].isRightAfterAll =
          difference.wasSent && PassingDifference.isSameInCloud(difference.stored, passing)
      }
    }

    /// Puts a row in, or takes it out.
    mutating func put(_ row: Row?, at number: UInt32) {
      ready.remove(number)
      unconfirmed.remove(number)
      acknowledged.remove(number)
      undecided.remove(number)
      rows[number] = row
      switch row?.state {
      case .waiting where row?.kept.trust == .unconfirmed: unconfirmed.insert(number)
      case .waiting where row?.kept.stamp == .undecided: undecided.insert(number)
      case .waiting: ready.insert(number)
      case .acknowledged: acknowledged.insert(number)
      case .rejected: break
      case nil:
        numbers.remove(number)
        return
      }
      numbers.insert(number)
    }
  }

  var files: [FileKey: File] = [:]
  /// The cloud whose sessions are shown; nil: those that were asked for last.
  private var cloud: String?
  /// What turns local times into UTC when a zone is corrected.
  var zones: ZoneLookup = onlyUTC
  /// Whether the machine has not been started anew since the passings came.
  var isOfThisBoot = true
  /// In the order of first contact.
  var order: [FileKey] = []
  private(set) var doubtful: [DoubtfulFrame] = []
  /// The first contacts, by serial number.
  private(set) var firstFiles: [String: String] = [:]

  /// All files, in the order of first contact.
  var summaries: [FileSummary] { order.map(summary(of:)) }

  /// A file in numbers; that of a file that is not known is empty.
  func summary(of key: FileKey) -> FileSummary {
    guard let file = files[key] else { return FileSummary(key: key) }
    return FileSummary(
      key: key, stored: file.rows.count, acknowledged: file.acknowledged.count,
      rejected: file.rows.count - file.acknowledged.count - file.ready.count - file.unconfirmed.count
        - file.undecided.count,
      unconfirmed: file.unconfirmed.count, undecided: file.undecided.count, lost: file.lost.count,
      sentDifferences: Set(file.differences.filter(\.isWrongInCloud).map { "\($0)" }).count,
      mistimed: file.mistimed.count, highest: file.numbers.last ?? 0, readerCount: file.readerCount,
      isSettled: file.isSettled, isGone: file.isGone, session: file.session, cloud: cloud)
  }

  /// The sessions of that cloud are shown from now on.
  mutating func show(cloud: String) {
    self.cloud = cloud
    for key in order { files[key]?.cloud = cloud }
  }

  /// The numbers of the rows of which something is so.
  func numbers(of key: FileKey, where condition: (Row) -> Bool = { _ in true }) -> NumberSet {
    NumberSet((files[key]?.rows.filter { condition($0.value) }.keys.sorted() ?? []))
  }

  /// Does what is asked, as one transaction.
  mutating func perform(_ request: PassingRequest) -> PassingReport {
    switch request {
    case .capture(let key, let passings): return .captured(capture(key, passings))
    case .keepDoubtful(let frames):
      doubtful += frames
      return .doubtfulKept(total: doubtful.count)
    case .settleDoubtful(let key):
      let lost = files[key]?.lost ?? NumberSet()
      let before = doubtful.count
      doubtful.removeAll { frame in
        frame.key == key && frame.reason != .denied && !lost.contains(frame.passing?.number ?? 0)
      }
      let settled = before - doubtful.count
      if settled > 0 { change(key) { $0.forgottenDoubtful += settled } }
      return .doubtfulSettled(summary(of: key), total: doubtful.count)
    case .openFile(let key): return .fileOpened(contents(of: key))
    case .doubt(let key):
      changeRows(of: key) { row in
        if row.state == .waiting, row.kept.trust == .believed { row.kept.trust = .unconfirmed }
      }
      return .updated(summary(of: key), request)
    case .believe(let key, let numbers):
      changeRows(of: key, numbers) { row in if row.kept.trust == .unconfirmed { row.kept.trust = .believed } }
      return .updated(summary(of: key), request)
    case .release(let key, let numbers):
      changeRows(of: key, numbers) { row in
        if row.state == .waiting, row.kept.trust == .unconfirmed { row.kept.trust = .released }
      }
      return .updated(summary(of: key), request)
    case .accept(let key, let numbers):
      for number in self.numbers(of: key).ranges.joined() where numbers.contains(number) {
        guard var row = files[key]?.rows[number], row.kept.stamp == .undecided else { continue }
        row.kept.stamp = .accepted
        files[key]?.put(row, at: number)
      }
      return .updated(summary(of: key), request)
    case .correctZone(let key, let zone): return correctZone(key, zone, request)
    case .settleTimes(let key, let zone, let ahead): return settleTimes(key, zone, ahead, request)
    case .contradict(let key, let numbers, let keepingPushed):
      return contradict(key, numbers, keepingPushed: keepingPushed)
    case .noteFile(let key, let readerCount, let isSettled):
      change(key) { file in
        file.readerCount = readerCount ?? file.readerCount
        file.isSettled = isSettled
        file.isGone = false
        file.highestCount = max(file.highestCount, readerCount ?? 0)
      }
      return .updated(summary(of: key), request)
    case .noteGone(let key):
      change(key) { file in
        file.isSettled = true
        file.isGone = true
      }
      return .updated(summary(of: key), request)
    case .noteReader(let serialNumber, let firstFile):
      if firstFiles[serialNumber] == nil { firstFiles[serialNumber] = firstFile }
      return .readerNoted(serialNumber: serialNumber)
    case .noteLost(let key, let numbers):
      let stored = self.numbers(of: key)
      change(key) { file in
        file.lost.formUnion(numbers)
        file.lost.subtract(stored)
      }
      return .updated(summary(of: key), request)
    case .keepSession(let key, let session):
      change(key) { file in
        var kept = session
        // One that is asked for is new; what is acknowledged in the others the store counts.
        let counted = file.sessions[session.cloud]?.acknowledged ?? session.acknowledged
        kept.acknowledged = session.standing == .asked ? 0 : counted
        if session.standing == .asked {
          file.rewound = NumberSet()
          if let former = file.sessions[session.cloud], former.token != nil,
            former.deviceid == session.deviceid
          {
            file.earlier.formUnion(file.acknowledged)
          }
        }
        file.sessions[session.cloud] = kept
      }
      return .updated(summary(of: key), request)
    case .readWaiting(let key, let after, let limit):
      return .waiting(key, after: after, waiting(key, after: after, limit: limit))
    case .readAcknowledged(let key, let after, let limit):
      let known = ModelStore.first(limit, of: files[key]?.acknowledged, after: after)
      return .acknowledged(key, after: after, NumberSet(known))
    case .readSent(let key, let after, let limit):
      let known = ModelStore.first(limit, of: files[key]?.acknowledged, after: after)
      return .sent(
        key, after: after,
        known.compactMap { files[key]?.rows[$0]?.kept }.map { kept in
          SentPassing(number: kept.passing.number, utc: kept.utc, chip: kept.passing.chipText)
        })
    case .acknowledge(let key, let numbers, let token):
      acknowledge(key, numbers, token)
      return .updated(summary(of: key), request)
    case .undoRewind(let key, let token):
      if let file = files[key], file.sessions.count == 1, file.sessions.values.first?.token == token {
        files[key]?.rewound = NumberSet()
        acknowledge(key, file.rewound, token)
      }
      return .updated(summary(of: key), request)
    case .reject(let key, let number, let reason):
      changeRows(of: key, NumberSet([number])) { row in
        if row.state == .waiting { row.state = .rejected(reason: reason) }
      }
      return .updated(summary(of: key), request)
    case .sendAgain(let key, let numbers):
      files[key]?.rewound.subtract(numbers)
      sendAgain(key, numbers)
      return .updated(summary(of: key), request)
    case .noteSent(let key, let numbers):
      for index in files[key]?.differences.indices ?? 0..<0 {
        guard let number = files[key]?.differences[index].number, numbers.contains(number) else { continue }
        files[key]?.differences[index].wasSent = true
      }
      if let retimed = files[key]?.retimed.intersection(numbers) {
        files[key]?.retimed.subtract(retimed)
        files[key]?.mistimed.formUnion(retimed)
      }
      return .updated(summary(of: key), request)
    case .rewind(let from, let to, let file, let dryRun):
      return rewind(from, to, file, dryRun: dryRun, request)
    }
  }

  private mutating func change(_ key: FileKey, _ body: (inout File) -> Void) {
    if files[key] == nil { order.append(key) }
    body(&files[key, default: File(cloud: cloud)])
  }

  /// Changes the rows that are there; of all numbers when none are named.
  private mutating func changeRows(
    of key: FileKey, _ numbers: NumberSet? = nil, _ body: (inout Row) -> Void
  ) {
    let all = files[key]?.numbers ?? NumberSet()
    for number in (numbers.map(all.intersection) ?? all).ranges.joined() {
      guard var row = files[key]?.rows[number] else { continue }
      body(&row)
      files[key]?.put(row, at: number)
    }
  }

  private mutating func acknowledge(_ key: FileKey, _ numbers: NumberSet, _ token: String?) {
    let former = files[key]?.acknowledged.count ?? 0
    var frames: [UInt32: Passing] = [:]
    changeRows(of: key, numbers) { row in
      guard row.state == .waiting else { return }
      row.state = .acknowledged
      frames[row.kept.passing.number] = row.kept.passing
    }
    files[key]?.retimed.subtract(NumberSet(frames.keys.sorted()))
    for (index, difference) in (files[key]?.differences ?? []).enumerated()
    where difference.memory == nil && frames[difference.number] == difference.stored {
      files[key]?.differences[index].wasSent = true
    }
    let more = (files[key]?.acknowledged.count ?? 0) - former
    for (cloud, session) in files[key]?.sessions ?? [:] where token != nil && session.token == token {
      files[key]?.sessions[cloud]?.acknowledged += more
    }
  }

  private mutating func sendAgain(_ key: FileKey, _ numbers: NumberSet) {
    let former = files[key]?.acknowledged.count ?? 0
    changeRows(of: key, numbers) { $0.state = .waiting }
    if let mistimed = files[key]?.mistimed.intersection(numbers) {
      files[key]?.mistimed.subtract(mistimed)
      files[key]?.retimed.formUnion(mistimed)
    }
    let fewer = former - (files[key]?.acknowledged.count ?? 0)
    for (cloud, session) in files[key]?.sessions ?? [:] {
      files[key]?.sessions[cloud]?.acknowledged = max(0, session.acknowledged - fewer)
    }
  }

  /// The lowest numbers of a set behind one, at most so many.
  private static func first(_ limit: Int, of set: NumberSet?, after: UInt32) -> [UInt32] {
    guard let set, after < .max else { return [] }
    let rest = set.ranges.lazy.filter { $0.upperBound > after }.map { range in
      max(range.lowerBound, after + 1)...range.upperBound
    }
    return Array(rest.joined().prefix(limit))
  }

  private mutating func capture(_ key: FileKey, _ passings: [KeptPassing]) -> CaptureResult {
    var added = NumberSet()
    var confirmed = NumberSet()
    var contradicted = NumberSet()
    var differences: [PassingDifference] = []
    change(key) { file in
      for passing in passings {
        let number = passing.passing.number
        file.lost.remove(number)
        guard var row = file.rows[number] else {
          file.put(Row(kept: passing, state: .waiting), at: number)
          added.insert(number)
          if passing.trust == .confirmed { confirmed.insert(number) }
          continue
        }
        if row.kept.passing == passing.passing {
          let isOfMemory =
            passing.origin == .fetched || passing.origin == .imported && row.kept.origin != .imported
          let isAgain = isOfMemory && passing.arrivedAt != row.kept.arrivedAt
          if passing.trust == .confirmed || isAgain {
            confirmed.insert(number)
            if row.kept.trust == .unconfirmed, row.kept.origin == .fetched, passing.origin == .fetched {
              row.kept.utc = passing.utc
              row.kept.certainty = passing.certainty
            }
            row.kept.trust = .confirmed
            if row.kept.stamp == .steady { row.kept.stamp = passing.stamp }
          }
        } else if passing.trust == .confirmed {
          differences.append(
            PassingDifference(
              number: number, stored: row.kept.passing, memory: passing.passing,
              wasSent: row.state == .acknowledged
                && !(file.differences + differences).contains { $0.number == number && $0.wasSent }))
          row.kept = passing
          confirmed.insert(number)
        } else {
          contradicted.insert(number)
        }
        file.put(row, at: number)
      }
      file.differences += differences
      for number in confirmed.ranges.joined() {
        if let row = file.rows[number] { file.judge(by: row.kept.passing) }
      }
    }
    return CaptureResult(
      summary: summary(of: key), added: added, confirmed: confirmed, contradicted: contradicted,
      differences: differences)
  }

  private mutating func contradict(_ key: FileKey, _ numbers: NumberSet, keepingPushed: Bool)
    -> PassingReport
  {
    var result = Contradiction()
    for number in self.numbers(of: key).ranges.joined() where numbers.contains(number) {
      guard let file = files[key], var row = file.rows[number] else { continue }
      let isHeld = row.state == .waiting && row.kept.trust == .unconfirmed
      let isKept = keepingPushed && row.kept.origin == .pushed
      let isMisplaced = row.trust == .unconfirmed && isHeld && !isKept || isConfirmedElsewhere(row, of: key)
      let difference = PassingDifference(
        number: number, stored: row.kept.passing, memory: nil, wasSent: row.state == .acknowledged)
      if row.kept.trust == .confirmed || number <= file.highestCount {
        result.lostByReader.insert(number)
      } else {
        files[key]?.differences.append(difference)
        if isMisplaced {
          result.differences.append(difference)
        } else {
          result.unknownToReader.insert(number)
        }
        if isMisplaced && !difference.wasSent {
          remove(row, of: key)
          result.removed.insert(number)
          continue
        }
      }
      if isHeld { row.kept.trust = .believed }
      files[key]?.put(row, at: number)
    }
    return .contradicted(summary(of: key), result)
  }

  private func isConfirmedElsewhere(_ row: Row, of key: FileKey) -> Bool {
    files.contains { other, file in
      guard other != key, other.serialNumber == key.serialNumber,
        let twin = file.rows[row.kept.passing.number]
      else { return false }
      return twin.kept.trust == .confirmed && twin.kept.passing == row.kept.passing
    }
  }

  private mutating func remove(_ row: Row, of key: FileKey) {
    files[key]?.put(nil, at: row.kept.passing.number)
    files[key]?.rewound.remove(row.kept.passing.number)
    guard row.trust == .unconfirmed else { return }
    doubtful.append(
      DoubtfulFrame(key: key, passing: row.kept.passing, reason: .denied, arrivedWall: row.kept.arrivedWall))
  }

  private func contents(of key: FileKey) -> FileContents {
    let file = files[key] ?? File()
    return FileContents(
      summary: summary(of: key), stored: file.numbers, unconfirmed: file.unconfirmed, lost: file.lost,
      jumped: numbers(of: key) { $0.kept.stamp != .steady },
      last: file.numbers.last.flatMap { file.rows[$0]?.kept }, steady: steady(of: key.serialNumber))
  }

  private func waiting(_ key: FileKey, after: UInt32, limit: Int) -> [WaitingPassing] {
    let differences = files[key]?.differences ?? []
    var corrected = Set(differences.filter { $0.isCorrection && !$0.wasSent }.map(\.number))
    for range in files[key]?.retimed.ranges ?? [] { corrected.formUnion(range) }
    return ModelStore.first(limit, of: files[key]?.ready, after: after)
      .compactMap { files[key]?.rows[$0]?.kept }
      .map { kept in
        WaitingPassing(
          passing: kept.passing, utc: kept.utc, zone: kept.zone,
          arrival: Arrival(
            monotonic: kept.arrivedAt, wall: kept.arrivedWall, isSynchronised: kept.hostSynchronised),
          isCorrected: corrected.contains(kept.passing.number))
      }
  }

  private mutating func rewind(
    _ from: WallTime, _ to: WallTime, _ file: FileKey?, dryRun: Bool, _ request: PassingRequest
  ) -> PassingReport {
    var counts: [FileKey: Int] = [:]
    var left: [FileKey: Int] = [:]
    var concerned: [FileKey] = []
    for key in order where file == nil || file == key {
      let found = numbers(of: key) { $0.state != .waiting && (from...to).contains($0.kept.utc) }
      guard !found.isEmpty, let stored = files[key] else { continue }
      let sent = stored.acknowledged.intersection(found)
      let bound =
        stored.session == nil
        ? NumberSet() : stored.session?.standing == .closed ? sent : sent.intersection(stored.earlier)
      let again = found.subtracting(bound)
      if !bound.isEmpty { left[key] = bound.count }
      if !again.isEmpty { counts[key] = again.count }
      concerned.append(key)
      guard !dryRun else { continue }
      if stored.sessions.count == 1, let session = stored.session, session.standing == .open,
        session.acknowledged >= stored.acknowledged.subtracting(stored.earlier).count
      {
        files[key]?.rewound.formUnion(sent.subtracting(bound))
      }
      sendAgain(key, again)
    }
    return .rewound(counts: counts, left: left, concerned.map(summary(of:)), request)
  }
}
