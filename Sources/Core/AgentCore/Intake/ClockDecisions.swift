/// Decisions about passings that a clock stamped which had jumped: those of a person, by `one4allctl release`, and those
/// that `on_clock_jump = send` stands for, which concern what waits already, too.
struct ClockDecisions: Sendable {
  /// A person's decision that the store has not carried out yet.
  private struct Release: Sendable {
    let work: Int
    let request: PassingRequest
    let waiting: Int
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
  mutating func release(_ work: Int, _ request: PassingRequest, waiting: Int) {
    releases.append(Release(work: work, request: request, waiting: waiting))
  }

  /// The store has carried a request out.
  /// - Parameter waiting: how many of the file wait for a decision now.
  /// - Returns: the work that has ended with it, and how many passings are sent.
  mutating func done(_ request: PassingRequest, waiting: Int) -> (work: Int, count: Int)? {
    guard let place = releases.firstIndex(where: { $0.request == request }) else { return nil }
    let release = releases.remove(at: place)
    return (release.work, max(0, release.waiting - waiting))
  }

  /// The store could not carry a request out.
  /// - Returns: the work that has failed with it.
  mutating func failed(_ request: PassingRequest) -> Int? {
    if case .accept(let key, _) = request { asked[key] = nil }
    revision = nil
    guard let place = releases.firstIndex(where: { $0.request == request }) else { return nil }
    return releases.remove(at: place).work
  }
}
