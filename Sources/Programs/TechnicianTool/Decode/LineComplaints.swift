import One4AllProtocol

/// What is wrong with the lines of a recording, for standard error.
struct LineComplaints {
  /// Malformed lines that are told one by one while nothing is known of the form: a file of another kind must not
  /// flood the terminal.
  private static let toldWithoutForm = 10
  /// Columns of a malformed line that are shown.
  private static let excerptWidth = 80

  private let name: String
  private var hasForm = false
  private var untold = 0
  private var text: [UInt8] = []
  /// How many lines are malformed.
  private(set) var count = 0

  init(name: String) { self.name = name }

  var isEmpty: Bool { text.isEmpty }

  /// What there was to complain about since it was last asked.
  mutating func take() -> String {
    defer { text.removeAll(keepingCapacity: true) }
    return String(decoding: text, as: UTF8.self)
  }

  /// A line was of a known form.
  mutating func recognised() {
    hasForm = true
    if untold > 0 { add("\(name): \(untold) more lines before the first that is known") }
    untold = 0
  }

  /// A line is malformed.
  mutating func add(_ fault: RecordFault, _ place: RecordPlace, _ line: borrowing Span<UInt8>) {
    count += 1
    guard hasForm || count <= Self.toldWithoutForm else {
      untold += 1
      return
    }
    var bytes: [UInt8] = []
    for index in 0..<min(line.count, Self.excerptWidth) { bytes.append(line[index]) }
    let column = place.column > 1 ? ":\(place.column)" : ""
    let whole = MalformedFrame(reason: .unrecognised, raw: bytes).printable(limit: Self.excerptWidth)
    let excerpt = TerminalText.cut(line.count > bytes.count ? whole + "…" : whole, to: Self.excerptWidth)
    add("\(name):\(place.line)\(column): \(FaultWords.text(fault)): \(excerpt)")
  }

  /// The recording has ended.
  /// - Parameter isKnown: whether any line of it was of a known form.
  mutating func finish(isKnown: Bool) {
    guard !isKnown, count > 0 else { return }
    let known = RecordingForm.allCases.map(FaultWords.name).joined(separator: ", ")
    add("\(name): of no known form; known are \(known)")
  }

  private mutating func add(_ complaint: String) {
    text.append(contentsOf: TerminalText.safe(complaint).utf8)
    text.append(UInt8(ascii: "\n"))
  }
}
