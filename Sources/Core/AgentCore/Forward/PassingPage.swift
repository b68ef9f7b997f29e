import JSONDocument

/// A page of passings that the cloud has of a session.
struct PassingPage {
  /// A passing as the cloud shows it.
  struct Entry: Equatable, Sendable {
    let number: UInt32
    /// The session that it is in; nil when that is not shown.
    let token: String?
    /// Nil when it is not shown so that it can be read.
    let utc: WallTime?
    let chip: String?

    /// Whether it is that passing, as far as it is shown.
    func isSame(as passing: SentPassing) -> Bool {
      (utc ?? passing.utc) == passing.utc && (chip ?? passing.chip) == passing.chip
    }
  }

  let entries: [Entry]
  /// How many pages there are, at least 1; nil when the answer does not say.
  let pages: Int64?

  /// A page on which nothing is.
  static let empty = PassingPage(entries: [], pages: nil)

  private init(entries: [Entry], pages: Int64?) {
    self.entries = entries
    self.pages = pages
  }

  /// Nil when the answer is no list.
  init?(_ body: CloudAnswer.Body) {
    guard let list = body.list else { return nil }
    entries = list.compactMap { entry in
      let shown = entry["num_passing"]
      let number = shown?.integer.flatMap(UInt32.init(exactly:)) ?? shown?.string.flatMap { UInt32($0) }
      return number.map {
        Entry(
          number: $0, token: entry["token_session"]?.plainText,
          utc: entry["timestamp"]?.string.flatMap(WallTime.init(iso8601:)),
          chip: (entry["chip"] ?? entry["chips"])?.plainText)
      }
    }
    pages = body.pages
  }

  /// Their numbers.
  var numbers: NumberSet { NumberSet(entries.map(\.number)) }

  /// Which of those passings it has with their chip and time, and which with others.
  func compare(_ items: ArraySlice<PassingBatch.Item>) -> (same: NumberSet, other: NumberSet) {
    var (same, other) = (NumberSet(), NumberSet())
    let sent = Dictionary(items.map { ($0.number, $0) }) { first, _ in first }
    for entry in entries {
      guard let item = sent[entry.number], let utc = entry.utc, let chip = entry.chip else { continue }
      if utc == item.utc && chip == item.chip { same.insert(item.number) } else { other.insert(item.number) }
    }
    return (same, other)
  }

  /// The request for a page.
  static func path(token: String, _ range: ClosedRange<UInt32>, page: Int64) -> String {
    "/passings/session/\(pathSegment(token))?first=\(range.lowerBound)&last=\(range.upperBound)&page=\(page)"
  }

  /// Text as a part of a path: all but unreserved characters are escaped (RFC 3986).
  static func pathSegment(_ text: String) -> String {
    var segment = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"):
        segment.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        segment += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return segment
  }
}

/// What comes of a request for a page of passings.
enum PageAnswer {
  /// A page; an empty one where the cloud says that nothing is there.
  case page(PassingPage)
  /// The key may not read.
  case keyRefused
  /// What the passings belong to is not there, or it is not said what is missing; in words.
  case absent(String)
  /// The cloud does not show it; why, in words.
  case wrong(String)

  init(_ answer: CloudAnswer, of list: CloudAbsence.List) {
    switch answer.kind {
    case .success:
      self =
        PassingPage(answer.body).map(PageAnswer.page)
        ?? .wrong("the cloud's answer is no list of passings: a captive portal?")
    case .notFound where CloudAbsence(answer, of: list) == .nothing: self = .page(.empty)
    case .keyRefused: self = .keyRefused
    case .notFound, .gone: self = .absent(answer.refusal(list.request))
    default: self = .wrong(answer.refusal(list.request))
    }
  }
}

/// Pages of passings that are read one after the other. It ends though the cloud never says so: with a page that brings
/// nothing new.
struct PageWalk: Equatable, Sendable {
  /// Most pages that are read of one range.
  static let limit: Int64 = 2000

  /// The next page.
  private(set) var page: Int64 = 1
  /// What was found so far.
  private(set) var found = NumberSet()

  /// Takes the next page.
  /// - Returns: whether it was the last one.
  mutating func take(_ list: PassingPage) -> Bool {
    let former = found.count
    found.formUnion(list.numbers)
    return turn(after: list, isNew: found.count > former)
  }

  /// Goes on to the next page, where what is found is kept elsewhere.
  /// - Parameter isNew: whether the page brings anything new.
  /// - Returns: whether it was the last one.
  mutating func turn(after list: PassingPage, isNew: Bool) -> Bool {
    defer { page += 1 }
    return !isNew || page >= min(list.pages ?? .max, PageWalk.limit)
  }
}
