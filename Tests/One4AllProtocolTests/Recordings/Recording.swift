import One4AllProtocol
import TestSupport

/// Lines that older readers and the cloud really wrote.
enum OlderLine {
  static let frame = "MC00001D20150414T120755416T120758010A1R034TV"
  static let row = "DM00328;2020/03/15;06:02:55.029;06:02:55.311;3;006"
  static let header = "ID2-20200315-062123- 123-e: 512_1"
  static let trailer = "20200315-163625-695"
  static let exportHeader = "passing;bib;date_time;latitude;longitude;status;chip;participant_id;timezone"
  static let export = "3;02;2020-03-11 12:25:01.649;16.7578038;-93.116542;Sent;;;GMT-06:00"
}

/// What a decoder emitted, as text: place, what it is, the bytes that it was read from.
enum Decoded {
  static func text(_ record: Record, _ place: RecordPlace, _ bytes: [UInt8]) -> String {
    let what =
      switch record {
      case .passing(let passing): "passing \(passing.text)"
      case .older(let older): "older \(older.chip.text) \(older.localMilliseconds.map { "\($0)" } ?? "-")"
      case .exported(let row): "exported \(row.number) \(row.localMilliseconds)"
      case .aside: "aside"
      case .malformed(let fault): "malformed \(fault)"
      }
    return "\(place.line):\(place.column) \(what) \(MalformedFrame(reason: .noise, raw: bytes).printable())"
  }

  static func bytes(_ span: borrowing Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<span.count { bytes.append(span[index]) }
    return bytes
  }

  /// All of a recording, fed in those chunks.
  static func records(_ chunks: [[UInt8]], _ decoder: inout RecordingDecoder) -> [String] {
    var records: [String] = []
    let emit: RecordingDecoder.Emit = { record, place, line in
      records.append(text(record, place, bytes(line)))
    }
    for chunk in chunks { decoder.feed(chunk.span, emit) }
    decoder.finish(emit)
    return records
  }

  /// All of a recording, without the bytes.
  static func records(_ text: String) -> [String] {
    var records: [String] = []
    var decoder = RecordingDecoder()
    let emit: RecordingDecoder.Emit = { record, place, _ in
      let what = Decoded.text(record, place, [])
      records.append(String(what.dropLast()))
    }
    decoder.feed(Array(text.utf8).span, emit)
    decoder.finish(emit)
    return records
  }

  static func form(_ text: String) -> RecordingForm? {
    var decoder = RecordingDecoder()
    _ = records([Array(text.utf8)], &decoder)
    return decoder.form
  }
}
