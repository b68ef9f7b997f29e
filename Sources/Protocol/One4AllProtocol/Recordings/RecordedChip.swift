/// Which chip a recording names.
public enum RecordedChip: Hashable, Sendable, BitwiseCopyable {
  /// Two letters and a number from 0 to 99999, e.g. `MC00001`.
  case chip(ChipPrefix, UInt32)
  /// A timer code and a chip of any other form, as FREE readers give them.
  case code(TimerCode, ChipCode)
  /// `VOIDTAG` in place of the chip: somebody tested the reader.
  case testRead
  /// Some other name, kept as it came.
  case other(PackedText)
  /// None.
  case none

  /// Bytes of a chip of the usual form, or of `VOIDTAG`.
  static let width = 7
  /// `VOIDTAG`
  private static let testText: UInt64 = 0x56_4F49_4454_4147

  /// The chip of a passing.
  public init(of passing: Passing) {
    if let prefix = ChipPrefix(passing.timerCode), let number = passing.chip.number {
      self = .chip(prefix, number)
    } else {
      self = .code(passing.timerCode, passing.chip)
    }
  }

  /// Two letters and five digits, or `VOIDTAG`, in the seven bytes at `start`; nil for anything else.
  init?(_ line: borrowing Span<UInt8>, at start: Int) {
    let prefix = ChipPrefix(uncheckedFirst: line[start], second: line[start + 1])
    guard prefix.first.isLetter, prefix.second.isLetter else { return nil }
    if let number = FixedFields.number(5, in: line, at: start + 2) {
      self = .chip(prefix, UInt32(number))
    } else if PackedText(line, start..<start + Self.width)?.packed == Self.testText {
      self = .testRead
    } else {
      return nil
    }
  }

  /// The name, in a number that is the same for the same chip in recordings of any form; nil where there is no chip,
  /// and for a test read. Of a chip with more than eight characters it is a hash (FNV-1a).
  public var key: UInt64? {
    switch self {
    case .chip(let prefix, let number):
      UInt64(prefix.first) << 48 | UInt64(prefix.second) << 40 | UInt64(number)
    case .other(let text): ~text.packed
    case .code:
      PackedText(text).map { ~$0.packed }
        ?? text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    case .testRead, .none: nil
    }
  }

  /// As it is written, e.g. `MC00001`; empty where there is none.
  public var text: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends it as it is written.
  public func append(to bytes: inout [UInt8]) {
    switch self {
    case .chip(let prefix, let number):
      bytes.append(prefix.first)
      bytes.append(prefix.second)
      bytes.append(decimal: number, width: 5)
    case .testRead:
      for shift in 0..<7 { bytes.append(UInt8(truncatingIfNeeded: Self.testText >> (48 - 8 * shift))) }
    case .code(let timerCode, let chip):
      timerCode.append(to: &bytes)
      chip.append(to: &bytes)
    case .other(let text): text.append(to: &bytes)
    case .none: break
    }
  }
}
