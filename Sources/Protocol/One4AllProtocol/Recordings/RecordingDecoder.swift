/// Decodes a recording of any form, in chunks of any size: the same bytes give the same records however they are cut.
/// Memory is bounded by one line.
///
/// The form is not told: every line is tried as what the one before it was, then as each other form. So a damaged
/// first line does not matter, nor that recordings of several forms were joined. A byte order mark at the start of a
/// line, blank lines, and blanks round a line are passed over. What is like no form is malformed, line by line.
public struct RecordingDecoder: Sendable {
  /// A line may have this many bytes, its line feed not counted. A longer one is given up and emitted once.
  public static let maximumLineLength = 4096

  /// Takes a record, its place, and the bytes that it was read from: ranges in the record refer to them. Of a line
  /// that is too long there are only the first `maximumLineLength` bytes.
  public typealias Emit = (Record, RecordPlace, borrowing Span<UInt8>) -> Void

  /// The form of the last line that was of any; nil while there was none.
  public private(set) var form: RecordingForm?
  /// The forms that were met, in the order of their first lines.
  public private(set) var forms: [RecordingForm] = []

  /// What came since the last end of a line, or of a live frame; nothing of a line that was given up.
  private var pending: [UInt8] = []
  private var isGivenUp = false
  private var givenUpCount = 0
  /// Of a line that was given up the text that may be a live frame: what came since the last `|` or noise.
  private var givenUpEnd: [UInt8] = []
  /// More bytes than a live frame has, its keep-alive included.
  private static let longestFrame = 128
  private var line = 1
  private var column = 1

  /// Nothing seen yet.
  public init() {}

  /// Decodes a chunk; calls `emit` for every record that it completes, in order.
  public mutating func feed(_ chunk: borrowing Span<UInt8>, _ emit: Emit) {
    var start = 0
    while start < chunk.count {
      let end = endOfPart(in: chunk, from: start)
      let stop = end ?? chunk.count
      if let end, pending.isEmpty, !isGivenUp, stop - start <= Self.maximumLineLength {
        let endsLine = chunk[end] == ASCII.lineFeed
        take(chunk.extracting(start..<end), endsLine: endsLine, emit)
        move(by: end - start, endsLine: endsLine)
        start = end + 1
      } else {
        // Where it was too much, what ends the part may be another byte from here on.
        start += keep(chunk.extracting(start..<stop), emit)
        guard start == stop, let end else { continue }
        takePending(endsLine: chunk[end] == ASCII.lineFeed, emit)
        start = end + 1
      }
    }
  }

  /// The input has ended; a last line needs no line end.
  public mutating func finish(_ emit: Emit) {
    if !pending.isEmpty || isGivenUp { takePending(endsLine: true, emit) }
  }

  // MARK: Lines

  /// A line ends at LF; live frames of an older reader also at `|`, and they may begin within a line that was given up.
  private func endOfPart(in chunk: borrowing Span<UInt8>, from start: Int) -> Int? {
    let other = form == .olderFrames || isGivenUp ? OlderPassing.frameEnd : ASCII.lineFeed
    var index = start
    while index < chunk.count {
      let byte = chunk[index]
      if byte == ASCII.lineFeed || byte == other { return index }
      index += 1
    }
    return nil
  }

  /// Keeps a part, or as much of it as there is room for.
  /// - Returns: how many bytes that was.
  private mutating func keep(_ part: borrowing Span<UInt8>, _ emit: Emit) -> Int {
    if isGivenUp {
      passOver(part)
      return part.count
    }
    let length = min(part.count, Self.maximumLineLength - pending.count)
    for index in 0..<length { pending.append(part[index]) }
    if length < part.count { endKeeping(emit) }
    return length
  }

  /// The line is longer than it may be: it is one of live frames, or given up.
  private mutating func endKeeping(_ emit: Emit) {
    let begun = pending
    pending.removeAll(keepingCapacity: true)
    if form != .olderFrames, holdsFrame(begun.span) {
      adopt(.olderFrames)
      feed(begun.span, emit)
    } else {
      emit(.malformed(.tooLong), RecordPlace(line: line, column: column), begun.span)
      isGivenUp = true
      givenUpCount = 0
      givenUpEnd.removeAll(keepingCapacity: true)
      passOver(begun.span)
    }
  }

  private mutating func passOver(_ part: borrowing Span<UInt8>) {
    givenUpCount += part.count
    for index in 0..<part.count {
      let byte = part[index]
      if byte == OlderPassing.frameEnd || !byte.isPrintable {
        givenUpEnd.removeAll(keepingCapacity: true)
      } else if givenUpEnd.count <= Self.longestFrame {
        givenUpEnd.append(byte)
      }
    }
  }

  private mutating func takePending(endsLine: Bool, _ emit: Emit) {
    if isGivenUp { return takeGivenUp(endsLine: endsLine, emit) }
    let bytes = pending
    pending = []
    take(bytes.span, endsLine: endsLine, emit)
    move(by: bytes.count, endsLine: endsLine)
    if pending.capacity == 0 {
      pending = bytes
      pending.removeAll(keepingCapacity: true)
    }
  }

  /// A line that was given up ends at LF, or at the `|` behind a live frame: it was noise in front of such.
  private mutating func takeGivenUp(endsLine: Bool, _ emit: Emit) {
    let end = givenUpEnd
    if !endsLine, end.count <= Self.longestFrame,
      let record = try? RecordingLine.parse(end.span, as: .olderFrames)
    {
      adopt(.olderFrames)
      emit(record, RecordPlace(line: line, column: column + givenUpCount - end.count), end.span)
    }
    if endsLine || form == .olderFrames {
      isGivenUp = false
      move(by: givenUpCount, endsLine: endsLine)
    } else {
      givenUpCount += 1
      givenUpEnd.removeAll(keepingCapacity: true)
    }
  }

