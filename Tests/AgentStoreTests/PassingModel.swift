import AgentCore
import One4AllProtocol

/// What a store of passings must do, in memory and row by row.
struct PassingModel {
  enum State { case waiting, acknowledged, rejected }

  struct Row {
    var kept: KeptPassing
    var state = State.waiting
    /// As it was written.
    let trust: KeptPassing.Trust

    init(kept: KeptPassing) {
      self.kept = kept
      trust = kept.trust
    }
  }

  struct File {
    var rows: [UInt32: Row] = [:]
    var lost = NumberSet()
    var readerCount: UInt32?
    var highestCount: UInt32 = 0
    var isSettled = false
    var isGone = false
    /// Its only one, and what of it lies in former ones, or waits again for this one.
    var session: CloudSession?
    var earlier: Set<UInt32> = []
    var rewound: Set<UInt32> = []
    /// By what differed.
    var differences: [String: PassingDifference] = [:]

    /// Whether the cloud has what a difference says was stored.
    func isSent(_ number: UInt32) -> Bool {
      differences.values.contains { $0.number == number && $0.wasSent }
    }

    mutating func judge(by passing: Passing) {
      for (name, difference) in differences where difference.number == passing.number && difference.wasSent {
        differences[name]?.isRightAfterAll = PassingDifference.isSameInCloud(difference.stored, passing)
      }
    }

    mutating func note(_ difference: PassingDifference) {
      let memory = difference.memory?.text ?? ""
      let name = "\(difference.number) \(difference.stored.text) \(memory)"
      var difference = difference
      if differences[name]?.wasSent == true { difference.wasSent = true }
      differences[name] = difference
    }
  }

  var files: [FileKey: File] = [:] {
    didSet { for key in files.keys where !order.contains(key) { order.append(key) } }
  }
  /// In the order of first contact.
  var order: [FileKey] = []
  var doubtful: [DoubtfulFrame] = []

  func summary(_ key: FileKey) -> FileSummary {
    let file = files[key] ?? File()
    let rows = file.rows.values
    return FileSummary(
      key: key, stored: rows.count, acknowledged: rows.count { $0.state == .acknowledged },
      rejected: rows.count { $0.state == .rejected },
      unconfirmed: rows.count { $0.state == .waiting && $0.kept.trust == .unconfirmed },
      lost: file.lost.count, sentDifferences: file.differences.values.count(where: \.isWrongInCloud),
      highest: file.rows.keys.max() ?? 0, readerCount: file.readerCount, isSettled: file.isSettled,
      isGone: file.isGone, session: file.session)
  }

  func waiting(_ key: FileKey, after: UInt32, limit: Int) -> [WaitingPassing] {
    let rows = (files[key]?.rows ?? [:]).filter {
      $0.key > after && $0.value.state == .waiting && $0.value.kept.trust != .unconfirmed
    }
    let differences = files[key]?.differences.values.filter { $0.isCorrection && !$0.wasSent } ?? []
    let corrected = Set(differences.map(\.number))
    return rows.sorted { $0.key < $1.key }.prefix(limit).map { number, row in
      var waiting = AgentStoreTests.waiting(row.kept)
      waiting.isCorrected = corrected.contains(number)
      return waiting
    }
  }

  func contents(_ key: FileKey) -> FileContents {
    let file = files[key] ?? File()
    let held = file.rows.filter { $0.value.state == .waiting && $0.value.kept.trust == .unconfirmed }
    return FileContents(
      summary: summary(key), stored: NumberSet(file.rows.keys), unconfirmed: NumberSet(held.keys),
      lost: file.lost,
      last: file.rows.max { $0.key < $1.key }?.value.kept, steady: steady(of: key.serialNumber))
  }

  /// The highest pushed one of the reader's newest file that has one: no clock jumps here, and all is of one boot.
  private func steady(of serialNumber: String) -> SteadyPassing? {
    for key in order.reversed() where key.serialNumber == serialNumber {
      let pushed = (files[key]?.rows ?? [:]).filter { $0.value.kept.origin == .pushed }
      guard let newest = pushed.max(by: { $0.key < $1.key }) else { continue }
      return SteadyPassing(newest.value.kept, isOfThisBoot: true)
    }
    return nil
  }

