import JSONDocument

/// A page of passings that the cloud has of a session.
struct PassingPage {
  /// Their numbers.
  let numbers: NumberSet
  /// Whether another page follows, as far as the answer says so; nil when it does not.
  let isLast: Bool?

  /// Nil when the answer is no list.
  init?(_ body: CloudAnswer.Body, page: Int64) {
    guard let list = body.list else { return nil }
    numbers = NumberSet(
      list.compactMap { entry in
        let number = entry["num_passing"]
        return number?.integer.flatMap(UInt32.init(exactly:)) ?? number?.string.flatMap { UInt32($0) }
      })
    isLast = list.isEmpty ? true : body.pages.map { page >= $0 }
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
