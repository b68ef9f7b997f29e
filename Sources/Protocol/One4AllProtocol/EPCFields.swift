/// What a passing of 13 fields has between its reads and its check: the chip's raw EPC and four reserved fields, kept
/// byte for byte.
public struct EPCFields: Hashable, Sendable {
  /// Separators within: of EPC and four reserved fields.
  static let separatorCount = 4

  /// The fields with the separators between them.
  let bytes: [UInt8]

  /// Bytes that are five such fields.
  init(unchecked bytes: [UInt8]) { self.bytes = bytes }

  /// EPC and reserved fields. Nil when the EPC has others than visible ASCII characters, when there are not four
  /// reserved fields of printable ASCII, when one of them has a `;`, or when they may hold a part of another frame.
  public init?(epc: String, reserved: [String] = ["", "", "", ""]) {
    guard reserved.count == Self.separatorCount, epc.utf8.allSatisfy(CheckCode.isAllowed),
      reserved.allSatisfy({ $0.utf8.allSatisfy { $0.isPrintable && $0 != ASCII.semicolon } })
    else { return nil }
    let bytes = Array(([epc] + reserved).joined(separator: ";").utf8)
    let closed = bytes + [ASCII.semicolon]
    guard bytes.count < Framer.maximumFrameLength, !PassingTail.mayHoldFrame(closed.span, 0..<bytes.count),
      !PassingTail.mayEndPassing(closed.span, 0..<bytes.count)
    else { return nil }
    self.init(unchecked: bytes)
  }

  /// The raw EPC, hexadecimal as far as it was seen; empty where the reader tells none.
  public var epc: String { fields[0] }
  /// The four reserved fields, usually empty.
  public var reserved: [String] { Array(fields[1...]) }
  /// Whether a reserved field is not empty.
  public var hasReserved: Bool {
    !bytes.suffix(Self.separatorCount).allSatisfy { $0 == ASCII.semicolon }
  }

  private var fields: [String] {
    bytes.split(
      separator: ASCII.semicolon, maxSplits: Self.separatorCount, omittingEmptySubsequences: false
    ).map { String(decoding: $0, as: UTF8.self) }
  }
}
