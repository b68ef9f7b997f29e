import One4AllProtocol

/// What is made wrong with a passing, to measure how long its reason takes.
enum MalformedKind: String, CaseIterable {
  case numberZero = "number-zero"
  case numberLeadingZero = "number-leading-zero"
  case numberTooBig = "number-too-big"
  case numberEmpty = "number-empty"
  case numberFirstDigit = "number-first-digit"
  case numberLastDigit = "number-last-digit"
  case prefix, chip, date, time, antenna, reads
  case checkTooLong = "check-too-long"
  case checkCapitals = "check-capitals"
  case antennaAndCapitals = "antenna-and-capitals"
  case trailingSeparator = "trailing-separator"
  case ninthField = "ninth-field"
  case highBit = "high-bit"
  case control, cut, joined

  /// The frame with that wrong.
  func damaged(_ frame: [UInt8]) -> [UInt8] {
    var fields = frame.split(separator: Self.separator, omittingEmptySubsequences: false).map(Array.init)
    guard fields.count == 8 else { return frame }
    switch self {
    case .numberZero: fields[0] = [Self.zero]
    case .numberLeadingZero: fields[0].insert(Self.zero, at: 0)
    case .numberTooBig: fields[0] = Array("4294967296".utf8)
    case .numberEmpty: fields[0] = []
    case .numberFirstDigit: fields[0][0] |= 0x40
    case .numberLastDigit: fields[0].append(fields[0].removeLast() | 0x40)
    case .prefix: fields[1] = Array("M-".utf8)
    case .chip: fields[2][4] = UInt8(ascii: ".")
    case .date: fields[3] = Array("2019-02-29".utf8)
    case .time: fields[4].replaceSubrange(0..<2, with: Array("25".utf8))
    case .antenna: fields[5] = [UInt8(ascii: "9")]
    case .reads: fields[6].insert(Self.zero, at: 0)
    case .checkTooLong: fields[7].append(Self.zero)
    case .checkCapitals: fields[7] = Array("ABCDEF".utf8)
    case .antennaAndCapitals:
      fields[5] = [UInt8(ascii: "9")]
      fields[7] = Array("ABCDE".utf8)
    case .trailingSeparator: fields.append([])
    case .ninthField: fields.append(Array("00000".utf8))
    case .highBit: fields[3][3] |= 0x80
    case .control: fields[4][3] = 0x10
    case .cut: return Array(frame.dropLast(10))
    case .joined: return frame + frame
    }
    return Array(fields.joined(separator: [Self.separator]))
  }

  /// A frame with that wrong, as a person can read it.
  var example: String {
    let frame = damaged(Array("123;MC;02976;2019-12-12;09:02:07.295;3;4;937f6".utf8))
    return MalformedFrame(reason: .unrecognised, raw: frame).printable(limit: 52)
  }

  private static let separator = UInt8(ascii: ";")
  private static let zero = UInt8(ascii: "0")
}
