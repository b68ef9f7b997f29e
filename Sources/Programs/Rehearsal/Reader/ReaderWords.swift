/// The words of an order, taken from the left.
struct ReaderWords {
  private var words: ArraySlice<String>

  init(_ command: String) {
    words = command.split(whereSeparator: \.isWhitespace).map(String.init)[...]
  }

  var isEmpty: Bool { words.isEmpty }

  /// Takes the next word if it is that one.
  mutating func accept(_ word: String) -> Bool {
    guard words.first == word else { return false }
    words = words.dropFirst()
    return true
  }

  mutating func next(_ wanted: String) throws(ReaderOrderError) -> String {
    guard let word = words.popFirst() else { throw ReaderOrderError("missing: \(wanted)") }
    return word
  }

  func end() throws(ReaderOrderError) {
    if let word = words.first { throw ReaderOrderError("too much: '\(word)'") }
  }

  mutating func isOn() throws(ReaderOrderError) -> Bool {
    switch try next("on or off") {
    case "on": return true
    case "off": return false
    case let other: throw ReaderOrderError("'\(other)' is neither on nor off")
    }
  }

  mutating func number(_ wanted: String, in range: ClosedRange<Double>) throws(ReaderOrderError) -> Double {
    let word = try next(wanted)
    guard let number = Double(word), range.contains(number) else {
      throw ReaderOrderError("'\(word)' is not \(wanted)")
    }
    return number
  }

  /// A whole number of something.
  mutating func whole(_ what: String, in range: ClosedRange<Int>) throws(ReaderOrderError) -> Int {
    let wanted = "\(what) from \(range.lowerBound) to \(range.upperBound)"
    let word = try next(wanted)
    guard let number = Int(word), range.contains(number) else {
      throw ReaderOrderError("'\(word)' is not \(wanted)")
    }
    return number
  }

  mutating func count() throws(ReaderOrderError) -> Int {
    let word = try next("a number from 1")
    guard let number = Int(word), number > 0 else {
      throw ReaderOrderError("'\(word)' is not a number from 1")
    }
    return number
  }

  /// All words that are left, as a field of a frame that is as strange as can be.
  mutating func anyText(_ wanted: String) throws(ReaderOrderError) -> String {
    guard !words.isEmpty else { throw ReaderOrderError("missing: \(wanted)") }
    let text = words.joined(separator: " ")
    words = []
    guard text.utf8.allSatisfy({ ![0, 0x0A, 0x0D, UInt8(ascii: ";")].contains($0) }),
      text.utf8.count <= 10_000
    else { throw ReaderOrderError("'\(text)' is not text without ; of at most 10000 bytes") }
    return text
  }

  /// All words that are left, as one field of a frame.
  mutating func text(_ wanted: String) throws(ReaderOrderError) -> String {
    guard !words.isEmpty else { throw ReaderOrderError("missing: \(wanted)") }
    let text = words.joined(separator: " ")
    words = []
    guard text.utf8.allSatisfy({ (32..<127).contains($0) && $0 != UInt8(ascii: ";") }), text.utf8.count <= 64
    else { throw ReaderOrderError("'\(text)' is not plain text without ; of at most 64 characters") }
    return text
  }
}