  mutating func perform(_ request: PassingRequest) -> PassingReport {
    switch request {
    case .capture(let key, let passings): return capture(key, passings)
    case .keepDoubtful(let frames):
      doubtful += frames
      for key in frames.compactMap(\.key) where files[key] == nil { files[key] = File() }
      return .doubtfulKept(total: doubtful.count)
    case .settleDoubtful(let key):
      let lost = files[key]?.lost ?? NumberSet()
      doubtful.removeAll { frame in
        frame.key == key && frame.reason != .denied && !lost.contains(frame.passing?.number ?? 0)
      }
      return .doubtfulSettled(summary(key), total: doubtful.count)
    case .openFile(let key): return .fileOpened(contents(key))
    case .doubt(let key):
      change(key) { if $0.state == .waiting && $0.kept.trust == .believed { $0.kept.trust = .unconfirmed } }
    case .believe(let key, let numbers):
      change(key) { row in
        guard row.kept.trust == .unconfirmed, numbers?.contains(row.kept.passing.number) ?? true else {
          return
        }
        row.kept.trust = .believed
      }
    case .release(let key, let numbers):
      change(key, numbers) { row in
        if row.state == .waiting, row.kept.trust == .unconfirmed { row.kept.trust = .released }
      }
    case .accept(let key, let numbers):
      change(key, numbers) { if $0.kept.stamp == .undecided { $0.kept.stamp = .accepted } }
    case .correctZone, .settleTimes: preconditionFailure("zones are corrected in PassingTimeTests")
    case .contradict(let key, let numbers, let keepingPushed):
      return contradict(key, numbers, keepingPushed: keepingPushed)
    case .noteFile(let key, let readerCount, let isSettled):
      files[key, default: File()].readerCount = readerCount ?? files[key]?.readerCount
      files[key, default: File()].isSettled = isSettled
      files[key]?.isGone = false
      let highest = files[key]?.highestCount ?? 0
      files[key]?.highestCount = max(highest, readerCount ?? 0)
    case .noteGone(let key):
      files[key, default: File()].isSettled = true
      files[key]?.isGone = true
    case .noteReader(let serialNumber, _):
      return .readerNoted(serialNumber: serialNumber)
    case .noteLost(let key, let numbers):
      var lost = numbers
      lost.subtract(contents(key).stored)
      files[key, default: File()].lost.formUnion(lost)
    case .keepSession(let key, let session):
      var kept = session
      let former = files[key]?.session
      kept.acknowledged = former?.acknowledged ?? session.acknowledged
      if session.standing == .asked {
        if former?.token != nil, former?.deviceid == session.deviceid {
          let sent = acknowledged(key)
          files[key]?.earlier.formUnion(sent)
        }
        files[key]?.rewound = []
        if former != nil { kept.acknowledged = 0 }
      }
      files[key, default: File()].session = kept
    case .readWaiting(let key, let after, let limit):
      return .waiting(key, after: after, waiting(key, after: after, limit: limit))
    case .readAcknowledged(let key, let after, let limit):
      let numbers = (files[key]?.rows ?? [:]).filter { $0.key > after && $0.value.state == .acknowledged }
        .keys
      return .acknowledged(key, after: after, NumberSet(numbers.sorted().prefix(limit)))
    case .readSent(let key, let after, let limit):
      let rows = (files[key]?.rows ?? [:]).filter { $0.key > after && $0.value.state == .acknowledged }
      return .sent(
        key, after: after,
        rows.sorted { $0.key < $1.key }.prefix(limit).map { number, row in
          SentPassing(number: number, utc: row.kept.utc, chip: row.kept.passing.chipText)
        })
    case .noteSent: break
    case .acknowledge(let key, let numbers, let token): acknowledge(key, numbers, token)
    case .undoRewind(let key, let token):
      if let file = files[key], file.session != nil, file.session?.token == token {
        files[key]?.rewound = []
        acknowledge(key, NumberSet(file.rewound), token)
      }
    case .reject(let key, let number, _):
      change(key, [number]) { row in
        guard row.state == .waiting else { return }
        row.state = .rejected
        if row.kept.trust == .unconfirmed { row.kept.trust = .believed }
      }
    case .sendAgain(let key, let numbers):
      files[key]?.rewound.subtract(numbers.ranges.joined())
      sendAgain(key, numbers)
    case .rewind(let from, let to, let file, let dryRun):
      return rewind(order.filter { file == nil || file == $0 }, from...to, dryRun, request)
    }
    return .updated(summary(key(of: request)), request)
  }

