/// Finds the frames in a line that is not simply one passing: replies, greetings, frames that ran into each
/// other because a line end is missing, frames behind noise. What is not certain is not believed:
///
/// - Bytes that are not printable ASCII occur in no frame: they separate frames.
/// - A passing that follows other text is certain when this text is a whole reply that ends in a word (`PONG`,
///   `False`), or has neither digit nor `;`. A status that ends in a digit, or in an unknown word, may share
///   digits with the passing's number: the status is taken without that last field, the passing is
///   `ambiguousJoin`. Any other join with a passing is `ambiguousJoin` as a whole; so are two passings.
/// - EPC and reserved fields of a passing are believed only when no part of another frame can be in them.
/// - A passing behind noise whose front is digits only is `ambiguousJoin`: the noise may be a damaged digit. So is
///   one directly behind noise or other text whose last byte differs from a digit in one bit.
/// - A reply or greeting that follows other text is certain when this text is a whole reply or a frame that
///   was cut; a reply also behind other text that has no `;` and does not end in a capital letter.
struct LineResolver {
  /// Whether the end of a text is the end of its last frame, or its line end is missing.
  enum Ending {
    case certain
    case open
  }

  /// A frame and where it stands in the line.
  struct Piece: Equatable {
    let range: Range<Int>
    let frame: Frame
  }

  private static let greeting: [UInt8] = Array("HELLO".utf8)
  private static let statusName: [UInt8] = Array("GETSTATUS;".utf8)

  /// How often a name within a line may be tried as the begin of a frame. Lines that need more are no work
  /// of a reader; the bound keeps hostile ones from costing more than their length.
  private static let maximumTries = 64

  private let line: [UInt8]
  private var tries = 0

  init(_ line: [UInt8]) { self.line = line }

  /// The frames of the line, in order; what lies between them is none.
  mutating func pieces(ending: Ending) -> [Piece] {
    var found: [Piece] = []
    var end = 0
    var front: Range<Int>?
    while let start = line[end...].firstIndex(where: \.isPrintable) {
      end = line[start...].firstIndex { !$0.isPrintable } ?? line.count
      let text = start..<end
      let isEndCertain = end == line.count ? ending == .certain : line[end] == ASCII.carriageReturn
      var pieces = resolve(text, isEndCertain ? .certain : .open)
      if let first = pieces.first, first.range.lowerBound == start, case .passing = first.frame {
        if let front, line[front].allSatisfy(\.isDigit) {
          pieces[0] = ambiguous(front.lowerBound..<first.range.upperBound)
        } else if start > 0, Self.mayBeDamagedDigit(line[start - 1]) {
          pieces[0] = ambiguous(start - 1..<first.range.upperBound)
        }
      }
      found += pieces
      front = text
    }
    return found
  }

  /// The frames of a printable text.
  private mutating func resolve(_ text: Range<Int>, _ ending: Ending) -> [Piece] {
    if text.isEmpty { return [] }
    if let passing = try? Passing(parsing: line.span.extracting(text)) {
      return [Piece(range: text, frame: .passing(passing))]
    }
    if let number = numberOfLastPassing(in: text) { return join(text, number: number) }
    if stands(Self.greeting, at: text.lowerBound, in: text) {
      return [Piece(range: text, frame: .hello(Hello(text: string(text))))]
    }
    let reply = Reply.name(at: text.lowerBound, of: line).flatMap { _ in self.reply(text, ending) }
    let isWhole = reply.map(Self.isWhole) ?? false
    if let pieces = split(text, ending, isWhole: isWhole) { return pieces }
    guard let reply, isWhole || (ending == .certain && reply.name != .getStatus) else { return [] }
    return [Piece(range: text, frame: .reply(reply))]
  }

  // MARK: A passing behind other text

  /// Separators of a passing of 8 fields, and of one of 13.
  private static let fewestSeparators = 7
  private static let mostSeparators = 12

  /// Where the digits of the number stand, when the text ends in all that a passing has behind its number.
  private func numberOfLastPassing(in text: Range<Int>) -> Range<Int>? {
    var separators = 0
    for index in text.reversed() where line[index] == ASCII.semicolon {
      separators += 1
      guard separators == Self.fewestSeparators || separators == Self.mostSeparators,
        isBody(text, from: index)
      else {
        if separators == Self.mostSeparators { return nil }
        continue
      }
      var start = index
      while start > text.lowerBound, line[start - 1].isDigit { start -= 1 }
      return start..<index
    }
    return nil
  }

