import AgentCore
import JSONDocument
import JSONText
import One4AllProtocol

/// Writes passings as a table, as CSV (RFC 4180, but LF ends a line) or as JSON Lines (an object a line). Everything
/// goes into a buffer, straight as bytes.
struct PassingWriter {
  enum Format: String, CaseIterable {
    case table, csv, json
  }

  let format: Format
  /// What is written so far and not taken yet.
  var buffer: [UInt8] = []
  /// What each passing is told to be of, in csv and json; nil when it need not be told.
  var file: String?
  private var hasHeader = false

  init(_ format: Format) { self.format = format }

  /// The first line, where the format has one; once.
  mutating func writeHeader() {
    guard !hasHeader else { return }
    hasHeader = true
    switch format {
    case .table:
      put(
        "UTC                       local time               chip      ant  reads   number  bib      note\n")
    case .csv:
      put("utc,local,chip,antenna,reads,number,bib,first_seen,note,epc,reserved")
      put(file == nil ? "\n" : ",file\n")
    case .json: break
    }
  }

  mutating func write(_ passing: DecodedPassing, line: borrowing Span<UInt8>) {
    writeHeader()
    switch format {
    case .table: writeRow(passing, line)
    case .csv: writeFields(passing, line)
    case .json: writeObject(passing, line)
    }
  }

  // MARK: Table

  private mutating func writeRow(_ passing: DecodedPassing, _ line: borrowing Span<UInt8>) {
    let start = buffer.count
    if !putUTC(passing) { buffer.append(Self.dash) }
    pad(from: start, to: 26)
    if let local = passing.local {
      putTime(local, separator: UInt8(ascii: " "))
    } else {
      buffer.append(Self.dash)
    }
    pad(from: start, to: 51)
    passing.chip.append(to: &buffer)
    if buffer.count == start + 51 { buffer.append(Self.dash) }
    pad(from: start, to: 59)
    putRight(passing.antenna, width: 5)
    putRight(passing.reads, width: 7)
    putRight(passing.number, width: 9)
    if let bib = passing.bib, !bib.isEmpty {
      put("  ")
      put(TerminalText.safe(Self.text(line, bib)))
    }
    if passing.note.utf8CodeUnitCount > 0 {
      pad(from: start, to: 89)
      if buffer.last != UInt8(ascii: " ") { put("  ") }
      put(passing.note)
    }
    if let epc = passing.epcFields?.epc, !epc.isEmpty {
      pad(from: start, to: 89)
      put("  epc ")
      put(epc)
    }
    buffer.append(Self.lineFeed)
  }

  private mutating func pad(from start: Int, to width: Int) {
    while buffer.count - start < width { buffer.append(UInt8(ascii: " ")) }
  }

  private mutating func putRight(_ value: (some FixedWidthInteger)?, width: Int) {
    let start = buffer.count
    if let value { put(decimal: value) } else { buffer.append(Self.dash) }
    let blanks = width - (buffer.count - start)
    if blanks > 0 { buffer.insert(contentsOf: repeatElement(UInt8(ascii: " "), count: blanks), at: start) }
  }

  // MARK: CSV

  private mutating func writeFields(_ passing: DecodedPassing, _ line: borrowing Span<UInt8>) {
    _ = putUTC(passing)
    buffer.append(Self.comma)
    if let local = passing.local { putTime(local, separator: UInt8(ascii: "T")) }
    buffer.append(Self.comma)
    if case .other = passing.chip { putField(passing.chip.text) } else { passing.chip.append(to: &buffer) }
    buffer.append(Self.comma)
    if let antenna = passing.antenna { put(decimal: antenna) }
    buffer.append(Self.comma)
    if let reads = passing.reads { put(decimal: reads) }
    buffer.append(Self.comma)
    if let number = passing.number { put(decimal: number) }
    buffer.append(Self.comma)
    if let bib = passing.bib, !bib.isEmpty { putField(Self.text(line, bib)) }
    buffer.append(Self.comma)
    if let first = passing.firstSeen { putTime(first, separator: UInt8(ascii: "T")) }
    buffer.append(Self.comma)
    put(passing.note)
    buffer.append(Self.comma)
    putField(passing.epcFields?.epc ?? "")
    buffer.append(Self.comma)
    if let fields = passing.epcFields, fields.hasReserved {
      putField(fields.reserved.joined(separator: ";"))
    }
    if let file {
      buffer.append(Self.comma)
      putField(file)
    }
    buffer.append(Self.lineFeed)
  }

