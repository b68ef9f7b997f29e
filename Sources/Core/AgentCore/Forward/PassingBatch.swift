import JSONDocument
import One4AllProtocol

/// Passings that are sent together. What is sent of a passing is fixed when the batch is made: the same however often
/// it is sent, and in whatever part of the batch.
struct PassingBatch: Sendable {
  /// A passing as it is sent.
  struct Item: Sendable {
    let number: UInt32
    let arrivedAt: MonotonicTime
    let utc: WallTime
    let chip: String
    /// Whether the cloud may have it as it was before the reader's memory corrected it, if it has it already.
    let isCorrected: Bool
    let body: JSONValue
  }

  /// What the batch needs next.
  enum Step: Equatable, Sendable {
    /// To be sent.
    case send
    /// The cloud does not know its session, or calls it closed: the session is to be read.
    case checkSession
    /// The session cannot be read either: the device's list of sessions has the last word.
    case checkList
    /// The cloud's word on it is not enough: what it has is being read.
    case look(Look)
  }

  /// What has been seen of what the cloud has of a batch.
  struct Look: Equatable, Sendable {
    let why: Doubt
    /// The pages that were read.
    var pages = PageWalk()
    /// Those of the batch that it has with the batch's chip and time, and with others.
    var same = NumberSet()
    var other = NumberSet()
    /// How often it was not shown.
    var refusals = 0

    init(why: Doubt) { self.why = why }
  }

  /// Why the cloud's word is not enough.
  enum Doubt: Equatable, Sendable {
    /// The answer counts nothing, counts what cannot be, or speaks of another session.
    case uncounted
    /// The answer counts fewer, and not those that were there before; the batch was sent before.
    case resent
    /// The answer counts fewer than were sent.
    case short
    /// It had some already, perhaps as they were before they were corrected.
    case older
    /// The session is closed; the cloud may have some from before.
    case closed
  }

  let identifier: UInt64
  let key: FileKey
  let token: String
  var items: ArraySlice<Item>
  /// Whether it shows whether the cloud takes passings of its file at all.
  var isProbe = false
  var step = Step.send
  /// How often it was sent.
  var attempts = 0
  /// What the cloud last answered that was no count, for people.
  var said = ""
  /// Why it is only tried now and then; nil when it is not.
  var parked: String?
  /// How often the cloud has failed on it since it was last cut.
  var failures = 0
  /// How often it has not come through in time since it was last cut.
  var timeouts = 0
  /// How often the cloud has not known its session, and did not show whether there is one.
  var strangers = 0
  /// How often the cloud has taken it without having anything of it afterwards.
  var fruitless = 0
  /// What the reader's memory has said otherwise about since it was read.
  var outdated = NumberSet()
  /// Not before then; nil for at once.
  var notBefore: MonotonicTime?

  /// Its numbers.
  var numbers: NumberSet { NumberSet(items.lazy.map(\.number)) }
  /// Whether the cloud may have some of it as they were before they were corrected, if it has them already.
  var isCorrected: Bool { items.contains(where: \.isCorrected) }

  /// The body of `POST /passings`.
  var body: JSONValue {
    .object(
      JSONObject([
        .init(name: "token_session", value: .string(token)),
        .init(name: "passings_list", value: .array(items.map(\.body))),
      ]))
  }

  /// Its first and its second half, each to be sent anew.
  func halves(named first: UInt64, _ second: UInt64) -> [PassingBatch] {
    let middle = items.startIndex + items.count / 2
    return [
      PassingBatch(
        identifier: first, key: key, token: token, items: items[..<middle], attempts: attempts,
        outdated: outdated),
      PassingBatch(
        identifier: second, key: key, token: token, items: items[middle...], attempts: attempts,
        outdated: outdated),
    ]
  }

  /// The same without those that are not in the set.
  mutating func keep(_ numbers: NumberSet) { items = items.filter { numbers.contains($0.number) }[...] }
}

/// How many passings a batch has.
struct BatchSize: Equatable, Sendable {
  /// A batch that is answered within that time leaves room for a larger one.
  private static let quick = Duration.seconds(5)

  /// What the cloud takes, as far as it has said so.
  private var most: Int
  /// What the way to the cloud carries in time.
  private(set) var count: Int

  init(most: Int) {
    self.most = most
    count = most
  }

  /// The cloud has called a batch too large.
  mutating func refused(_ count: Int) {
    most = max(1, min(most, count / 2))
    self.count = min(self.count, most)
  }

  /// A batch did not come through in time.
  mutating func tooSlow(_ count: Int) { self.count = max(1, min(self.count, count / 2)) }

  /// A batch came through.
  mutating func passed(_ count: Int, in span: Duration) {
    guard self.count < most, count >= self.count, span <= BatchSize.quick else { return }
    self.count = min(most, 2 * self.count)
  }
}

/// How a passing is written for the cloud (cloud reference, "Passings").
struct PassingWriter: Sendable {
  let bib: PassingSettings.Bib
  let coordinates: PassingSettings.Coordinates?

  init(_ settings: PassingSettings) {
    bib = settings.bib
    coordinates = settings.coordinates
  }

  /// A passing as it is sent.
  func item(_ waiting: WaitingPassing, at now: Moment) -> PassingBatch.Item {
    let passing = waiting.passing
    let chip = passing.chipText
    var body = JSONObject()
    body.append("bib", .string(bib(of: passing, chip: chip)))
    body.append("num_passing", .integer(Int64(passing.number)))
    body.append("timestamp", .string(waiting.utc.iso8601))
    body.append("chip", .string(chip))
    if !waiting.zone.isEmpty { body.append("timezone", .string(waiting.zone)) }
    if let coordinates {
      body.append("latitude", .string(coordinates.latitude))
      body.append("longitude", .string(coordinates.longitude))
    }
    return PassingBatch.Item(
      number: passing.number, arrivedAt: waiting.arrival.placed(at: now), utc: waiting.utc, chip: chip,
      isCorrected: waiting.isCorrected, body: .object(body))
  }

  private func bib(of passing: Passing, chip: String) -> String {
    switch bib {
    case .chipNumber: passing.chip.bib
    case .chip: chip
    case .map(let map): map.bibs[chip.uppercased()] ?? passing.chip.bib
    }
  }
}