  /// Whether that is all that a passing has from the separator behind its number on.
  private func isBody(_ text: Range<Int>, from start: Int) -> Bool {
    var room: [UInt8] = []
    return
      (try? Passing.body(
        of: line.span.extracting(text), from: start - text.lowerBound, number: 1, &room)) != nil
  }

  private mutating func join(_ text: Range<Int>, number: Range<Int>) -> [Piece] {
    let head = text.lowerBound..<number.lowerBound
    let tail = number.lowerBound..<text.upperBound
    // Nothing stands before it: no join, just a number that is none.
    if head.isEmpty { return [] }
    guard let passing = try? Passing(parsing: line.span.extracting(tail)) else {
      return statusAndAmbiguous(text, head: head)
    }
    let piece = Piece(range: tail, frame: .passing(passing))
    if !stands(Self.greeting, at: head.lowerBound, in: head),
      !line[head].contains(where: { $0.isDigit || $0 == ASCII.semicolon })
    {
      return Self.mayBeDamagedDigit(line[head.upperBound - 1]) ? [ambiguous(text)] : [piece]
    }
    let before = resolve(head, .open)
    if let last = before.last, last.range.upperBound == head.upperBound, case .reply(let reply) = last.frame,
      endsInWord(reply)
    {
      return before + [piece]
    }
    return statusAndAmbiguous(text, head: head)
  }

  /// A reply that ends in a word ends where the digits of a number begin. Of a status only the truth values
  /// are such words: what else its last field may hold is not known.
  private func endsInWord(_ reply: Reply) -> Bool {
    guard let last = reply.raw.last, last.isLetter else { return false }
    if reply.name != .getStatus { return true }
    let separator = reply.raw.lastIndex(of: ASCII.semicolon) ?? 0
    return DecimalText.truth(String(decoding: reply.raw[(separator + 1)...], as: UTF8.self)) != nil
  }

  /// The passing is not certain. Of a status, the fields that end before it are.
  private mutating func statusAndAmbiguous(_ text: Range<Int>, head: Range<Int>) -> [Piece] {
    if stands(Self.statusName, at: text.lowerBound, in: text),
      let separator = line[head].lastIndex(of: ASCII.semicolon)
    {
      let end = separator + 1
      let before = resolve(head.lowerBound..<end, .certain)
      if let last = before.last, last.range.upperBound == end, case .reply(let reply) = last.frame,
        reply.name == .getStatus
      {
        return before + [ambiguous(end..<text.upperBound)]
      }
    }
    return [ambiguous(text)]
  }

  private func ambiguous(_ range: Range<Int>) -> Piece {
    Piece(
      range: range, frame: .malformed(MalformedFrame(reason: .ambiguousJoin, raw: Array(line[range]))))
  }

  /// Whether one bit makes it a digit. NUL and 0xFF, which an opened port gives, are farther from digits.
  static func mayBeDamagedDigit(_ byte: UInt8) -> Bool {
    (0..<8).contains { (byte ^ 1 << $0).isDigit }
  }

  // MARK: A reply or greeting behind other text

  /// Splits off the last greeting or whole reply that begins within the text, and resolves what is before it.
  private mutating func split(_ text: Range<Int>, _ ending: Ending, isWhole: Bool) -> [Piece]? {
    for start in text.dropFirst().reversed() where line[start].isUpperCaseLetter {
      let head = text.lowerBound..<start
      let tail = start..<text.upperBound
      guard beginsFrame(tail), !extendsName(head, tail) else { continue }
      guard tries < Self.maximumTries else { return nil }
      tries += 1
      guard let frame = greetingOrWholeReply(tail, ending) else { continue }
      let before = resolve(head, .open)
      if before.last?.range.upperBound != start {
        if isWhole || (before.isEmpty && !mayPrecede(head, frame)) { continue }
      }
      return before + [Piece(range: tail, frame: frame)]
    }
    return nil
  }

  private func beginsFrame(_ text: Range<Int>) -> Bool {
    stands(Self.greeting, at: text.lowerBound, in: text) || Reply.name(at: text.lowerBound, of: line) != nil
  }

  private func greetingOrWholeReply(_ text: Range<Int>, _ ending: Ending) -> Frame? {
    if stands(Self.greeting, at: text.lowerBound, in: text) { return .hello(Hello(text: string(text))) }
    guard Reply.name(at: text.lowerBound, of: line) != nil, let reply = reply(text, ending),
      Self.isWhole(reply)
    else { return nil }
    return .reply(reply)
  }

