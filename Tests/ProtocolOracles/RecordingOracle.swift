import One4AllProtocol

/// The same recording gives the same records however it is cut, each at its place, and nothing vanishes.
enum RecordingOracle {
  static func check(_ input: [UInt8]) throws(Violation) {
    let whole = decode(input, lengths: [max(input.count, 1)])
    let derived = input.suffix(16).map { Int($0 & 63) + 1 } + [1]
    for lengths in [[1], derived, [64], [15, 1, 17]] {
      let other = decode(input, lengths: lengths)
      try require(
        other == whole,
        "other records in chunks of \(lengths): \(shown(input)) gives \(other), not \(whole)")
    }
    let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false)
    for item in whole.items { try standsAtItsPlace(item, in: lines, input) }
    for item in whole.items where item.seen == .aside { try holdsNoPassing(item, of: input) }
    if lines.allSatisfy({ $0.count <= RecordingDecoder.maximumLineLength }) {
      try conservation(of: input, in: whole.items)
    }
  }

  private enum Seen: Equatable {
    case passing(Passing)
    case older(OlderPassing)
    case exported(ExportedPassing)
    case aside
    case malformed(RecordFault)

    init(_ record: Record) {
      switch record {
      case .passing(let passing): self = .passing(passing)
      case .older(let older): self = .older(older)
      case .exported(let exported): self = .exported(exported)
      case .aside: self = .aside
      case .malformed(let fault): self = .malformed(fault)
      }
    }
  }

  private struct Item: Equatable {
    var seen: Seen
    var place: RecordPlace
    var bytes: [UInt8]
  }

  private struct Decoded: Equatable {
    var items: [Item] = []
    var form: RecordingForm?
    var forms: [RecordingForm] = []
  }

  private static func decode(_ input: [UInt8], lengths: [Int]) -> Decoded {
    var decoder = RecordingDecoder()
    var decoded = Decoded()
    let emit: RecordingDecoder.Emit = { record, place, span in
      var bytes: [UInt8] = []
      for index in 0..<span.count { bytes.append(span[index]) }
      decoded.items.append(Item(seen: Seen(record), place: place, bytes: bytes))
    }
    var start = 0
    var turn = 0
    while start < input.count {
      let end = min(start + lengths[turn % lengths.count], input.count)
      decoder.feed(input.span.extracting(start..<end), emit)
      start = end
      turn += 1
    }
    decoder.finish(emit)
    decoded.form = decoder.form
    decoded.forms = decoder.forms
    return decoded
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D
  }

  private static func standsAtItsPlace(
    _ item: Item, in lines: [ArraySlice<UInt8>], _ input: [UInt8]
  ) throws(Violation) {
    let text = "record \(item.seen) at \(item.place) of \(shown(input))"
    try require(!item.bytes.isEmpty, "no bytes of \(text)")
    try require(1...lines.count ~= item.place.line, "no line of \(text)")
    var line = lines[item.place.line - 1]
    try require(1...max(line.count, 1) ~= item.place.column, "no column of \(text)")
    line = line.dropFirst(item.place.column - 1)
    if item.place.column == 1 {
      line = line.dropFirst(markWidth(line))
      line = line.drop(while: isBlank)
    }
    let isTooLong = item.seen == .malformed(.tooLong)
    try require(
      line.starts(with: item.bytes)
        || (isTooLong
          && lines[item.place.line - 1].dropFirst(item.place.column - 1).starts(with: item.bytes)),
      "\(shown(item.bytes)) is not there: \(text)")
  }

  /// What is passed over hides nothing that would be a passing by itself, wherever in it that stands.
  private static func holdsNoPassing(_ item: Item, of input: [UInt8]) throws(Violation) {
    let bytes = item.bytes
    var separators = bytes.indices.filter { bytes[$0] == 0x3B }[...]
    for start in bytes.indices {
      if separators.first == start {
        separators.removeFirst()
        continue
      }
      let rest = bytes[start...]
      var isPassing = false
      // A row has 50 bytes, a frame 42; a passing of today ends five bytes behind its last separator.
      if rest.count >= 50, rest[start + 7] == 0x3B {
        isPassing = (try? OlderPassing(parsingRow: bytes.span.extracting(start..<start + 50))) != nil
      }
      if rest.count >= 42, rest[start + 7] == 0x44 {
        isPassing = (try? OlderPassing(parsingFrame: bytes.span.extracting(start..<start + 42))) != nil
      }
      if 0x30...0x39 ~= bytes[start] {
        for more in [6, 11] {
          if let last = separators.dropFirst(more).first, last + 6 <= bytes.count,
            case .valid = NaivePassing(Array(bytes[start..<last + 6]))
          {
            isPassing = true
          }
        }
        if let last = separators.dropFirst(7).first {
          let row = bytes.span.extracting(start..<last + 1)
          isPassing = isPassing || (try? ExportedPassing(parsing: row)) != nil
        }
      }
      try require(!isPassing, "a passing is passed over in \(shown(bytes)) of \(shown(input))")
    }
  }

  /// Every byte but blanks, line ends, `|` and byte order marks is in a record, in order.
  private static func conservation(of input: [UInt8], in items: [Item]) throws(Violation) {
    let isKept = { (byte: UInt8) in !isBlank(byte) && byte != 0x0A && byte != 0x7C }
    let sent = input.split(separator: 0x0A).flatMap { $0.dropFirst(markWidth($0)) }.filter(isKept)
    let kept = items.flatMap(\.bytes).filter(isKept)
    try conserved(sent, kept, of: input)
  }

  private static func markWidth(_ line: ArraySlice<UInt8>) -> Int {
    line.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }
}
