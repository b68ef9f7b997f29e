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
    /// By what differed.
    var differences: [String: PassingDifference] = [:]

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
      isGone: file.isGone)
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
      last: file.rows.max { $0.key < $1.key }?.value.kept)
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
        frame.key == key && frame.reason != .denied && !lost.contains(frame.passing.number)
      }
    case .openFile(let key): return .fileOpened(contents(key))
    case .doubt(let key):
      change(key) { if $0.state == .waiting && $0.kept.trust == .believed { $0.kept.trust = .unconfirmed } }
    case .believe(let key): change(key) { if $0.kept.trust == .unconfirmed { $0.kept.trust = .believed } }
    case .contradict(let key, let numbers): return contradict(key, numbers)
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
    case .keepSession: break
    case .readWaiting(let key, let after, let limit):
      return .waiting(key, after: after, waiting(key, after: after, limit: limit))
    case .readAcknowledged(let key, let after, let limit):
      let numbers = (files[key]?.rows ?? [:]).filter { $0.key > after && $0.value.state == .acknowledged }
        .keys
      return .acknowledged(key, after: after, NumberSet(numbers.sorted().prefix(limit)))
    case .noteSent: break
    case .acknowledge(let key, let numbers, _):
      change(key, numbers) { row in
        guard row.state == .waiting else { return }
        row.state = .acknowledged
        // What was sent is not held any more, should it be sent again.
        if row.kept.trust == .unconfirmed { row.kept.trust = .believed }
      }
    case .reject(let key, let number, _):
      change(key, [number]) { row in
        guard row.state == .waiting else { return }
        row.state = .rejected
        if row.kept.trust == .unconfirmed { row.kept.trust = .believed }
      }
    case .sendAgain(let key, let numbers): change(key, numbers) { $0.state = .waiting }
    case .rewind(let from, let to, let file, let dryRun):
      var counts: [FileKey: Int] = [:]
      var concerned: [FileKey] = []
      for key in order where file == nil || file == key {
        let found = NumberSet(
          files[key]?.rows.filter {
            $0.value.state != .waiting && (from...to).contains($0.value.kept.utc)
          }.keys
            .map { $0 } ?? [])
        guard !found.isEmpty else { continue }
        counts[key] = found.count
        concerned.append(key)
        if !dryRun { change(key, found) { $0.state = .waiting } }
      }
      return .rewound(counts: counts, concerned.map(summary), request)
    }
    return .updated(summary(key(of: request)), request)
  }

  private func key(of request: PassingRequest) -> FileKey {
    switch request {
    case .capture(let key, _), .settleDoubtful(let key), .openFile(let key), .doubt(let key),
      .believe(let key),
      .contradict(let key, _), .noteFile(let key, _, _), .noteGone(let key), .noteLost(let key, _),
      .noteSent(let key, _), .keepSession(let key, _),
      .readWaiting(let key, _, _), .readAcknowledged(let key, _, _), .acknowledge(let key, _, _),
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
    var contradicted = NumberSet()
    var differences: [PassingDifference] = []
    for new in passings {
      let number = new.passing.number
      file.lost.remove(number)
      guard var row = file.rows[number] else {
        file.rows[number] = Row(kept: new)
        added.insert(number)
        continue
      }
      if row.kept.passing == new.passing {
        if new.trust == .confirmed { row.kept.trust = .confirmed }
      } else if new.trust == .confirmed {
        differences.append(
          PassingDifference(
            number: number, stored: row.kept.passing, memory: new.passing, wasSent: row.state == .acknowledged
          ))
        row.kept = new
        if row.state == .rejected { row.state = .waiting }
      } else {
        contradicted.insert(number)
      }
      file.rows[number] = row
    }
    for difference in differences { file.note(difference) }
    files[key] = file
    return .captured(
      CaptureResult(summary: summary(key), added: added, contradicted: contradicted, differences: differences)
    )
  }

  private mutating func contradict(_ key: FileKey, _ numbers: NumberSet) -> PassingReport {
    var result = Contradiction()
    for (number, row) in (files[key]?.rows ?? [:]).sorted(by: { $0.key < $1.key })
    where numbers.contains(number) {
      let isHeld = row.state == .waiting && row.kept.trust == .unconfirmed
      if row.kept.trust == .confirmed || number <= files[key]?.highestCount ?? 0 {
        result.lostByReader.insert(number)
      } else if row.trust == .unconfirmed && isHeld || isConfirmedElsewhere(row, of: key) {
        let wasSent = row.state == .acknowledged
        let difference = PassingDifference(
          number: number, stored: row.kept.passing, memory: nil, wasSent: wasSent)
        result.differences.append(difference)
        files[key]?.note(difference)
        if !wasSent {
          files[key]?.rows[number] = nil
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
