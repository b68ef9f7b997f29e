/// What the reader said beside passings, in a recording of the line. A line end may be missing there too: so of a reply
/// or a greeting only that is passed over into which no passing ran.
enum RecordedSpeech {
  /// A part of the line, and what it is.
  struct Piece {
    let range: Range<Int>
    let record: Record
  }

  private static let greeting: [UInt8] = Array("HELLO".utf8)

  /// What every passing has of some form, however it was cut: 9 stands for a digit, A for a letter. No reply has it.
  private static let marks: [[UInt8]] = [
    ";AA;99999;9999-99-99;", ";9999-99-99;99:99:99.999;9;", ";9999/99/99;", ";9999-99-99 99:99:99",
    "D99999999T999999999T",
  ].map { Array($0.utf8) }

  /// A line that begins as a reply or a greeting, piece by piece, in order; none when nothing of it is certain.
  /// - Returns: nil when it begins otherwise.
  static func pieces(of line: [UInt8]) -> [Piece]? {
    guard line.starts(with: greeting) || Reply.name(at: 0, of: line) != nil else { return nil }
    var resolver = LineResolver(FreeText.legible(line))
    var pieces: [Piece] = []
    var end = 0
    for found in resolver.pieces(ending: .certain) {
      appendNoise(end..<found.range.lowerBound)
      pieces.append(Piece(range: found.range, record: record(found)))
      end = found.range.upperBound
    }
    if !pieces.isEmpty { appendNoise(end..<line.count) }
    return pieces

    func appendNoise(_ range: Range<Int>) {
      guard line[range].contains(where: { !$0.isBlank }) else { return }
      pieces.append(Piece(range: range, record: .malformed(.noise)))
    }

    func record(_ piece: LineResolver.Piece) -> Record {
      switch piece.frame {
      case .passing(let passing): .passing(passing)
      case .malformed(let malformed): .malformed(.passing(malformed.reason))
      case .hello, .reply, .endOfList:
        holdsPassing(line[piece.range]) ? .malformed(.passing(.ambiguousJoin)) : .aside
      }
    }
  }

  private static func holdsPassing(_ text: ArraySlice<UInt8>) -> Bool {
    text.indices.contains { start in
      marks.contains { mark in
        start + mark.count <= text.endIndex
          && zip(mark, text[start...]).allSatisfy { expected, byte in
            switch expected {
            case UInt8(ascii: "9"): byte.isDigit
            case UInt8(ascii: "A"): byte.isLetter
            case _: byte == expected
            }
          }
      }
    }
  }
}

extension UInt8 {
  /// What is passed over round a line of a recording.
  var isBlank: Bool { self == 0x20 || self == 0x09 || self == ASCII.carriageReturn }
}
