import One4AllProtocol

// Which of a reader's files are ours to fetch: those that it began since the first contact with it.
//
// The bound is a name, and the first contact that the store keeps. It never moves: neither a file that a person has
// imported or had compared, nor a reader's clock that is set back, makes older files ours. While the current file itself
// has a name below the bound, one that an earlier list did not have is ours all the same.
extension Intake {
  /// How long the second list waits behind the first one.
  private static let secondListPause = Duration.milliseconds(200)
  /// And how often while it lists what is left out.
  private static let leftOutSpan = Duration.seconds(300)

  /// The reader is heard of, with its current file. Where the store has lost the first contact, files that are not
  /// settled tell how early it was at least.
  mutating func meet(_ current: FileKey, at now: MonotonicTime) {
    let told = unsettled(of: current.serialNumber)
    meet(current.serialNumber, firstFile: told.min().map { min($0, current.file) } ?? current.file, at: now)
  }

  private mutating func meet(_ serialNumber: String, firstFile: String, at now: MonotonicTime) {
    guard firstFiles[serialNumber] == nil else { return }
    firstFiles[serialNumber] = firstFile
    reader?.isNew = true
    queue.add(.noteReader(serialNumber: serialNumber, firstFile: firstFile), at: now)
  }

  /// Files that the reader itself has told of and that are not compared to the end.
  private func unsettled(of serialNumber: String) -> [String] {
    known.compactMap { key, known in
      key.serialNumber == serialNumber && known.readerCount != nil && !known.isSettled ? key.file : nil
    }
  }

  /// A reader without a session file is heard of: what it has is not ours, whatever comes behind it is. A name from the
  /// future, which a clock that was wrong once has left, would hide what comes.
  private mutating func meet(_ serialNumber: String, having files: [SessionFileName], at now: Moment) {
    let tomorrow = now.kernelSynchronised ? (now.wall + .seconds(86_400)).milliseconds : .max
    let last = files.filter { $0.openedAt.millisecondsSince1970 <= tomorrow }.max()
    let next = last.flatMap { LocalDateTime(millisecondsSince1970: $0.openedAt.millisecondsSince1970 + 1000) }
    meet(serialNumber, firstFile: next.map { SessionFileName(openedAt: $0).text } ?? "", at: now.monotonic)
  }

  mutating func listed(_ answer: ReaderAnswer, at now: Moment, _ out: inout IntakeOutput) {
    let outcome: CommandOutcome
    switch answer {
    case .reply(let reply): outcome = reply
    case .unreadable(let frame):
      return listInVain("its answer cannot be read: \(frame.printable(limit: 80))", at: now.monotonic, &out)
    case .none, .endOfList: return listInVain("no answer", at: now.monotonic, &out)
    }
    switch outcome {
    case .files(let list):
      if let files = sure(list, at: now.monotonic, &out) { take(files, at: now, &out.log) }
    case .refused(.noFiles):
      tellLeftOut(LeftOutFiles(), at: now.monotonic, &out)
      take([], at: now, &out.log)
    case .refused(let refusal): listInVain(refusal.rawValue, at: now.monotonic, &out)
    case .unexpected, .pong, .protocolVersions, .protocolSet, .status, .battery, .time, .timeSet,
      .sessionFile, .done, .pushTags, .passings, .fileInfo, .bounce, .buzzer:
      listInVain("an answer that makes no sense", at: now.monotonic, &out)
    }
  }

  /// What may be used of a list: names that came twice, as the line may have damaged one, or turned it into that of another
  /// file. Where lists say something else each time, those are used that came at least twice.
  /// - Returns: nil when another list is needed first.
  private mutating func sure(_ list: SessionFileList, at now: MonotonicTime, _ out: inout IntakeOutput)
    -> [SessionFileName]?
  {
    guard var listings = reader?.listings else { return nil }
    let isSame = listings.add(list)
    guard isSame || listings.count >= Inquiry.files.limit.attempts else {
      reader?.listings = listings
      reader?.wantsList = true
      slicesFrom = max(slicesFrom, now + Intake.secondListPause)
      return nil
    }
    reader?.listings = FileListings()
    let leftOut = LeftOutFiles(list)
    if !leftOut.isEmpty {
      // Whether it is still there is asked now and then.
      reader?.wantsList = true
      reader?.listFrom = now + Intake.leftOutSpan
    }
    tellLeftOut(leftOut, at: now, &out)
    return listings.sure
  }