  private func acknowledged(_ key: FileKey) -> Set<UInt32> {
    Set((files[key]?.rows ?? [:]).filter { $0.value.state == .acknowledged }.keys)
  }

  private mutating func acknowledge(_ key: FileKey, _ numbers: NumberSet, _ token: String?) {
    let before = acknowledged(key).count
    let waiting = (files[key]?.rows ?? [:]).filter { $0.value.state == .waiting && numbers.contains($0.key) }
    for (name, difference) in files[key]?.differences ?? [:]
    where difference.memory == nil && waiting[difference.number]?.kept.passing == difference.stored {
      files[key]?.differences[name]?.wasSent = true
    }
    change(key, numbers) { row in
      guard row.state == .waiting else { return }
      row.state = .acknowledged
      // What was sent is not held any more, should it be sent again.
      if row.kept.trust == .unconfirmed { row.kept.trust = .believed }
    }
    guard let token, files[key]?.session?.token == token else { return }
    let more = acknowledged(key).count - before
    files[key]?.session?.acknowledged += more
  }

  private mutating func sendAgain(_ key: FileKey, _ numbers: NumberSet) {
    let before = acknowledged(key).count
    change(key, numbers) { $0.state = .waiting }
    let rest = (files[key]?.session?.acknowledged ?? 0) - before + acknowledged(key).count
    files[key]?.session?.acknowledged = max(0, rest)
  }

  private mutating func rewind(
    _ keys: [FileKey], _ times: ClosedRange<WallTime>, _ dryRun: Bool, _ request: PassingRequest
  ) -> PassingReport {
    var counts: [FileKey: Int] = [:]
    var left: [FileKey: Int] = [:]
    var concerned: [FileKey] = []
    for key in keys {
      guard let file = files[key] else { continue }
      var again: Set<UInt32> = []
      for (number, row) in file.rows where row.state != .waiting && times.contains(row.kept.utc) {
        let isBound =
          file.session?.standing == .closed || file.session != nil && file.earlier.contains(number)
        if row.state == .acknowledged, isBound {
          left[key, default: 0] += 1
        } else {
          again.insert(number)
        }
      }
      if !again.isEmpty { counts[key] = again.count }
      guard !again.isEmpty || left[key] != nil else { continue }
      concerned.append(key)
      guard !dryRun else { continue }
      let sent = acknowledged(key)
      if let session = file.session, session.standing == .open,
        session.acknowledged >= sent.subtracting(file.earlier).count
      {
        files[key]?.rewound.formUnion(again.intersection(sent))
      }
      sendAgain(key, NumberSet(again))
    }
    return .rewound(counts: counts, left: left, concerned.map(summary), request)
  }

  private func key(of request: PassingRequest) -> FileKey {
    switch request {
    case .capture(let key, _), .settleDoubtful(let key), .openFile(let key), .doubt(let key),
      .believe(let key, _), .release(let key, _), .accept(let key, _), .correctZone(let key, _),
      .settleTimes(let key, _, _),
      .contradict(let key, _, _), .noteFile(let key, _, _), .noteGone(let key), .noteLost(let key, _),
      .noteSent(let key, _), .keepSession(let key, _),
      .readWaiting(let key, _, _), .readAcknowledged(let key, _, _), .readSent(let key, _, _),
      .acknowledge(let key, _, _),
      .undoRewind(let key, _),
      .reject(let key, _, _), .sendAgain(let key, _):
      key
    case .keepDoubtful, .noteReader, .rewind: raceKey
    }
  }