  private mutating func move(by length: Int, endsLine: Bool) {
    column = endsLine ? 1 : column + length + 1
    if endsLine { line += 1 }
  }

  /// A line, or of live frames the part up to a `|`.
  private mutating func take(_ part: borrowing Span<UInt8>, endsLine: Bool, _ emit: Emit) {
    takeText(part, isLine: endsLine && column == 1, emit)
  }

  /// The parts of a line of live frames.
  private mutating func takeFrames(_ text: borrowing Span<UInt8>, _ emit: Emit) {
    var start = 0
    while start < text.count {
      let end = endOfPart(in: text, from: start) ?? text.count
      take(text.extracting(start..<end), endsLine: false, emit)
      move(by: end - start, endsLine: false)
      start = end + 1
    }
  }

  private mutating func takeText(_ text: borrowing Span<UInt8>, isLine: Bool, _ emit: Emit) {
    var end = text.count
    while end > 0, text[end - 1].isBlank { end -= 1 }
    // Files that were joined bring their own marks.
    var start = column == 1 ? Self.byteOrderMark(text) : 0
    while start < end, text[start].isBlank { start += 1 }
    guard start < end else { return }
    let body = text.extracting(start..<end)
    let place = RecordPlace(line: line, column: column == 1 ? 1 : column + start)
    if let record = recognise(body, isLine: isLine) {
      emit(record, place, body)
    } else if isLine, form != .olderFrames, holdsFrame(body) {
      adopt(.olderFrames)
      column += start
      takeFrames(body, emit)
    } else if let begin = Self.endOfNoise(body) ?? RecordingLine.rowBehindHeader(body),
      let record = recognise(
        body.extracting(begin..<body.count), isLine: isLine), Self.isCertainBehindNoise(record)
    {
      let front = body.extracting(0..<begin)
      emit(RecordingLine.isOlderHeader(front) ? .aside : .malformed(fault(of: front)), place, front)
      emit(
        record, RecordPlace(line: line, column: column + start + begin), body.extracting(begin..<body.count))
    } else if !takeSpeech(body, isLine: isLine, start, emit) {
      emit(.malformed(fault(of: body)), place, body)
    }
  }

  /// Whether it was a reply or a greeting, with what ran into it, in what was recorded from the line.
  private mutating func takeSpeech(
    _ text: borrowing Span<UInt8>, isLine: Bool, _ start: Int, _ emit: Emit
  ) -> Bool {
    guard text[0].isUpperCaseLetter, let pieces = RecordedSpeech.pieces(of: Array(copying: copy text)),
      let first = pieces.first
    else { return false }
    // A part of a line of live frames may be speech, but is no place for a passing.
    if !isLine {
      guard case .aside = first.record, first.range.count == text.count else { return false }
    }
    for piece in pieces {
      if case .passing = piece.record { adopt(.one4All5) }
      let isFirst = piece.range.lowerBound == 0 && column == 1
      emit(
        piece.record,
        RecordPlace(line: line, column: isFirst ? 1 : column + start + piece.range.lowerBound),
        text.extracting(piece.range))
    }
    return true
  }

  // MARK: What a line is

  private mutating func recognise(_ text: borrowing Span<UInt8>, isLine: Bool) -> Record? {
    if let form, let record = try? RecordingLine.parse(text, as: form) { return record }
    for other in RecordingForm.allCases where other != form && (isLine || other == .olderFrames) {
      if let record = try? RecordingLine.parse(text, as: other) {
        adopt(other)
        return record
      }
    }
    return nil
  }

  private mutating func adopt(_ form: RecordingForm) {
    self.form = form
    if !forms.contains(form) { forms.append(form) }
  }

  /// Whether there is a live frame or a keep-alive with its `|`.
  private func holdsFrame(_ text: borrowing Span<UInt8>) -> Bool {
    var start = 0
    for end in 0..<text.count where text[end] == OlderPassing.frameEnd {
      if (try? RecordingLine.parse(text.extracting(start..<end), as: .olderFrames)) != nil { return true }
      start = end + 1
    }
    return false
  }

  private func fault(of text: borrowing Span<UInt8>) -> RecordFault {
    var hasSeparator = false
    var isPrintable = true
    for index in 0..<text.count {
      if text[index] == ASCII.semicolon { hasSeparator = true }
      if !text[index].isPrintable { isPrintable = false }
    }
    let isPlausible = hasSeparator || text[0].isDigit || (form == .olderFrames && isPrintable)
    if let fault = RecordingLine.fault(text, known: form) { return fault }
    if isPlausible, let form, let fault = RecordingLine.fault(text, as: form) { return fault.reason }
    return isPrintable ? .unrecognised : .noise
  }

  /// A damaged digit is noise too, and what it was the first digit of would then be another number: so only what
  /// begins with a fixed field is believed behind noise.
  private static func isCertainBehindNoise(_ record: Record) -> Bool {
    switch record {
    case .older, .aside: true
    case .passing, .exported, .malformed: false
    }
  }

  /// The width of a UTF-8 byte order mark at the start of a line.
  private static func byteOrderMark(_ text: borrowing Span<UInt8>) -> Int {
    text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF ? 3 : 0
  }

  /// Behind the bytes at the start that are no text; nil when there are none, or nothing else.
  private static func endOfNoise(_ text: borrowing Span<UInt8>) -> Int? {
    var end = 0
    while end < text.count, !text[end].isPrintable { end += 1 }
    return end > 0 && end < text.count ? end : nil
  }
}
