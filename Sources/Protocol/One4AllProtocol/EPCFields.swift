/// What a passing of 13 fields has between its reads and its check: the chip's raw EPC and four reserved fields, kept
/// byte for byte. Up to 40 bytes are held without memory of their own, which the usual EPC needs 28 of.
public struct EPCFields: Hashable, Sendable {
  /// Separators within: of EPC and four reserved fields.
  static let separatorCount = 4
  /// Most bytes without memory of their own.
  static let inlineLength = 40

  /// The first 40 bytes, the first one lowest; 0 where there is none.
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64
  private let fourth: UInt64
  private let fifth: UInt64
  /// All bytes, when there are more.
  private let long: [UInt8]?
  /// How many bytes there are; 0 in a passing of 8 fields.
  private let length: UInt16

  /// Those of a passing of 8 fields, which has none.
  static let none = EPCFields(words: (0, 0, 0, 0, 0), length: 0)

  @inline(__always)
  init(words: (UInt64, UInt64, UInt64, UInt64, UInt64), length: Int) {
    (first, second, third, fourth, fifth) = words
    self.length = UInt16(truncatingIfNeeded: length)
    long = nil
  }

  /// The bytes in that range, the separators between the fields included.
  init(unchecked bytes: borrowing Span<UInt8>, _ range: Range<Int>) {
    let isLong = range.count > Self.inlineLength
    first = bytes.text(range, part: 0)
    second = bytes.text(range, part: 1)
    third = bytes.text(range, part: 2)
    fourth = bytes.text(range, part: 3)
    fifth = bytes.text(range, part: 4)
    length = UInt16(truncatingIfNeeded: range.count)
    long = isLong ? Array(copying: bytes.extracting(range)) : nil
  }

  /// EPC and reserved fields. Nil when the EPC has others than visible ASCII characters, when there are not four
  /// reserved fields of printable ASCII, when one of them has a `;`, or when they may hold a part of another frame.
  public init?(epc: String, reserved: [String] = ["", "", "", ""]) {
    guard reserved.count == Self.separatorCount, epc.utf8.allSatisfy(CheckCode.isAllowed),
      reserved.allSatisfy({ $0.utf8.allSatisfy { $0.isPrintable && $0 != ASCII.semicolon } })
    else { return nil }
    let bytes = Array(([epc] + reserved).joined(separator: ";").utf8)
    let closed = bytes + [ASCII.semicolon]
    guard bytes.count < Framer.maximumFrameLength, !PassingTail.mayHoldFrame(closed.span, 0..<bytes.count)
    else { return nil }
    self.init(unchecked: bytes.span, 0..<bytes.count)
  }

  var isPresent: Bool { length > 0 }

  /// Bytes of memory that they hold beside their own value, about.
  var memory: Int { long.map { $0.count + 32 } ?? 0 }

  /// The raw EPC, hexadecimal as far as it was seen; empty where the reader tells none.
  public var epc: String { fields[0] }
  /// The four reserved fields, usually empty.
  public var reserved: [String] { Array(fields[1...]) }
  /// Whether a reserved field is not empty.
  public var hasReserved: Bool {
    ![UInt8](appending: append).suffix(Self.separatorCount).allSatisfy { $0 == ASCII.semicolon }
  }

  private var fields: [String] {
    [UInt8](appending: append).split(
      separator: ASCII.semicolon, maxSplits: Self.separatorCount, omittingEmptySubsequences: false
    ).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The first 40 bytes as words of eight, the first byte lowest, XORed: what measurements compare.
  public var folded: UInt64 { first ^ second ^ third ^ fourth ^ fifth }

  /// EPC and reserved fields with the separators between them.
  func append(to bytes: inout [UInt8]) {
    if let long {
      bytes += long
      return
    }
    for word in [first, second, third, fourth, fifth] { bytes.append(text: word) }
  }
}