  /// PASSINGS within GETPASSINGS is no name of its own.
  private func extendsName(_ head: Range<Int>, _ tail: Range<Int>) -> Bool {
    (1...3).contains { length in
      length <= head.count
        && (Reply.name(at: tail.lowerBound - length, of: line).map { $0.rawValue.utf8.count > length }
          ?? false)
    }
  }

  private func mayPrecede(_ head: Range<Int>, _ frame: Frame) -> Bool {
    if isCutFrame(head) { return true }
    guard case .reply = frame, let last = line[head].last else { return false }
    return !last.isUpperCaseLetter && !line[head].contains(ASCII.semicolon)
  }

  /// A text that could have become a frame had it gone on.
  private func isCutFrame(_ text: Range<Int>) -> Bool {
    if Reply.name(at: text.lowerBound, of: line) != nil { return true }
    if Self.greeting.starts(with: line[text]) { return true }
    if Reply.names.contains(where: { $0.bytes.starts(with: line[text]) }) { return true }
    do throws(MalformedReason) {
      _ = try Passing(parsing: line.span.extracting(text))
      return true
    } catch {
      return error == .truncated || error == .fieldCount
    }
  }

  // MARK: Replies

  /// The longest reply but for a status or a list of files: `PASSINGS` with eight chips.
  private static let longestOtherReply = 256

  /// The reply that stands in the text; nil when its line end is missing and its end therefore not certain.
  private func reply(_ text: Range<Int>, _ ending: Ending) -> Reply? {
    guard let name = Reply.name(at: text.lowerBound, of: line) else { return nil }
    switch ending {
    case .certain:
      return Reply(line: Array(line[text]))
    case .open:
      switch name {
      case .passings, .listFiles, .getFileInfo:
        return nil
      case .getStatus:
        guard let reply = Reply(line: Array(line[text])) else { return nil }
        return Self.withoutUncertainEnd(reply)
      case .ping, .getProtocol, .setProtocol, .readBattery, .getTime, .setTime, .start, .stop, .newFile,
        .pushTags, .getPassings, .getFile, .clearFiles, .setBounce, .setBuzzer:
        return text.count <= Self.longestOtherReply ? Reply(line: Array(line[text])) : nil
      }
    }
  }

  /// The last field of a status without its line end may have been cut, unless it is a truth value. A status
  /// of exactly 30 fields keeps its last one: without it, it would be none.
  private static func withoutUncertainEnd(_ reply: Reply) -> Reply {
    guard let last = reply.arguments.last, DecimalText.truth(last) == nil,
      reply.arguments.count >= ReaderStatus.minimumFieldCount, reply.raw.last != ASCII.semicolon
    else { return reply }
    return reply.withoutLastArgument()
  }

  /// Whether a reply has all the fields that its command's replies have.
  static func isWhole(_ reply: Reply) -> Bool {
    if reply.name != .getStatus, reply.name != .listFiles, reply.raw.count > longestOtherReply {
      return false
    }
    switch CommandOutcome(reply: reply) {
    case .unexpected: return false
    // What was cut off is not merely strange.
    case .protocolVersions(let versions): return versions.highest != nil
    case .battery(let reading): return reading.mainsPower != nil
    case .fileInfo(let info): return info.first != nil && info.last != nil
    case .pong, .protocolSet, .status, .time, .timeSet, .sessionFile, .done, .pushTags, .passings, .files,
      .bounce, .buzzer, .refused:
      return true
    }
  }

  // MARK: Text

  private func stands(_ word: [UInt8], at start: Int, in text: Range<Int>) -> Bool {
    start + word.count <= text.upperBound && line[start..<start + word.count].elementsEqual(word)
  }

  private func string(_ text: Range<Int>) -> String { String(decoding: line[text], as: UTF8.self) }

  /// Why bytes in which no frame was found are none.
  static func reason(for bytes: [UInt8]) -> MalformedReason {
    guard let start = bytes.firstIndex(where: \.isPrintable) else { return .noise }
    let text = Array(bytes[start...])
    if let first = text.first, first.isDigit {
      do throws(MalformedReason) {
        _ = try Passing(parsing: text)
        return .noise
      } catch {
        return error
      }
    }
    let name = Reply.name(at: 0, of: text)
    if name == .getStatus { return .statusFields }
    if name != nil { return .truncated }
    if !bytes.allSatisfy(\.isPrintable) { return .noise }
    let word = String(decoding: text.prefix { $0 != ASCII.semicolon }, as: UTF8.self)
    if CommandName(rawValue: word) != nil { return .noArguments }
    return !word.isEmpty && word.utf8.allSatisfy(\.isUpperCaseLetter) ? .unknownName : .unrecognised
  }
}
