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
}

/// What a line of a recording says.
public enum Record: Sendable {
  /// A frame of a One4All 5.
  case passing(Passing)
  /// A live frame or a row of an older reader.
  case older(OlderPassing)
  /// A row of the cloud's export.
  case exported(ExportedPassing)
  /// What belongs to the form but is no passing: header, trailer, keep-alive, a reply or greeting that was recorded.
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
  private static let keepAlive: StaticString = "CONECTADO_"

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

  /// The form that a damaged line is most like, by its separators; nil when it is like none.
  static func likeness(_ line: borrowing Span<UInt8>) -> RecordingForm? {
    var separators = 0
    for index in 0..<line.count where line[index] == ASCII.semicolon { separators += 1 }
    switch separators {
    case 7: return .one4All5
    case 8: return .cloudExport
    case 5: return .olderBackup
    case 0 where line.count >= 8 && line[7] == UInt8(ascii: "D") && RecordedChip(line, at: 0) != nil:
      return .olderFrames
    case _: return nil
    }
  }

  /// `ID2-20200315-062123- 123-e: 512_1`: only the reader's number and the moment are held to.
  private static func isOlderHeader(_ line: borrowing Span<UInt8>) -> Bool {
    guard line.count > 4, line[0] == UInt8(ascii: "I"), line[1] == UInt8(ascii: "D") else { return false }
    let end = Passing.endOfDigits(in: line, from: 2)
    return end > 2 && end < line.count && line[end] == ASCII.dash && isMoment(line, at: end + 1)
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
    let width = keepAlive.utf8CodeUnitCount
    guard line.count > width else { return 0 }
    let isThere = keepAlive.withUTF8Buffer { expected in
      for index in 0..<width where line[index] != expected[index] { return false }
      return true
    }
    guard isThere else { return 0 }
    let end = Passing.endOfDigits(in: line, from: width)
    return end > width ? end : 0
  }
}