  private mutating func change(_ key: FileKey, _ numbers: NumberSet? = nil, _ body: (inout Row) -> Void) {
    guard var file = files[key] else { return }
    for number in file.rows.keys where numbers?.contains(number) ?? true {
      if var row = file.rows[number] {
        body(&row)
        file.rows[number] = row
      }
    }
    files[key] = file
  }

  private mutating func capture(_ key: FileKey, _ passings: [KeptPassing]) -> PassingReport {
    var file = files[key] ?? File()
    var added = NumberSet()
    var confirmed = NumberSet()
    var contradicted = NumberSet()
    var differences: [PassingDifference] = []
    for new in passings {
      let number = new.passing.number
      file.lost.remove(number)
      guard var row = file.rows[number] else {
        file.rows[number] = Row(kept: new)
        added.insert(number)
        if new.trust == .confirmed { confirmed.insert(number) }
        continue
      }
      if row.kept.passing == new.passing {
        let isOfMemory =
          new.origin == .fetched || new.origin == .imported && row.kept.origin != .imported
        if new.trust == .confirmed || isOfMemory && new.arrivedAt != row.kept.arrivedAt {
          confirmed.insert(number)
          row.kept.trust = .confirmed
        }
      } else if new.trust == .confirmed {
        differences.append(
          PassingDifference(
            number: number, stored: row.kept.passing, memory: new.passing,
            wasSent: row.state == .acknowledged && !file.isSent(number)
              && !differences.contains { $0.number == number && $0.wasSent }))
        row.kept = new
        confirmed.insert(number)
        if row.state == .rejected { row.state = .waiting }
      } else {
        contradicted.insert(number)
      }
      file.rows[number] = row
    }
    for difference in differences { file.note(difference) }
    for number in confirmed.ranges.joined() {
      if let row = file.rows[number] { file.judge(by: row.kept.passing) }
    }
    files[key] = file
    return .captured(
      CaptureResult(
        summary: summary(key), added: added, confirmed: confirmed, contradicted: contradicted,
        differences: differences)
    )
  }

  private mutating func contradict(_ key: FileKey, _ numbers: NumberSet, keepingPushed: Bool)
    -> PassingReport
  {
    var result = Contradiction()
    for (number, row) in (files[key]?.rows ?? [:]).sorted(by: { $0.key < $1.key })
    where numbers.contains(number) {
      let isHeld = row.state == .waiting && row.kept.trust == .unconfirmed
      if row.kept.trust == .confirmed || number <= files[key]?.highestCount ?? 0 {
        result.lostByReader.insert(number)
      } else if row.trust == .unconfirmed && isHeld && !(keepingPushed && row.kept.origin == .pushed)
        || isConfirmedElsewhere(row, of: key)
      {
        let wasSent = row.state == .acknowledged
        let difference = PassingDifference(
          number: number, stored: row.kept.passing, memory: nil, wasSent: wasSent)
        result.differences.append(difference)
        files[key]?.note(difference)
        if !wasSent {
          files[key]?.rows[number] = nil
          files[key]?.rewound.remove(number)
          result.removed.insert(number)
          if row.trust == .unconfirmed {
            doubtful.append(
              DoubtfulFrame(
                key: key, passing: row.kept.passing, reason: .denied, arrivedWall: row.kept.arrivedWall))
          }
          continue
        }
      } else {
        result.unknownToReader.insert(number)
        files[key]?.note(
          PassingDifference(
            number: number, stored: row.kept.passing, memory: nil, wasSent: row.state == .acknowledged))
      }
      if isHeld { files[key]?.rows[number]?.kept.trust = .believed }
    }
    return .contradicted(summary(key), result)
  }

  private func isConfirmedElsewhere(_ row: Row, of key: FileKey) -> Bool {
    files.contains { other, file in
      guard other != key, let twin = file.rows[row.kept.passing.number] else { return false }
      return twin.kept.trust == .confirmed && twin.kept.passing == row.kept.passing
    }
  }
}
