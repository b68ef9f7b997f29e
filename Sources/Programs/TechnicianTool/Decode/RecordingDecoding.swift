import AgentCore
import One4AllProtocol

/// Decodes one recording: its passings go to the writer, what is wrong with its lines to `complaints`.
struct RecordingDecoding {
  /// Malformed lines that are told one by one while nothing is known of the form: a file of another kind must not
  /// flood the terminal.
  private static let toldWithoutForm = 10

  /// Columns of a malformed line that are shown.
  private static let excerptWidth = 80

  private let name: String
  private var clock: PassingClock
  private var hasForm = false
  private var complaints: [UInt8] = []
  private(set) var summary: RecordingSummary
  private var decoder = RecordingDecoder()
  private var untold = 0

  init(name: String, zone: WallClockZone) {
    self.name = name
    clock = PassingClock(zone: zone)
    summary = RecordingSummary(name: name)
  }

  /// Whether nothing of the recording was seen yet.
  var isEmpty: Bool { summary.passings == 0 && summary.tests == 0 && summary.malformed == 0 }

  var hasComplaints: Bool { !complaints.isEmpty }

  /// What there was to complain about since it was last asked.
  mutating func takeComplaints() -> String {
    defer { complaints.removeAll(keepingCapacity: true) }
    return String(decoding: complaints, as: UTF8.self)
  }

  mutating func feed(_ chunk: borrowing Span<UInt8>, to writer: inout PassingWriter) {
    var decoder = RecordingDecoder()
    swap(&decoder, &self.decoder)
    decoder.feed(chunk) { record, place, line in take(record, place, line, &writer) }
    swap(&decoder, &self.decoder)
  }

  /// The recording has ended.
  mutating func finish(to writer: inout PassingWriter) {
    var decoder = RecordingDecoder()
    swap(&decoder, &self.decoder)
    decoder.finish { record, place, line in take(record, place, line, &writer) }
    summary.forms = decoder.forms
    summary.finish()
    if decoder.form == nil, summary.malformed > 0 {
      complain(
        "\(name): of no known form; known are \(RecordingForm.allCases.map(FaultWords.name).joined(separator: ", "))"
      )
    }
  }

  private mutating func take(
    _ record: Record, _ place: RecordPlace, _ line: borrowing Span<UInt8>, _ writer: inout PassingWriter
  ) {
    let passing: DecodedPassing
    switch record {
    case .passing(let frame):
      if summary.rising.take(frame.number, at: frame.localMilliseconds) { clock.numberingBeginsAnew() }
      passing = DecodedPassing(
        time: clock.resolve(frame.localMilliseconds, number: frame.number), local: frame.localMilliseconds,
        firstSeen: nil, chip: .chip(frame.prefix, frame.chip), antenna: frame.antenna, reads: frame.reads,
        number: frame.number, bib: nil, isZoneUnknown: false)
    case .older(let frame):
      passing = DecodedPassing(
        time: clock.resolve(frame.localMilliseconds, number: nil), local: frame.localMilliseconds,
        firstSeen: frame.firstSeenMilliseconds, chip: frame.chip, antenna: frame.antenna, reads: frame.reads,
        number: nil, bib: nil, isZoneUnknown: false)
    case .exported(let row):
      if summary.falling.take(row.number, at: row.localMilliseconds) { clock.numberingBeginsAnew() }
      let time = clock.resolve(row, in: line)
      let namesZone = if case .name = row.zone { true } else { false }
      passing = DecodedPassing(
        time: time, local: row.localMilliseconds, firstSeen: nil, chip: row.chip, antenna: nil, reads: nil,
        number: row.number, bib: row.bib, isZoneUnknown: namesZone && time == nil)
    case .aside: return tellUntold()
    case .malformed(let fault): return complain(fault, place, line)
    }
    tellUntold()
    summary.take(passing)
    writer.write(passing, line: line)
  }

  private mutating func tellUntold() {
    hasForm = true
    if untold > 0 { complain("\(name): \(untold) more lines before the first that is known") }
    untold = 0
  }

  private mutating func complain(_ fault: RecordFault, _ place: RecordPlace, _ line: borrowing Span<UInt8>) {
    summary.malformed += 1
    guard hasForm || summary.malformed <= Self.toldWithoutForm else {
      untold += 1
      return
    }
    var bytes: [UInt8] = []
    for index in 0..<min(line.count, Self.excerptWidth) { bytes.append(line[index]) }
    let column = place.column > 1 ? ":\(place.column)" : ""
    let whole = MalformedFrame(reason: .unrecognised, raw: bytes).printable(limit: Self.excerptWidth)
    let excerpt = TerminalText.cut(line.count > bytes.count ? whole + "…" : whole, to: Self.excerptWidth)
    complain("\(name):\(place.line)\(column): \(FaultWords.text(fault)): \(excerpt)")
  }

  private mutating func complain(_ text: String) {
    complaints.append(contentsOf: TerminalText.safe(text).utf8)
    complaints.append(UInt8(ascii: "\n"))
  }
}
