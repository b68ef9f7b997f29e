import One4AllProtocol

/// Holds what is acknowledged of a session file against what the cloud has, read by the other way in: by device and time,
/// over all of its sessions. So it also sees what went to a second session.
struct CloudAudit: Sendable {
  /// Most passings that are compared at a time.
  static let sliceSize = 2000
  /// So many failures in a row end it.
  static let mostFailures = 6

  /// Acknowledged passings, and what the cloud has shown of them so far.
  struct Slice: Sendable {
    let sent: [UInt32: SentPassing]
    /// The times of these passings.
    let times: ClosedRange<WallTime>
    /// The pages that were read.
    private(set) var pages = PageWalk()
    /// How often each is there.
    private(set) var same: [UInt32: Int] = [:]
    /// Those that are there with another chip or time.
    private(set) var other = NumberSet()
    private var former: [PassingPage.Entry] = []

    /// Nil when there are none.
    init?(_ passings: [SentPassing]) {
      guard let earliest = passings.map(\.utc).min(), let latest = passings.map(\.utc).max() else {
        return nil
      }
      sent = Dictionary(passings.map { ($0.number, $0) }) { first, _ in first }
      times = earliest...latest
    }

    /// Takes the next page.
    /// - Parameter token: the file's present session; a passing of another one is the file's only when all of it is the same.
    /// - Returns: whether it was the last one.
    mutating func take(_ list: PassingPage, token: String?) -> Bool {
      // A cloud that shows one page again and again has no more of them. One with the same numbers may be of another session.
      let isNew = list.entries != former
      former = list.entries
      for entry in isNew ? list.entries : [] {
        guard let passing = sent[entry.number] else { continue }
        if entry.isSame(as: passing) {
          same[entry.number, default: 0] += 1
        } else if entry.token == nil || entry.token == token {
          other.insert(entry.number)
        }
      }
      return pages.turn(after: list, isNew: isNew)
    }
  }

  /// What differs.
  struct Findings: Equatable, Sendable {
    var compared = 0
    var missing = NumberSet()
    var twice = NumberSet()
    var other = NumberSet()

    /// How many are there once, and as they were sent.
    var agreeing: Int { compared - missing.count - twice.count - other.count }

    /// What is missing and was sent elsewhere is not compared.
    mutating func leaveOut(_ numbers: NumberSet) {
      compared -= numbers.count
      missing.subtract(numbers)
    }

    mutating func add(_ slice: Slice) {
      compared += slice.sent.count
      for number in slice.sent.keys {
        switch slice.same[number] ?? 0 {
        case 0:
          if slice.other.contains(number) { other.insert(number) } else { missing.insert(number) }
        case 1: break
        default: twice.insert(number)
        }
      }
    }
  }

  let key: FileKey
  let deviceid: String
  let token: String?
  /// Whether a person has asked for it.
  let isAsked: Bool
  /// Numbers up to this one are compared.
  var cursor: UInt32 = 0
  /// Whether the store is being asked.
  var isReading = false
  /// What is being compared; nil while the store is asked.
  var slice: Slice?
  var findings = Findings()
  var failures = 0

  init(key: FileKey, deviceid: String, token: String?, isAsked: Bool) {
    self.key = key
    self.deviceid = deviceid
    self.token = token
    self.isAsked = isAsked
  }

  /// What the store is asked for next.
  var question: PassingRequest { .readSent(key, after: cursor, limit: CloudAudit.sliceSize) }

  /// The request for the next page of a slice.
  func path(of slice: Slice) -> String {
    "/passings/device/\(PassingPage.pathSegment(deviceid))?from=\(slice.times.lowerBound.iso8601)"
      + "&to=\(slice.times.upperBound.iso8601)&page=\(slice.pages.page)"
  }
}

/// The audits of files against the cloud.
struct CloudAudits: Sendable {
  /// The one under way.
  var current: CloudAudit?
  /// Those that are done by themselves, once the file is settled.
  var due: [FileKey: MonotonicTime] = [:]
  /// Those that a person has asked for, in that order.
  var asked: [FileKey] = []
  /// Not before then.
  var notBefore: MonotonicTime?
  var backoff = Backoff(first: .seconds(2), cap: .seconds(60))
  /// When something was last heard of one that a person has asked for; nil when there is none.
  var progressAt: MonotonicTime?
  /// So long nothing may be heard of it.
  static let patience = Duration.seconds(120)
  /// What came of those that a person has asked for.
  var results: [CloudAuditResult] = []

  /// Whether any is to be done.
  var isWanted: Bool { current != nil || !asked.isEmpty || !due.isEmpty }

  /// All of them come to nothing.
  mutating func abandon(_ reason: String) {
    let lost = asked + (current.flatMap { $0.isAsked ? [$0.key] : [] } ?? [])
    let results =
      results
      + lost.map { key in
        CloudAuditResult(
          key: key, agreeing: 0, compared: 0,
          failure: "\(key.file) was not compared with the cloud: \(reason)")
      }
    self = CloudAudits()
    self.results = results
  }
}

/// What came of an audit of a file against the cloud.
struct CloudAuditResult: Equatable, Sendable {
  let key: FileKey
  /// How many are in the cloud once and as they were sent.
  let agreeing: Int
  let compared: Int
  /// What came of it, for a person.
  var summary = ""
  /// Why it came to no end; nil when it did.
  var failure: String?
}