  private mutating func putField(_ text: String) {
    guard text.utf8.contains(where: Self.needsQuotes) else { return put(text) }
    buffer.append(Self.quote)
    for byte in text.utf8 {
      if byte == Self.quote { buffer.append(Self.quote) }
      buffer.append(byte)
    }
    buffer.append(Self.quote)
  }

  /// A file may have a line end in its name.
  private static func needsQuotes(_ byte: UInt8) -> Bool {
    byte == comma || byte == quote || byte == lineFeed || byte == UInt8(ascii: "\r")
  }

  // MARK: JSON

  private mutating func writeObject(_ passing: DecodedPassing, _ line: borrowing Span<UInt8>) {
    put(#"{"utc":"#)
    if passing.time == nil {
      put("null")
    } else {
      buffer.append(Self.quote)
      _ = putUTC(passing)
      buffer.append(Self.quote)
    }
    putMember(#","local":"#, time: passing.local)
    put(#","chip":"#)
    switch passing.chip {
    case .none: put("null")
    case .other(let text): put(JSONText.write(.string(text.text)))
    case .chip, .code, .testRead:
      buffer.append(Self.quote)
      passing.chip.append(to: &buffer)
      buffer.append(Self.quote)
    }
    putMember(#","antenna":"#, passing.antenna)
    putMember(#","reads":"#, passing.reads)
    putMember(#","number":"#, passing.number)
    put(#","bib":"#)
    if let bib = passing.bib, !bib.isEmpty {
      put(JSONText.write(.string(Self.text(line, bib))))
    } else {
      put("null")
    }
    putMember(#","first_seen":"#, time: passing.firstSeen)
    put(#","note":"#)
    if passing.note.utf8CodeUnitCount > 0 {
      buffer.append(Self.quote)
      put(passing.note)
      buffer.append(Self.quote)
    } else {
      put("null")
    }
    put(#","epc":"#)
    put(passing.epcFields.map { JSONText.write(.string($0.epc)) } ?? "null")
    put(#","reserved":"#)
    put(passing.epcFields.map { JSONText.write(.array($0.reserved.map { .string($0) })) } ?? "null")
    if let file {
      put(#","file":"#)
      put(JSONText.write(.string(file)))
    }
    put("}\n")
  }

  private mutating func putMember(_ name: StaticString, _ value: (some FixedWidthInteger)?) {
    put(name)
    if let value { put(decimal: value) } else { put("null") }
  }

  private mutating func putMember(_ name: StaticString, time: Int64?) {
    put(name)
    guard let time else { return put("null") }
    buffer.append(Self.quote)
    putTime(time, separator: UInt8(ascii: "T"))
    buffer.append(Self.quote)
  }

  // MARK: Pieces

  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let dash = UInt8(ascii: "-")
  private static let lineFeed = UInt8(ascii: "\n")

  private mutating func put(_ text: StaticString) {
    text.withUTF8Buffer { buffer.append(contentsOf: $0) }
  }

  private mutating func put(_ text: String) { buffer.append(contentsOf: text.utf8) }

  private mutating func put(decimal value: some FixedWidthInteger) {
    if value < 10 {
      buffer.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
    } else {
      put(decimal: value / 10)
      put(decimal: value % 10)
    }
  }

  /// Whether there is one.
  private mutating func putUTC(_ passing: DecodedPassing) -> Bool {
    guard let time = passing.time, putTime(time.utc.milliseconds, separator: UInt8(ascii: "T")) else {
      return false
    }
    buffer.append(UInt8(ascii: "Z"))
    return true
  }

  /// Whether it is within the years 1 to 9999.
  @discardableResult
  private mutating func putTime(_ milliseconds: Int64, separator: UInt8) -> Bool {
    guard let time = LocalDateTime(millisecondsSince1970: milliseconds) else { return false }
    time.append(to: &buffer, separator: separator)
    return true
  }

  private static func text(_ line: borrowing Span<UInt8>, _ range: Range<Int>) -> String {
    var bytes: [UInt8] = []
    for index in range { bytes.append(line[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
