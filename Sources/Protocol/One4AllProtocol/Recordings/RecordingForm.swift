/// The forms in which passings are kept. Each line says by itself which it is of.
public enum RecordingForm: CaseIterable, Sendable {
  /// A One4All 5 backup file: passing frames as on the line, no header.
  case one4All5
  /// An older reader's backup file: header, rows, trailer.
  case olderBackup
  /// The cloud's export: header, rows, the newest first.
  case cloudExport
  /// Live frames of an older reader, split by `|`.
  case olderFrames

  /// The fewest and the most separators of a line that holds a passing.
  fileprivate var separatorCounts: ClosedRange<Int> {
    switch self {
    case .one4All5: 7...12
    case .olderBackup: 5...5
    case .cloudExport: 8...8
    case .olderFrames: 0...0
    }
  }
}

/// What a line of a recording says.
public enum Record: Sendable {
  /// A frame of a One4All 5.
  case passing(Passing)
  /// A live frame or a row of an older reader.
  case older(OlderPassing)
  /// A row of the cloud's export.
  case exported(ExportedPassing)
  /// What belongs to the form but is no passing: header, trailer, keep-alive, a whole reply or greeting that was
  /// recorded. There is no passing in it.
  case aside
  /// No record, and why.
  case malformed(RecordFault)
}

/// Where in its input a record stands.
public struct RecordPlace: Hashable, Sendable, BitwiseCopyable {
  /// The line, from 1.
  public let line: Int
  /// The byte within the line, from 1; beyond 1 only where a line holds several records.
  public let column: Int
}

/// The lines of each form.
enum RecordingLine {
  /// `CONECTADO_`, behind which one digit was seen.
  private static let keepAlive = Array("CONECTADO_".utf8)

  /// A line as one of that form.
  static func parse(
    _ line: borrowing Span<UInt8>, as form: RecordingForm
  ) throws(RecordFault) -> Record {
    switch form {
    case .one4All5:
      do throws(MalformedReason) { return .passing(try Passing(parsing: line)) } catch {
        throw .passing(error)
      }
    case .olderBackup:
      if isOlderHeader(line) || isOlderTrailer(line) { return .aside }
      return .older(try OlderPassing(parsingRow: line))
    case .cloudExport:
      if ExportedPassing.isHeader(line) { return .aside }
      return .exported(try ExportedPassing(parsing: line))
    case .olderFrames:
      let start = endOfKeepAlive(line)
      if start > 0, start == line.count { return .aside }
      return .older(try OlderPassing(parsingFrame: line.extracting(start..<line.count)))
    }
  }

  /// So many separators more or fewer may a damaged line have.
  private static let mostSeparatorsWrong = 2

  /// What is wrong with a damaged line as one of the form that it is most like; nil when it is like none. By its
  /// separators it may be of the form of the lines before it, a few separators lost or won, or of another form as it
  /// is. It is that in which more of its fields are good; of the former when it is of both. Before all it is of a form
  /// of which it has every field, with more behind.
  /// - Parameter known: the form of the lines before it.
  static func fault(_ line: borrowing Span<UInt8>, known: RecordingForm?) -> RecordFault? {
    var separators = 0
    for index in 0..<line.count where line[index] == ASCII.semicolon { separators += 1 }
    // The cloud's export is none of these: where there are too many fields, it looks at none of them.
    for form in [RecordingForm.one4All5, .olderBackup]
    where separators > form.separatorCounts.lowerBound {
      switch fault(line, as: form)?.reason {
      case .fieldCount?: return .fieldCount
      // Eight fields are good: of 13 some are missing, or another passing stands behind.
      case .passing(let reason)? where [.fieldCount, .truncated, .ambiguousJoin].contains(reason):
        return .passing(reason)
      case _: break
      }
    }
    let exact = likeness(line, separators).flatMap { fault(line, as: $0) }
    guard let known, separators > 0,
      known.separatorCounts.lowerBound - mostSeparatorsWrong...known.separatorCounts.upperBound
        + mostSeparatorsWrong ~= separators,
      let near = fault(line, as: known)
    else { return exact?.reason }
    if let exact, exact.goodFields > near.goodFields { return exact.reason }
    return near.reason
  }

  /// What is wrong with a line as one of a form, and how many of its fields are good; nil when nothing is wrong.
  static func fault(
    _ line: borrowing Span<UInt8>, as form: RecordingForm
  ) -> (reason: RecordFault, goodFields: Int)? {
    do throws(RecordFault) {
      _ = try parse(line, as: form)
      return nil
    } catch {
      return (error, error.goodFields(of: form))
    }
  }

  private static func likeness(_ line: borrowing Span<UInt8>, _ separators: Int) -> RecordingForm? {
    switch separators {
    case 7, 12: return .one4All5
    case 8: return .cloudExport
    case 5: return .olderBackup
    case 0 where line.count >= 8 && line[7] == UInt8(ascii: "D") && RecordedChip(line, at: 0) != nil:
      return .olderFrames
    case _: return nil
    }
  }

  /// A header has at most so many bytes behind its moment: too few for a live frame.
  private static let longestHeaderEnd = 32

  /// `ID2-20200315-062123- 123-e: 512_1`: beyond the reader's number and the moment it is only held to be a short text
  /// without `;`, so that it hides no row.
  static func isOlderHeader(_ line: borrowing Span<UInt8>) -> Bool {
    guard let end = endOfHeaderMoment(line), line.count - end <= longestHeaderEnd else { return false }
    for index in end..<line.count where !line[index].isPrintable || line[index] == ASCII.semicolon {
      return false
    }
    return true
  }

  /// Where a row begins behind a header whose line end is missing: its chip has a fixed width. Nil when the line does
  /// not begin as a header.
  static func rowBehindHeader(_ line: borrowing Span<UInt8>) -> Int? {
    guard let end = endOfHeaderMoment(line) else { return nil }
    for index in end..<line.count where line[index] == ASCII.semicolon {
      let start = index - RecordedChip.width
      return start >= end ? start : nil
    }
    return nil
  }

  /// Behind `ID2-20200315-062123-` at the start of a line.
  private static func endOfHeaderMoment(_ line: borrowing Span<UInt8>) -> Int? {
    guard line.count > 4, line[0] == UInt8(ascii: "I"), line[1] == UInt8(ascii: "D") else { return nil }
    let end = Passing.endOfDigits(in: line, from: 2)
    guard 3...12 ~= end, end < line.count, line[end] == ASCII.dash, isMoment(line, at: end + 1) else {
      return nil
    }
    return end + 17
  }

  /// `20200315-163625-695`
  private static func isOlderTrailer(_ line: borrowing Span<UInt8>) -> Bool {
    isMoment(line, at: 0) && Passing.endOfDigits(in: line, from: 16) == line.count && line.count > 16
  }

  /// `20200315-062123-`
  private static func isMoment(_ line: borrowing Span<UInt8>, at start: Int) -> Bool {
    guard line.count >= start + 16, line[start + 8] == ASCII.dash, line[start + 15] == ASCII.dash else {
      return false
    }
    return FixedFields.day(in: line, at: start) != nil
      && FixedFields.number(6, in: line, at: start + 9) != nil
  }

  /// Behind the keep-alive that the line begins with; 0 when it begins with none.
  private static func endOfKeepAlive(_ line: borrowing Span<UInt8>) -> Int {
    let width = keepAlive.count
    guard line.count > width else { return 0 }
    for index in 0..<width where line[index] != keepAlive[index] { return 0 }
    let end = Passing.endOfDigits(in: line, from: width)
    return end > width ? end : 0
  }
}
