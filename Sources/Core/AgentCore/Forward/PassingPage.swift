import JSONDocument

/// A page of passings that the cloud has of a session.
struct PassingPage {
  /// A passing as the cloud shows it.
  private struct Entry {
    let number: UInt32
    /// Nil when it is not shown so that it can be read.
    let utc: WallTime?
    let chip: String?
  }

  private let entries: [Entry]
  /// Whether another page follows, as far as the answer says so; nil when it does not.
  let isLast: Bool?

  /// Nil when the answer is no list.
  init?(_ body: CloudAnswer.Body, page: Int64) {
    guard let list = body.list else { return nil }
    entries = list.compactMap { entry in
      let shown = entry["num_passing"]
      let number = shown?.integer.flatMap(UInt32.init(exactly:)) ?? shown?.string.flatMap { UInt32($0) }
      return number.map {
        Entry(
          number: $0, utc: entry["timestamp"]?.string.flatMap(WallTime.init(iso8601:)),
          chip: entry["chip"]?.string)
      }
    }
    isLast = list.isEmpty ? true : body.pages.map { page >= $0 }
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
