import One4AllProtocol

/// What a person must see to, by the sums of the session files: passings that are lost, refused by the cloud, or in the
/// cloud otherwise than in the reader's memory. As the sums are on disk, a restart does not hide it.
///
/// It is an alarm as long as its file belongs to the present event (`PresentFiles`): the next event ends it, but for what
/// waits for a decision.
struct AccountWatch: Sendable {
  private var revision: Int?
  private var current: FileKey?

  /// Something that is wrong with a file by its sums.
  struct Trouble: Equatable {
    let event: EventName
    let message: String
  }

  /// Whether anything is wrong with a file.
  private static func isTroubled(_ file: FileSummary) -> Bool {
    file.lost > 0 || file.sentDifferences > 0 || file.mistimed > 0 || file.rejected > 0 || file.undecided > 0
  }

  /// What is wrong with a file, the worst first.
  static func troubles(of file: FileSummary) -> [Trouble] {
    func passings(_ count: Int) -> String {
      "\(count) \(count == 1 ? "passing" : "passings") of \(file.key.file)"
    }
    var troubles: [Trouble] = []
    if file.lost > 0 {
      troubles.append(
        .init(event: .passingsLost, message: "\(passings(file.lost)) lost, the reader has them no more"))
    }
    if file.undecided > 0 {
      troubles.append(
        .init(
          event: .passingsUndecided,
          message:
            "\(passings(file.undecided)) wait for a person: the reader's clock had jumped when it stamped them"
        ))
    }
    var wrong: [String] = []
    if file.sentDifferences > 0 {
      wrong.append(
        "\(passings(file.sentDifferences)) sent to the cloud otherwise than in the reader's memory")
    }
    if file.mistimed > 0 {
      wrong.append(
        "\(passings(file.mistimed)) sent to the cloud with the times of a zone that was corrected since")
    }
    if !wrong.isEmpty {
      troubles.append(.init(event: .passingsWrong, message: wrong.joined(separator: "; ")))
    }
    if file.rejected > 0 {
      troubles.append(
        .init(event: .passingsRejected, message: "\(passings(file.rejected)) refused by the cloud"))
    }
    return troubles
  }

  /// Raises what is wrong now, and ends what is so no more.
  /// - Parameters:
  ///   - current: the reader's session file.
  ///   - told: what the intake has told already; of lost passings it knows the numbers.
  mutating func advance(
    _ ledger: Ledger, current: FileKey?, told: [Problem], at now: MonotonicTime, _ log: inout Telling
  ) {
    guard ledger.revision != revision || current != self.current else { return }
    revision = ledger.revision
    self.current = current
    let troubled = ledger.files.filter(AccountWatch.isTroubled)
    guard !troubled.isEmpty || !log.problems.isEmpty else { return }
    let present = PresentFiles(ledger.files, current: current)
    var former = log.problems
    for file in troubled {
      let subject = file.key.description
      let isPresent = present.contains(file.key)
      // What waits is told whatever its age.
      for trouble in AccountWatch.troubles(of: file) where isPresent || trouble.event == .passingsUndecided {
        former.removeAll { $0.event == trouble.event && $0.subject == subject }
        let isTold =
          trouble.event == .passingsLost
          && told.contains { $0.event == .passingsLost && $0.subject == subject }
        raise(trouble, file.key, isTold: isTold, at: now, &log)
      }
    }
    for problem in former {
      let key = ledger.files.first { $0.key.description == problem.subject }?.key
      let over = LogEntry(
        problem.event, "no alarm any more: \(problem.message)", priority: .notice, fields(key))
      log.clear(problem.event, of: problem.subject, telling: over, at: now)
    }
  }

  private func raise(
    _ trouble: Trouble, _ key: FileKey, isTold: Bool, at now: MonotonicTime, _ log: inout Telling
  ) {
    guard !log.isActive(trouble.event, of: key.description) else {
      // Each further passing was told by itself.
      return log.reword(trouble.event, of: key.description, trouble.message)
    }
    log.raise(
      trouble.event, of: key.description, trouble.message, fields(key), isTold: !isTold, at: now)
  }

  private func fields(_ key: FileKey?) -> [JournalField: String] {
    key.map { [.serialNumber: $0.serialNumber, .sessionFile: $0.file] } ?? [:]
  }
}

/// Which session files belong to the present event: the one that was heard of last, and those that were begun less than
/// 12 hours before or after the newest one that a reader has told of, the current one included. That goes by the names of
/// the files, and so by the clock that wrote them all; it does not matter what the host's clock says, or said when it was
/// restarted. A file that a person has brought may have any name, and ends nothing.
public struct PresentFiles: Sendable {
  /// Files that were begun less than that apart are of one event.
  public static let span = Duration.seconds(12 * 3600)

  private let last: FileKey?
  private let newest: Int64?

  /// Those of the files that the store knows.
  /// - Parameters:
  ///   - files: in the order of first contact.
  ///   - current: the reader's session file; nil when it has none.
  public init(_ files: [FileSummary], current: FileKey?) {
    let keys = files.map(\.key)
    let told = files.filter { $0.readerCount != nil }.map(\.key) + [current].compactMap { $0 }
    last = current.map { keys.contains($0) ? keys.last : $0 } ?? keys.last
    // Where no reader has told of any, all were brought.
    newest = told.compactMap(PresentFiles.beginning).max() ?? keys.compactMap(PresentFiles.beginning).max()
  }

  /// Whether it is of the present event. A name that tells no time is so only while it is the last.
  public func contains(_ key: FileKey) -> Bool {
    if key == last { return true }
    guard let newest, let beginning = PresentFiles.beginning(of: key) else { return false }
    return abs(newest - beginning) < PresentFiles.span.wholeMilliseconds
  }

  private static func beginning(of key: FileKey) -> Int64? {
    SessionFileName(key.file)?.openedAt.millisecondsSince1970
  }
}