  private mutating func tellLeftOut(
    _ files: LeftOutFiles, at now: MonotonicTime, _ out: inout IntakeOutput
  ) {
    let subject = Command.listFiles.text
    var log: [LogEntry] = []
    if let words = files.oddNames {
      conditions.raise(.readerUnclear, of: subject, words, fields(), at: now, &log)
    } else {
      conditions.clear(
        .readerUnclear, of: subject,
        telling: LogEntry(.readerChanged, "the reader lists no odd files any more", fields()), at: now, &log)
    }
    if let words = files.cut {
      conditions.raise(.filesUnlisted, of: subject, words, fields(), at: now, &log)
    } else {
      isListedAgain(at: now, &log)
    }
    out.log += log
  }

  private mutating func isListedAgain(at now: MonotonicTime, _ log: inout [LogEntry]) {
    conditions.clear(
      .filesUnlisted, of: Command.listFiles.text,
      telling: LogEntry(.readerChanged, "the reader lists its session files again", fields()), at: now, &log)
  }

  private mutating func listInVain(_ reason: String, at now: MonotonicTime, _ out: inout IntakeOutput) {
    guard let reader else { return }
    self.reader?.wantsList = true
    let limit = Inquiry.files.limit
    guard self.reader?.attempts.fail(.files) == true else {
      slicesFrom = max(slicesFrom, now + limit.pause)
      return
    }
    self.reader?.listFrom = now + limit.rest
    var log: [LogEntry] = []
    conditions.raise(
      .filesUnlisted, of: Command.listFiles.text,
      "the reader does not list its session files (\(reason)): those that it began unheard are not fetched",
      fields(), at: now, &log)
    out.log += log
    search([], of: reader, at: now)
  }

  private mutating func take(_ files: [SessionFileName], at now: Moment, _ log: inout [LogEntry]) {
    guard let reader else { return }
    self.reader?.attempts.reset(.files)
    meet(reader.serialNumber, having: files, at: now)
    tellEarlier(files, &log)
    search(files.filter { isOurs($0, of: reader.serialNumber) }, of: reader, at: now.monotonic)
    if lists?.serialNumber != reader.serialNumber { lists = (reader.serialNumber, []) }
    lists?.names.formUnion(files)
  }

  /// Of a reader that was heard of just now: what it began shortly before is left alone, and may be what a former box has
  /// not sent.
  private mutating func tellEarlier(_ files: [SessionFileName], _ log: inout [LogEntry]) {
    guard let reader, reader.isNew, let current, current.serialNumber == reader.serialNumber else { return }
    self.reader?.isNew = false
    guard let own = SessionFileName(current.file) else { return }
    let earlier = files.filter { name in
      let age = own.openedAt.millisecondsSince1970 - name.openedAt.millisecondsSince1970
      return name < own && .milliseconds(age) <= PresentFiles.span && !isOurs(name, of: reader.serialNumber)
    }.sorted()
    guard let last = earlier.last else { return }
    let shown = (earlier.count > 3 ? "…, " : "") + earlier.suffix(3).map(\.text).joined(separator: ", ")
    var fields = fields()
    fields[.count] = String(earlier.count)
    log.append(
      LogEntry(
        .filesEarlier,
        "the reader began \(earlier.count) session files in the 12 h before it was heard of for the first time, "
          + "and they are not fetched: \(shown); `one4allctl audit --session \(last.text)` fetches one",
        fields))
  }

  private func isOurs(_ name: SessionFileName, of serialNumber: String) -> Bool {
    guard let first = firstFiles[serialNumber] else { return false }
    if name.text >= first { return true }
    if known[FileKey(serialNumber: serialNumber, file: name.text)]?.isGone == true { return true }
    guard let current, current.file < first, let lists, lists.serialNumber == serialNumber else {
      return false
    }
    return !lists.names.contains(name)
  }

  /// Compares as a whole what is not settled: of the files that the reader lists those that are ours, and those that it
  /// has told of before. Of one that it does not list any more GETFILEINFO says whether it is gone.
  private mutating func search(_ listed: [SessionFileName], of reader: Connected, at now: MonotonicTime) {
    self.reader?.isSearching = false
    for name in listed { unsettle(FileKey(serialNumber: reader.serialNumber, file: name.text), at: now) }
    let told = unsettled(of: reader.serialNumber).compactMap(SessionFileName.init)
    for name in Set(listed + told).sorted() {
      let key = FileKey(serialNumber: reader.serialNumber, file: name.text)
      guard key != current, known[key]?.isSettled != true, files[key]?.comparison.isUnderWay != true else {
        continue
      }
      beginAudit(of: key, name: name, at: now)
    }
  }

  /// A file that the reader had denied and lists again is there to be compared.
  private mutating func unsettle(_ key: FileKey, at now: MonotonicTime) {
    if files[key]?.missingSince != nil {
      files[key]?.missingSince = nil
      files[key]?.reading.blockedUntil = nil
    }
    guard known[key]?.isGone == true else { return }
    known[key]?.isSettled = false
    queue.add(.noteFile(key, readerCount: nil, isSettled: false), at: now)
  }
}
