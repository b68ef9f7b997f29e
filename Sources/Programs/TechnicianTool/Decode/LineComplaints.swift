import One4AllProtocol

/// What is wrong with the lines of a recording, for standard error.
struct LineComplaints {
  /// Lines like no known one that are told one by one while nothing is known of the form: a file of another kind must
  /// not flood the terminal.
  private static let toldWithoutForm = 10
  /// Columns of a malformed line that are shown.
  private static let excerptWidth = 80

  private static let colon = UInt8(ascii: ":")
  private static let ellipsis = Array("…".utf8)

  /// As a terminal may show it.
  private let name: [UInt8]
  private var hasForm = false
  private var unlikeCount = 0
  private var untold = 0
  private var text: [UInt8] = []
  /// How many lines are malformed.
  private(set) var count = 0

  init(name: String) { self.name = Array(TerminalText.safe(name).utf8) }

  var isEmpty: Bool { text.isEmpty }

  /// What there was to complain about since it was last asked.
  mutating func take() -> String {
    defer { text.removeAll(keepingCapacity: true) }
    return String(decoding: text, as: UTF8.self)
  }

  /// A line was of a known form.
  mutating func recognised() {
    hasForm = true
    if untold > 0 { add("\(untold) more lines before the first that is known") }
    untold = 0
  }

  /// A line is malformed.
  mutating func add(_ fault: RecordFault, _ place: RecordPlace, _ line: borrowing Span<UInt8>) {
    count += 1
    if !hasForm, Self.isLikeNone(fault) {
      unlikeCount += 1
      guard unlikeCount <= Self.toldWithoutForm else {
        untold += 1
        return
      }
    }
    text += name
    append(place.line)
    if place.column > 1 { append(place.column) }
    append(FaultWords.text(fault))
    text += [Self.colon, UInt8(ascii: " ")]
    appendExcerpt(of: line)
    text.append(UInt8(ascii: "\n"))
  }

  /// The recording has ended.
  /// - Parameter isKnown: whether any line of it was of a known form.
  mutating func finish(isKnown: Bool) {
    guard !isKnown, count > 0 else { return }
    let known = RecordingForm.allCases.map(FaultWords.name).joined(separator: ", ")
    add("of no known form; known are \(known)")
  }

  /// Whether such a line says nothing of the form of its file.
  private static func isLikeNone(_ fault: RecordFault) -> Bool {
    switch fault {
    case .unrecognised, .noise, .tooLong: true
    case .passing, .truncated, .fieldCount, .number, .chip, .date, .firstSeen, .time, .antenna, .reads,
      .flags,
      .text, .zone:
      false
    }
  }

  // MARK: Text

  private mutating func add(_ complaint: String) {
    text += name
    append(complaint)
    text.append(UInt8(ascii: "\n"))
  }

  private mutating func append(_ place: Int) {
    text.append(Self.colon)
    text.append(contentsOf: String(place).utf8)
  }

  private mutating func append(_ complaint: String) {
    text += [Self.colon, UInt8(ascii: " ")]
    text.append(contentsOf: complaint.utf8)
  }

  /// The beginning of the line. What is not printable ASCII stands as `\xNN`, so that a byte is a column.
  private mutating func appendExcerpt(of line: borrowing Span<UInt8>) {
    let start = text.count
    var index = 0
    while index < line.count, text.count - start <= Self.excerptWidth {
      MalformedFrame.append(line[index], to: &text)
      index += 1
    }
    guard text.count - start > Self.excerptWidth else { return }
    text.removeLast(text.count - start - (Self.excerptWidth - 1))
    text += Self.ellipsis
  }
}
