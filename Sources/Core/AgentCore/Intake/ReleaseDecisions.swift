/// Decisions that passings go as they are: those of a person, by `one4allctl release`, about what a clock stamped which had
/// jumped, or what the reader's memory has not confirmed; and those that `on_clock_jump = send` stands for, which concern what
/// waits already, too.
struct ReleaseDecisions: Sendable {
  /// A person's decision that the store has not carried out yet.
  private struct Release: Sendable {
    let work: Int
    /// What it has still to do, with how many waited of each file.
    var pending: [(request: PassingRequest, waiting: Int)]
    var count = 0
  }

  private var releases: [Release] = []
  /// Files that the setting has decided about, and how many waited then.
  private var asked: [FileKey: Int] = [:]
  private var revision: Int?

  /// What the setting decides, as requests.
  mutating func advance(_ ledger: Ledger, _ setting: PassingSettings.ClockJump) -> [PassingRequest] {
    guard setting == .send else {
      asked = [:]
      revision = nil
      return []
    }
    guard revision != ledger.revision else { return [] }
    revision = ledger.revision
    var requests: [PassingRequest] = []
    for file in ledger.files {
      guard file.undecided > 0 else {
        asked[file.key] = nil
        continue
      }
      guard asked[file.key] != file.undecided else { continue }
      asked[file.key] = file.undecided
      requests.append(.accept(file.key, NumberSet(0 ... .max)))
    }
    return requests
  }

  /// A person has decided.
  mutating func release(_ work: Int, _ requests: [PassingRequest], _ ledger: Ledger) {
    let pending = requests.map { request in
      (request: request, waiting: ReleaseDecisions.waiting(request, ledger.file(request)))
    }
    releases.append(Release(work: work, pending: pending))
  }

  /// How many of a file wait for what a request decides.
  private static func waiting(_ request: PassingRequest, _ summary: FileSummary?) -> Int {
    if case .release = request { summary?.unconfirmed ?? 0 } else { summary?.undecided ?? 0 }
  }

  /// The store has carried a request out.
  /// - Parameter summary: of its file, now.
  /// - Returns: the work that has ended with it, and how many passings are sent.
  mutating func done(_ request: PassingRequest, _ summary: FileSummary) -> (work: Int, count: Int)? {
    guard let (place, part) = find(request) else { return nil }
    let before = releases[place].pending.remove(at: part).waiting
    releases[place].count += max(0, before - ReleaseDecisions.waiting(request, summary))
    guard releases[place].pending.isEmpty else { return nil }
    let release = releases.remove(at: place)
    return (release.work, release.count)
  }

  /// The store could not carry a request out.
  /// - Returns: the work that has failed with it.
  mutating func failed(_ request: PassingRequest) -> Int? {
    if case .accept(let key, _) = request { asked[key] = nil }
    revision = nil
    guard let (place, _) = find(request) else { return nil }
    return releases.remove(at: place).work
  }

  private func find(_ request: PassingRequest) -> (place: Int, part: Int)? {
    for (place, release) in releases.enumerated() {
      if let part = release.pending.firstIndex(where: { $0.request == request }) { return (place, part) }
    }
    return nil
  }
}

extension Ledger {
  /// The file that a decision is about.
  fileprivate func file(_ request: PassingRequest) -> FileSummary? {
    switch request {
    case .accept(let key, _), .release(let key, _): file(key)
    default: nil
    }
  }
}
