import AgentCore
import One4AllProtocol

/// Decodes one recording: its passings go to the writer, what is wrong with its lines to `complaints`.
struct RecordingDecoding {
  private var clock: PassingClock
  private var complaints: LineComplaints
  private(set) var summary: RecordingSummary
  private var decoder = RecordingDecoder()

  init(name: String, zone: WallClockZone) {
    complaints = LineComplaints(name: name)
    clock = PassingClock(zone: zone)
    summary = RecordingSummary(name: name)
  }

  /// Whether nothing of the recording was seen yet.
  var isEmpty: Bool { summary.passings == 0 && summary.tests == 0 && summary.malformed == 0 }

  /// Whether there was nothing in it, or blank lines only.
  private(set) var isBlank = true

  var hasComplaints: Bool { !complaints.isEmpty }

  /// What there was to complain about since it was last asked.
  mutating func takeComplaints() -> String { complaints.take() }

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
    complaints.finish(isKnown: decoder.form != nil)
  }

  private mutating func take(
    _ record: Record, _ place: RecordPlace, _ line: borrowing Span<UInt8>, _ writer: inout PassingWriter
  ) {
    isBlank = false
    let passing: DecodedPassing
    switch record {
    case .passing(let frame):
      if summary.rising.take(frame.number, at: frame.localMilliseconds) { clock.numberingBeginsAnew() }
      passing = DecodedPassing(
        resolved: clock.resolve(frame.localMilliseconds, number: frame.number),
        local: frame.localMilliseconds,
        firstSeen: nil, chip: RecordedChip(of: frame), antenna: frame.antenna, reads: frame.reads,
        number: frame.number, epcFields: frame.epcFields, bib: nil, isZoneUnknown: false)
    case .older(let frame):
      passing = DecodedPassing(
        resolved: frame.localMilliseconds.flatMap { clock.resolve($0, number: nil) },
        local: frame.localMilliseconds,
        firstSeen: frame.firstSeenMilliseconds, chip: frame.chip, antenna: frame.antenna, reads: frame.reads,
        number: nil, bib: nil, isZoneUnknown: false)
    case .exported(let row):
      if summary.falling.take(row.number, at: row.localMilliseconds) { clock.exportNumberingBeginsAnew() }
      let time = clock.resolve(row, in: line)
      let namesZone = if case .name = row.zone { true } else { false }
      passing = DecodedPassing(
        resolved: time, local: row.localMilliseconds, firstSeen: nil, chip: row.chip, antenna: nil,
        reads: nil,
        number: row.number, bib: row.bib, isZoneUnknown: namesZone && time == nil)
    case .aside: return complaints.recognised()
    case .malformed(let fault):
      complaints.add(fault, place, line)
      summary.malformed = complaints.count
      return
    }
    complaints.recognised()
    summary.take(passing)
    writer.write(passing, line: line)
  }
}
